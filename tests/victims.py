"""Processes that die at a chosen moment, each a copy of the test's own: what they need is loaded already."""

from __future__ import annotations

import os
import sys
import traceback

from django.db import connections


def status_of(program: str, *words: str) -> int:
    """Run a program in a process of its own, on connections of its own; return its exit status, -9 when it was killed.

    The program finds its words as a command does. Not for programs that use helpers of this process, such as the
    prober's.
    """
    connections.close_all()  # else both processes would speak on them
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    try:
        sys.argv = ["victim", *words]
        exec(program, {})  # noqa: S102 - our own text
        os._exit(0)
    except BaseException:  # noqa: BLE001 - nothing of the test may go on here
        traceback.print_exc()
    finally:
        os._exit(1)
