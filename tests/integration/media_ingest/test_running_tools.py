"""Processes we start: limited, watched, killed as a group, and telling nothing (T19, T20)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Final

import pytest

from media_ingest.adapters import ffmpeg
from media_ingest.adapters.ffmpeg import (
    Budget,
    ToolFailedError,
    ToolLimitError,
    ToolStoppedError,
    ToolTimeoutError,
    run,
)
from tests import media
from tests.running import command_of, descendants

ENDLESS: Final = ["-re", "-f", "lavfi", "-i", "testsrc2=size=64x64", "-f", "null", "-"]
BUSY: Final = ["-f", "lavfi", "-i", "mandelbrot=size=640x480", "-f", "null", "-"]
AMPLE: Final = Budget(cpu_s=60, wall_s=60)
DEADLINE_S: Final = 10.0


def until(condition: object, deadline_s: float = DEADLINE_S) -> bool:
    """Wait for something to come true, looking twenty times a second."""
    assert callable(condition)
    pause, end = threading.Event(), time.monotonic() + deadline_s
    while time.monotonic() < end:
        if condition():
            return True
        pause.wait(0.05)
    return bool(condition())


def ffmpegs() -> list[int]:
    return [pid for pid in descendants(os.getpid()) if b"ffmpeg" in command_of(pid)]


def test_being_told_to_stop_leaves_no_process(tmp_path: Path) -> None:
    """T19: a caller that stops leaves no process behind."""
    stop = threading.Event()
    threading.Timer(0.5, stop.set).start()
    with pytest.raises(ToolStoppedError):
        run(ENDLESS, budget=AMPLE, scratch=tmp_path, should_stop=stop.is_set)
    assert until(lambda: ffmpegs() == [])


def test_the_clock_ends_what_does_not_end(tmp_path: Path) -> None:
    """T19: so does the wall clock."""
    with pytest.raises(ToolTimeoutError):
        run(ENDLESS, budget=Budget(cpu_s=60, wall_s=1), scratch=tmp_path)
    assert until(lambda: ffmpegs() == [])


def test_the_cpu_limit_ends_what_computes_for_ever(tmp_path: Path) -> None:
    with pytest.raises(ToolLimitError, match="cpu"):
        run(BUSY, budget=Budget(cpu_s=1, wall_s=60), scratch=tmp_path)


def test_the_file_size_limit_ends_what_writes_for_ever(tmp_path: Path) -> None:
    out = tmp_path / "out.avi"
    endless = ["-f", "lavfi", "-i", "testsrc2=size=640x480", "-c:v", "rawvideo", f"file:{out}"]
    with pytest.raises((ToolLimitError, ToolFailedError)):
        run(endless, budget=Budget(cpu_s=30, wall_s=60, file_size=2_000_000), scratch=tmp_path)
    assert out.stat().st_size <= 2_000_000


def test_progress_is_the_media_clock_and_a_caller_may_raise_from_it(tmp_path: Path) -> None:
    heard: list[int] = []
    short = ["-f", "lavfi", "-i", "testsrc2=size=64x64:duration=3", "-f", "null", "-"]
    run(short, budget=AMPLE, scratch=tmp_path, on_progress=heard.append)
    assert heard == sorted(heard)
    assert 2900 <= heard[-1] <= 3000

    def lost(done_ms: int) -> None:
        raise RuntimeError(done_ms)

    with pytest.raises(RuntimeError):
        run(ENDLESS, budget=AMPLE, scratch=tmp_path, on_progress=lost)
    assert until(lambda: ffmpegs() == [])


def test_a_failure_is_told_without_any_path(tmp_path: Path) -> None:
    """T20: no error text names a path."""
    broken = media.written("broken.mp4", b"\0\0\0\x18ftypisom\0\0\2\0isommp42")
    with pytest.raises(ToolFailedError) as caught:
        run(["-i", f"file:{broken}", "-f", "null", "-"], budget=AMPLE, readable=[broken], scratch=tmp_path)
    assert "/" not in caught.value.detail
    assert caught.value.detail


def test_a_file_that_was_not_granted_cannot_be_read(tmp_path: Path) -> None:
    clip = media.clip("silent.mp4")
    with pytest.raises(ToolFailedError):
        run(["-i", f"file:{clip}", "-f", "null", "-"], budget=AMPLE, scratch=tmp_path)
    run(["-i", f"file:{clip}", "-f", "null", "-"], budget=AMPLE, readable=[clip], scratch=tmp_path)


def test_a_child_knows_four_variables_and_only_its_own_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """T20: a child sees four variables, and no secret in its environment or its command."""
    monkeypatch.setenv("OFFCUT_TEST_SECRET", "not for children")
    seen: list[tuple[bytes, bytes]] = []

    def look() -> bool:
        for pid in ffmpegs():
            try:
                seen.append((Path(f"/proc/{pid}/environ").read_bytes(), command_of(pid)))
            except OSError:
                continue
        return len(seen) > 3

    with pytest.raises(ToolStoppedError):
        run(ENDLESS, budget=AMPLE, scratch=tmp_path, should_stop=look)
    for environment, command in seen:
        names = {line.partition(b"=")[0] for line in environment.split(b"\0") if line}
        assert names <= {b"PATH", b"LC_ALL", b"HOME", b"TMPDIR"}
        assert b"not for children" not in environment + command
        assert b"SECRET" not in environment + command


# A worker that runs an endless ffmpeg and is then killed without a word.
_WORKER: Final = """
import os, sys
sys.path.insert(0, {root!r})
import django
django.setup()
from pathlib import Path
from media_ingest.adapters.ffmpeg import Budget, run
print("ready", flush=True)
run({arguments!r}, budget=Budget(cpu_s=60, wall_s=60), scratch=Path({scratch!r}))
"""


def test_a_killed_worker_takes_its_ffmpeg_with_it(tmp_path: Path) -> None:
    """T19: SIGKILL of the worker ends its ffmpeg within a second."""
    root = str(Path(ffmpeg.__file__).resolve().parents[2])
    program = _WORKER.format(root=root, arguments=ENDLESS, scratch=str(tmp_path))
    worker = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        assert worker.stdout is not None
        assert worker.stdout.readline() == b"ready\n"
        assert until(lambda: any(b"lavfi" in command_of(pid) for pid in descendants(worker.pid)))
        children = descendants(worker.pid)
    finally:
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        if worker.stdout is not None:
            worker.stdout.close()
    assert until(lambda: not any(b"lavfi" in command_of(pid) for pid in children), 1)
