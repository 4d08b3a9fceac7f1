"""Sending credited refunds: one row for each attempt, written before the provider is asked."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from typing_extensions import override

from core.constraints import check_in
from core.models_base import Record
from core.money import Money
from marketplace.orders.models import Licence, Payment
from marketplace.repayments.domain.states import RepaymentState


class Repayment(Record):
    """One attempt to send a buyer what was credited for a licence. Sent or refused, it never changes (trigger)."""

    licence = models.ForeignKey(Licence, on_delete=models.PROTECT, related_name="repayments")
    attempt = models.PositiveSmallIntegerField()
    payment = models.ForeignKey(Payment, null=True, on_delete=models.PROTECT, related_name="repayments")
    """The payment of which part is given back; None when the order was not paid by one."""
    provider_key = models.CharField(max_length=80, unique=True)
    """What the provider is asked under; the same however often this attempt is made."""
    state = models.CharField(max_length=12, default=RepaymentState.CLAIMED)
    by_hand = models.BooleanField(default=False)
    """Whether a person sent it outside this system and wrote that down."""
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    reference = models.CharField(max_length=80, default="")
    refusal_code = models.CharField(max_length=40, default="")
    sent_at = models.DateTimeField(null=True)

    class Meta:
        """At most one attempt that is running or has succeeded; sent means when and as what, refused means why."""

        constraints: ClassVar = (
            check_in("state", RepaymentState, "marketplace_repayment_state"),
            models.UniqueConstraint(fields=["licence", "attempt"], name="marketplace_repayment_attempt"),
            models.UniqueConstraint(
                fields=["licence"],
                condition=Q(state__in=[RepaymentState.CLAIMED, RepaymentState.SENT]),
                name="marketplace_repayment_one_standing",
            ),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="marketplace_repayment_amount"),
            models.CheckConstraint(
                condition=Q(state=RepaymentState.CLAIMED, payment__isnull=False, by_hand=False, sent_at__isnull=True)
                | Q(state=RepaymentState.SENT, sent_at__isnull=False, refusal_code="")
                | (Q(state=RepaymentState.REFUSED, by_hand=False, sent_at__isnull=True) & ~Q(refusal_code="")),
                name="marketplace_repayment_told",
            ),
            models.CheckConstraint(
                condition=~Q(state=RepaymentState.SENT) | ~Q(reference=""), name="marketplace_repayment_has_reference"
            ),
        )

    @override
    def __str__(self) -> str:
        """Show licence and state."""
        return f"{self.licence_id} #{self.attempt} {self.state}"

    @property
    def amount(self) -> Money:
        """What goes back."""
        return Money(self.amount_minor, self.currency)
