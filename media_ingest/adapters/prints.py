"""Perceptual hashes of small frames: what stays the same when footage is encoded, scaled or boxed again.

A frame loses its black bars, is averaged into 16 × 16 cells (`fine`), and the signs of the first 64 coefficients of
their cosine transform, in zigzag order, are its 64 bits: low frequencies survive encoders and scaling, signs survive
changes of exposure and contrast. Coefficient ``n`` is bit ``16 * (n % 4) + n // 4``, so that each 16-bit band holds
coarse and fine structure alike and all four are equally good keys of the index.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from media_ingest.domain.watched import FramePrint

Grey = NDArray[np.uint8]
"""One small frame, rows by columns, 0 black to 255 white; 96 × 54 is what the thresholds were measured on."""
Floats = NDArray[np.float64]

SIDE: Final = 16
"""Cells along each side of the fine print."""
_BITS: Final = 64
_LEAST_CONTRAST: Final = 2.5
"""Standard deviation of the cells, in grey levels, under which a frame says nothing: black, fog, a wall."""
_BAR_LEVEL: Final = 34
"""The brightest pixel of a black bar; video black is 16 when its range was lost on the way."""
_LEAST_PICTURE: Final = 0.15
"""Bars leave at least this share of a side: upright pictures in wide frames are narrow."""
_LOOK_AT: Final = 240
"""Frames after which the bars of a recording are known for good (two minutes at two a second)."""


class Box(NamedTuple):
    """The part of the small frame that shows a picture, in pixels; borders may lie inside a pixel."""

    top: float
    bottom: float
    left: float
    right: float


class Bars:
    """Black bars of a recording: rows and columns that stayed dark in every frame seen."""

    def __init__(self) -> None:
        self._brightest: Grey | None = None
        self._sum: Floats | None = None

    def see(self, grey: Grey) -> None:
        """Learn from one more frame."""
        if self._brightest is None or self._sum is None:
            self._brightest, self._sum = grey.copy(), grey.astype(np.float64)
            return
        np.maximum(self._brightest, grey, out=self._brightest)
        self._sum += grey

    def box(self) -> Box:
        """Return where the picture is, by what was seen so far."""
        if self._brightest is None or self._sum is None:
            return Box(0, 0, 0, 0)
        top, bottom = _between(self._brightest.max(axis=1), self._sum.mean(axis=1))
        inside = slice(int(top), int(np.ceil(bottom)))
        left, right = _between(self._brightest[inside].max(axis=0), self._sum[inside].mean(axis=0))
        return Box(top, bottom, left, right)


def _between(brightest: Grey, mean: Floats) -> tuple[float, float]:
    """Return where the picture begins and ends along one side: what is dark at both ends alike is taken for bars.

    So a picture that is itself dark at its edges loses the same part with bars around it as without. A row that is
    partly bar counts by its share, told from its brightness beside the first full row's.
    """
    size = len(brightest)
    lit = np.flatnonzero(brightest > _BAR_LEVEL)
    if not lit.size:
        return 0.0, float(size)
    dark = min(int(lit[0]), size - 1 - int(lit[-1]))
    if not dark or size - 2 * dark < _LEAST_PICTURE * size:
        return 0.0, float(size)
    first, last = dark, size - 1 - dark
    return first + _darkness(mean, first, 1), last + 1 - _darkness(mean, last, -1)


def _darkness(mean: Floats, edge: int, step: int) -> float:
    """Return which share of an edge row belongs to the bar."""
    black = mean[edge - step]
    full = mean[edge + step] - black
    return float(np.clip(1 - (mean[edge] - black) / full, 0, 1)) if full > 0 else 0.0


class Printer:
    """Makes the prints of one recording, frame by frame; memory does not grow with its length but by its prints."""

    def __init__(self) -> None:
        self._bars = Bars()
        self._waiting: list[tuple[int, Grey]] = []
        self._box: Box | None = None
        self._prints: list[FramePrint] = []

    def see(self, at_ms: int, grey: Grey) -> None:
        """Take the frame shown at ``at_ms``."""
        if self._box is None:
            self._bars.see(grey)
            self._waiting.append((at_ms, grey.copy()))
            if len(self._waiting) == _LOOK_AT:
                self._settle()
            return
        self._keep([(at_ms, grey)], self._box)

    def finish(self) -> tuple[FramePrint, ...]:
        """Return the prints in the order of the frames; frames without structure have none."""
        self._settle()
        return tuple(self._prints)

    def _settle(self) -> None:
        waiting, self._waiting = self._waiting, []
        self._box = self._box or self._bars.box()
        self._keep(waiting, self._box)

    def _keep(self, frames: Iterable[tuple[int, Grey]], box: Box) -> None:
        for at_ms, grey in frames:
            made = print_of(grey, box)
            if made is not None:
                self._prints.append(FramePrint(at_ms, *made))


def print_of(grey: Grey, box: Box | None = None) -> tuple[int, bytes] | None:
    """Return 64 bits and the fine print of one small frame, or None when it has too little structure to tell.

    Without a ``box`` the frame's own bars are cut off; with many frames of a recording use ``Printer``, which knows
    bars from dark scenes.
    """
    if box is None:
        bars = Bars()
        bars.see(grey)
        box = bars.box()
    cells = cells_of(grey, box)
    if float(cells.std()) < _LEAST_CONTRAST:
        return None
    return bits_of(cells), np.clip(np.rint(cells), 0, 255).astype(np.uint8).tobytes()


def cells_of(grey: Grey, box: Box) -> Floats:
    """Return the mean of each of 16 × 16 equal cells of the picture."""
    rows = averaging(grey.shape[0], box.top, box.bottom)
    columns = averaging(grey.shape[1], box.left, box.right)
    return rows @ grey.astype(np.float64) @ columns.T


@functools.lru_cache(maxsize=32)
def averaging(size: int, start: float, end: float) -> Floats:
    """Return the matrix that averages ``[start, end)`` of ``size`` pixels into 16 equal cells."""
    edges = np.linspace(start, end, SIDE + 1)
    pixels = np.arange(size)
    low = np.maximum(edges[:-1, None], pixels)
    high = np.minimum(edges[1:, None], pixels + 1)
    weights = np.maximum(high - low, 0.0)
    shares: Floats = weights / weights.sum(axis=1, keepdims=True)
    return shares


def _cosines() -> Floats:
    index = np.arange(SIDE)
    return np.cos(np.pi * (index[None] + 0.5) * index[:, None] / SIDE)


def zigzag(count: int) -> list[tuple[int, int]]:
    """Return the first places of the cosine transform by rising frequency, without the mean."""
    places = ((row, column) for row in range(SIDE) for column in range(SIDE))
    return sorted(places, key=lambda place: (sum(place), place[0]))[1 : count + 1]


_COSINES: Final = _cosines()
_ROWS: Final = np.array([row for row, _ in zigzag(_BITS)])
_COLUMNS: Final = np.array([column for _, column in zigzag(_BITS)])
_PLACES: Final = np.array([16 * (number % 4) + number // 4 for number in range(_BITS)], dtype=np.uint64)


def bits_of(cells: Floats) -> int:
    """Return the 64 bits of one picture's cells."""
    return int(all_bits_of(cells[None])[0])


def all_bits_of(cells: Floats) -> NDArray[np.uint64]:
    """Return the 64 bits of many pictures' cells, ``(pictures, 16, 16)``."""
    return bits_of_spectra(spectra_of(cells))


def spectra_of(cells: Floats) -> Floats:
    """Return the 64 coefficients of each picture whose signs are its bits."""
    spectra: Floats = (_COSINES @ cells @ _COSINES.T)[:, _ROWS, _COLUMNS]
    return spectra


def bits_of_spectra(spectra: Floats) -> NDArray[np.uint64]:
    """Return the signs of coefficients as 64 bits each."""
    bits: NDArray[np.uint64] = ((spectra > 0).astype(np.uint64) << _PLACES).sum(axis=1, dtype=np.uint64)
    return bits


def mirrors() -> Floats:
    """Return by what mirroring multiplies the coefficients: not at all, left to right, upside down, both."""
    across, down = 1.0 - 2.0 * (_COLUMNS % 2), 1.0 - 2.0 * (_ROWS % 2)
    return np.array([np.ones_like(across), across, down, across * down])
