"""What watching a recording once tells: its shots, how good they are, and what stands for it in lists and searches."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction


class Begins(StrEnum):
    """How a shot begins."""

    START = "start"
    """With the recording."""
    CUT = "cut"
    FADE = "fade"
    """Out of black or white."""
    DISSOLVE = "dissolve"
    """Mixed with the shot before; the boundary is the middle of the mix."""


class Flaw(StrEnum):
    """Why a shot cannot be licensed as it is."""

    TOO_SHORT = "too_short"
    """Less than two seconds."""
    BLACK = "black"
    """Nothing but darkness: a lens cap, a fade that stayed."""
    FREEZE = "freeze"
    """The same picture all the time, with the sensor's own noise missing."""
    SLATE = "slate"
    """Colour bars, a clapper's chart, a leader: pictures for technicians."""
    FLAT = "flat"
    """One colour without any structure."""


class Method(StrEnum):
    """How much of the recording was decoded."""

    EVERY_FRAME = "every_frame"
    KEY_FRAMES = "key_frames"
    """Key frames first, then only the groups of pictures that can hide a cut."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchSubject:
    """What is known of a recording before it is watched; sizes as displayed."""

    width: int
    height: int
    rotation: int
    interlaced: bool
    frame_rate: Fraction
    time_base: Fraction
    """Seconds per tick of the presented stream."""
    duration_ticks: int
    frame_count: int
    video_codec: str
    has_audio: bool
    audio_codec: str
    key_distance: int = 0
    """Packets from one key frame to the next, usually (1: every frame is one); 0 when nobody counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """How a shot looks, in thousandths (0 to 1000) unless said otherwise; measured on small pictures."""

    motion: int
    """Average change from frame to frame: 0 is a locked-off still life, 1000 a whip pan."""
    sharpness: int
    """Detail near the limit of the small picture; low is blurred or featureless."""
    brightness: int
    contrast: int
    clipped: int
    """Share of the picture that is pure white or pure black."""
    flashes_per_s: int
    """Largest number of flashes within one second; above 3 the footage is not played by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """A stretch ``[start, end)`` of the presented stream, in ticks from its first frame."""

    start: int
    end: int
    begins: Begins
    quality: Quality
    flaws: frozenset[Flaw]


@dataclass(frozen=True, slots=True)
class FramePrint:
    """The perceptual hash of one frame; frames without structure have none."""

    at_ms: int
    bits: int
    """64 bits, for finding candidates."""
    fine: bytes
    """A 16 × 16 grey thumbnail, for confirming them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpriteSheet:
    """One picture of many small ones, row by row, for scrubbing through a recording."""

    name: str
    """File in the scratch folder (WebP)."""
    tile_width: int
    tile_height: int
    columns: int
    times_ms: tuple[int, ...]
    """When each tile was taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    """How the first sound track sounds."""

    peaks: bytes
    """Six hundred bars, 0 to 255: the loudest sample in each equal part of the recording."""
    loudness_centi_lufs: int | None
    """Integrated loudness (EBU R 128) in hundredths of LUFS; None when it is silence."""
    silent: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """Everything that one look at a recording tells."""

    shots: tuple[Shot, ...]
    """In order, without gaps: they cover the recording from 0 to its end."""
    prints: tuple[FramePrint, ...]
    """About two a second where the recording was decoded, otherwise one per key frame; ordered by time."""
    sprite: SpriteSheet | None
    sound: Sound | None
    method: Method
    frames_decoded: int
    frames_seen: int
