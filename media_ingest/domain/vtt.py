"""A sprite sheet as WebVTT: which part of the sheet is shown when (the way players read thumbnails)."""

from __future__ import annotations

from collections.abc import Sequence


def sprite_vtt(sheet: str, times_ms: Sequence[int], *, columns: int, size: tuple[int, int], end_ms: int) -> str:
    """Return one cue per small picture, until the next one begins; the last ends with the recording.

    ``sheet`` is the address of the picture; the part of it follows as a media fragment (``#xywh=``). ``size`` is
    width and height of one small picture, in pixels.
    """
    width, height = size
    ends = [*times_ms[1:], max(end_ms, times_ms[-1] + 1)] if times_ms else []
    cues = ["WEBVTT", ""]
    for place, (start, end) in enumerate(zip(times_ms, ends, strict=True)):
        row, column = divmod(place, columns)
        cues += [
            f"{_clock(start)} --> {_clock(end)}",
            f"{sheet}#xywh={column * width},{row * height},{width},{height}",
            "",
        ]
    return "\n".join(cues)


def _clock(at_ms: int) -> str:
    seconds, ms = divmod(at_ms, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02d}:{minutes:02d}:{seconds:02d}.{ms:03d}"
