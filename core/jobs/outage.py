"""A database that restarts under a worker: wait for it instead of throwing work away."""

from __future__ import annotations

import threading
import time
from typing import Final

from django.db import InterfaceError, OperationalError, connection

OUTAGE: Final = (OperationalError, InterfaceError)
"""What Django raises when the database, or the connection to it, is gone."""
_LOOK_EVERY_S: Final = 0.5


def database_awaited(*, within_s: float = 30.0) -> bool:
    """Return once the database answers on this thread's connection; False when it did not ``within_s`` seconds.

    Inside an open transaction there is nothing to wait for: what was written before the outage is gone.
    """
    if connection.in_atomic_block:
        return True
    deadline, pause = time.monotonic() + within_s, threading.Event()
    while not _answers():
        if time.monotonic() >= deadline:
            return False
        pause.wait(_LOOK_EVERY_S)
    return True


def _answers() -> bool:
    try:
        connection.ensure_connection()
        if connection.is_usable():
            return True
    except OUTAGE:
        pass
    connection.close()
    return False
