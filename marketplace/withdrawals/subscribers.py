"""What withdrawals hear, and always promise."""

from __future__ import annotations

from core.invariants import invariant
from core.jobs.registry import subscribe
from licensing.services.releases import RELEASE_REVOKED
from marketplace.withdrawals.domain.topics import LATE_LICENCES, RELEASE_FOLLOW
from marketplace.withdrawals.services.verification import (
    attestations_check,
    holders_check,
    notices_check,
    refunds_check,
)


def register() -> None:
    """A licence paid while its clip was withdrawn is told about, and so are licences that lose what they rested on."""
    subscribe("marketplace.order.paid", LATE_LICENCES)
    subscribe(RELEASE_REVOKED, RELEASE_FOLLOW)
    invariant("withdrawals: every holder of what was taken back was told")(holders_check)
    invariant("withdrawals: every notice has a deadline and moves on at it")(notices_check)
    invariant("withdrawals: every deletion certificate verifies")(attestations_check)
    invariant("withdrawals: every refund that fell due has its transfers")(refunds_check)
