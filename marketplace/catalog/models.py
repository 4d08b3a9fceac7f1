"""The clip as buyers find it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from typing_extensions import override

from core.accounts.models import Organisation
from core.constraints import check_in
from core.models_base import Record
from licensing.domain.declaration import PeopleShown
from licensing.domain.facts import Genre
from licensing.domain.matching import Cleared
from licensing.models import Agreement, TermsProfileVersion
from marketplace.catalog.domain.query import Orientation
from marketplace.catalog.domain.states import ListingState
from media_ingest.domain.resolution import ResolutionClass
from media_ingest.models import Clip


class Shelf(Record):
    """Live clips that share everything a search counts by: how many they are, and how long they run together.

    The counts are a cache (ADR 0010): triggers on `Listing` keep them in the transaction that changes a listing, so
    a search over millions of clips reads a few thousand rows; `manage.py verify` compares them with the listings.
    """

    terms_profile_version = models.ForeignKey(TermsProfileVersion, on_delete=models.PROTECT, related_name="+")
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="+")
    has_audio = models.BooleanField()
    people = models.CharField(max_length=16)
    cleared = models.CharField(max_length=16)
    genre = models.CharField(max_length=16)
    resolution_class = models.CharField(max_length=8)
    orientation = models.CharField(max_length=12)
    clips = models.BigIntegerField(default=0)
    duration_ms = models.BigIntegerField(default=0)

    class Meta:
        """One shelf for one combination; what is counted is there."""

        constraints: ClassVar = (
            check_in("people", PeopleShown, "marketplace_shelf_people"),
            check_in("cleared", Cleared, "marketplace_shelf_cleared"),
            check_in("genre", Genre, "marketplace_shelf_genre"),
            check_in("resolution_class", ResolutionClass, "marketplace_shelf_class"),
            check_in("orientation", Orientation, "marketplace_shelf_orientation"),
            models.CheckConstraint(condition=Q(clips__gte=0, duration_ms__gte=0), name="marketplace_shelf_counts"),
            models.UniqueConstraint(
                fields=[
                    "terms_profile_version",
                    "agreement",
                    "has_audio",
                    "people",
                    "cleared",
                    "genre",
                    "resolution_class",
                    "orientation",
                ],
                name="marketplace_shelf_once",
            ),
        )

    @override
    def __str__(self) -> str:
        """Show the count."""
        return f"{self.clips} clips"


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
    shelf = models.ForeignKey(Shelf, null=True, on_delete=models.PROTECT, related_name="listings")
    """Where it is counted while it is live."""
    shelved_ms = models.BigIntegerField(default=0)
    """The clip's length as it is counted."""

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
