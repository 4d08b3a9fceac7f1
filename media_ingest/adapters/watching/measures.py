"""What numpy sees in small pictures: how each differs from the one before, and whether it is a mix of its neighbours.

Pictures come as planar YUV 4:2:0 in full range, 96 × 54, many at once; a window is measured and forgotten, so that
memory does not grow with the recording.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

WIDTH: Final = 96
HEIGHT: Final = 54
_LUMA: Final = WIDTH * HEIGHT
_CHROMA: Final = _LUMA // 4
FRAME_BYTES: Final = _LUMA + 2 * _CHROMA

_ROWS, _COLUMNS = 9, 16
_CELLS: Final = _ROWS * _COLUMNS
_BINS: Final = 16
_HISTOGRAMS: Final = 4 * 3
_NEAR: Final = 6
"""Frames that a flash or something passing the lens may last, at 25 a second."""
_HALF_WIDTHS: Final = (4, 8, 12, 16, 24)
"""Half-widths of the mixes looked for, in frames at 25 a second: dissolves from a quarter to two seconds."""
_NORMAL_RATE: Final = 25
_STILL: Final = 10
_JUMP: Final = np.array([1, 1, 8], np.float32)
"""How brightness, colours and their places count in what differs between two frames."""
_DARKEST, _LIGHTEST = 3, 252
_BAR_EDGE, _BAR_EVEN = 8, 3
_BLANK: Final = 5
"""Contrast of the cells, in grey levels, below which a picture is of one colour: a fade, not a mix."""

Bytes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]

COLUMNS: Final = (
    "change", "colour", "spread", "onward", "backward", "mixed", "apart", "alike", "half", "steady",
    "brightness", "contrast", "sharpness", "clipped", "bars",
)  # fmt: skip
"""What is kept of a frame; columns of `Measured`."""
PICTURE: Final = COLUMNS.index("brightness")
"""The first column that describes the picture itself."""


@dataclass(frozen=True, slots=True)
class Measured:
    """Facts of consecutive frames, one number each.

    ``change``: mean difference of brightness to the frame before (0 to 255). ``colour``: the same for both colour
    planes together. ``spread``: how far brightness and colours moved in four quarters of the picture (earth mover's
    distance of histograms, in bins). ``onward``: the smallest difference between the picture before and any shortly
    after; ``backward``: between this picture and any shortly before; small when something flashed up or passed by.
    ``mixed``: how much the way from an earlier picture to this one points where the way on to a later one does
    (cosine; 1 in a dissolve, 0 or less in motion), ``apart`` how far those two pictures differ and ``alike`` how
    much they resemble each other (correlation), ``half`` how many frames they lie away and ``steady`` how
    much the recording changes before or after in the same time (the calmer side). The rest describes the picture.
    """

    rows: Floats

    def __getattr__(self, name: str) -> Floats:
        """Return one column by its name."""
        column: Floats = self.rows[:, COLUMNS.index(name)]
        return column


def joined(parts: list[Measured]) -> Measured:
    """Put windows together."""
    return Measured(np.concatenate([part.rows for part in parts]) if parts else np.zeros((0, len(COLUMNS)), np.float32))


def _difference(after: Bytes, before: Bytes) -> Floats:
    """Return the mean absolute difference of each picture to its partner."""
    apart: Bytes = np.maximum(after, before)
    apart -= np.minimum(after, before)
    flat = apart.reshape(len(apart), -1)
    sums: Floats = flat.sum(axis=1, dtype=np.uint32).astype(np.float32)
    return sums / np.float32(flat.shape[1])


def cells_of(frames: Bytes) -> Floats:
    """Return each picture as 16 × 9 cells of brightness and of both colours."""
    count = len(frames)
    planes = []
    for start, height, width in (
        (0, HEIGHT, WIDTH),
        (_LUMA, HEIGHT // 2, WIDTH // 2),
        (_LUMA + _CHROMA, HEIGHT // 2, WIDTH // 2),
    ):
        plane = frames[:, start : start + height * width].reshape(count, height, width)
        high, wide = height // _ROWS, width // _COLUMNS
        rows = np.zeros((count, _ROWS, width), np.uint16)
        for step in range(high):
            rows += plane[:, step::high]
        cells = np.zeros((count, _ROWS, _COLUMNS), np.uint16)
        for step in range(wide):
            cells += rows[:, :, step::wide]
        planes.append(cells.reshape(count, _CELLS).astype(np.float32) / np.float32(high * wide))
    return np.concatenate(planes, axis=1)


def _offsets() -> npt.NDArray[np.int64]:
    """Return the histogram that each pixel of a quarter-size picture counts in: by quarter of the picture and plane."""
    height, width = HEIGHT // 2, WIDTH // 2
    quarter = (np.arange(height)[:, None] * 2 // height) * 2 + np.arange(width)[None, :] * 2 // width
    return np.concatenate([((quarter * 3 + plane) * _BINS).ravel() for plane in range(3)]).astype(np.int64)


_OFFSETS: Final = _offsets()


def histograms(frames: Bytes) -> Floats:
    """Return cumulative histograms, shape (frames, quarters, planes, bins)."""
    count = len(frames)
    luma = frames[:, :_LUMA].reshape(count, HEIGHT, WIDTH)[:, ::2, ::2].reshape(count, _CHROMA)
    values = np.concatenate([luma, frames[:, _LUMA:]], axis=1) >> 4
    size = _HISTOGRAMS * _BINS
    places = values + _OFFSETS
    places += np.arange(count, dtype=np.int64)[:, None] * size
    counts = np.bincount(places.ravel(), minlength=count * size).reshape(count, 4, 3, _BINS)
    return np.cumsum(counts, axis=3, dtype=np.float32) / np.float32(_CHROMA / 4)


def spread(after: Floats, before: Floats) -> Floats:
    """Return how far brightness and colours moved between histograms."""
    moved = np.abs(after - before).sum(axis=3)
    return np.asarray(moved[:, :, 0].mean(axis=1) + moved[:, :, 1:].sum(axis=2).mean(axis=1), np.float32)


def cells_apart(some: Floats, others: Floats) -> Floats:
    """Return how far pictures differ when details are ignored: brightness plus both colours."""
    apart = np.abs(some - others)
    found: Floats = apart[:, :_CELLS].mean(axis=1) + apart[:, _CELLS:].mean(axis=1) * 2
    return found


def mix(before: Floats, middle: Floats, after: Floats) -> tuple[Floats, Floats, Floats]:
    """Return, for pictures in the middle of two others, ``mixed``, ``apart`` and ``alike`` (see `Measured`)."""
    going, coming = middle - before, after - middle
    along = np.einsum("ij,ij->i", going, coming)
    lengths = np.sqrt(np.einsum("ij,ij->i", going, going) * np.einsum("ij,ij->i", coming, coming))
    apart = np.abs(after - before).mean(axis=1)
    some = before[:, :_CELLS] - before[:, :_CELLS].mean(axis=1, keepdims=True)
    others = after[:, :_CELLS] - after[:, :_CELLS].mean(axis=1, keepdims=True)
    norm = np.sqrt(np.einsum("ij,ij->i", some, some) * np.einsum("ij,ij->i", others, others))
    alike = np.einsum("ij,ij->i", some, others) / (norm + 1)
    mixed: Floats = along / (lengths + np.float32(1e-3))
    return mixed, apart, alike


def pictures(frames: Bytes) -> Floats:
    """Return brightness, contrast, sharpness, clipped share and colour bars (columns) of each picture."""
    count = len(frames)
    luma = frames[:, :_LUMA].reshape(count, HEIGHT, WIDTH)
    flat = frames[:, :_LUMA].astype(np.float32)
    mean = flat.mean(axis=1)
    deviation = np.sqrt(np.maximum(np.einsum("ij,ij->i", flat, flat) / _LUMA - mean * mean, 0))
    detail = _difference(luma[:, :, 1:], luma[:, :, :-1]) + _difference(luma[:, 1:], luma[:, :-1])
    ends = ((frames[:, :_LUMA] <= _DARKEST) | (frames[:, :_LUMA] >= _LIGHTEST)).mean(axis=1, dtype=np.float32)
    return np.stack([mean, deviation, detail, ends, _colour_bars(frames)], axis=1).astype(np.float32)


def _colour_bars(frames: Bytes) -> Floats:
    """Return 1 for pictures whose upper half is some upright stripes of different even colours, otherwise 0."""
    count = len(frames)
    upper = frames[:, :_LUMA].reshape(count, HEIGHT, WIDTH)[:, 4 : HEIGHT // 2 : 2]
    uneven = (upper.max(axis=1) - upper.min(axis=1)).mean(axis=1)
    profile = upper.mean(axis=1, dtype=np.float32)
    steps = np.abs(np.diff(profile, axis=1))
    edges = (steps[:, 1:] >= _BAR_EDGE) & (steps[:, :-1] < _BAR_EDGE)
    even = (steps < _BAR_EVEN).mean(axis=1)
    colour = np.abs(frames[:, _LUMA:].astype(np.int16) - 128).mean(axis=1)
    count_of_edges = edges.sum(axis=1)
    flat = (uneven < _BAR_EVEN * 2) & (even > 0.7)
    found: Floats = (flat & (count_of_edges >= 5) & (count_of_edges <= 9) & (colour > 12)).astype(np.float32)
    return found


class Measurer:
    """Measures consecutive frames as they come, a window at a time."""

    def __init__(self, frames_per_s: float = _NORMAL_RATE) -> None:
        scale = max(1.0, frames_per_s / _NORMAL_RATE)
        self._near = round(_NEAR * scale)
        self._half = [round(half * scale) for half in _HALF_WIDTHS]
        self._ahead = max(2 * self._half[-1], self._near)
        self._last: Bytes | None = None
        self._histograms: Floats | None = None
        self._cells = np.zeros((0, 3 * _CELLS), np.float32)
        self._rows = np.zeros((0, len(COLUMNS)), np.float32)
        self._behind = 0
        self._done: list[Measured] = []

    def add(self, frames: Bytes) -> None:
        """Measure a window of consecutive frames, shape (frames, bytes)."""
        if not len(frames):
            return
        rows = np.zeros((len(frames), len(COLUMNS)), np.float32)
        found = histograms(frames)
        if self._last is None or self._histograms is None:
            self._last, self._histograms = frames[:1], found[:1]
        before = np.concatenate([self._last, frames[:-1]])
        rows[:, 0] = _difference(frames[:, :_LUMA], before[:, :_LUMA])
        rows[:, 1] = _difference(frames[:, _LUMA:], before[:, _LUMA:]) * 2
        rows[:, 2] = spread(found, np.concatenate([self._histograms, found[:-1]]))
        rows[:, PICTURE:] = pictures(frames)
        self._last, self._histograms = frames[-1:].copy(), found[-1:].copy()
        self._cells = np.concatenate([self._cells, cells_of(frames)])
        self._rows = np.concatenate([self._rows, rows])
        self._settle(len(self._cells) - self._ahead)

    def finish(self) -> Measured:
        """Return the facts of all frames."""
        self._settle(len(self._cells))
        return joined(self._done)

    def _settle(self, end: int) -> None:
        """Look around each frame up to ``end`` (what comes after it is known now) and keep what is still needed."""
        begin = self._behind
        if end <= begin:
            return
        where = np.arange(begin, end)
        self._around(where)
        self._mixes(where)
        self._done.append(Measured(self._rows[begin:end].copy()))
        kept = max(0, end - self._ahead)
        self._cells, self._rows, self._behind = self._cells[kept:].copy(), self._rows[kept:].copy(), end - kept

    def _around(self, where: npt.NDArray[np.int64]) -> None:
        """Find out what is still different when a flash would be over."""
        cells, last = self._cells, len(self._cells) - 1
        before = np.maximum(where - 1, 0)
        onward = cells_apart(cells[before], cells[where])
        backward = onward.copy()
        suspects = np.flatnonzero(self._rows[where, :3] @ _JUMP > _STILL)
        at, past = where[suspects], before[suspects]
        for step in range(1, self._near):
            later, sooner = cells[np.minimum(at + step, last)], cells[np.maximum(past - step, 0)]
            onward[suspects] = np.minimum(onward[suspects], cells_apart(cells[past], later))
            backward[suspects] = np.minimum(backward[suspects], cells_apart(sooner, cells[at]))
        self._rows[where, 3], self._rows[where, 4] = onward, backward

    def _mixes(self, where: npt.NDArray[np.int64]) -> None:
        """Find, among the half-widths, the one that looks most like a mix of two different pictures."""
        cells = self._cells
        best = np.zeros(len(where), np.float32)
        blank = np.concatenate([[0], np.cumsum(cells[:, :_CELLS].std(axis=1) < _BLANK)])
        for half in self._half:
            first, end = np.maximum(where - half - 3, 0), np.minimum(where + half + 4, len(cells))
            inside = np.flatnonzero((where >= half) & (where + half < len(cells)) & (blank[end] == blank[first]))
            if not len(inside):
                continue
            at = where[inside]
            mixed, apart, alike = mix(cells[at - half], cells[at], cells[at + half])
            worth = mixed * np.minimum(apart, 20) * (1 - np.maximum(alike, 0))
            better = worth > best[inside]
            chosen = inside[better]
            best[chosen] = worth[better]
            for column, values in ((5, mixed), (6, apart), (7, alike)):
                self._rows[at[better], column] = values[better]
            self._rows[at[better], 8] = half
            self._rows[at[better], 9] = np.minimum(
                self._beside(at[better] - half, -half), self._beside(at[better] + half, half)
            )

    def _beside(self, edge: npt.NDArray[np.int64], reach: int) -> Floats:
        """Return how much changes from the edge of a mix on, away from it; infinity where too little is recorded."""
        there = np.clip(edge + reach, 0, len(self._cells) - 1)
        length = np.abs(there - edge)
        apart = np.abs(self._cells[there] - self._cells[edge]).mean(axis=1)
        return np.where(length * 2 >= abs(reach), apart * 2 * abs(reach) / np.maximum(length, 1), np.float32(np.inf))
