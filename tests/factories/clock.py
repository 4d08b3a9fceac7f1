"""Housekeeping at another hour: the clock by which age is told, moved."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from core.clock import now

_READERS = (
    "media_ingest.adapters.local_store.now",
    "media_ingest.adapters.s3.store.now",
    "media_ingest.services.sweeping.now",
    "media_ingest.services.lifecycle.now",
)


class Clock:
    """The storage floor's clock. What a disk or an object store writes down is not moved."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._by = timedelta(0)
        for name in _READERS:
            patch.setattr(name, self.now)

    def now(self) -> datetime:
        """The present, moved."""
        return now() + self._by

    def ahead(self, by: timedelta) -> None:
        """Go on by so much."""
        self._by += by


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A clock to move."""
    return Clock(monkeypatch)
