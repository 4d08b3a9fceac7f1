"""What buyers need the footage for."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from typing_extensions import override

from core.accounts.models import Organisation, User
from core.constraints import check_in
from core.ids import Prefix
from core.models_base import Record
from licensing.domain.approval import STANDING, RequestState


class UseCase(Record):
    """A buyer's named need. What it says is in its versions; the newest counts for new quotes."""

    PREFIX = Prefix.USE_CASE

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="use_cases")
    name = models.CharField(max_length=120)

    class Meta:
        """A name is used once by a buyer."""

        constraints: ClassVar = (
            models.UniqueConstraint(fields=["organisation", "name"], name="licensing_usecase_name"),
            models.CheckConstraint(condition=~models.Q(name=""), name="licensing_usecase_has_name"),
        )

    @override
    def __str__(self) -> str:
        """Show the name."""
        return self.name


class UseCaseVersion(Record):
    """What a use case said at one time. Rows never change (trigger): a quote that names one stays true."""

    use_case = models.ForeignKey(UseCase, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    values = models.JSONField()
    """Canonical values, written by `licensing.domain.use_case_values`."""
    sha256 = models.CharField(max_length=64)
    """Of the canonical JSON of `values`."""

    class Meta:
        """Versions count from 1."""

        constraints: ClassVar = (
            models.UniqueConstraint(fields=["use_case", "number"], name="licensing_usecaseversion_number"),
            models.CheckConstraint(condition=models.Q(number__gte=1), name="licensing_usecaseversion_from_one"),
        )

    @override
    def __str__(self) -> str:
        """Show the number."""
        return f"version {self.number}"


class UseCaseApproval(Record):
    """One request to the buyer's legal people to approve a version, and their answer. Answered rows never change.

    Approval is the buyer's own affair: searching, quotes and their acceptance do not wait for it. Creators' previews
    count approved use cases only.
    """

    version = models.ForeignKey(UseCaseVersion, on_delete=models.PROTECT, related_name="approvals")
    state = models.CharField(max_length=16, default=RequestState.REQUESTED)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(default="", blank=True)
    """Why it was refused; what to know about an approval, if anything."""

    class Meta:
        """One request stands for a version; another person than who asked answers it, and a refusal says why."""

        constraints: ClassVar = (
            check_in("state", RequestState, "licensing_usecaseapproval_state"),
            models.UniqueConstraint(
                fields=["version"],
                condition=models.Q(state__in=[str(state) for state in STANDING]),
                name="licensing_usecaseapproval_one_stands",
            ),
            models.CheckConstraint(
                condition=models.Q(state="requested", decided_by=None, decided_at=None)
                | (
                    ~models.Q(state="requested")
                    & models.Q(decided_by__isnull=False, decided_at__isnull=False)
                    & ~models.Q(decided_by=models.F("asked_by"))
                ),
                name="licensing_usecaseapproval_second_person",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="refused") | ~models.Q(reason=""), name="licensing_usecaseapproval_explained"
            ),
        )

    @override
    def __str__(self) -> str:
        """Show the state."""
        return self.state
