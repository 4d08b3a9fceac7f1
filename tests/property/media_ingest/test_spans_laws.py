"""Clips of a recording never overlap, never leave a gap, and add up to its billable length."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from core.timecode import Ticks
from media_ingest.domain.spans import spans_of
from media_ingest.domain.watched import Begins, Quality, Shot

PLAIN = Quality(motion=0, sharpness=0, brightness=0, contrast=0, clipped=0, flashes_per_s=0)
BASES = st.sampled_from(
    [Fraction(1, 25), Fraction(1001, 30000), Fraction(1, 90_000), Fraction(1, 12_800), Fraction(1, 600)]
)


@given(st.lists(st.integers(1, 200_000), min_size=1, max_size=40), BASES)
def test_milliseconds_cover_the_recording_without_overlap(lengths: list[int], base: Fraction) -> None:

    ends = [sum(lengths[: place + 1]) for place in range(len(lengths))]
    shots = [
        Shot(start=start, end=end, begins=Begins.CUT, quality=PLAIN, flaws=frozenset())
        for start, end in zip([0, *ends], ends, strict=False)
    ]
    spans = spans_of(shots, base, ends[-1])
    assert all(one.end_ms == other.start_ms for one, other in pairwise(spans))
    assert sum(one.end_ms - one.start_ms for one in spans) == Ticks(ends[-1], base).ms
    assert all(one.start_ms < one.end_ms for one in spans)
