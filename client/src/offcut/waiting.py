"""Waiting for something on the server: poll gently, tell what is seen, give up after a deadline."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from offcut.errors import OffcutError
from offcut.language import t
from offcut.transport import Transport

T = TypeVar("T")


def wait_until(
    transport: Transport,
    look: Callable[[], T],
    done: Callable[[T], bool],
    *,
    timeout_s: float,
    what: str,
    first_s: float = 0.3,
    longest_s: float = 3.0,
) -> T:
    """Call `look` until `done`; the pause grows from `first_s` to `longest_s`.

    Raises OffcutError `still_waiting` after `timeout_s`: the work itself goes on at the server.
    """
    deadline = time.monotonic() + timeout_s
    pause = first_s
    while True:
        seen = look()
        if done(seen):
            return seen
        if time.monotonic() + pause > deadline:
            raise OffcutError(
                "still_waiting",
                t("{what} is not finished yet.", what=what),
                t(
                    "It was not ready after {timeout_s} s. The work goes on; ask again later.",
                    timeout_s=f"{timeout_s:.0f}",
                ),
            )
        transport.stopping.wait(pause)
        pause = min(longest_s, pause * 1.3)
