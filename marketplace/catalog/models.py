"""The clip as buyers find it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from typing_extensions import override

from core.accounts.models import Organisation
from core.constraints import check_in
from core.models_base import Record
from licensing.models import Agreement, TermsProfileVersion
from marketplace.catalog.domain.states import ListingState
from media_ingest.models import Clip


class Listing(Record):
    """A clip's place in the catalogue: its state, and the terms it is offered under. Known outside by its clip's id."""

    clip = models.OneToOneField(Clip, on_delete=models.PROTECT, related_name="listing")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="listings")
    state = models.CharField(max_length=12, default=ListingState.PROCESSING)
    terms_profile_version = models.ForeignKey(
        TermsProfileVersion, null=True, on_delete=models.PROTECT, related_name="listings"
    )
    agreement = models.ForeignKey(Agreement, null=True, on_delete=models.PROTECT, related_name="listings")
    went_live_at = models.DateTimeField(null=True)

    class Meta:
        """Only what has signed terms is live."""

        constraints: ClassVar = (
            check_in("state", ListingState, "marketplace_listing_state"),
            models.CheckConstraint(
                condition=~Q(state=ListingState.LIVE)
                | Q(terms_profile_version__isnull=False, agreement__isnull=False, went_live_at__isnull=False),
                name="marketplace_listing_live_has_terms",
            ),
        )
        indexes: ClassVar = (
            models.Index(fields=["state", "-id"], name="marketplace_listing_newest"),
            models.Index(fields=["state", "terms_profile_version"], name="marketplace_listing_terms"),
            models.Index(fields=["organisation", "state"], name="marketplace_listing_owner"),
        )

    @override
    def __str__(self) -> str:
        """Show the clip and its state."""
        return f"{self.clip_id} {self.state}"
