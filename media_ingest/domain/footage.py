"""What a recording is: every fact that price, search and delivery rest on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from fractions import Fraction


class Scan(StrEnum):
    """How a frame was recorded."""

    PROGRESSIVE = "progressive"
    INTERLACED = "interlaced"
    UNKNOWN = "unknown"


class DynamicRange(StrEnum):
    """The light the picture can carry."""

    SDR = "sdr"
    HLG = "hlg"
    PQ = "pq"
    """HDR10 and its relatives (SMPTE ST 2084)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Footage:
    """The facts of one video file as a player presents it. Texts are clean: no control or direction characters."""

    container: str
    """`mov`, `matroska`, `mpegts`, `avi` or `mxf`."""
    video_codec: str
    """The codec's own name (`h264`, `msmpeg4v3`), whatever decoder reads it."""
    profile: str
    pixel_format: str
    bit_depth: int
    coded_width: int
    coded_height: int
    width: int
    """As displayed: sample aspect and rotation applied."""
    height: int
    rotation: int
    """Clockwise turn a player applies: 0, 90, 180 or 270."""
    sample_aspect: str
    """`16/11`; `1/1` when the file does not say."""
    frame_rate: Fraction
    """Average frames per second."""
    base_rate: Fraction
    """The finest grid all frames fall on."""
    variable_frame_rate: bool
    scan: Scan
    color_primaries: str
    color_transfer: str
    color_matrix: str
    color_range: str
    hdr: DynamicRange
    has_audio: bool
    audio_codec: str
    audio_channels: int
    audio_rate: int
    duration_ticks: int
    """Presented length of the video stream in units of `time_base`, counted from its packets."""
    time_base: Fraction
    duration_ms: int
    """`duration_ticks` floored to milliseconds: the billable length."""
    frame_count: int
    timecode: str | None
    camera_make: str
    camera_model: str
    has_telemetry: bool
    created_at: datetime | None
    """When the camera says it was recorded (UTC); a claim, not a proof."""
    size_bytes: int
