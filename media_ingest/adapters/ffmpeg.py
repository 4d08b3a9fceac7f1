"""Running ffmpeg and the prober, locked in by the sandbox launcher.

Paths are absolute and behind ``file:``, and no text of a user ever becomes an argument.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import imageio_ffmpeg
from django.conf import settings

from media_ingest.adapters import confinement, sandbox
from media_ingest.adapters.prober.client import probe_file
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
]

_LAUNCHER: Final = str(Path(sandbox.__file__).resolve())


def binary() -> str:
    """Return the ffmpeg executable: the operator's, or the pinned one."""
    return str(settings.OFFCUT.ffmpeg_binary or imageio_ffmpeg.get_ffmpeg_exe())


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
    inputs, folder = [str(path.resolve()) for path in readable], str(scratch.resolve())
    command = [sys.executable, "-I", "-S", _LAUNCHER]
    for path in inputs:
        command += ["--ro", path]
    command += ["--rw", folder, "--rx", program]
    command += ["--cpu", str(budget.cpu_s), "--as", str(budget.address_space), "--fsize", str(budget.file_size)]
    inside = confinement.wrapped(command, readable=(*inputs, program), writable=(folder,))
    # Inside bubblewrap our process id means nothing; there it is bubblewrap that ends with us.
    inside += ["--parent", str(os.getpid())] if inside == command else []
    inside += ["--off"] if confinement.off() else []
    tail = ["--", program, "-nostdin", "-hide_banner", "-v", "error", "-y", "-filter_threads", "1"]
    tail += ["-progress", "pipe:1", *arguments]
    with opened(pipes) as ways:
        for way in ways:
            inside += ["--pipe", str(way.writing)]
        return supervise(
            [*inside, *tail],
            budget,
            should_stop=should_stop,
            on_progress=on_progress or (lambda _done: None),
            pipes=ways,
        )
