"""run.py holds its house together: dead children come back, and nothing outlives it, however it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house import ROOT, House, house
from tests.services import wait_until

CHILDREN = ("gunicorn", "celery")


def gone(running: House) -> bool:
    """Whether no process of the house is left."""
    return not running.processes()


def tasks_done(running: House) -> int:
    """How many messages the worker has taken and finished; beat sends one every few seconds."""
    return (running.home / "logs" / "worker.log").read_text().count("succeeded in")


def test_killed_children_come_back_and_an_interrupt_leaves_nothing(tmp_path: Path) -> None:
    with house(tmp_path / "home") as running:
        names = [*CHILDREN, *([] if os.environ.get("OFFCUT_TEST_BROKER_URL") else ["valkey-server"])]
        for name in names:
            (leader,) = running.leaders(name)
            os.killpg(leader, signal.SIGKILL)
            wait_until(
                lambda name=name, old=leader: running.leaders(name) not in ([], [old]),  # type: ignore[misc]  # bound now
                within_s=20, what=f"{name} again",
            )  # fmt: skip
        wait_until(running.ready, within_s=30, what="ready again")
        done = tasks_done(running)
        wait_until(lambda: tasks_done(running) > done, within_s=30, what="a worker that still takes messages")
        told = (running.home / "run.log").read_text()
        assert all(f"{word} ended (status -9): starting it again" in told for word in ("web", "worker"))
        assert running.stop() == 0
        assert gone(running)


@pytest.mark.once
def test_nothing_outlives_a_killed_supervisor(tmp_path: Path) -> None:
    with house(tmp_path / "home") as running:
        assert len(running.processes()) >= len(CHILDREN)
        running.signal(signal.SIGKILL)
        wait_until(lambda: gone(running), within_s=10, what="an empty house")


@pytest.mark.once
def test_a_second_supervisor_of_the_same_home_is_told_who_holds_it(tmp_path: Path) -> None:
    with house(tmp_path / "home") as running:
        assert running.process is not None
        command = [sys.executable, str(ROOT / "run.py"), "serve", "--port", "0"]
        second = subprocess.run(command, env=running.environment, capture_output=True, text=True, check=False)
        assert second.returncode == 1
        assert f"is in use by process {running.process.pid} at {running.url}" in second.stderr
        busy = [sys.executable, str(ROOT / "run.py"), "serve", "--port", str(running.port)]
        other = {**running.environment, "OFFCUT_HOME": str(tmp_path / "other")}
        third = subprocess.run(busy, env=other, capture_output=True, text=True, check=False)
        assert third.returncode == 1
        assert f"Port {running.port} is in use" in third.stderr
        running.signal(signal.SIGTERM)
        assert running.process.wait(40) == 0
        assert gone(running)
