"""Offers, orders, payments and granted rights. Issued figures are frozen by triggers."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from typing_extensions import override

from core.accounts.models import Organisation, User
from core.constraints import check_in
from core.ids import Prefix
from core.models_base import Record
from core.money import Money, RatePerMinute
from licensing.domain.facts import GrantExclusivity
from licensing.models import Agreement, TermsProfileVersion, UseCaseVersion
from marketplace.orders.domain.exclusivity import EVERYTHING, Hold
from marketplace.orders.domain.states import LicenceState, OrderState, PaymentState, QuoteState
from marketplace.payouts.domain import Method
from media_ingest.models import Clip


class Quote(Record):
    """A frozen offer: these clips, at these prices, under these terms, until then."""

    PREFIX = Prefix.QUOTE

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="quotes")
    created_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    use_case_version = models.ForeignKey(UseCaseVersion, on_delete=models.PROTECT, related_name="quotes")
    state = models.CharField(max_length=12, default=QuoteState.DRAFT)
    expires_at = models.DateTimeField()
    rate_card_version = models.CharField(max_length=16)
    rate_card_sha256 = models.CharField(max_length=64)
    currency = models.CharField(max_length=3)
    creators_minor = models.BigIntegerField()
    """The sum of the rounded lines."""
    service_fee_minor = models.BigIntegerField()
    fee_share = models.CharField(max_length=12)
    """The fee's share of the creators' sum, an exact decimal such as `0.20`."""
    licensed_before_ms = models.BigIntegerField()
    """What the buyer had licensed before; decides the fee's tier together with this quote."""
    duration_ms = models.BigIntegerField()
    exclusivity = models.CharField(max_length=12)
    """How exclusive the grant will be; what the rate card prices."""
    term_months = models.PositiveSmallIntegerField()
    conditions = models.JSONField(default=list)
    """What has to be accepted: `[{"code", "values", "clips"}]`."""
    left_out = models.JSONField(default=list)
    """Asked for and not quoted: `[{"clip", "reason", "text"}]`."""

    class Meta:
        """Figures are never negative."""

        constraints: ClassVar = (
            check_in("state", QuoteState, "marketplace_quote_state"),
            check_in("exclusivity", GrantExclusivity, "marketplace_quote_exclusivity"),
            models.CheckConstraint(
                condition=Q(
                    creators_minor__gte=0, service_fee_minor__gte=0, duration_ms__gt=0, licensed_before_ms__gte=0
                ),
                name="marketplace_quote_figures",
            ),
        )
        indexes: ClassVar = (models.Index(fields=["organisation", "-id"], name="marketplace_quote_owner"),)

    @override
    def __str__(self) -> str:
        """Show id and state."""
        return f"{self.public_id} {self.state}"

    @property
    def creators(self) -> Money:
        """What creators receive."""
        return Money(self.creators_minor, self.currency)

    @property
    def service_fee(self) -> Money:
        """What the platform receives."""
        return Money(self.service_fee_minor, self.currency)

    @property
    def total(self) -> Money:
        """What the buyer pays."""
        return self.creators + self.service_fee


class QuoteLine(Record):
    """One clip of an offer, with everything its price rests on. Written once."""

    quote = models.ForeignKey(Quote, on_delete=models.PROTECT, related_name="lines")
    number = models.PositiveIntegerField()
    clip = models.ForeignKey(Clip, on_delete=models.PROTECT, related_name="quote_lines")
    licensor = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    start_ms = models.BigIntegerField()
    end_ms = models.BigIntegerField()
    duration_ms = models.BigIntegerField()
    rate_per_minute = models.CharField(max_length=64)
    """Exact decimal string."""
    steps = models.JSONField()
    """How the rate came about: `[{"label", "factor", "adds", "because"}]`."""
    guard = models.JSONField(null=True)
    """`{"computed", "needs"}` when the rate is the ceiling until an admin agrees."""
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    terms_profile_version = models.ForeignKey(TermsProfileVersion, on_delete=models.PROTECT, related_name="+")
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="+")
    agreement_sha256 = models.CharField(max_length=64)
    rate_card_version = models.CharField(max_length=16)
    rate_card_sha256 = models.CharField(max_length=64)
    asset_sha256 = models.CharField(max_length=64)
    conditions = models.JSONField(default=list)
    """Clause codes the buyer accepts for this clip."""

    class Meta:
        """One line per clip, half-open span, never negative."""

        constraints: ClassVar = (
            models.UniqueConstraint(fields=["quote", "clip"], name="marketplace_quoteline_once"),
            models.UniqueConstraint(fields=["quote", "number"], name="marketplace_quoteline_number"),
            models.CheckConstraint(
                condition=Q(start_ms__gte=0, end_ms__gt=F("start_ms"), duration_ms=F("end_ms") - F("start_ms")),
                name="marketplace_quoteline_span",
            ),
            models.CheckConstraint(condition=Q(amount_minor__gte=0), name="marketplace_quoteline_amount"),
        )

    @override
    def __str__(self) -> str:
        """Show number and amount."""
        return f"{self.number}: {self.amount}"

    @property
    def rate(self) -> RatePerMinute:
        """What the creator receives per minute."""
        return RatePerMinute.parse(self.rate_per_minute, self.currency)

    @property
    def amount(self) -> Money:
        """What the creator receives for this clip."""
        return Money(self.amount_minor, self.currency)


class Order(Record):
    """An accepted quote on its way to delivery. Its figures are the quote's."""

    PREFIX = Prefix.ORDER

    quote = models.OneToOneField(Quote, on_delete=models.PROTECT, related_name="order")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="orders")
    placed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=20, default=OrderState.AWAITING_PAYMENT)
    conditions = models.JSONField(default=list)
    """The clause codes that were accepted."""
    paid_at = models.DateTimeField(null=True)
    ready_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        """States are known."""

        constraints: ClassVar = (
            check_in("state", OrderState, "marketplace_order_state"),
            models.CheckConstraint(
                condition=~Q(state__in=[OrderState.BUILDING, OrderState.READY, OrderState.DELIVERED])
                | Q(paid_at__isnull=False),
                name="marketplace_order_built_is_paid",
            ),
        )
        indexes: ClassVar = (models.Index(fields=["organisation", "-id"], name="marketplace_order_owner"),)

    @override
    def __str__(self) -> str:
        """Show id and state."""
        return f"{self.public_id} {self.state}"


class Payment(Record):
    """One attempt to collect an order's total. Written before the provider is asked."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="payments")
    attempt = models.PositiveIntegerField()
    method = models.CharField(max_length=16)
    provider_key = models.CharField(max_length=80, unique=True)
    """What the provider is asked under; the same for every retry of this attempt."""
    state = models.CharField(max_length=12, default=PaymentState.CLAIMED)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    reference = models.CharField(max_length=80, default="")
    decline_code = models.CharField(max_length=40, default="")

    class Meta:
        """At most one attempt that is running or has succeeded."""

        constraints: ClassVar = (
            check_in("state", PaymentState, "marketplace_payment_state"),
            check_in("method", Method, "marketplace_payment_method"),
            models.UniqueConstraint(fields=["order", "attempt"], name="marketplace_payment_attempt"),
            models.UniqueConstraint(
                fields=["order"],
                condition=Q(state__in=[PaymentState.CLAIMED, PaymentState.CAPTURED]),
                name="marketplace_payment_one_standing",
            ),
            models.CheckConstraint(
                condition=~Q(state=PaymentState.CAPTURED) | ~Q(reference=""), name="marketplace_payment_has_reference"
            ),
        )

    @override
    def __str__(self) -> str:
        """Show order and state."""
        return f"{self.order_id} #{self.attempt} {self.state}"

    @property
    def amount(self) -> Money:
        """What is collected."""
        return Money(self.amount_minor, self.currency)


class Licence(Record):
    """The right granted on one clip to one buyer. All but its state is written once."""

    PREFIX = Prefix.LICENCE

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="licences")
    line = models.OneToOneField(QuoteLine, on_delete=models.PROTECT, related_name="licence")
    clip = models.ForeignKey(Clip, on_delete=models.PROTECT, related_name="licences")
    licensor = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="licences_granted")
    licensee = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="licences_held")
    state = models.CharField(max_length=12, default=LicenceState.ACTIVE)
    exclusivity = models.CharField(max_length=12)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        """One licence per clip and order. That no right is sold twice is the business of `Reservation`."""

        constraints: ClassVar = (
            check_in("state", LicenceState, "marketplace_licence_state"),
            check_in("exclusivity", GrantExclusivity, "marketplace_licence_exclusivity"),
            models.UniqueConstraint(fields=["order", "clip"], name="marketplace_licence_once"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="marketplace_licence_interval"),
        )
        indexes: ClassVar = (
            models.Index(fields=["licensee", "-id"], name="marketplace_licence_licensee"),
            models.Index(fields=["licensor", "-id"], name="marketplace_licence_licensor"),
            models.Index(fields=["order", "state"], name="marketplace_licence_standing"),
        )

    @override
    def __str__(self) -> str:
        """Show id and state."""
        return f"{self.public_id} {self.state}"


class Reservation(Record):
    """The hold of one order on one clip: which uses, alone or not, from when to when. Written before money moves.

    The table refuses two that clash (see `marketplace.orders.domain.exclusivity`): by an exclusion constraint on
    PostgreSQL, by a trigger on SQLite. No licence is issued without one. It may only be released, never changed.
    """

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="reservations")
    clip = models.ForeignKey(Clip, on_delete=models.PROTECT, related_name="reservations")
    cells = models.PositiveIntegerField()
    """Set of bits, one for each use of a clip."""
    exclusive = models.BooleanField()
    """Whether others are kept out of these uses."""
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    released_at = models.DateTimeField(null=True)
    """When it stopped counting: the payment was declined, or the licence ended early."""

    class Meta:
        """A hold is about something and lasts."""

        constraints: ClassVar = (
            models.CheckConstraint(condition=Q(cells__gte=1, cells__lte=EVERYTHING), name="marketplace_hold_cells"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="marketplace_hold_interval"),
        )
        indexes: ClassVar = (
            models.Index(fields=["clip", "ends_at"], condition=Q(released_at=None), name="marketplace_hold_standing"),
            models.Index(
                fields=["ends_at", "clip"],
                condition=Q(released_at=None, exclusive=True),
                name="marketplace_hold_exclusive",
            ),
        )

    @override
    def __str__(self) -> str:
        """Show what is held."""
        return f"{self.clip_id} {self.cells:04x} {'alone' if self.exclusive else 'shared'}"

    @property
    def hold(self) -> Hold:
        """The hold as the rules see it."""
        return Hold(self.cells, self.exclusive, self.starts_at, self.ends_at)
