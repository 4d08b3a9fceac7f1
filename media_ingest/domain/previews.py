"""Which picture and which seconds stand for a recording and its clips, at what size: a plan, before any ffmpeg."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from media_ingest.domain import formats

POSTER_WIDTH: Final = 640
PREVIEW_SHORT_SIDE: Final = 480
OPENING_MS: Final = 4_000
PREVIEW_MAX_RATE: Final = 60
_INTO: Final = 10
_PIXELS_AT_ONCE: Final = 60_000_000
"""Pixels of all pictures that one process may decode at once: 24 clips of Full HD, one of 8K."""
_CLIPS_AT_ONCE: Final = 24


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
    """One still: taken from the key frame at or before ``at_ms``, at this size."""

    at_ms: int
    width: int
    height: int
    interlaced: bool


@dataclass(frozen=True, slots=True)
class PreviewPlan:
    """A stretch ``[start_ms, start_ms + length_ms)``, small."""

    start_ms: int
    length_ms: int
    width: int
    height: int
    with_audio: bool
    interlaced: bool

    @property
    def poster(self) -> tuple[int, int]:
        """Size of the still that goes with it: never wider than 640 pixels."""
        width = min(self.width, POSTER_WIDTH)
        return _even(Fraction(width)), _even(Fraction(self.height * width, self.width))


def _even(value: Fraction) -> int:
    """Return the nearest even whole number, at least 2: what 4:2:0 pictures need."""
    return max(2, round(value / 2) * 2)


def poster_plan(shown: Shown) -> PosterPlan:
    """Plan the poster: a tenth into the take, never wider than 640 pixels, never enlarged."""
    width = min(shown.width, POSTER_WIDTH)
    height = Fraction(shown.height * width, shown.width)
    at_ms = shown.duration_ms // _INTO
    return PosterPlan(at_ms, _even(Fraction(width)), _even(height), shown.interlaced)


def preview_plan(shown: Shown, start_ms: int, end_ms: int, *, longest_ms: int | None = None) -> PreviewPlan:
    """Plan the preview of ``[start_ms, end_ms)``: the short side at most 480 pixels, never enlarged.

    With ``longest_ms`` it is only the first so many milliseconds.
    """
    scale = min(Fraction(1), Fraction(PREVIEW_SHORT_SIDE, min(shown.width, shown.height)))
    length = end_ms - start_ms
    return PreviewPlan(
        start_ms=start_ms,
        length_ms=length if longest_ms is None else min(length, longest_ms),
        width=_even(shown.width * scale),
        height=_even(shown.height * scale),
        with_audio=shown.audio_codec in formats.AUDIO_DECODERS,
        interlaced=shown.interlaced,
    )


def opening_plans(shown: Shown, clips: Iterable[tuple[int, int]]) -> list[PreviewPlan]:
    """Plan the first seconds of each clip ``(start_ms, end_ms)``."""
    return [preview_plan(shown, start, end, longest_ms=OPENING_MS) for start, end in clips]


def batches(plans: Sequence[PreviewPlan], shown: Shown) -> list[list[PreviewPlan]]:
    """Divide plans among processes: as many in each as its memory can decode at once, and never one process a clip."""
    size = min(_CLIPS_AT_ONCE, max(1, _PIXELS_AT_ONCE // (shown.width * shown.height)))
    return [list(plans[at : at + size]) for at in range(0, len(plans), size)]
