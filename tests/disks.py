"""Small disks that really fill up."""

from __future__ import annotations

import contextlib
import errno
import resource
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SMALL_BYTES = 8 << 20


@dataclass(frozen=True)
class SmallDisk:
    """A folder that takes eight mebibytes, and how the system says that it is full."""

    folder: Path
    says: int


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[SmallDisk]:
    """Hold a mounted file system of 8 MiB; where mounting is not allowed, files that may not grow beyond 8 MiB."""
    folder.mkdir(parents=True, exist_ok=True)
    options = f"size={SMALL_BYTES}"
    mount = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], check=False, capture_output=True
    )
    if mount.returncode == 0:
        try:
            yield SmallDisk(folder, errno.ENOSPC)
        finally:
            subprocess.run(["umount", "--lazy", str(folder)], check=False, capture_output=True)
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (SMALL_BYTES, hard))
    try:
        yield SmallDisk(folder, errno.EFBIG)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
