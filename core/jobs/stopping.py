"""A worker that is told to end: the jobs in its hands go back to the list instead of being cut off.

The moment is kept in memory that a worker shares with the processes it forked, so that whoever hears the signal
tells all of them.
"""

from __future__ import annotations

import mmap
import struct
import time
from typing import Final

GRACE_S: Final = 2.0
"""Seconds that a job in hand may go on, to reach its own end."""
_MOMENT: Final = struct.Struct("d")
_shared: Final = mmap.mmap(-1, _MOMENT.size)


def stop_begin(*, grace_s: float = GRACE_S) -> None:
    """Ask every job of this worker to give itself back, ``grace_s`` seconds from now."""
    _MOMENT.pack_into(_shared, 0, time.monotonic() + grace_s)


def stop_forget() -> None:
    """Take the request back (a worker that goes on in the same process, as tests do)."""
    _MOMENT.pack_into(_shared, 0, 0.0)


def stopping() -> bool:
    """Whether jobs should give themselves back now."""
    (moment,) = _MOMENT.unpack_from(_shared)
    return bool(0.0 < moment <= time.monotonic())
