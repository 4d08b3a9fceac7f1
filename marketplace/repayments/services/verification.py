"""Is what buyers are owed what is still to be sent, and is what was sent in the books? Finds, never repairs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from django.db.models import F, Sum

from core.money import Money
from marketplace.ledger.domain import AccountKind, AccountRef
from marketplace.ledger.selectors import balances_of, refunds_unpaid, repaid
from marketplace.repayments.domain.states import RepaymentState
from marketplace.repayments.models import Repayment

_AT_ONCE: Final = 500
_NOTHING: Final = "nothing"


def owed_check() -> Iterator[str]:
    """One sentence for each buyer whose balance of refunds is not what is still to be sent."""
    waiting: dict[AccountRef, int] = defaultdict(int)
    for unpaid in refunds_unpaid():
        waiting[AccountRef(AccountKind.REFUNDS, unpaid.amount.currency, unpaid.buyer_id)] += unpaid.amount.minor
    balances = balances_of(AccountKind.REFUNDS)
    for ref in sorted(balances.keys() | waiting.keys()):
        holds, owed = balances.get(ref, Money.zero(ref.currency)), Money(waiting[ref], ref.currency)
        if holds != owed:
            yield f"buyer {ref.owner_id} is owed {holds}, and {owed} is still to be sent"


def sent_check() -> Iterator[str]:
    """One sentence for each refund that was sent and not booked so, and each payment given back twice over."""
    sent = Repayment.objects.filter(state=RepaymentState.SENT).select_related("licence").order_by("pk")
    told = {one.licence.public_id: one.amount for one in sent.iterator(chunk_size=_AT_ONCE)}
    booked = repaid()
    for ref in sorted(told.keys() | booked.keys()):
        if told.get(ref) != booked.get(ref):
            yield f"{told.get(ref, _NOTHING)} was sent back for {ref}, the ledger says {booked.get(ref, _NOTHING)}"
    asked = Repayment.objects.exclude(state=RepaymentState.REFUSED).filter(payment__isnull=False, by_hand=False)
    rows = asked.order_by().values("payment__provider_key").annotate(minor=Sum("amount_minor"))
    for row in rows.filter(minor__gt=F("payment__amount_minor")):
        yield f"more of payment {row['payment__provider_key']} was given back than it collected"
