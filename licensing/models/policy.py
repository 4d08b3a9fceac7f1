"""Versions of the desk's policy."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from typing_extensions import override

from core.accounts.models import User
from core.constraints import check_in
from core.models_base import Record
from licensing.domain.desk_policy import BOUNDS, PolicyState


class PolicyVersion(Record):
    """One version of who has to agree to what, and by when. What it says never changes (trigger)."""

    version = models.PositiveSmallIntegerField(unique=True)
    fallback_people = models.PositiveSmallIntegerField()
    custom_people = models.PositiveSmallIntegerField()
    two_people = models.JSONField(default=list)
    """Codes of clauses of which every change but a rung needs two people."""
    days_one = models.PositiveSmallIntegerField()
    days_two = models.PositiveSmallIntegerField()
    sample_per_mille = models.PositiveSmallIntegerField()
    sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=16, default=PolicyState.PROPOSED)
    author = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    """Who proposed it; nobody when it came with the product."""
    reviewer = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    """Who published it."""
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """Inside the bounds; published means dated, and by a second person when somebody proposed it."""

        constraints: ClassVar = (
            models.UniqueConstraint(
                fields=["state"],
                condition=models.Q(state=PolicyState.PROPOSED),
                name="licensing_policyversion_one_proposed",
            ),
            check_in("state", PolicyState, "licensing_policyversion_state"),
            models.CheckConstraint(condition=models.Q(version__gte=1), name="licensing_policyversion_from_one"),
            models.CheckConstraint(
                condition=models.Q(
                    models.Q(days_two__gte=models.F("days_one")),
                    **{f"{name}__gte": least for name, (least, _) in BOUNDS.items()},
                    **{f"{name}__lte": most for name, (_, most) in BOUNDS.items()},
                ),
                name="licensing_policyversion_bounds",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=PolicyState.PUBLISHED)
                | (
                    models.Q(published_at__isnull=False)
                    & (
                        models.Q(author=None)
                        | (models.Q(reviewer__isnull=False) & ~models.Q(reviewer=models.F("author")))
                    )
                ),
                name="licensing_policyversion_second_person",
            ),
        )

    @override
    def __str__(self) -> str:
        """Show the version."""
        return f"v{self.version}"
