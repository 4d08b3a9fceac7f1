"""What must always be true of licensing: the stored answer of consent is the one the graph gives."""

from __future__ import annotations

from collections.abc import Iterator

from core.invariants import invariant
from licensing.services.consent_checks import consent_faults


def register() -> None:
    """Add the checks to ``manage.py verify``; calling it again changes nothing."""
    invariant("consent: how far each clip may be sold is what its people and places agreed to")(_consent)


def _consent() -> Iterator[str]:
    yield from consent_faults()
