"""Published versions of clauses."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from typing_extensions import override

from core.accounts.models import User
from core.constraints import check_in
from core.ids import Prefix
from core.models_base import Record
from licensing.domain.states import ClauseState


class ClauseVersion(Record):
    """One version of one clause: words, machine values and hash together. Approved rows never change (trigger)."""

    PREFIX = Prefix.CLAUSE

    code = models.CharField(max_length=40)
    number = models.PositiveSmallIntegerField()
    """Place in the catalogue, 1 to 40."""
    version = models.PositiveIntegerField()
    state = models.CharField(max_length=16, default=ClauseState.DRAFT)
    critical = models.BooleanField()
    """Whether a change of some parameter needs two people."""
    title_en = models.CharField(max_length=120)
    title_fr = models.CharField(max_length=120)
    summary_en = models.TextField()
    summary_fr = models.TextField()
    text_en = models.TextField()
    """Legal text with named parameters in braces."""
    text_fr = models.TextField()
    facts = models.JSONField()
    """The whole version as plain data, as hashed: parameters, limits, fallbacks, canonical words."""
    sha256 = models.CharField(max_length=64)
    author = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    """Who drafted it; nobody when it came with the product."""
    reviewer = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    """Who approved it."""
    approved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """A version is published once; approved means dated, and read by a second person when somebody drafted it."""

        constraints: ClassVar = (
            models.UniqueConstraint(fields=["code", "version"], name="licensing_clauseversion_once"),
            check_in("state", ClauseState, "licensing_clauseversion_state"),
            models.CheckConstraint(
                condition=~models.Q(state__in=[ClauseState.APPROVED, ClauseState.RETIRED])
                | models.Q(approved_at__isnull=False),
                name="licensing_clauseversion_approved_dated",
            ),
            models.CheckConstraint(
                condition=models.Q(author__isnull=True)
                | models.Q(state__in=[ClauseState.DRAFT, ClauseState.IN_REVIEW])
                | (models.Q(reviewer__isnull=False) & ~models.Q(reviewer=models.F("author"))),
                name="licensing_clauseversion_second_person",
            ),
            models.UniqueConstraint(
                fields=["code"],
                condition=models.Q(state__in=[ClauseState.DRAFT, ClauseState.IN_REVIEW]),
                name="licensing_clauseversion_one_open",
            ),
        )

    @override
    def __str__(self) -> str:
        """Show code and version."""
        return f"{self.code} v{self.version}"
