"""What is credited and not sent yet."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, QuerySet

from marketplace.ledger.selectors import refunds_unpaid
from marketplace.repayments.domain.states import RepaymentState
from marketplace.repayments.models import Repayment


def repayments_refused() -> QuerySet[Repayment]:
    """Refunds that wait for a person, the oldest first: their last attempt was refused."""
    later = Repayment.objects.filter(licence=OuterRef("licence"), attempt__gt=OuterRef("attempt"))
    refused = Repayment.objects.filter(~Exists(later), state=RepaymentState.REFUSED)
    return refused.select_related("licence__licensee", "licence__order").order_by("id")


def licences_to_repay() -> list[str]:
    """Public ids of licences for which something was credited that a job has still to send."""
    waiting = {repayment.licence.public_id for repayment in repayments_refused()}
    return [unpaid.licence_ref for unpaid in refunds_unpaid() if unpaid.licence_ref not in waiting]
