"""What buyers need the footage for."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from typing_extensions import override

from core.accounts.models import Organisation
from core.ids import Prefix
from core.models_base import Record


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
