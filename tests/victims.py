"""Processes that die at a chosen moment or race."""

from __future__ import annotations

import os
import subprocess
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from django.db import connection, connections

ROOT: Final = Path(__file__).resolve().parent.parent
WORKER: Final = """
import os, sys
import django
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
django.setup()
from core.jobs.claim import Claim
from core.jobs.runner import run_due
kind, stage, after = sys.argv[2], sys.argv[3], int(sys.argv[4])
told = []
tell = Claim.progress
def progress(self, name, done, total):
    tell(self, name, done, total)
    told.append(name)
    if told.count(stage) > after:
        os.kill(os.getpid(), 9)
Claim.progress = progress
run_due([kind])
"""


def statuses_of(program: str, words: Sequence[Sequence[str]]) -> list[int]:
    """Run a program in as many processes as there are words for it; all begin when the last one is there.

    Each is a copy of this process, so that what it needs is loaded already, but speaks on connections of its own, and
    finds its words as a command does. Return the exit statuses, -9 of one that was killed. Not for programs that read
    videos: libraries with threads, such as BLAKE3's, wait in a copy for ever for those they started here.
    """
    connections.close_all()  # else several processes would speak on them
    waiting, go = os.pipe()
    children = [_child(program, one, waiting, go) for one in words]
    for end in (go, waiting):
        os.close(end)
    return [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]


def _child(program: str, words: Sequence[str], waiting: int, go: int) -> int:
    child = os.fork()
    if child:
        return child
    try:
        os.close(go)
        os.read(waiting, 1)  # ends when nobody holds the other end any more
        sys.argv = ["victim", *words]
        exec(program, {})  # noqa: S102 - our own text
        os._exit(0)
    except SystemExit as end:
        os._exit(int(end.code or 0))
    except BaseException:  # noqa: BLE001 - nothing of the test may go on here
        traceback.print_exc()
    finally:
        os._exit(1)


def status_of(program: str, *words: str) -> int:
    """Run a program in a process of its own; return its exit status, -9 when it was killed."""
    return statuses_of(program, [words])[0]


def worker_killed(kind: str, *, stage: str, after: int) -> None:
    """Have a new process do the jobs of a kind that is killed when it has told of a stage more than so many times."""
    argv = [sys.executable, "-c", WORKER, str(connection.settings_dict["NAME"]), kind, stage, str(after)]
    done = subprocess.run(argv, cwd=ROOT, env=dict(os.environ), timeout=120, check=False)
    assert done.returncode == -9
