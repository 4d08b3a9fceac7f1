"""Where one shot becomes the next: hard cuts, fades through one colour, and dissolves, from what was measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from media_ingest.adapters.watching.measures import Floats, Measured
from media_ingest.domain.watched import Begins

Indices = npt.NDArray[np.int64]

# Thresholds: chosen on the tuning half of the labelled set (benchmarks/cuts), never on what is reported.
_WINDOW: Final = 8
"""Frames on each side that a cut has to stand out from."""
_LEAST: Final = 12.0
_LEAST_SPREAD: Final = 0.3
_ALONE: Final = 2.5
"""Times the second largest change around: one boundary that nothing else comes near."""
_AMONG: Final = 8.0
"""Times the usual change around: boundaries close to each other."""
_LASTS: Final = 0.35
"""Part of a jump that must still be there when a flash would be over."""
_GROUP: Final = 6
_MIXED: Final = 0.64
_APART: Final = 10.0
_ALIKE: Final = 0.6
_STANDS_OUT: Final = 2.0
"""Times the change of the calmer side: what moves all the time is not a dissolve."""
_PURE, _OTHER = 0.88, 0.1
"""So pure a mix of so different pictures that it may be amid other changes."""
_EMPTY: Final = 5.0
"""Contrast, in grey levels, of a picture of one colour."""
_FULL: Final = 12.0
_HOLD_S: Final = 1.0
"""A stretch of one colour as long as this is a shot of its own."""
_RAMP_S: Final = 1.5


@dataclass(frozen=True, slots=True, order=True)
class Boundary:
    """A new shot begins with frame ``at``."""

    at: int
    begins: Begins


def boundaries(measured: Measured, frames_per_s: float) -> list[Boundary]:
    """Return where shots begin among consecutive frames, in order; never frame 0."""
    if len(measured.rows) < 2:
        return []
    hard = hard_cuts(measured, frames_per_s)
    found = {at: Boundary(at, Begins.CUT) for at in hard}
    for first, end in runs(measured.contrast < _EMPTY):
        _fade(measured, first, end, frames_per_s, found)
    for at in dissolves(measured, sorted(found), frames_per_s):
        found[at] = Boundary(at, Begins.DISSOLVE)
    return sorted(found.values())


def jumps(measured: Measured) -> Floats:
    """Return how much each frame differs from the one before: brightness, colours, and where they are."""
    strength: Floats = measured.change + measured.colour + 8 * measured.spread
    strength[:1] = 0
    return strength


def hard_cuts(measured: Measured, frames_per_s: float) -> list[int]:
    """Return the first frames of shots that begin from one frame to the next."""
    strength = jumps(measured)
    around = _around(strength)
    usual = np.sort(around, axis=1)[:, : around.shape[1] * 3 // 4].mean(axis=1)
    largest = around.max(axis=1)
    second = np.partition(around, -2, axis=1)[:, -2]
    strong = (strength >= _LEAST) & (measured.spread >= _LEAST_SPREAD)
    alone = strength >= _ALONE * (largest + 1)
    paired = (strength >= _ALONE * (second + 1)) & (strength >= largest * 0.4)
    among = strength >= _AMONG * (usual + 2)
    away = _LASTS * (measured.change + measured.colour)
    leaves, returns = strong & (measured.onward < away), strong & (measured.backward < away)
    candidates = strong & (alone | paired | among) & ~leaves & ~returns & ~_flashing(leaves, returns, frames_per_s)
    return [int(at) for at in np.flatnonzero(candidates)]


def _flashing(
    leaves: npt.NDArray[np.bool_], returns: npt.NDArray[np.bool_], frames_per_s: float
) -> npt.NDArray[np.bool_]:
    """Mark frames between the one where a flash begins and the one where the picture is back."""
    marked = np.zeros(len(leaves), np.bool_)
    length = round(_GROUP * max(1.0, frames_per_s / 25))
    for at in np.flatnonzero(leaves):
        back = np.flatnonzero(returns[at : at + length + 1])
        if len(back):
            marked[at : at + int(back[-1]) + 1] = True
        else:
            marked[at : at + length] |= leaves[at : at + length]
    return marked


def _around(values: Floats) -> Floats:
    """Return the values on both sides of each one, without itself; zeros beyond the ends."""
    padded = np.pad(values, _WINDOW)
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * _WINDOW + 1)
    sides = [offset for offset in range(2 * _WINDOW + 1) if offset != _WINDOW]
    return np.asarray(windows[:, sides], np.float32)


def runs(true: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return the stretches ``[first, end)`` in which something holds."""
    edges = np.diff(np.concatenate([[0], true.astype(np.int8), [0]]))
    return [(int(a), int(b)) for a, b in zip(np.flatnonzero(edges == 1), np.flatnonzero(edges == -1), strict=True)]


def _fade(measured: Measured, first: int, end: int, frames_per_s: float, found: dict[int, Boundary]) -> None:
    """Decide what a stretch of one colour means: a fade's middle, a shot of its own, or nothing."""
    ramp = max(2, round(_RAMP_S * frames_per_s))
    before, after = measured.contrast[max(0, first - ramp) : first], measured.contrast[end : end + ramp]
    has_before = bool(len(before)) and float(before.max()) > _FULL
    has_after = bool(len(after)) and float(after.max()) > _FULL
    cut_in = _hard_edge(measured.contrast, range(first - 4, first + 2), -1, found)
    cut_out = _hard_edge(measured.contrast, range(end - 1, end + 5), 1, found)
    if end - first >= _HOLD_S * frames_per_s:
        if has_before and not cut_in:
            found[first] = Boundary(first, Begins.FADE)
        if has_after and not cut_out:
            found[end] = Boundary(end, Begins.FADE)
    elif has_before and has_after and not (cut_in or cut_out) and not _flash(measured, first, end):
        middle = (first + end) // 2
        found[middle] = Boundary(middle, Begins.FADE)


def _hard_edge(contrast: Floats, near: range, side: int, found: dict[int, Boundary]) -> bool:
    """Tell whether a stretch of one colour begins or ends with a cut; forget cuts that are steps of a quick fade."""
    hard = False
    for at in [at for at in near if at in found]:
        shown, later = (at - 1, at - 6) if side < 0 else (at, at + 5)
        there = contrast[min(max(shown, 0), len(contrast) - 1)]
        if there >= 0.7 * contrast[min(max(later, 0), len(contrast) - 1)]:
            hard = True
        else:
            del found[at]
    return hard


def _flash(measured: Measured, first: int, end: int) -> bool:
    """Tell a flash from a fade: it is there from one frame to the next, and the picture comes back."""
    jump = measured.change[first : first + 1].sum() + measured.colour[first : first + 1].sum()
    return bool(jump > 3 * _LEAST and (measured.onward[first] < _LASTS * jump or end - first <= 2))


def dissolves(measured: Measured, cuts: list[int], frames_per_s: float) -> list[int]:
    """Return the middles of stretches in which one picture is mixed into another."""
    worth = measured.mixed * np.minimum(measured.apart, 40) * (1 - np.maximum(measured.alike, 0))
    passing = (measured.mixed >= _MIXED) & (measured.apart >= _APART) & (measured.alike <= _ALIKE)
    calm = np.where(np.isfinite(measured.steady), measured.steady, 255)
    stands = measured.apart >= _STANDS_OUT * (calm + 2)
    passing &= stands | ((measured.mixed >= _PURE) & (measured.alike <= _OTHER) & (measured.apart >= 2.5 * _APART))
    worth[~passing] = 0
    near = max(2, round(4 * max(1.0, frames_per_s / 25)))
    for at in cuts:
        worth[max(0, at - near) : at + near] = 0
    found: list[int] = []
    while len(worth) and float(worth.max()) > 0:
        at = int(np.argmax(worth))
        half = int(measured.half[at]) + near
        found.append(at)
        worth[max(0, at - half) : at + half + 1] = 0
    return sorted(found)
