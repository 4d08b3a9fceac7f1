"""Small files that survive a crash, and a lock that keeps two runs out of one folder."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from offcut.errors import OffcutError
from offcut.language import t

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]  # the fallback below asks


def sync_folder(folder: Path) -> None:
    """Make renames in a folder durable, where the system can."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def write_json(path: Path, value: Mapping[str, Any], mode: int = 0o600) -> None:
    """Replace a JSON file in one step; readers see the old or the new one, never half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            json.dump(value, stream, indent=1, sort_keys=True)
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).chmod(mode)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def read_json(path: Path) -> dict[str, Any] | None:
    """A JSON object, or None when the file is missing or damaged."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return value if isinstance(value, dict) else None


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _busy(path: Path) -> OffcutError:
    owner = path.read_text(encoding="ascii", errors="replace").strip() or "?"
    return OffcutError(
        "locked",
        t("Another run is working in this folder."),
        t(
            "Process {owner} holds {path}. Nothing was changed. Wait for it, or stop it and try again.",
            owner=owner,
            path=path,
        ),
    )


@contextmanager
def _exclusive_file(path: Path) -> Iterator[None]:
    """For file systems without locks: the file's existence is the lock, its pid tells whether the owner lives."""
    marker = path.with_name(path.name + ".pid")
    for last in (False, True):
        try:
            handle = os.open(marker, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644)
        except FileExistsError:
            owner = marker.read_text(encoding="ascii", errors="replace").strip()
            if last or not owner.isdigit() or _alive(int(owner)):
                raise _busy(marker) from None
            marker.unlink(missing_ok=True)
            continue
        os.write(handle, str(os.getpid()).encode("ascii"))
        os.close(handle)
        break
    try:
        yield
    finally:
        marker.unlink(missing_ok=True)


@contextmanager
def folder_lock(path: Path) -> Iterator[None]:
    """Hold a lock file with our pid; OffcutError `locked` when another live process has it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="ascii") as stream:
        try:
            if fcntl is None:
                raise OSError
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _busy(path) from None
        except OSError:
            with _exclusive_file(path):
                yield
            return
        stream.seek(0)
        stream.truncate()
        stream.write(str(os.getpid()))
        stream.flush()
        yield
