"""What withdrawals hear, and always promise."""

from __future__ import annotations

from collections.abc import Iterator

from core.invariants import invariant
from core.jobs.registry import subscribe
from marketplace.withdrawals.domain.topics import LATE_LICENCES
from marketplace.withdrawals.selectors.visible import licences_without_notice


def register() -> None:
    """A licence paid while its clip was withdrawn is told about; every holder of a withdrawn clip has a notice."""
    subscribe("marketplace.order.paid", LATE_LICENCES)
    invariant("withdrawals: every holder of a withdrawn clip was told")(_told)


def _told() -> Iterator[str]:
    for withdrawal in licences_without_notice():
        yield f"withdrawal {withdrawal} has a standing licence whose holder was never told"
