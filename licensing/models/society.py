"""What studios answer about collecting societies."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from typing_extensions import override

from core.accounts.models import Organisation, User
from core.models_base import Record


class SocietyAnswer(Record):
    """One answer of a studio; the newest counts. Rows never change (trigger)."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="society_answers")
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    societies = models.JSONField()
    """Codes of `licensing.domain.declaration.CmoStatus`, in the order of the clause; `none` stands alone."""
    authorisation = models.CharField(max_length=80, default="", blank=True)
    """The society's reference for its consent to AI training; empty without one."""

    class Meta:
        """Found by studio, newest first."""

        indexes: ClassVar = (models.Index(fields=["organisation", "-id"], name="licensing_societyanswer_newest"),)

    @override
    def __str__(self) -> str:
        """Show the societies."""
        return " ".join(self.societies)
