"""Published rate cards, and the drafts they are made from."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from typing_extensions import override

from core.accounts.models import Organisation, User
from core.constraints import check_in
from core.models_base import Record
from licensing.domain.card_states import RateCardState


class RateCard(Record):
    """One published version of the rate card. Rows never change (trigger): a new price is a new version.

    A card is in force from `valid_from` until the next one's, or until its own `valid_until`.
    """

    version = models.CharField(max_length=16)
    organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="rate_cards"
    )
    """The buyer it was agreed with; nobody's own card is everybody's."""
    currency = models.CharField(max_length=3)
    card = models.JSONField()
    """The whole card as published; parsed by `licensing.domain.ratecard`."""
    sha256 = models.CharField(max_length=64)
    """Of the canonical JSON of `card`."""
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField(null=True, blank=True)
    """The first instant it no longer holds; None: until the next one."""

    class Meta:
        """One card a version, one card a moment for everybody and for each organisation."""

        constraints: ClassVar = (
            models.UniqueConstraint(fields=["version"], name="licensing_ratecard_version"),
            models.UniqueConstraint(
                fields=["valid_from"],
                condition=models.Q(organisation__isnull=True),
                name="licensing_ratecard_valid_from",
            ),
            models.UniqueConstraint(fields=["organisation", "valid_from"], name="licensing_ratecard_own_valid_from"),
            models.CheckConstraint(
                condition=models.Q(valid_until__isnull=True)
                | (models.Q(organisation__isnull=False) & models.Q(valid_until__gt=models.F("valid_from"))),
                name="licensing_ratecard_interval",
            ),
        )

    @override
    def __str__(self) -> str:
        """Show the version."""
        return self.version


class RateCardDraft(Record):
    """A card somebody proposes: simulated, submitted, then published by a second person. Frozen once published."""

    version = models.CharField(max_length=16)
    organisation = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    card = models.JSONField()
    sha256 = models.CharField(max_length=64)
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=16, default=RateCardState.DRAFT)
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    reviewer = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    published = models.OneToOneField(RateCard, null=True, blank=True, on_delete=models.PROTECT, related_name="draft")

    class Meta:
        """One draft a version; published means read by a second person."""

        constraints: ClassVar = (
            models.UniqueConstraint(fields=["version"], name="licensing_ratecarddraft_version"),
            check_in("state", RateCardState, "licensing_ratecarddraft_state"),
            models.CheckConstraint(
                condition=~models.Q(state=RateCardState.PUBLISHED)
                | (models.Q(reviewer__isnull=False, published__isnull=False) & ~models.Q(reviewer=models.F("author"))),
                name="licensing_ratecarddraft_second_person",
            ),
        )

    @override
    def __str__(self) -> str:
        """Show the version."""
        return self.version
