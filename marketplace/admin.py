"""Read-only pages for finance and operations: everything can be looked at and nothing changed."""

from __future__ import annotations

from typing import ClassVar

from django.contrib import admin

from licensing.admin import ReadOnly
from marketplace.models import (
    Account,
    Dataset,
    Licence,
    Listing,
    Order,
    Payment,
    Quote,
    QuoteLine,
    Repayment,
    Transfer,
)


@admin.register(Listing)
class ListingAdmin(ReadOnly):
    """Clips on their way to buyers."""

    list_display = ("clip", "organisation", "state", "terms_profile_version", "went_live_at")
    list_filter: ClassVar = ("state",)
    list_select_related: ClassVar = ("clip", "organisation", "terms_profile_version")


class QuoteLineInline(admin.TabularInline):  # type: ignore[type-arg]  # the runtime class takes no parameters
    """Frozen lines of a quote."""

    model = QuoteLine
    fields: ClassVar = ("number", "licensor", "duration_ms", "rate_per_minute", "amount_minor", "currency", "guard")
    readonly_fields: ClassVar = fields
    can_delete = False
    extra = 0


@admin.register(Quote)
class QuoteAdmin(ReadOnly):
    """Offers."""

    list_display = ("public_id", "organisation", "state", "total", "fee_share", "rate_card_version", "expires_at")
    list_filter: ClassVar = ("state", "rate_card_version")
    list_select_related: ClassVar = ("organisation",)
    inlines: ClassVar = (QuoteLineInline,)


class PaymentInline(admin.TabularInline):  # type: ignore[type-arg]  # the runtime class takes no parameters
    """Attempts to collect."""

    model = Payment
    fields: ClassVar = ("attempt", "method", "state", "amount_minor", "currency", "reference", "decline_code")
    readonly_fields: ClassVar = fields
    can_delete = False
    extra = 0


@admin.register(Order)
class OrderAdmin(ReadOnly):
    """Accepted quotes."""

    list_display = ("public_id", "organisation", "state", "paid_at", "ready_at", "delivered_at")
    list_filter: ClassVar = ("state",)
    list_select_related: ClassVar = ("organisation",)
    inlines: ClassVar = (PaymentInline,)


@admin.register(Licence)
class LicenceAdmin(ReadOnly):
    """Rights granted."""

    list_display = ("public_id", "licensor", "licensee", "state", "exclusivity", "starts_at", "ends_at")
    list_filter: ClassVar = ("state", "exclusivity")
    list_select_related: ClassVar = ("licensor", "licensee")


@admin.register(Dataset)
class DatasetAdmin(ReadOnly):
    """Deliveries."""

    list_display = ("public_id", "order", "version", "state", "ready_at", "delivered_at")
    list_filter: ClassVar = ("state",)
    list_select_related: ClassVar = ("order",)


@admin.register(Account)
class AccountAdmin(ReadOnly):
    """Where money can be."""

    list_display = ("kind", "owner", "currency")
    list_filter: ClassVar = ("kind", "currency")
    list_select_related: ClassVar = ("owner",)


@admin.register(Transfer)
class TransferAdmin(ReadOnly):
    """Every movement of money, newest first."""

    list_display = ("public_id", "reason", "debit", "credit", "amount", "order_ref", "subject_ref", "created_at")
    list_filter: ClassVar = ("reason", "currency")
    list_select_related: ClassVar = ("debit", "credit")
    search_fields = ("journal_key", "order_ref", "subject_ref")


@admin.register(Repayment)
class RepaymentAdmin(ReadOnly):
    """What was sent back to buyers, and what waits for a person: the refused."""

    list_display = ("licence", "attempt", "state", "amount", "by_hand", "reference", "refusal_code", "sent_at")
    list_filter: ClassVar = ("state", "by_hand", "refusal_code")
    list_select_related: ClassVar = ("licence",)
