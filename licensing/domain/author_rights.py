"""What French law asks a contract to say about the author's rights, as tables made from the clauses' values.

Article L131-3: each right granted is stated separately, with its extent, purpose, place and duration.
Article L121-2: the author alone decides on first disclosure. Article L131-6: unforeseen forms of exploitation
need an express clause with a share of the profit.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from licensing.domain import template
from licensing.domain.clauses import PLACEHOLDER, Catalogue, TermsValues, clause_of
from licensing.domain.editions import CURRENT
from licensing.domain.editions.edition import Edition
from licensing.domain.wording import NARROW, Language, Text, wording

COLUMNS: Final = (
    wording("Right", "Droit"),
    wording("Extent", "Étendue"),
    wording("Purpose", "Destination"),
    wording("Place", "Lieu"),
    wording("Duration", "Durée"),
)
"""Headings of the grid; the last four are also the labels inside the template's sentences."""


@dataclass(frozen=True, slots=True)
class GridRow:
    """One right: granted within these four limits, or kept (`kept` says so and the limits are empty)."""

    right: str
    extent: str
    purpose: str
    place: str
    duration: str
    kept: str = ""

    @property
    def granted(self) -> bool:
        """Whether the right is granted at all."""
        return not self.kept


@dataclass(frozen=True, slots=True)
class AuthorRights:
    """The grid and the two switches, in one language."""

    grid: tuple[GridRow, ...]
    first_disclosure: str
    """The value of MORAL_RIGHTS, such as `training_only_no_publication`."""
    first_disclosure_words: str
    name_credit_words: str
    future_forms: bool
    future_forms_words: str
    profit_share_percent: int
    profit_share_words: str


def _labelled(language: Language) -> re.Pattern[str]:
    gap = ": " if language is Language.EN else f"{NARROW}: "
    parts = [rf"{re.escape(column.of(language) + gap)}(.+)\." for column in COLUMNS[1:]]
    return re.compile(" ".join(parts), re.DOTALL)


def _row(right: str, pattern: str, words: dict[str, str], language: Language) -> GridRow:
    def filled(text: str) -> str:
        return PLACEHOLDER.sub(lambda match: words[match[1]], text)

    # The template is split before it is filled, so that no value can pose as a label.
    found = _labelled(language).fullmatch(pattern)
    if found is None:
        return GridRow(right, "", "", "", "", filled(pattern))
    extent, purpose, place, duration = (filled(cell) for cell in found.groups())
    return GridRow(right, extent, purpose, place, duration)


def rights_grid(
    catalogue: Catalogue, values: TermsValues, language: Language, edition: Edition = CURRENT
) -> tuple[GridRow, ...]:
    """The grid of article L131-3 as a table; `licensing.domain.rendering.grid` says the same in sentences."""
    words = {
        name: clause_of(catalogue, code).spoken(values[code], language)[parameter]
        for name, (code, parameter) in template.GRID_SOURCES.items()
    }
    return tuple(_row(right.of(language), extent.of(language), words, language) for right, extent in edition.grid)


def author_rights(
    catalogue: Catalogue, values: TermsValues, language: Language, edition: Edition = CURRENT
) -> AuthorRights:
    """What the author grants, consents to and keeps, from the values of the clauses."""
    moral, future = values["MORAL_RIGHTS"], values["FUTURE_FORMS"]
    moral_words = clause_of(catalogue, "MORAL_RIGHTS").spoken(moral, language)
    future_words = clause_of(catalogue, "FUTURE_FORMS").spoken(future, language)
    share = future["profit_share_percent"]
    return AuthorRights(
        grid=rights_grid(catalogue, values, language, edition),
        first_disclosure=str(moral["first_disclosure"]),
        first_disclosure_words=moral_words["first_disclosure"],
        name_credit_words=moral_words["name_credit"],
        future_forms=future["express"] is True,
        future_forms_words=future_words["express"],
        profit_share_percent=share if isinstance(share, int) else 0,
        profit_share_words=future_words["profit_share_percent"],
    )


SWITCHES_TITLE: Final = wording("What the author decides", "Ce que l'auteur décide")
SWITCHES: Final[dict[str, Text]] = {
    "first_disclosure": wording("First disclosure (article L121-2)", "Première divulgation (article L121-2)"),
    "name_credit": wording("Credit by name", "Mention du nom"),
    "future_forms": wording("Forms unforeseen today (article L131-6)", "Formes non prévues (article L131-6)"),
    "profit_share": wording("Share of their profit", "Participation à leurs profits"),
}
FIRST_DISCLOSURE_LEAD: Final = wording("The author {words}.", "L'auteur {words}.")
FUTURE_FORMS_LEAD: Final = wording("They {words}.", "Elles {words}.")


def switch_rows(rights: AuthorRights, language: Language) -> tuple[tuple[str, str], ...]:
    """The switches as label and sentence, for a page or a document."""
    said = {
        "first_disclosure": FIRST_DISCLOSURE_LEAD.of(language).replace("{words}", rights.first_disclosure_words),
        "name_credit": rights.name_credit_words,
        "future_forms": FUTURE_FORMS_LEAD.of(language).replace("{words}", rights.future_forms_words),
        "profit_share": rights.profit_share_words,
    }
    return tuple((label.of(language), said[name]) for name, label in SWITCHES.items())
