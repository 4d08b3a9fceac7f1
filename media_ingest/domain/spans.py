"""Shots in exact ticks, and the milliseconds that prices read: without overlap and without gaps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from core.timecode import Ticks
from media_ingest.domain.watched import Shot


@dataclass(frozen=True, slots=True)
class Span:
    """One shot ``[start, end)`` in ticks and in milliseconds, both from the first presented frame."""

    shot: Shot
    start_ms: int
    end_ms: int


def spans_of(shots: Sequence[Shot], time_base: Fraction, duration_ticks: int) -> list[Span]:
    """Return the shots of a recording with their milliseconds, rounded down at each boundary.

    Because a boundary is rounded once, the end of a shot is the start of the next, and the lengths add up to the
    billable length of the recording. A shot shorter than a
    millisecond gets no span. Raises ValueError
    for shots that do not cover the recording in order.
    """
    if not shots or shots[0].start != 0 or shots[-1].end != duration_ticks:
        raise ValueError("the shots do not cover the recording")
    spans: list[Span] = []
    at = 0
    for shot in shots:
        if shot.start != at or shot.end <= shot.start:
            raise ValueError(f"a shot begins at {shot.start} and ends at {shot.end}, after {at}")
        at = shot.end
        start_ms, end_ms = Ticks(shot.start, time_base).ms, Ticks(shot.end, time_base).ms
        if start_ms < end_ms:
            spans.append(Span(shot, start_ms, end_ms))
    return spans
