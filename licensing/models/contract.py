"""The contract template: which clause versions, in which order."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from typing_extensions import override

from core.models_base import Record
from licensing.models.clause import ClauseVersion


class ContractVersion(Record):
    """One version of the creator agreement. Rows never change (trigger)."""

    name = models.CharField(max_length=60)
    version = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    """Over the hashes of its clause versions, in order, and the words around them."""

    class Meta:
        """A version is published once."""

        constraints: ClassVar = (
            models.UniqueConstraint(fields=["name", "version"], name="licensing_contractversion_once"),
        )

    @override
    def __str__(self) -> str:
        """Show name and version."""
        return f"{self.name} v{self.version}"


class ContractClause(Record):
    """The place of one clause version in a contract version. Rows never change (trigger)."""

    contract_version = models.ForeignKey(ContractVersion, on_delete=models.PROTECT, related_name="clauses")
    clause_version = models.ForeignKey(ClauseVersion, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()

    class Meta:
        """One clause a place, one place a clause."""

        constraints: ClassVar = (
            models.UniqueConstraint(fields=["contract_version", "position"], name="licensing_contractclause_place"),
            models.UniqueConstraint(
                fields=["contract_version", "clause_version"], name="licensing_contractclause_once"
            ),
        )

    @override
    def __str__(self) -> str:
        """Show the place."""
        return f"clause {self.position}"
