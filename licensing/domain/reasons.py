"""Reasons the desk gives, in both languages, each with what can be done about it. Published versions never change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from licensing.domain.wording import Text, wording


class ReasonCode(StrEnum):
    """Why a contract change was returned, countered or refused."""

    OUTSIDE_POLICY = "C01"
    UNCLEAR_WORDING = "C02"
    CONFLICTS = "C03"
    LAW_OR_TAX = "C04"


class FixAction(StrEnum):
    """What a creator can do about a reason, as a button or a link."""

    SEE_OUR_WORDING = "see_our_wording"
    CHOOSE_MEANING = "choose_meaning"
    EDIT_CLAUSE = "edit_clause"
    KEEP_STANDARD = "keep_standard"


@dataclass(frozen=True, slots=True)
class Reason:
    """One version of a reason: what the creator reads, and what to do about it."""

    name: str
    words: Text
    fix: Text
    action: FixAction
    version: int = 1


REASON_VERSIONS: Final[Mapping[ReasonCode, tuple[Reason, ...]]] = {
    ReasonCode.OUTSIDE_POLICY: (
        Reason(
            "outside_policy",
            wording("We cannot accept this wording.", "Nous ne pouvons pas accepter cette rédaction."),
            wording("See our own wording of this clause.", "Voyez notre propre rédaction de cette clause."),
            FixAction.SEE_OUR_WORDING,
        ),
    ),
    ReasonCode.UNCLEAR_WORDING: (
        Reason(
            "unclear_wording",
            wording("This can be read in two ways.", "Ceci peut se lire de deux manières."),
            wording("Say which of the two you mean.", "Dites laquelle des deux vous entendez."),
            FixAction.CHOOSE_MEANING,
        ),
    ),
    ReasonCode.CONFLICTS: (
        Reason(
            "conflicts_with_other_clause",
            wording("This conflicts with another clause.", "Ceci contredit une autre clause."),
            wording("Change one of the two clauses.", "Modifiez l'une des deux clauses."),
            FixAction.EDIT_CLAUSE,
        ),
    ),
    ReasonCode.LAW_OR_TAX: (
        Reason(
            "law_or_tax_limit",
            wording("The law or tax rules do not allow this.", "La loi ou la fiscalité ne le permet pas."),
            wording("Keep the clause as it stands.", "Conservez la clause telle quelle."),
            FixAction.KEEP_STANDARD,
        ),
    ),
}
"""All versions of each reason, the newest last; a decision names the version whose words its reader was given."""

REASONS: Final[Mapping[ReasonCode, Reason]] = {code: versions[-1] for code, versions in REASON_VERSIONS.items()}
"""What a reviewer chooses from now."""


def reason_of(code: str, version: int) -> Reason:
    """The reason as it read when a decision gave it."""
    return next(one for one in REASON_VERSIONS[ReasonCode(code)] if one.version == version)
