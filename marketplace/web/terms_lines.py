"""A need beside a clip's terms, as its page shows it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from licensing.domain.terms_lines import TermsLine
from marketplace.web.formats import language


@dataclass(frozen=True, slots=True)
class ShownLine:
    """One line in the reader's language; without an obstacle it fits."""

    name: str
    need: str
    offer: str
    obstacle: str


def shown_lines(lines: Iterable[TermsLine]) -> tuple[ShownLine, ...]:
    """Return the lines in the reader's language."""
    reader = str(language())
    return tuple(
        ShownLine(
            line.name.in_language(reader),
            line.need.in_language(reader),
            line.offer.in_language(reader),
            line.obstacle.in_language(reader) if line.obstacle else "",
        )
        for line in lines
    )
