"""Editions of the words around the clauses: definitions, grid of rights, general provisions.

A contract keeps the edition it was published with, as it keeps its versions of the clauses. Other words are another
edition at the end of the list and a raised `TEMPLATE_VERSION`; what is listed never changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from licensing.domain.editions.edition import Edition
from licensing.domain.editions.second import SECOND
from licensing.domain.editions.third import THIRD

EDITIONS: Final = (SECOND, THIRD)
"""From the oldest that contracts still name to the one in force."""
CURRENT: Final = EDITIONS[-1]


def edition_of(sha256: str, clauses: Sequence[str]) -> Edition:
    """The edition around a contract with this hash, made of clauses with these; the oldest where none gives it.

    No later words are ever put into a contract.
    """
    return next((one for one in EDITIONS if one.contract_sha256(clauses) == sha256), EDITIONS[0])
