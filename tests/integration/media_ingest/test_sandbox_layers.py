"""Bubblewrap as one more layer, what an installation demands, and what it says when it cannot have it (T18)."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest
from django.conf import LazySettings
from django.test import Client

from core.errors import DomainError
from media_ingest.adapters import bwrap, confinement, ffmpeg
from media_ingest.adapters.ffmpeg import Budget, ToolFailedError, ToolLimitError, probe_file, run
from media_ingest.adapters.prober.client import end_prober
from tests import media, services
from tests.running import alive, command_of, descendants
from tests.services import wait_until

AMPLE: Final = Budget(cpu_s=60, wall_s=60)


@pytest.fixture(autouse=True)
def _found_out_anew() -> Iterator[None]:
    bwrap.bwrap_status.cache_clear()
    end_prober()
    yield
    bwrap.bwrap_status.cache_clear()
    end_prober()


def asks_for(settings: LazySettings, sandbox: str) -> None:
    settings.OFFCUT = replace(settings.OFFCUT, sandbox=sandbox)
    settings.DEBUG = sandbox == "off"


@pytest.fixture
def bubblewrap(settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bubblewrap that works here, and is demanded: the machine's, or one unpacked for these tests alone."""
    if unpacked := os.environ.get("OFFCUT_TEST_BWRAP"):
        monkeypatch.setenv("PATH", f"{unpacked}:{os.environ['PATH']}")
    services.require("bwrap", shutil.which("bwrap") and bwrap.bwrap_status().works, "apt-get install bubblewrap")
    asks_for(settings, "bwrap")


@pytest.fixture
def refusing_bubblewrap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bubblewrap that is installed where it cannot work, as in a default container."""
    program = tmp_path / "bwrap"
    program.write_text("#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")


@pytest.mark.usefixtures("bubblewrap")
def test_files_are_probed_and_decoded_inside_bubblewrap(tmp_path: Path) -> None:
    """T17: the prober's parent and ffmpeg have no host process beside them and hardly any files."""
    clip = media.clip("silent.mp4")
    assert probe_file(clip)["error"] is None
    (outer,) = [pid for pid in descendants(os.getpid()) if command_of(pid).split(b"\0")[0].endswith(b"bwrap")][:1]
    ours = Path("/proc/self/ns/pid").readlink()
    assert all(Path(f"/proc/{pid}/ns/pid").readlink() != ours for pid in descendants(outer))
    pictures = bytearray()
    out = ["-i", f"file:{clip}", "-frames:v", "2", "-f", "rawvideo", "-s", "16x16", "-pix_fmt", "gray", "pipe:3"]
    run(out, budget=AMPLE, readable=[clip], scratch=tmp_path, pipes=[pictures.extend])
    assert len(pictures) == 2 * 256


@pytest.mark.usefixtures("bubblewrap")
def test_limits_and_refusals_are_told_through_bubblewrap(tmp_path: Path) -> None:
    clip = media.clip("silent.mp4")
    with pytest.raises(ToolFailedError):
        run(["-i", f"file:{clip}", "-f", "null", "-"], budget=AMPLE, scratch=tmp_path)
    busy = ["-f", "lavfi", "-i", "mandelbrot=size=640x480", "-f", "null", "-"]
    with pytest.raises(ToolLimitError, match="cpu"):
        run(busy, budget=Budget(cpu_s=1, wall_s=60), scratch=tmp_path)


@pytest.mark.usefixtures("bubblewrap")
def test_nothing_stays_behind_in_bubblewrap(tmp_path: Path) -> None:
    """T19: stopping ends the whole namespace."""
    probe_file(media.clip("silent.mp4"))
    end_prober()
    endless = ["-re", "-f", "lavfi", "-i", "testsrc2=size=64x64", "-f", "null", "-"]
    with pytest.raises(ffmpeg.ToolStoppedError):
        run(endless, budget=AMPLE, scratch=tmp_path, should_stop=lambda: len(descendants(os.getpid())) > 2)
    wait_until(lambda: descendants(os.getpid()) == [], within_s=1, what="all of it is gone")


_WORKER: Final = """
import sys, threading
sys.path.insert(0, {root!r})
from pathlib import Path
from media_ingest.adapters.prober.client import probe_file
print(probe_file(Path({clip!r}))["error"], flush=True)
threading.Event().wait()
"""


@pytest.mark.usefixtures("bubblewrap")
def test_a_killed_worker_takes_its_prober_in_bubblewrap_with_it() -> None:
    """T19: the prober's parent sees its line closed, and with it the namespace ends."""
    program = _WORKER.format(root=str(Path(bwrap.__file__).parents[2]), clip=str(media.clip("silent.mp4")))
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "marketplace.config.settings", "OFFCUT_SANDBOX": "bwrap"}
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, env=environment) as worker:
        try:
            assert worker.stdout is not None
            assert worker.stdout.readline() == b"None\n"
            below = descendants(worker.pid)
            assert len(below) > 1
        finally:
            worker.kill()
        wait_until(lambda: not any(map(alive, below)), within_s=1, what="all of it is gone")


@pytest.mark.usefixtures("refusing_bubblewrap")
def test_bubblewrap_that_cannot_work_is_left_out_or_refused_as_demanded(settings: LazySettings, tmp_path: Path) -> None:
    """T18: `required` goes on with the kernel's own layers, `bwrap` opens nothing."""
    clip = media.clip("silent.mp4")
    assert confinement.confinement().available
    assert probe_file(clip)["error"] is None
    end_prober()
    asks_for(settings, "bwrap")
    for attempt in (
        lambda: probe_file(clip),
        lambda: run(["-i", f"file:{clip}", "-f", "null", "-"], budget=AMPLE, readable=[clip], scratch=tmp_path),
    ):
        with pytest.raises(DomainError) as caught:
            attempt()
        assert caught.value.code == "sandbox_unavailable"
        assert "No permissions to create new namespace" in str(caught.value.extra["missing"])
    assert descendants(os.getpid()) == []


def health() -> tuple[int, dict[str, Any]]:
    answer = Client().get("/health/ready")
    return answer.status_code, json.loads(answer.content)


@pytest.mark.django_db
@pytest.mark.usefixtures("refusing_bubblewrap")
def test_the_health_page_is_red_where_a_demanded_layer_is_missing(settings: LazySettings) -> None:
    """T18: health says what is missing."""
    assert health()[1]["parts"]["sandbox"] == "ok"
    asks_for(settings, "bwrap")
    status, said = health()
    assert status == 503
    assert "bubblewrap is demanded" in said["parts"]["sandbox"]


@pytest.mark.django_db
def test_a_sandbox_that_is_off_is_said_loudly(settings: LazySettings, caplog: pytest.LogCaptureFixture) -> None:
    """T18: off works on a development machine, with a warning at each start and on the health page."""
    asks_for(settings, "off")
    assert health()[1]["warnings"] == [confinement.OFF_WARNING]
    with caplog.at_level("WARNING"):
        confinement.warn_when_off()
    assert "sandbox.off" in caplog.text
    assert probe_file(media.clip("silent.mp4"))["error"] is None


def test_off_is_nothing_without_debug(settings: LazySettings) -> None:
    """T18: a setting that got past the reader of the environment switches nothing off."""
    asks_for(settings, "off")
    settings.DEBUG = False
    assert not confinement.off()
    assert confinement.confinement().warning == ""
    probe_file(media.clip("silent.mp4"))
    innermost = descendants(os.getpid())[-1]
    assert "Seccomp:\t2" in Path(f"/proc/{innermost}/status").read_text()
