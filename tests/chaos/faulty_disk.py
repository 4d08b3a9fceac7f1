"""Disks that refuse, and clocks that lie: libraries preloaded into a worker."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from tests.services import require


def faulty_disk(folder: Path) -> Path:
    """Compile the library whose writes fail; skip without a compiler, fail where one is required."""
    compiler = shutil.which("gcc")
    require("gcc", compiler, "apt-get install gcc libc6-dev")
    library = folder / "faulty_disk.so"
    source = Path(__file__).with_name("faulty_disk.c")
    subprocess.run([str(compiler), "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"], check=True)
    return library


def other_clock() -> str:
    """Return the library that shifts a program's clock; skip without it, fail where it is required."""
    found = next(iter(sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))), None)
    require("faketime", found, "apt-get install libfaketime")
    return str(found)
