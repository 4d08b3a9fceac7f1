"""A recording's shots, small pictures and waveform as its pages show them: data for links, SVG and one script."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import get_language

from marketplace.web.formats import clock_text, number_text, typeset
from media_ingest.domain.detections import Label, LabelState, label_wording
from media_ingest.domain.flaws import Stretch, flaw_wording, usable_of
from media_ingest.domain.watched import Flaw
from media_ingest.models import Asset, Clip, DerivativeKind, Watching
from media_ingest.services.links import asset_link

WAVE_HEIGHT: Final = 48
_LOUDEST: Final = 255
_PER_MILLE: Final = 1000


@dataclass(frozen=True, slots=True)
class Segment:
    """One shot on the time line; place and width in thousandths of the recording."""

    clip: Clip
    number: int
    at: int
    width: int
    start: str
    length: str
    flaws: tuple[str, ...]
    """Why it is not offered, in words; empty when it can be."""
    here: bool


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Why a part is not offered, and how long that part is."""

    text: str
    what_to_do: str
    duration_ms: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sprite sheet, for the script that shows one small picture at a time."""

    url: str
    width: int
    height: int
    columns: int
    rows: int
    times: str
    """Milliseconds, comma-separated."""
    count: int


@dataclass(frozen=True, slots=True)
class Wave:
    """A waveform as one SVG path, and how loud it is in words."""

    path: str
    width: int
    height: int
    loudness: str


def segments_of(clips: Sequence[Clip], here: Clip | None = None) -> list[Segment]:
    """Return a recording's shots in order of time; ``here`` is the one that the page is about."""
    ordered = sorted(clips, key=lambda clip: clip.start_ms)
    total = ordered[-1].end_ms if ordered else 1
    return [
        Segment(
            clip,
            number,
            clip.start_ms * _PER_MILLE // total,
            max(1, clip.end_ms * _PER_MILLE // total - clip.start_ms * _PER_MILLE // total),
            clock_text(clip.start_ms),
            clock_text(clip.duration_ms),
            tuple(typeset(flaw_wording(Flaw(flaw), get_language() or "en").text) for flaw in clip.flaws),
            here is not None and clip.id == here.id,
        )
        for number, clip in enumerate(ordered, start=1)
    ]


def left_out_of(clips: Sequence[Clip]) -> list[LeftOut]:
    """Return why parts of a recording are not offered, the longest first."""
    found = usable_of(Stretch(clip.duration_ms, tuple(clip.flaws)) for clip in clips)
    said = []
    for flaw, lost in found.left_out:
        words = flaw_wording(flaw, get_language() or "en")
        said.append(LeftOut(typeset(words.text), typeset(words.what_to_do), lost))
    return said


@dataclass(frozen=True, slots=True)
class Told:
    """What a detector says, in words."""

    code: str
    text: str
    what_to_do: str
    disputed: bool


def labels_of(clip: Clip) -> list[Told]:
    """Return what detectors say of a clip (fetched with it), the surest first, each label once."""
    said: dict[str, Told] = {}
    for one in sorted(clip.detections.all(), key=lambda one: -one.score):
        words = label_wording(Label(one.label), get_language() or "en")
        disputed = one.state == LabelState.DISPUTED
        said.setdefault(one.label, Told(one.label, typeset(words.text), typeset(words.what_to_do), disputed))
    return list(said.values())


def sheet_of(asset: Asset, watching: Watching | None) -> Sheet | None:
    """Return the sprite sheet of a watched asset, or None."""
    url = asset_link(asset, DerivativeKind.SPRITE)
    if watching is None or url is None or not watching.tile_columns:
        return None
    count = len(watching.tile_times)
    return Sheet(
        url,
        watching.tile_width,
        watching.tile_height,
        watching.tile_columns,
        -(-count // watching.tile_columns),
        json.dumps(watching.tile_times)[1:-1],
        count,
    )


def _loudness(centi_lufs: int) -> str:
    return number_text(f"{centi_lufs / 100:.1f}".replace("-", "−"))


def wave_of(watching: Watching | None) -> Wave | None:
    """Return the waveform of a watched asset as bars around a middle line, or None without sound."""
    if watching is None or not watching.peaks:
        return None
    peaks = bytes(watching.peaks)
    middle = WAVE_HEIGHT // 2
    bars = []
    for place, peak in enumerate(peaks):
        half = max(1, peak * middle // _LOUDEST)
        bars.append(f"M{place} {middle - half}v{2 * half}")
    centi = watching.loudness_centi_lufs
    return Wave("".join(bars), len(peaks), WAVE_HEIGHT, "" if centi is None else _loudness(centi))
