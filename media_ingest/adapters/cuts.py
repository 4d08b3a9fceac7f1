"""Cutting stretches out of a recording: its packet index, and one process for all its cuts. Graphs by ffmpeg-python."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final

import ffmpeg

from media_ingest.adapters.ffmpeg import Budget, Stop, ToolFailedError, never, run
from media_ingest.adapters.renditions import CLEAN, DECODED, MUXERS, READ
from media_ingest.domain.cuts import Cut, Encoding, PacketIndex, read_index

_AUDIO: Final = {"acodec": "aac", "b:a": "256k"}
_MARGIN_S: Final = 2


@dataclass(frozen=True, slots=True)
class CutOrder:
    """One stretch to write: copied when its cut says so, else encoded."""

    cut: Cut
    out: Path
    container: str
    encoding: Encoding
    audio: str
    """``copy``, ``aac``, or empty for silent footage."""


class _Lines:
    """Collects the lines that come through a pipe."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._rest = b""

    def take(self, chunk: bytes) -> None:
        *whole, self._rest = (self._rest + chunk).split(b"\n")
        self.lines += [line.decode("ascii", "replace") for line in whole]


def packet_index(path: Path, scratch: Path, *, should_stop: Stop = never) -> PacketIndex:
    """Return the packets of a recording's picture; nothing is decoded. Raises ToolError kinds."""
    size = path.stat().st_size
    source = ffmpeg.input(f"file:{path}", **READ)
    made = source["V:0"].output("pipe:3", f="framecrc", c="copy").global_args("-copyts")
    budget = Budget(cpu_s=120 + size // 50_000_000, wall_s=600 + size / 5_000_000, file_size=1_000_000, stall_s=600)
    told = _Lines()
    run(
        made.get_args(),
        budget=budget,
        readable=[path],
        scratch=scratch,
        should_stop=should_stop,
        pipes=[told.take],
    )
    try:
        return read_index(told.lines)
    except ValueError as error:
        raise ToolFailedError(str(error)) from error


def cut_all(path: Path, orders: Sequence[CutOrder], *, from_start: bool = False, should_stop: Stop = never) -> None:
    """Write several stretches of one recording in one process. Same input, same bytes.

    ``from_start`` reads the file from its first frame instead of seeking, for containers whose index cannot be
    trusted; it takes longer. Raises ToolError kinds.
    """
    outputs = [_copied(path, one) if one.cut.copy else _encoded(path, one, from_start) for one in orders]
    seconds = sum(float(one.cut.end - (0 if from_start else one.cut.seek)) for one in orders)
    size = path.stat().st_size
    cpu = 600 + int(60 * seconds)
    budget = Budget(
        cpu_s=cpu,
        wall_s=2 * cpu,
        file_size=4 * size + 400_000_000,
        address_space=16_000_000_000,
        stall_s=600,
    )
    run(
        ffmpeg.merge_outputs(*outputs).get_args(),
        budget=budget,
        readable=[path],
        scratch=orders[0].out.parent,
        should_stop=should_stop,
    )
    for one in orders:
        if not one.out.exists() or one.out.stat().st_size == 0:
            raise ToolFailedError("nothing was written")


def _us(seconds: Fraction) -> str:
    return f"{round(seconds * 1_000_000)}us"


def _copied(path: Path, order: CutOrder) -> ffmpeg.Stream:
    cut = order.cut
    source = ffmpeg.input(f"file:{path}", seek_timestamp=1, ss=_us(cut.start), **READ)
    streams = [source["V:0"], *([source["a:0"]] if order.audio else [])]
    options: dict[str, str | int] = {"f": MUXERS[order.container], "c": "copy", "frames:v": cut.frames}
    options |= {"t": _us(cut.end - cut.start), "avoid_negative_ts": "make_zero"}
    options |= {"movflags": "+faststart"} if order.container == "mp4" else {}
    return ffmpeg.output(*streams, f"file:{order.out}", **options, **CLEAN)


def _encoded(path: Path, order: CutOrder, from_start: bool) -> ffmpeg.Stream:  # noqa: FBT001 - one switch, named above
    cut, encoding = order.cut, order.encoding
    seek = cut.seek
    source = ffmpeg.input(f"file:{path}", seek_timestamp=1, ss=_us(seek), t=_us(cut.end - seek + _MARGIN_S), **DECODED)
    first = 0
    if from_start:
        source, first = ffmpeg.input(f"file:{path}", **DECODED), cut.first
    picture = source["V:0"].filter("trim", start_frame=first, end_frame=first + cut.frames)
    picture = picture.filter("setpts", "PTS-STARTPTS").filter("format", encoding.pixel_format)
    streams = [picture]
    if order.audio:
        lead = float(cut.start - (0 if from_start else seek))
        sound = source["a:0"].filter("atrim", start=f"{lead:.6f}", end=f"{lead + float(cut.end - cut.start):.6f}")
        streams.append(sound.filter("asetpts", f"PTS-{lead:.6f}/TB"))
    options: dict[str, str | int] = {"f": MUXERS[order.container], **dict(encoding.options)}
    options |= {"fps_mode": "passthrough", "enc_time_base": "demux", "movflags": "+faststart"}
    options |= _AUDIO if order.audio else {}
    return ffmpeg.output(*streams, f"file:{order.out}", **options, **CLEAN)
