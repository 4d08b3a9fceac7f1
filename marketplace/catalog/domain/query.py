"""The buyer's search text as filters: `drone coastline fps:>=50 class:2160p audio:yes duration:>=10s`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from typing import Final, TypeVar

from licensing.domain.explain import Verdict
from licensing.domain.facts import Genre
from marketplace.catalog.domain.shown import VERDICTS
from marketplace.catalog.errors import QUERY_SYNTAX
from media_ingest.domain.resolution import ResolutionClass

MAX_WORDS: Final = 12
MAX_TEXT: Final = 400
MS_PER: Final = {"ms": 1, "s": 1_000, "m": 60_000, "min": 60_000, "h": 3_600_000}

_NUMBER: Final = re.compile(r"(>=|<=)?(\d{1,9}(?:\.\d{1,3})?)(ms|s|min|m|h)?")
_FLAG: Final = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}

E = TypeVar("E", bound=StrEnum)


class Orientation(StrEnum):
    """How the displayed picture stands."""

    HORIZONTAL = "horizontal"
    VERTICAL = "vertical"
    SQUARE = "square"


@dataclass(frozen=True, slots=True)
class Filters:
    """What a search narrows down to. Empty sets and None mean: any. Durations are milliseconds, limits included."""

    words: tuple[str, ...] = ()
    classes: frozenset[ResolutionClass] = frozenset()
    genres: frozenset[Genre] = frozenset()
    orientations: frozenset[Orientation] = frozenset()
    verdicts: frozenset[Verdict] = frozenset()
    fps_min: Fraction | None = None
    fps_max: Fraction | None = None
    duration_min_ms: int | None = None
    duration_max_ms: int | None = None
    has_audio: bool | None = None


def _refuse(detail: str, column: int) -> Exception:
    return QUERY_SYNTAX(f"{detail} (column {column}). Nothing was searched; correct it and try again.", column=column)


def _members(kind: type[E], value: str, column: int) -> frozenset[E]:
    try:
        return frozenset(kind(part) for part in value.split(","))
    except ValueError:
        raise _refuse(f"{value!r} is not known here; use one or more of {', '.join(kind)}", column) from None


def _number(value: str, column: int, *, unit: bool) -> tuple[str, Fraction]:
    match = _NUMBER.fullmatch(value)
    if match is None or (match[3] and not unit):
        example = "duration:>=10s" if unit else "fps:>=50"
        raise _refuse(f"{value!r} is not a limit such as {example}", column)
    return match[1] or ">=", Fraction(match[2]) * (MS_PER[match[3] or "s"] if unit else 1)


def _fps(filters: Filters, value: str, column: int) -> Filters:
    sign, number = _number(value, column, unit=False)
    return replace(filters, fps_min=number) if sign == ">=" else replace(filters, fps_max=number)


def _duration(filters: Filters, value: str, column: int) -> Filters:
    sign, number = _number(value, column, unit=True)
    ms = int(number)
    return replace(filters, duration_min_ms=ms) if sign == ">=" else replace(filters, duration_max_ms=ms)


def _audio(filters: Filters, value: str, column: int) -> Filters:
    if value not in _FLAG:
        raise _refuse(f"{value!r} is neither yes nor no", column)
    return replace(filters, has_audio=_FLAG[value])


def _class(filters: Filters, value: str, column: int) -> Filters:
    return replace(filters, classes=filters.classes | _members(ResolutionClass, value, column))


def _genre(filters: Filters, value: str, column: int) -> Filters:
    return replace(filters, genres=filters.genres | _members(Genre, value, column))


def _orientation(filters: Filters, value: str, column: int) -> Filters:
    return replace(filters, orientations=filters.orientations | _members(Orientation, value, column))


def _verdict(filters: Filters, value: str, column: int) -> Filters:
    codes = value.split(",")
    if not set(codes) <= VERDICTS.keys():
        raise _refuse(f"{value!r} is not known here; use one or more of {', '.join(VERDICTS)}", column)
    return replace(filters, verdicts=filters.verdicts | {VERDICTS[code] for code in codes})


KEYS: Final[dict[str, Callable[[Filters, str, int], Filters]]] = {
    "fps": _fps,
    "duration": _duration,
    "audio": _audio,
    "class": _class,
    "genre": _genre,
    "orientation": _orientation,
    "fit": _verdict,
}


def parse_query(text: str) -> Filters:
    """Read a search text. Words narrow; `key:value` filters. Anything else is `query_syntax` with a column."""
    if len(text) > MAX_TEXT:
        raise _refuse(f"the text is longer than {MAX_TEXT} characters", MAX_TEXT + 1)
    filters = Filters()
    for token in re.finditer(r"\S+", text):
        column = token.start() + 1
        key, colon, value = token[0].partition(":")
        if not colon:
            filters = replace(filters, words=(*filters.words, token[0].casefold()))
        elif key.casefold() not in KEYS:
            raise _refuse(f"{key!r} is not a filter; there are {', '.join(KEYS)}", column)
        else:
            filters = KEYS[key.casefold()](filters, value.casefold(), column + len(key) + 1)
    if len(filters.words) > MAX_WORDS:
        raise _refuse(f"more than {MAX_WORDS} words", 1)
    return filters


def with_filters(
    filters: Filters,
    *,
    classes: Iterable[ResolutionClass] = (),
    genres: Iterable[Genre] = (),
    orientations: Iterable[Orientation] = (),
    verdicts: Iterable[Verdict] = (),
    fps_min: Fraction | None = None,
    duration_min_ms: int | None = None,
    duration_max_ms: int | None = None,
    has_audio: bool | None = None,
) -> Filters:
    """Add filters that were given as fields to those of the text; a field wins over the text."""
    return replace(
        filters,
        classes=filters.classes | frozenset(classes),
        genres=filters.genres | frozenset(genres),
        orientations=filters.orientations | frozenset(orientations),
        verdicts=filters.verdicts | frozenset(verdicts),
        fps_min=filters.fps_min if fps_min is None else fps_min,
        duration_min_ms=filters.duration_min_ms if duration_min_ms is None else duration_min_ms,
        duration_max_ms=filters.duration_max_ms if duration_max_ms is None else duration_max_ms,
        has_audio=filters.has_audio if has_audio is None else has_audio,
    )
