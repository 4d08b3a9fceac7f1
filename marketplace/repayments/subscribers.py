"""What repayments hear, wait for, and always promise."""

from __future__ import annotations

from core.invariants import invariant
from core.jobs.owed import waits_for
from core.jobs.registry import subscribe
from marketplace.repayments.domain.topics import REPAYMENT_SEND
from marketplace.repayments.selectors.owed import licences_to_repay
from marketplace.repayments.services.verification import owed_check, sent_check
from marketplace.withdrawals.domain.topics import LICENCE_REFUNDED


def register() -> None:
    """What is credited is sent; calling it again changes nothing."""
    subscribe(LICENCE_REFUNDED, REPAYMENT_SEND)
    waits_for(REPAYMENT_SEND, licences_to_repay)
    invariant("repayments: what buyers are owed is what is still to be sent")(owed_check)
    invariant("repayments: what was sent is in the ledger, and no payment is given back twice")(sent_check)
