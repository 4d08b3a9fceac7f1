"""The length a creator is paid for: counted from packets, doubted where the file contradicts itself."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from core.timecode import Ticks
from media_ingest.domain import formats
from media_ingest.domain.facts import Facts
from media_ingest.domain.reasons import Reason, Rejection

_MICROSECOND: Final = Fraction(1, 1_000_000)
_LEAST_TOLERANCE: Final = Fraction(1, 2)
_TOLERANCE: Final = Fraction(1, 100)
_RATE_TRUST: Final = Fraction(1, 4)
_STEADY: Final = Fraction(1, 10)
_STEADY_TICKS: Final = 2


@dataclass(frozen=True, slots=True)
class Timing:
    """When frames are shown: exact length, rates, number of frames."""

    length: Ticks
    frame_rate: Fraction
    base_rate: Fraction
    variable: bool
    frames: int


def timing(report: Facts) -> Timing | Rejection:
    """Return the presented length and rates of the video stream, or why they cannot be believed."""
    video, scan = report.sub("video"), report.sub("scan")
    index = str(video.count("index"))
    track = scan.sub("tracks").sub(index)
    stream = next((found for found in report.list_of("streams") if str(found.whole("index")) == index), Facts({}))
    time_base = stream.ratio("time_base")
    first, end = track.whole("first"), track.whole("end")
    frames = track.count("packets") - track.count("discarded")
    if not time_base or first is None or end is None or frames < 1:
        return Rejection(Reason.DAMAGED, "no frame with a time")
    counted = _counted(video, track, time_base, frames)
    if not formats.MIN_FRAME_RATE <= counted <= formats.MAX_FRAME_RATE:
        return Rejection(Reason.IMPLAUSIBLE_TIME, f"{float(counted):.6g} frames per second")
    grid = scan.sub("grid")
    average = _common(grid, time_base) or _average(video, counted)
    length = _on_grid(grid, average, frames, time_base, _raw_length(report, stream, track, average, time_base))
    contradiction = _contradiction(report, stream, track, length)
    if contradiction is not None:
        return contradiction
    base = video.ratio("base_rate")
    return Timing(
        length=length,
        frame_rate=average,
        base_rate=base if base is not None and base <= formats.MAX_FRAME_RATE else average,
        variable=_variable(grid, average, time_base),
        frames=frames,
    )


def _counted(video: Facts, track: Facts, time_base: Fraction, frames: int) -> Fraction:
    """Return frames per second as the packets show them; a lone frame takes the stated rate."""
    span = ((track.whole("end") or 0) - (track.whole("first") or 0)) * time_base
    if span > 0 and track.count("last_duration"):
        return frames / span
    shown = ((track.whole("last") or 0) - (track.whole("first") or 0)) * time_base
    if shown > 0:
        return (frames - 1) / shown
    return video.ratio("average_rate") or Fraction(0)


def _average(video: Facts, counted: Fraction) -> Fraction:
    """Return the stated average where the packets bear it out, otherwise the counted one."""
    for stated in (video.ratio("average_rate"), video.ratio("base_rate")):
        if stated is not None and abs(stated - counted) <= counted * _RATE_TRUST:
            return stated
    return counted


def _common(grid: Facts, time_base: Fraction) -> Fraction | None:
    """Return the camera's own rate where the time base is too coarse to write it down.

    Matroska counts milliseconds: 60000/1001 frames a second can only be read off a grid that all its
    rounded times fit. Where the time base could have said it exactly, what it says stands.
    """
    rate, distance = grid.ratio("common_rate"), grid.ratio("off_common_grid")
    if rate is None or distance is None or distance >= 1 or rate <= 0:
        return None
    return rate if (1 / (rate * time_base)).denominator != 1 else None


def _raw_length(report: Facts, stream: Facts, track: Facts, rate: Fraction, time_base: Fraction) -> Ticks:
    """Return first frame to end of the last one, cut where the edit list ends inside the last frame."""
    first, last, end = (track.whole(key) or 0 for key in ("first", "last", "end"))
    start, duration = stream.whole("start"), stream.count("duration")
    family = formats.container_family(report.sub("container").text("format"))
    if family == "mov" and start is not None and duration and last < start + duration < end:
        end = start + duration
    if end > last:
        return Ticks(end - first, time_base)
    # No packet says how long the last frame stays: one frame.
    seconds = (last - first) * time_base + 1 / rate
    return Ticks(seconds.numerator, Fraction(1, seconds.denominator))


def _on_grid(grid: Facts, rate: Fraction, frames: int, time_base: Fraction, length: Ticks) -> Ticks:
    """Undo the rounding of coarse time stamps (Matroska keeps milliseconds).

    Where every frame lies less than one tick from the grid of the frame rate, the length is that of the
    grid: number of frames divided by the rate, exactly.
    """
    off_grid = grid.ratio("off_common_grid" if rate == grid.ratio("common_rate") else "off_grid")
    exact = frames / rate
    if off_grid is None or off_grid >= 1 or abs(exact - length.seconds) > time_base or exact == length.seconds:
        return length
    return Ticks(frames, 1 / rate)


def _variable(grid: Facts, rate: Fraction, time_base: Fraction) -> bool:
    """Tell whether frames are spaced unevenly beyond the rounding of time stamps."""
    spread = grid.count("longest_step") - grid.count("shortest_step")
    return spread > _STEADY_TICKS and spread * time_base > _STEADY / rate


def tolerated(stated: Fraction, counted: Fraction) -> bool:
    """Tell whether a header agrees with the packets: within half a second or one per cent (pipeline.md §2.4)."""
    return abs(stated - counted) <= max(_LEAST_TOLERANCE, counted * _TOLERANCE)


def _contradiction(report: Facts, stream: Facts, track: Facts, length: Ticks) -> Rejection | None:
    """Compare what headers claim with what the packets hold."""
    time_base = length.time_base if stream.ratio("time_base") is None else stream.ratio("time_base")
    stated = stream.count("duration") * (time_base or Fraction(0))
    whole_agrees = _whole_agrees(report)
    if stated > 0 and not tolerated(stated, length.seconds) and (stated > length.seconds or not whole_agrees):
        return _blame(stream, track, stated, length.seconds)
    if not whole_agrees:
        claimed = report.sub("container").count("duration_us") * _MICROSECOND
        return _blame(stream, track, claimed, length.seconds)
    return None


def _blame(stream: Facts, track: Facts, stated: Fraction, counted: Fraction) -> Rejection:
    """Name the fault: frames that are announced and missing are damage, anything else is a lie about time."""
    detail = f"header says {float(stated):.3f} s, packets hold {float(counted):.3f} s"
    announced = stream.count("frames")
    missing = not announced or announced > track.count("packets")
    return Rejection(Reason.DAMAGED if missing and stated > counted else Reason.IMPLAUSIBLE_TIME, detail)


def _whole_agrees(report: Facts) -> bool:
    """Tell whether the container's own length is that of its longest track (with or without the start offset)."""
    container = report.sub("container")
    stated = container.count("duration_us") * _MICROSECOND
    if stated <= 0:
        return True
    tracks = report.sub("scan").sub("tracks")
    begins, ends = [], []
    for stream in report.list_of("streams"):
        time_base = stream.ratio("time_base") or Fraction(0)
        track = tracks.sub(str(stream.whole("index")))
        first, end = track.whole("first"), track.whole("end")
        if first is not None and end is not None:
            begins.append(first * time_base)
            ends.append(end * time_base)
        elif stream.text("type") not in {"video", "audio"}:
            # A text or data track that the demuxer does not read can be the longest one.
            ends.append(stream.count("duration") * time_base)
    latest = max(ends, default=Fraction(0))
    earliest = min(begins, default=Fraction(0))
    return tolerated(stated, latest - earliest) or tolerated(stated, latest)
