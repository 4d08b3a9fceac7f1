"""The marketplace's invariants: the money agrees with the orders, and no right was sold twice."""

from __future__ import annotations

from collections.abc import Iterator

from core.invariants import invariant
from marketplace.catalog.services.shelving import shelves_wrong
from marketplace.orders.selectors.holds import clips_sold_twice
from marketplace.orders.services.verification import ledger_verify


def register() -> None:
    """Add the checks to `manage.py verify`; calling it again changes nothing."""
    invariant("money: ledger balanced, orders and earnings agree with it")(_money)
    invariant("licences: no exclusive right overlaps another, and each holds its clip")(_exclusive)
    invariant("catalogue: what is counted on shelves is what is live")(_shelves)


def _shelves() -> Iterator[str]:
    for shelf, clips, _ in shelves_wrong():
        yield f"shelf {shelf.pk} says {shelf.clips} clips, and there are {clips}; `manage.py shelves` counts again"


def _money() -> Iterator[str]:
    for finding in ledger_verify():
        yield f"{finding.code} {finding.subject}: {finding.detail}"


def _exclusive() -> Iterator[str]:
    for clip_id in clips_sold_twice():
        yield f"clip {clip_id} is held exclusively and by another order too, or a licence on it holds nothing"
