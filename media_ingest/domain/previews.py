"""Which picture and which seconds stand for a recording, and at what size: a plan, before any ffmpeg."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from media_ingest.domain.footage import Footage, Scan

POSTER_WIDTH: Final = 640
PREVIEW_SHORT_SIDE: Final = 480
PREVIEW_MS: Final = 10_000
PREVIEW_MAX_RATE: Final = 60
_INTO: Final = 10


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


def poster_plan(footage: Footage) -> PosterPlan:
    """Plan the poster: a tenth into the take, never wider than 640 pixels, never enlarged."""
    width = min(footage.width, POSTER_WIDTH)
    height = Fraction(footage.height * width, footage.width)
    at_ms = footage.duration_ms // _INTO
    return PosterPlan(at_ms, _even(Fraction(width)), _even(height), footage.scan is Scan.INTERLACED)


def preview_plan(footage: Footage) -> PreviewPlan:
    """Plan the preview: the first ten seconds, the short side at most 480 pixels, never enlarged."""
    scale = min(Fraction(1), Fraction(PREVIEW_SHORT_SIDE, min(footage.width, footage.height)))
    return PreviewPlan(
        length_ms=min(footage.duration_ms, PREVIEW_MS),
        width=_even(footage.width * scale),
        height=_even(footage.height * scale),
        with_audio=footage.has_audio,
        interlaced=footage.scan is Scan.INTERLACED,
    )
