"""Why a shot is not offered, in words, and how much of a recording is left."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from media_ingest.domain.reasons import ENGLISH, FRENCH, Wording
from media_ingest.domain.watched import Flaw

_WORDINGS: Final = {
    ENGLISH: {
        Flaw.TOO_SHORT: Wording(
            "Shorter than two seconds.", "Nothing to do: so short a shot is not licensed by itself."
        ),
        Flaw.BLACK: Wording(
            "Nothing but darkness.", "Nothing to do. If something can be seen, upload a brighter take."
        ),
        Flaw.FREEZE: Wording(
            "The picture stands still.", "If a still life was filmed, upload the camera original: its noise shows it."
        ),
        Flaw.SLATE: Wording(
            "A slate, colour bars or a leader.", "Nothing to do: pictures for technicians are not offered."
        ),
        Flaw.FLAT: Wording(
            "One colour without any structure.", "Nothing to do: an empty picture teaches nobody anything."
        ),
    },
    FRENCH: {
        Flaw.TOO_SHORT: Wording("Moins de deux secondes.", "Rien à faire : un plan aussi court ne se vend pas seul."),
        Flaw.BLACK: Wording(
            "Rien que le noir.", "Rien à faire. Si l'on voit quelque chose, envoyez une prise plus claire."
        ),
        Flaw.FREEZE: Wording(
            "L'image est figée.",
            "Si c'est une nature morte filmée, envoyez l'original de caméra : son bruit le montre.",
        ),
        Flaw.SLATE: Wording(
            "Un clap, une mire ou une amorce.", "Rien à faire : les images pour techniciens ne sont pas proposées."
        ),
        Flaw.FLAT: Wording(
            "Une seule couleur, sans structure.", "Rien à faire : une image vide n'apprend rien à personne."
        ),
    },
}


@dataclass(frozen=True, slots=True)
class Stretch:
    """A clip as far as counting needs it."""

    duration_ms: int
    flaws: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Usable:
    """How much of a recording can be offered, in milliseconds, and why the rest cannot."""

    total_ms: int
    usable_ms: int
    left_out: tuple[tuple[Flaw, int], ...]
    """Each flaw with the length it takes away. A shot with two flaws counts for its first."""


def flaw_wording(flaw: Flaw, language: str) -> Wording:
    """Return a flaw's text and advice; other languages than ``fr`` read English."""
    return _WORDINGS[FRENCH if language.startswith(FRENCH) else ENGLISH][flaw]


def usable_of(stretches: Iterable[Stretch]) -> Usable:
    """Add the stretches of a recording up: what can be offered, and what each flaw takes away, longest first."""
    total = usable = 0
    taken: dict[Flaw, int] = {}
    for stretch in stretches:
        total += stretch.duration_ms
        if not stretch.flaws:
            usable += stretch.duration_ms
            continue
        # The graver the flaw, the earlier it stands; "too short" is only said when nothing else is wrong.
        first = next(flaw for flaw in _GRAVEST if str(flaw) in stretch.flaws)
        taken[first] = taken.get(first, 0) + stretch.duration_ms
    return Usable(total, usable, tuple(sorted(taken.items(), key=lambda item: (-item[1], item[0]))))


_GRAVEST: Final = (Flaw.BLACK, Flaw.SLATE, Flaw.FLAT, Flaw.FREEZE, Flaw.TOO_SHORT)
