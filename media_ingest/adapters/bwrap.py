"""Bubblewrap around what the sandbox already confines: namespaces of their own, and hardly any files.

An extra layer. In default containers it does not work (no user namespaces there), on ordinary machines it does;
a self-test finds out once in each process. Source: bwrap(1).
"""

from __future__ import annotations

import functools
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from media_ingest.adapters.processes import Budget, ToolError, supervise, unavailable

__all__ = ["BwrapStatus", "bwrap_status", "prefix", "unavailable"]

_ROOT: Final = Path(__file__).resolve().parents[2]
_SYSTEM: Final = ("/usr", "/bin", "/lib", "/lib64", "/etc/ld.so.cache")
_OURS: Final = ("core", "media_ingest")
_SELF_TEST: Final = Budget(cpu_s=5, wall_s=10)
_REASON_LENGTH: Final = 200


@dataclass(frozen=True, slots=True)
class BwrapStatus:
    """Whether bubblewrap works on this machine, and if not, why."""

    works: bool
    detail: str


@functools.cache
def bwrap_status() -> BwrapStatus:
    """Start `true` in it, with all that we ask of it; the answer is kept for the life of this process."""
    if not sys.platform.startswith("linux") or shutil.which("bwrap") is None:
        return BwrapStatus(works=False, detail="bubblewrap is not installed")
    try:
        supervise([*prefix(), "/bin/true"], _SELF_TEST)
    except ToolError as refusal:
        return BwrapStatus(works=False, detail=refusal.detail[:_REASON_LENGTH])
    return BwrapStatus(works=True, detail="bubblewrap works")


def prefix(*, readable: Sequence[str] = (), writable: Sequence[str] = (), dies_with_us: bool = True) -> list[str]:
    """Return the words before a command: no network, no other process, and of the files only these.

    Our own Python, its libraries and our code are there to be read. ``dies_with_us``: it ends when the *thread* that
    started it does; a process that outlives that thread has to watch for our end itself.
    """
    words = [shutil.which("bwrap") or "bwrap", "--unshare-all", "--cap-drop", "ALL", "--chdir", "/"]
    words += ["--die-with-parent"] if dies_with_us else []
    words += ["--tmpfs", "/tmp", "--proc", "/proc", "--dev", "/dev"]  # noqa: S108 - an empty one of its own
    python = (sys.prefix, sys.base_prefix, str(Path(sys.executable).resolve().parent.parent))
    for path in dict.fromkeys((*_SYSTEM, *python, *(str(_ROOT / ours) for ours in _OURS), *readable)):
        words += ["--ro-bind-try", path, path]
    for path in writable:
        words += ["--bind", path, path]
    return [*words, "--"]
