"""Which picture and which seconds stand for a recording, and at what size: a plan, before any ffmpeg."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from media_ingest.domain import formats

POSTER_WIDTH: Final = 640
PREVIEW_SHORT_SIDE: Final = 480
PREVIEW_MS: Final = 10_000
PREVIEW_MAX_RATE: Final = 60
_INTO: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What of a recording decides how its pictures are made; sizes as displayed."""

    width: int
    height: int
    duration_ms: int
    audio_codec: str
    """Empty for silent shown."""
    interlaced: bool


@dataclass(frozen=True, slots=True)
class PosterPlan:
    """One still: taken ``at_ms``, at this size."""

    at_ms: int
    width: int
    height: int
    interlaced: bool


@dataclass(frozen=True, slots=True)
class PreviewPlan:
    """The first seconds, small."""

    length_ms: int
    width: int
    height: int
    with_audio: bool
    interlaced: bool


def _even(value: Fraction) -> int:
    """Return the nearest even whole number, at least 2: what 4:2:0 pictures need."""
    return max(2, round(value / 2) * 2)


def poster_plan(shown: Shown) -> PosterPlan:
    """Plan the poster: a tenth into the take, never wider than 640 pixels, never enlarged."""
    width = min(shown.width, POSTER_WIDTH)
    height = Fraction(shown.height * width, shown.width)
    at_ms = shown.duration_ms // _INTO
    return PosterPlan(at_ms, _even(Fraction(width)), _even(height), shown.interlaced)


def preview_plan(shown: Shown) -> PreviewPlan:
    """Plan the preview: the first ten seconds, the short side at most 480 pixels, never enlarged."""
    scale = min(Fraction(1), Fraction(PREVIEW_SHORT_SIDE, min(shown.width, shown.height)))
    return PreviewPlan(
        length_ms=min(shown.duration_ms, PREVIEW_MS),
        width=_even(shown.width * scale),
        height=_even(shown.height * scale),
        with_audio=shown.audio_codec in formats.AUDIO_DECODERS,
        interlaced=shown.interlaced,
    )
