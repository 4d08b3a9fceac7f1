"""Ledger rows. Importable only inside `marketplace.ledger`: everybody else asks its selectors and services."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from core.accounts.models import Organisation
from core.constraints import check_in
from core.ids import Prefix
from core.models_base import Record
from core.money import Money
from marketplace.ledger.domain import AccountKind, Reason


class Account(Record):
    """A place money can be: a kind, a currency and, where it belongs to somebody, an owner."""

    kind = models.CharField(max_length=24)
    owner = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="ledger_accounts")
    currency = models.CharField(max_length=3)

    class Meta:
        constraints: ClassVar = [
            check_in("kind", AccountKind, "marketplace_account_kind"),
            models.UniqueConstraint(
                fields=["kind", "currency", "owner"],
                condition=models.Q(owner__isnull=False),
                name="marketplace_account_owned_once",
            ),
            models.UniqueConstraint(
                fields=["kind", "currency"],
                condition=models.Q(owner__isnull=True),
                name="marketplace_account_platform_once",
            ),
        ]


class Transfer(Record):
    """One movement of money. Immutable by trigger; corrected only by its reversal."""

    PREFIX = Prefix.TRANSFER

    debit = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="debits")
    credit = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="credits")
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    journal_key = models.CharField(max_length=120)
    reason = models.CharField(max_length=24)
    order_ref = models.CharField(max_length=40, default="")
    subject_ref = models.CharField(max_length=40, default="")
    reverses = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="reversed_by")
    actor_key = models.CharField(max_length=80)
    """Who caused it: organisation and user ids, or `system`."""

    class Meta:
        constraints: ClassVar = [
            check_in("reason", Reason, "marketplace_transfer_reason"),
            models.UniqueConstraint(fields=["journal_key"], name="marketplace_transfer_journal_key"),
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="marketplace_transfer_positive"),
            models.CheckConstraint(
                condition=~models.Q(debit=models.F("credit")),
                name="marketplace_transfer_two_accounts",
            ),
            models.CheckConstraint(
                condition=models.Q(reason=Reason.REVERSAL, reverses__isnull=False)
                | (~models.Q(reason=Reason.REVERSAL) & models.Q(reverses__isnull=True)),
                name="marketplace_transfer_reversal_names_original",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["order_ref"], name="marketplace_transfer_order"),
            models.Index(fields=["subject_ref", "reason"], name="marketplace_transfer_subject"),
        ]

    @property
    def amount(self) -> Money:
        """What moved."""
        return Money(self.amount_minor, self.currency)
