"""Running ffmpeg and the prober, locked in by the sandbox launcher.

Paths are absolute and behind ``file:``, and no text of a user ever becomes an argument.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import imageio_ffmpeg
from django.conf import settings

from media_ingest.adapters import sandbox
from media_ingest.adapters.processes import (
    Budget,
    Consumer,
    Outcome,
    Progress,
    Stop,
    ToolError,
    ToolFailedError,
    ToolLimitError,
    ToolStoppedError,
    ToolTimeoutError,
    never,
    opened,
    supervise,
)

__all__ = [
    "Budget",
    "Outcome",
    "Progress",
    "Stop",
    "ToolError",
    "ToolFailedError",
    "ToolLimitError",
    "ToolStoppedError",
    "ToolTimeoutError",
    "binary",
    "never",
    "probe_file",
    "run",
    "sandbox_off",
]

_ROOT: Final = str(Path(__file__).resolve().parents[2])
_LAUNCHER: Final = str(Path(sandbox.__file__).resolve())
_PROBER: Final = (
    "import sys; sys.path.insert(0, sys.argv.pop(1)); from media_ingest.adapters.prober import main; main(sys.argv[1:])"
)


def binary() -> str:
    """Return the ffmpeg executable: the operator's, or the pinned one."""
    return str(settings.OFFCUT.ffmpeg_binary or imageio_ffmpeg.get_ffmpeg_exe())


def sandbox_off() -> bool:
    """Tell whether the operator of a development machine switched the sandbox off (never without DEBUG)."""
    return bool(settings.OFFCUT.sandbox == "off" and settings.DEBUG)


def run(
    arguments: Sequence[str],
    *,
    budget: Budget,
    readable: Sequence[Path] = (),
    scratch: Path,
    should_stop: Stop = never,
    on_progress: Progress | None = None,
    pipes: Sequence[Consumer] = (),
) -> Outcome:
    """Run ffmpeg with ``arguments``: it may read ``readable``, make files in ``scratch``, and nothing else.

    ``on_progress`` hears the media time done, in milliseconds. What ffmpeg writes to ``pipe:3``, ``pipe:4`` …
    goes to the consumers in ``pipes``, in this order, as it comes. Raises ToolError kinds, and DomainError
    ``sandbox_unavailable`` when the machine cannot lock the process in.
    """
    program = str(Path(binary()).resolve())
    command = [sys.executable, "-I", "-S", _LAUNCHER]
    for path in readable:
        command += ["--ro", str(path.resolve())]
    command += ["--rw", str(scratch.resolve()), "--rx", program, "--parent", str(os.getpid())]
    command += ["--cpu", str(budget.cpu_s), "--as", str(budget.address_space), "--fsize", str(budget.file_size)]
    command += ["--off"] if sandbox_off() else []
    tail = ["--", program, "-nostdin", "-hide_banner", "-v", "error", "-y", "-filter_threads", "1"]
    tail += ["-progress", "pipe:1", *arguments]
    with opened(pipes) as ways:
        for way in ways:
            command += ["--pipe", str(way.writing)]
        return supervise(
            [*command, *tail],
            budget,
            should_stop=should_stop,
            on_progress=on_progress or (lambda _done: None),
            pipes=ways,
        )


def probe_file(path: Path, *, should_stop: Stop = never) -> dict[str, object]:
    """Return the prober's raw report of one file; judge it with `media_ingest.domain.probe.parse`.

    A prober that starved or crashed is reported in ``error``; only stopping, the clock and a missing
    sandbox are raised.
    """
    size = path.stat().st_size
    budget = Budget(cpu_s=15 + size // 100_000_000, wall_s=120 + size / 10_000_000)
    command = [sys.executable, "-I", "-c", _PROBER, _ROOT, str(path.resolve()), str(budget.cpu_s), str(os.getpid())]
    command.append("off" if sandbox_off() else "required")
    try:
        outcome = supervise(command, budget, should_stop=should_stop)
    except ToolLimitError as error:
        return _no_report("too_large" if error.detail == "output" else "cpu")
    except ToolFailedError as error:
        return _no_report(f"prober ended: {error.detail}")
    found: object = json.loads(outcome.output)
    return found if isinstance(found, dict) else _no_report("no object")


def _no_report(error: str) -> dict[str, object]:
    return {"version": 1, "tool": "prober", "error": error}
