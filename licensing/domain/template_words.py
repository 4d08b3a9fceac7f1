"""The words of the contract around its clauses, part by part, as an edition has them: for reading a template."""

from __future__ import annotations

from dataclasses import dataclass

from licensing.domain import template
from licensing.domain.editions.edition import Edition
from licensing.domain.wording import Text


@dataclass(frozen=True, slots=True)
class Part:
    """A heading, if there is one, and what stands under it; parameters stay in braces."""

    heading: Text | None
    paragraphs: tuple[Text, ...]


def before_clauses(edition: Edition) -> tuple[Part, ...]:
    """What a contract says before its clauses: parties, definitions, and the grid of rights."""
    rights = [Text(f"{right.en}. {limits.en}", f"{right.fr}. {limits.fr}") for right, limits in edition.grid]
    return (
        Part(template.TITLE, (template.REFERENCE, template.PARTIES)),
        Part(template.HEADINGS["definitions"], edition.definitions),
        Part(template.GRID_TITLE, (template.GRID_INTRO, *rights)),
    )


def after_clauses(edition: Edition) -> tuple[Part, ...]:
    """What a contract says after its clauses."""
    general = (Part(template.HEADINGS["general"], edition.general),) if edition.general else ()
    return (*general, Part(None, (template.COUNSEL_NOTICE,)))
