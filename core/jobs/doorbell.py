"""Ringing a worker. A lost ring costs latency, never work."""

from __future__ import annotations

import time
from typing import Final
from uuid import UUID

from celery import current_app
from django.conf import settings
from django.db import transaction
from kombu.exceptions import OperationalError

from core.logging import get_logger

RING = "core.jobs.ring"
_QUIET_S: Final = 5.0
log = get_logger(__name__)


class _Bell:
    """Remembers that the broker was away a moment ago, so that nobody waits for it twice in a row."""

    def __init__(self) -> None:
        self._quiet_until = 0.0

    def may_ring(self) -> bool:
        return time.monotonic() >= self._quiet_until

    def failed(self) -> None:
        self._quiet_until = time.monotonic() + _QUIET_S


_bell: Final = _Bell()


def ring_now(job_id: UUID, queue: str) -> bool:
    """Send the message that wakes a worker; False when there is no broker or it is away."""
    if not settings.OFFCUT.broker_url or not _bell.may_ring():
        return False
    try:
        current_app.send_task(RING, args=[str(job_id)], queue=queue, retry=False, ignore_result=True)
    except (OperationalError, OSError) as error:
        _bell.failed()
        log.warning("doorbell.failed", job_id=str(job_id), error=type(error).__name__)
        return False
    return True


def ring_after_commit(job_id: UUID, queue: str) -> None:
    """Ring once the surrounding transaction has committed."""

    def ring() -> None:
        ring_now(job_id, queue)

    transaction.on_commit(ring)
