"""Laying recordings over each other: at other times, cropped, cut up; and takes that only look alike."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from media_ingest.adapters.alignment import Track, overlaps_of, track_of
from media_ingest.adapters.prints import Printer
from media_ingest.domain.duplicates import Likeness, judge
from tests.unit.media_ingest.test_prints import picture

SCENE = picture(7, 200, 320).astype(np.float64)


def frame(at_ms: float, seed: int, crop: int = 0, *, pan: bool = False) -> NDArray[np.uint8]:
    """A scene with two things moving about; another seed is another take. ``crop`` in pixels of 54; a ``pan`` turns."""
    chance = np.random.default_rng(seed)
    canvas = np.roll(SCENE, round(at_ms / 100), axis=1) if pan else SCENE.copy()
    for _ in range(2):
        x, y, speed, phase = (
            320 * chance.random(),
            60 + 90 * chance.random(),
            0.3 + chance.random(),
            6 * chance.random(),
        )
        left = int((x + 120 * np.sin(speed * at_ms / 1000 + phase)) % 290)
        canvas[int(y) : int(y) + 45, left : left + 30] = 250 * chance.random()
    inset_y, inset_x = crop * 200 // 54, crop * 320 // 54
    cut = canvas[inset_y : 200 - inset_y, inset_x : 320 - inset_x]
    rows = np.linspace(0, cut.shape[0], 55).astype(int)
    columns = np.linspace(0, cut.shape[1], 97).astype(int)
    shrunk = np.add.reduceat(np.add.reduceat(cut, rows[:-1], 0), columns[:-1], 1)
    grey: NDArray[np.uint8] = np.rint(shrunk / np.outer(np.diff(rows), np.diff(columns))).astype(np.uint8)
    return grey


def track(
    start_ms: int, end_ms: int, *, seed: int = 1, step: int = 500, crop: int = 0, jump: int = 0, pan: bool = False
) -> Track:
    """The prints of a stretch of a take, from its own zero; ``jump`` leaves as much out in the middle."""
    printer = Printer()
    for at_ms in range(0, end_ms - start_ms - jump, step):
        shown = at_ms + start_ms + (jump if at_ms >= (end_ms - start_ms - jump) / 2 else 0)
        printer.see(at_ms, frame(shown, seed, crop, pan=pan))
    return track_of(printer.finish())


def compared(one: Track, other: Track) -> Likeness | None:
    """The verdict."""
    return judge(overlaps_of(one, other), telling_ms=one.telling_ms, other_telling_ms=other.telling_ms)


def test_a_recording_is_found_whole_in_itself() -> None:
    found = compared(track(0, 10_000), track(0, 10_000))
    assert found is not None
    assert (found.share >= 95, found.other_share >= 95) == (True, True)
    assert found.overlaps[0].other_start_ms == found.overlaps[0].start_ms == 0


def test_prints_taken_at_other_moments_and_a_crop_are_no_hindrance() -> None:
    found = compared(track(0, 10_000, step=430, crop=1), track(0, 10_000))
    assert found is not None
    assert found.share >= 90


def test_a_piece_is_found_where_it_was_cut_out() -> None:
    found = compared(track(4_300, 10_300), track(0, 20_000))
    assert found is not None
    assert abs(found.overlaps[0].other_start_ms - found.overlaps[0].start_ms - 4_300) <= 120
    assert found.whole
    assert not found.other_whole


def test_a_recording_with_its_middle_cut_out_is_still_found() -> None:
    found = compared(track(0, 20_000, jump=6_000, pan=True), track(0, 20_000, pan=True))
    assert found is not None
    assert found.whole
    assert not found.other_whole


def test_two_takes_of_one_scene_are_two_recordings() -> None:
    """The control: pictures alone would take them for one."""
    pieces = overlaps_of(track(0, 10_000, seed=1), track(0, 10_000, seed=2))
    assert max(piece.alike for piece in pieces if piece.frames >= 5) > 850
    assert compared(track(0, 10_000, seed=1), track(0, 10_000, seed=2)) is None


def test_nothing_is_compared_with_nothing() -> None:
    empty = track_of([])
    assert overlaps_of(empty, track(0, 5_000)) == overlaps_of(track(0, 5_000), empty) == []
    assert empty.telling_ms == 0
