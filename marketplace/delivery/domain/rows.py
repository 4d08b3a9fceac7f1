"""One row per delivered sample: the same facts in the shard, in manifest.jsonl and in manifest.parquet."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Color:
    """Colour description of the picture, as the source declares it."""

    primaries: str | None
    transfer: str | None
    matrix: str | None
    range: str | None
    hdr: str | None


@dataclass(frozen=True, slots=True)
class Audio:
    """The sample's sound."""

    codec: str | None
    channels: int | None
    rate: int | None


@dataclass(frozen=True, slots=True)
class Camera:
    """What filmed it, as the source declares it."""

    make: str | None
    model: str | None


@dataclass(frozen=True, slots=True)
class SampleRow:
    """Everything a dataset says about one sample; None where it is not known."""

    key: str
    shard: str
    file: str
    size_bytes: int
    sha256: str
    clip_id: str
    asset_sha256: str
    start_ms: int
    end_ms: int
    duration_ms: int
    start_ticks: int
    end_ticks: int
    time_base: str
    cut: str
    width: int
    height: int
    frame_rate: str
    video_codec: str
    pixel_format: str | None
    bit_depth: int | None
    color: Color
    audio: Audio | None
    title: str
    description: str
    tags: tuple[str, ...]
    language: str | None
    motion: float | None
    quality: float | None
    people: str | None
    camera: Camera | None
    capture_date: str | None
    place: str | None
    terms_id: str
    terms_version: int
    licence_id: str
    creator: str
    price: str
    currency: str
    iscc: str | None

    def as_dict(self) -> dict[str, Any]:
        """Plain values in column order."""
        return asdict(self)

    def as_json(self) -> bytes:
        """The row as one line of JSON, without the line end; equal rows give equal bytes."""
        return json.dumps(asdict(self), ensure_ascii=False, separators=(",", ":")).encode()


def row_from_json(line: bytes) -> SampleRow:
    """Read back what ``SampleRow.as_json`` wrote."""
    values: dict[str, Any] = json.loads(line)
    values["color"] = Color(**values["color"])
    values["audio"] = _optional(Audio, values["audio"])
    values["camera"] = _optional(Camera, values["camera"])
    values["tags"] = tuple(values["tags"])
    return SampleRow(**values)


def _optional(kind: Callable[..., _T], values: Mapping[str, Any] | None) -> _T | None:
    return None if values is None else kind(**values)
