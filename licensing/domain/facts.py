"""What a price depends on: measured facts of the footage, and what its creator says and permits."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import Final, TypeVar

from core.money import RatePerMinute
from core.timecode import parse_ratio
from licensing.domain.errors import FACTS_INVALID, UNKNOWN_KIND
from media_ingest.domain.resolution import ResolutionClass, resolution_class

HFR_FROM: Final = 100
MAX_DURATION_MS: Final = 1_000 * 3_600_000
MAX_SIDE: Final = 65_535
MAX_FRAME_RATE: Final = 100_000
TERMS_MONTHS: Final = (12, 24, 36, 60)


class Genre(StrEnum):
    """What kind of footage it is."""

    GENERIC = "generic"
    TALKING_HEAD = "talking_head"
    DRONE = "drone"
    ANIMATION_3D = "animation_3d"
    ANIMATION_2D = "animation_2d"
    VR360 = "vr360"
    EGOCENTRIC = "egocentric"
    RARE = "rare"


GENRE_OF_GUESS: Final = {
    "drone": Genre.DRONE,
    "egocentric": Genre.EGOCENTRIC,
    "vr360": Genre.VR360,
    "animation_3d": Genre.ANIMATION_3D,
}
"""The kind that a first guess (`media_ingest.domain.guess`) stands for; every other guess is generic."""


class Tech(StrEnum):
    """Technical extras that make footage worth more."""

    HFR = "hfr"
    STEREO = "stereo"
    LOG10 = "log10"
    TELEMETRY = "telemetry"
    AUDIO_CLEAN = "audio_clean"
    HUMAN_CAPTIONS = "human_captions"


class ReleaseStatus(StrEnum):
    """Whether the people and places in the picture agreed in writing."""

    FULL = "full"
    NONE_NEEDED = "none_needed"
    BLURRED = "blurred"


class GrantScope(StrEnum):
    """How far training may go: to measure models, to recognise, or to generate."""

    EVALUATION = "evaluation"
    NON_GENERATIVE = "non_generative"
    GENERATIVE = "generative"


class GrantExclusivity(StrEnum):
    """How exclusive the licence is, as the rate card prices it."""

    NONE = "none"
    AI_TRAINING = "ai_training"
    BUYOUT = "buyout"


@dataclass(frozen=True, slots=True)
class PricingFacts:
    """All that a price depends on. `floor` is the creator's least price per minute, None when he set none.

    `log10_wanted`: the buyer asks for the 10-bit log master; only then does `log10` count.
    """

    duration_ms: int
    width: int
    height: int
    frame_rate: Fraction
    genre: Genre = Genre.GENERIC
    tech: frozenset[Tech] = frozenset()
    published: bool = False
    release: ReleaseStatus = ReleaseStatus.NONE_NEEDED
    scope: GrantScope = GrantScope.GENERATIVE
    exclusivity: GrantExclusivity = GrantExclusivity.NONE
    term_months: int = 24
    floor: Fraction | None = None
    log10_wanted: bool = False

    @property
    def resolution_class(self) -> ResolutionClass:
        """The class the shorter displayed side falls in."""
        return resolution_class(self.width, self.height)

    @property
    def counting_tech(self) -> tuple[Tech, ...]:
        """The extras that count, in the order of the rate card: declared ones, and `hfr` from 100 native frames a
        second; `log10` only when the buyer asks for it.
        """
        counted = self.tech | {Tech.HFR} if self.frame_rate >= HFR_FROM else self.tech
        if not self.log10_wanted:
            counted -= {Tech.LOG10}
        return tuple(extra for extra in Tech if extra in counted)


E = TypeVar("E", bound=StrEnum)
T = TypeVar("T")


@dataclass(slots=True)
class _Reading:
    """One pass over a JSON object that gathers every fault instead of stopping at the first."""

    raw: Mapping[str, object]
    unknown: list[dict[str, str]] = field(default_factory=list)
    wrong: list[dict[str, str]] = field(default_factory=list)

    def whole(self, name: str, highest: int) -> int:
        value = self.raw.get(name)
        if type(value) is int and 1 <= value <= highest:
            return value
        self.wrong.append({"pointer": f"/{name}", "detail": f"a whole number from 1 to {highest} is needed"})
        return 1

    def flag(self, name: str) -> bool:
        value = self.raw.get(name, False)
        if isinstance(value, bool):
            return value
        self.wrong.append({"pointer": f"/{name}", "detail": "true or false is needed"})
        return False

    def kind(self, kinds: type[E], value: object, pointer: str, otherwise: E) -> E:
        if isinstance(value, str) and value in set(kinds):
            return kinds(value)
        self.unknown.append({"pointer": pointer, "detail": f"{value!r} is not known; one of: {', '.join(kinds)}"})
        return otherwise

    def parsed(self, name: str, parse: Callable[[str], T], otherwise: T, detail: str) -> T:
        value = self.raw.get(name)
        try:
            if isinstance(value, str):
                return parse(value)
        except ValueError:
            pass
        self.wrong.append({"pointer": f"/{name}", "detail": detail})
        return otherwise


def _frame_rate(text: str) -> Fraction:
    rate = parse_ratio(text if "/" in text else f"{text}/1")
    if not 0 < rate <= MAX_FRAME_RATE:
        message = f"not a frame rate: {text!r}"
        raise ValueError(message)
    return rate


def _floor(text: str) -> Fraction:
    return RatePerMinute.parse(text, "USD").amount


def _tech(reading: _Reading) -> frozenset[Tech]:
    listed = reading.raw.get("tech", [])
    if not isinstance(listed, Sequence) or isinstance(listed, str):
        reading.wrong.append({"pointer": "/tech", "detail": "a list is needed"})
        return frozenset()
    return frozenset(reading.kind(Tech, item, f"/tech/{place}", Tech.HFR) for place, item in enumerate(listed))


def _term(reading: _Reading) -> int:
    months = reading.raw.get("term_months", 24)
    if type(months) is int and months in TERMS_MONTHS:
        return months
    known = ", ".join(str(term) for term in TERMS_MONTHS)
    reading.unknown.append({"pointer": "/term_months", "detail": f"{months!r} is not offered; one of: {known}"})
    return TERMS_MONTHS[0]


def read_facts(raw: Mapping[str, object]) -> PricingFacts:
    """Read facts from a JSON object: the fields of `PricingFacts`, `frame_rate` as `30000/1001`, `floor` as `1.20`.

    Refused with `unknown_kind` (a genre, extra, release, scope, exclusivity or term that the rate card does not know)
    or `facts_invalid`; either lists every fault with a JSON pointer.
    """
    reading = _Reading(raw)
    facts = PricingFacts(
        duration_ms=reading.whole("duration_ms", MAX_DURATION_MS),
        width=reading.whole("width", MAX_SIDE),
        height=reading.whole("height", MAX_SIDE),
        frame_rate=reading.parsed(
            "frame_rate", _frame_rate, Fraction(25), "an exact ratio such as 30000/1001 is needed"
        ),
        genre=reading.kind(Genre, raw.get("genre", "generic"), "/genre", Genre.GENERIC),
        tech=_tech(reading),
        published=reading.flag("published"),
        release=reading.kind(ReleaseStatus, raw.get("release", "none_needed"), "/release", ReleaseStatus.NONE_NEEDED),
        scope=reading.kind(GrantScope, raw.get("scope", "generative"), "/scope", GrantScope.GENERATIVE),
        exclusivity=reading.kind(
            GrantExclusivity, raw.get("exclusivity", "none"), "/exclusivity", GrantExclusivity.NONE
        ),
        term_months=_term(reading),
        floor=None
        if raw.get("floor") is None
        else reading.parsed("floor", _floor, Fraction(0), "a price per minute such as 1.20 is needed"),
        log10_wanted=reading.flag("log10_wanted"),
    )
    if reading.unknown:
        raise UNKNOWN_KIND(
            "Some values are not on the rate card. Nothing was stored; correct the listed ones and ask again.",
            errors=reading.unknown + reading.wrong,
        )
    if reading.wrong:
        raise FACTS_INVALID("Nothing was stored; correct the listed values and ask again.", errors=reading.wrong)
    return facts
