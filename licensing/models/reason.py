"""Versions of the desk's reasons."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from typing_extensions import override

from core.accounts.models import User
from core.constraints import check_in
from core.models_base import Record
from licensing.domain.reasons import ReasonCode, ReasonState


class ReasonVersion(Record):
    """One version of one reason code. What it says never changes (trigger): a decision that quotes one stays true."""

    code = models.CharField(max_length=8)
    version = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=40)
    words_en = models.CharField(max_length=200)
    """What the creator reads."""
    words_fr = models.CharField(max_length=200)
    fix_en = models.CharField(max_length=200)
    """What the creator can do about it."""
    fix_fr = models.CharField(max_length=200)
    actions = models.JSONField(default=list)
    """The same as buttons: codes of `FixAction`."""
    sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=16, default=ReasonState.PROPOSED)
    author = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    """Who proposed it; nobody when it came with the product."""
    reviewer = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    """Who published it."""
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """Both languages always; published means dated, and by a second person when somebody proposed it."""

        constraints: ClassVar = (
            models.UniqueConstraint(fields=["code", "version"], name="licensing_reasonversion_once"),
            models.UniqueConstraint(
                fields=["code"],
                condition=models.Q(state=ReasonState.PROPOSED),
                name="licensing_reasonversion_one_proposed",
            ),
            check_in("code", ReasonCode, "licensing_reasonversion_code"),
            check_in("state", ReasonState, "licensing_reasonversion_state"),
            models.CheckConstraint(
                condition=~models.Q(words_en="") & ~models.Q(words_fr="") & ~models.Q(fix_en="") & ~models.Q(fix_fr=""),
                name="licensing_reasonversion_both_languages",
            ),
            models.CheckConstraint(condition=models.Q(version__gte=1), name="licensing_reasonversion_from_one"),
            models.CheckConstraint(
                condition=~models.Q(state=ReasonState.PUBLISHED)
                | (
                    models.Q(published_at__isnull=False)
                    & (
                        models.Q(author=None)
                        | (models.Q(reviewer__isnull=False) & ~models.Q(reviewer=models.F("author")))
                    )
                ),
                name="licensing_reasonversion_second_person",
            ),
        )

    @override
    def __str__(self) -> str:
        """Show code and version."""
        return f"{self.code} v{self.version}"
