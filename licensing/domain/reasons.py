"""Reasons a reviewer gives, in both languages, each with what the creator can do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from licensing.domain.wording import Text, wording

REASONS_VERSION: Final = 1


class ReasonCode(StrEnum):
    """Why a contract change was returned or refused."""

    OUTSIDE_POLICY = "C01"
    UNCLEAR_WORDING = "C02"
    CONFLICTS = "C03"
    LAW_OR_TAX = "C04"


@dataclass(frozen=True, slots=True)
class Reason:
    """What the creator reads, and what to do about it."""

    name: str
    words: Text
    fix: Text


REASONS: Final[Mapping[ReasonCode, Reason]] = {
    ReasonCode.OUTSIDE_POLICY: Reason(
        "outside_policy",
        wording("We cannot accept this wording.", "Nous ne pouvons pas accepter cette rédaction."),
        wording("See our own wording of this clause.", "Voyez notre propre rédaction de cette clause."),
    ),
    ReasonCode.UNCLEAR_WORDING: Reason(
        "unclear_wording",
        wording("This can be read in two ways.", "Ceci peut se lire de deux manières."),
        wording("Say which of the two you mean.", "Dites laquelle des deux vous entendez."),
    ),
    ReasonCode.CONFLICTS: Reason(
        "conflicts_with_other_clause",
        wording("This conflicts with another clause.", "Ceci contredit une autre clause."),
        wording("Change one of the two clauses.", "Modifiez l'une des deux clauses."),
    ),
    ReasonCode.LAW_OR_TAX: Reason(
        "law_or_tax_limit",
        wording("The law or tax rules do not allow this.", "La loi ou la fiscalité ne le permet pas."),
        wording("Keep the clause as it stands.", "Conservez la clause telle quelle."),
    ),
}
