"""The scratch folder of one build: made new at the start of an attempt, gone at its end."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

from django.conf import settings

_ABANDONED_AFTER = timedelta(days=7)


def bench_root() -> Path:
    """Folder of all builds under way."""
    return settings.OFFCUT.scratch_root / "datasets"


def free_bytes() -> int:
    """Room left where builds are made."""
    root = bench_root()
    root.mkdir(parents=True, exist_ok=True)
    return shutil.disk_usage(root).free


def _sweep() -> None:
    """Remove folders of builds that nobody has touched for a week: their jobs were given up."""
    limit = time.time() - _ABANDONED_AFTER.total_seconds()
    for folder in bench_root().glob("*/*"):
        with suppress(FileNotFoundError):
            if folder.stat().st_mtime < limit:
                shutil.rmtree(folder.parent, ignore_errors=True)


@contextmanager
def bench(dataset_id: UUID) -> Iterator[Path]:
    """A new folder for this attempt. What an earlier, killed attempt left behind is removed first."""
    _sweep()
    own = bench_root() / dataset_id.hex
    shutil.rmtree(own, ignore_errors=True)
    folder = own / uuid4().hex
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        with suppress(OSError):  # an attempt that took over has its own folder here
            own.rmdir()
