"""What a creator permits."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from typing_extensions import override

from core.accounts.models import Organisation
from core.constraints import check_in
from core.ids import Prefix
from core.models_base import Record
from licensing.domain.states import TermsOrigin
from licensing.models.contract import ContractVersion


class TermsProfile(Record):
    """A creator's named terms, shared by many clips. What they say is in the versions."""

    PREFIX = Prefix.TERMS

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="terms_profiles")
    name = models.CharField(max_length=120)
    preset = models.CharField(max_length=20, default="", blank=True)
    """The preset it began as; empty when it began from the creator defaults."""

    class Meta:
        """A name is used once by a creator."""

        constraints: ClassVar = (
            models.UniqueConstraint(fields=["organisation", "name"], name="licensing_termsprofile_name"),
            models.CheckConstraint(condition=~models.Q(name=""), name="licensing_termsprofile_has_name"),
        )

    @override
    def __str__(self) -> str:
        """Show the name."""
        return self.name


class TermsProfileVersion(Record):
    """What a profile said at one time: values of all clauses, and wording agreed in place of a clause's own.

    Rows never change (trigger): licences and quotes that name one stay true.
    """

    profile = models.ForeignKey(TermsProfile, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    contract_version = models.ForeignKey(ContractVersion, on_delete=models.PROTECT, related_name="+")
    origin = models.CharField(max_length=8)
    """`chosen` by the creator from what the clauses offer, or `agreed` in a signed agreement."""
    values = models.JSONField()
    """Clause code → parameter → value, canonical; written by `licensing.domain.composition`."""
    own_wording = models.JSONField(default=dict)
    """Clause code → language → agreed text, only for clauses whose own text was replaced."""
    sha256 = models.CharField(max_length=64)
    """Of the canonical JSON of values and wording."""

    class Meta:
        """Versions count from 1."""

        constraints: ClassVar = (
            models.UniqueConstraint(fields=["profile", "number"], name="licensing_termsprofileversion_number"),
            models.CheckConstraint(condition=models.Q(number__gte=1), name="licensing_termsprofileversion_from_one"),
            check_in("origin", TermsOrigin, "licensing_termsprofileversion_origin"),
        )

    @override
    def __str__(self) -> str:
        """Show the number."""
        return f"version {self.number}"
