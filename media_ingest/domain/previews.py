"""Which picture and which seconds stand for a recording and its clips, at what size: a plan, before any ffmpeg."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from media_ingest.domain import formats

POSTER_WIDTH: Final = 640
PREVIEW_SHORT_SIDE: Final = 480
OPENING_SHORT_SIDE: Final = 360
OPENING_MS: Final = 4_000
OPENING_LEAST_MS: Final = 2_000
OPENING_SHARE: Final = 8
"""An opening is an eighth of its clip, within these limits: what it costs stays small beside one look at the file."""
OPENING_MAX_RATE: Final = 30
PREVIEW_MAX_RATE: Final = 60
_INTO: Final = 10
_PIXELS_AT_ONCE: Final = 17_000_000
"""Pixels of all pictures that one process may decode at once: 8 clips of Full HD, two of 4K, one of 8K."""
_CLIPS_AT_ONCE: Final = 8


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


def preview_plan(shown: Shown, start_ms: int, end_ms: int) -> PreviewPlan:
    """Plan the preview of ``[start_ms, end_ms)``: the short side at most 480 pixels, never enlarged."""
    return _plan(shown, start_ms, end_ms - start_ms, PREVIEW_SHORT_SIDE)


def _plan(shown: Shown, start_ms: int, length_ms: int, short_side: int) -> PreviewPlan:
    scale = min(Fraction(1), Fraction(short_side, min(shown.width, shown.height)))
    return PreviewPlan(
        start_ms=start_ms,
        length_ms=length_ms,
        width=_even(shown.width * scale),
        height=_even(shown.height * scale),
        with_audio=shown.audio_codec in formats.AUDIO_DECODERS,
        interlaced=shown.interlaced,
    )


def opening_plans(shown: Shown, clips: Iterable[tuple[int, int]], keys_ms: Sequence[int] = ()) -> list[PreviewPlan]:
    """Plan the first seconds of each clip ``(start_ms, end_ms)``.

    ``keys_ms`` are the moments, in order, of key frames that are rare. An opening then begins at the first of them in
    the first half of its clip, if there is one, because beginning elsewhere means to decode all since the one before.
    """
    return [_opening_plan(shown, start, end, keys_ms) for start, end in clips]


def _opening_plan(shown: Shown, start_ms: int, end_ms: int, keys_ms: Sequence[int]) -> PreviewPlan:
    longest = max(OPENING_LEAST_MS, min(OPENING_MS, (end_ms - start_ms) // OPENING_SHARE))
    place = bisect_left(keys_ms, start_ms)
    if place < len(keys_ms) and keys_ms[place] <= (start_ms + end_ms) // 2:
        start_ms = keys_ms[place]
    return _plan(shown, start_ms, min(longest, end_ms - start_ms), OPENING_SHORT_SIDE)


def batches(plans: Sequence[PreviewPlan], shown: Shown) -> list[list[PreviewPlan]]:
    """Divide plans among processes: as many in each as its memory can decode at once, and never one process a clip."""
    size = min(_CLIPS_AT_ONCE, max(1, _PIXELS_AT_ONCE // (shown.width * shown.height)))
    return [list(plans[at : at + size]) for at in range(0, len(plans), size)]
