"""The estimator's form: what people type, read as the facts a price depends on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from django.http import QueryDict
from django.utils.translation import gettext

from core.errors import DomainError
from licensing.domain.pricing import Estimate
from licensing.services.estimates import estimate
from marketplace.web.formats import amount_text, rate_text
from marketplace.web.pictures import Picture, waterfall
from marketplace.web.prices import Told, explained, told_steps
from marketplace.web.refusals import problem_words
from marketplace.web.said import EXCLUSIVITY, GENRES, RELEASES, SCOPES, TECH

SIZES: Final = {
    "sd": (720, 576),
    "720p": (1280, 720),
    "1080p": (1920, 1080),
    "1440p": (2560, 1440),
    "2160p": (3840, 2160),
    "6k": (6144, 3456),
    "4320p": (7680, 4320),
}
RATES: Final = {
    "24000/1001": "23.976",
    "24/1": "24",
    "25/1": "25",
    "30000/1001": "29.97",
    "30/1": "30",
    "50/1": "50",
    "60000/1001": "59.94",
    "60/1": "60",
    "100/1": "100",
    "120/1": "120",
}
TERMS: Final = ("12", "24", "36", "60")
CHOICES: Final = {
    "genres": GENRES,
    "sizes": {"sd": "SD", "720p": "720p", "1080p": "1080p (Full HD)", "1440p": "1440p", "2160p": "4K (2160p)",
              "6k": "6K", "4320p": "8K"},
    "rates": RATES,
    "techs": {code: words for code, words in TECH.items() if code not in {"hfr", "log10"}},
    "releases": RELEASES,
    "scopes": SCOPES,
    "exclusivities": EXCLUSIVITY,
    "terms": TERMS,
}  # fmt: skip
_CLOCK: Final = re.compile(r"(?:(\d{1,3}):)?(\d{1,4}):(\d{2})")
_MINUTES: Final = re.compile(r"\d{1,5}(?:[.,]\d{1,3})?")


@dataclass(frozen=True, slots=True)
class Typed:
    """The form as it was filled in; the first visit shows an example."""

    genre: str = "drone"
    length: str = "40:00"
    size: str = "2160p"
    rate: str = "25/1"
    tech: tuple[str, ...] = ()
    published: bool = False
    release: str = "none_needed"
    scope: str = "generative"
    exclusivity: str = "none"
    term: str = "24"


def typed_in(data: QueryDict) -> Typed:
    """Return what was typed; a form that was not sent is the example."""
    if "length" not in data:
        return Typed()
    usual = Typed()
    return Typed(
        genre=data.get("genre", usual.genre),
        length=data.get("length", ""),
        size=data.get("size", usual.size),
        rate=data.get("rate", usual.rate),
        tech=tuple(data.getlist("tech")),
        published=data.get("published") == "yes",
        release=data.get("release", usual.release),
        scope=data.get("scope", usual.scope),
        exclusivity=data.get("exclusivity", usual.exclusivity),
        term=data.get("term", usual.term),
    )


def length_ms(text: str) -> int | None:
    """Read ``40``, ``40:00``, ``1:02:03`` or ``2,5`` (minutes) as milliseconds; None for anything else."""
    text = text.strip()
    clock = _CLOCK.fullmatch(text)
    if clock is not None:
        hours, minutes, seconds = (int(part or 0) for part in clock.groups())
        return ((hours * 60 + minutes) * 60 + seconds) * 1000
    if _MINUTES.fullmatch(text):
        return int(Fraction(text.replace(",", ".")) * 60_000)
    return None


@dataclass(frozen=True, slots=True)
class Answered:
    """What the estimator answers: a price explained, or what to correct."""

    estimate: Estimate | None = None
    steps: tuple[Told, ...] = ()
    picture: Picture | None = None
    raises: tuple[tuple[str, str, str], ...] = ()
    """What would raise it: what to do, the new rate, what that adds."""
    problem: str = ""
    wrong_length: bool = False


def answered(typed: Typed) -> Answered:
    """Price what was typed. A fault becomes words to show beside the form; nothing is stored either way."""
    duration = length_ms(typed.length)
    if not duration:
        return Answered(wrong_length=True, problem=gettext("Type the length as minutes (40) or as 40:00."))
    width, height = SIZES.get(typed.size, SIZES["2160p"])
    facts: dict[str, Any] = {
        "duration_ms": duration,
        "width": width,
        "height": height,
        "frame_rate": typed.rate,
        "genre": typed.genre,
        "tech": list(typed.tech),
        "published": typed.published,
        "release": typed.release,
        "scope": typed.scope,
        "exclusivity": typed.exclusivity,
        "term_months": int(typed.term) if typed.term in TERMS else 0,
    }
    try:
        found = estimate(facts=facts)
    except DomainError as error:
        return Answered(problem=". ".join(problem_words(error)))
    steps = tuple(told_steps(found.price))
    currency = found.earns.currency
    return Answered(
        estimate=found,
        steps=steps,
        picture=waterfall("ladder", steps, gettext("Your rate"), rate_text(found.price.rate)),
        raises=tuple(
            (explained(one.action), rate_text(one.rate), f"+{amount_text(one.adds_text, currency)}")
            for one in found.raises
        ),
    )
