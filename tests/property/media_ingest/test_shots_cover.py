"""Shots cover their recording: in order, without gap or overlap, whatever was detected."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from media_ingest.adapters.watching.cuts import boundaries
from media_ingest.adapters.watching.measures import FRAME_BYTES, Measurer
from media_ingest.domain.shots import ShotFacts, Start, shots_of, starts_within
from media_ingest.domain.watched import Begins

LEVEL = st.floats(0, 255)
SHARE = st.floats(0, 1)
FACTS = st.builds(
    ShotFacts,
    motion=LEVEL,
    sharpness=LEVEL,
    brightness=LEVEL,
    contrast=LEVEL,
    clipped=SHARE,
    flashes_per_s=st.integers(0, 30),
    empty=SHARE,
    bars=SHARE,
    usual_change=LEVEL,
    large_change=LEVEL,
)
STARTS = st.lists(st.builds(Start, st.integers(-1000, 1_000_000), st.sampled_from(Begins)), max_size=40)


@given(found=STARTS, duration=st.integers(1, 1_000_000), facts=FACTS, base=st.fractions(Fraction(1, 90000), 1))
def test_shots_cover_the_recording_exactly(found: list[Start], duration: int, facts: ShotFacts, base: Fraction) -> None:
    starts = starts_within(found, duration)
    shots = shots_of(starts, [facts] * len(starts), duration=duration, time_base=base)
    assert shots
    assert shots[0].start == 0
    assert shots[-1].end == duration
    assert all(before.end == after.start for before, after in pairwise(shots))
    assert all(shot.start < shot.end for shot in shots)
    assert [shot.begins is Begins.START for shot in shots].count(True) >= 1


@given(
    seed=st.integers(0, 2**32 - 1),
    stretches=st.lists(st.tuples(st.integers(0, 255), st.integers(0, 60), st.integers(1, 30)), min_size=1, max_size=8),
    windows=st.integers(1, 64),
)
def test_any_pictures_give_boundaries_inside_and_windows_do_not_matter(
    seed: int, stretches: list[tuple[int, int, int]], windows: int
) -> None:
    chance = np.random.default_rng(seed)
    parts = [
        np.clip(level + chance.integers(-noise, noise + 1, (count, FRAME_BYTES)), 0, 255).astype(np.uint8)
        for level, noise, count in stretches
    ]
    frames = np.concatenate(parts)
    whole, pieces = Measurer(25), Measurer(25)
    whole.add(frames)
    for first in range(0, len(frames), windows):
        pieces.add(frames[first : first + windows])
    some, others = whole.finish(), pieces.finish()
    np.testing.assert_allclose(some.rows, others.rows, rtol=1e-3, atol=1e-2)
    found = boundaries(some, 25)
    assert [one.at for one in found] == sorted({one.at for one in found})
    assert all(0 < one.at < len(frames) for one in found)
