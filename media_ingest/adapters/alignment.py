"""Laying the prints of two recordings over each other: at which shift in time, and crop, they show the same."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from media_ingest.adapters.prints import SIDE, averaging, zigzag
from media_ingest.domain.duplicates import Overlap
from media_ingest.domain.watched import FramePrint

Floats = NDArray[np.float32]
Whole = NDArray[np.int64]

_RADIUS: Final = 16
"""Bits in which prints of the same frame may differ when recordings are laid over each other."""
_SHIFTS: Final = 6
"""Shifts in time that are tried because pictures are alike, the likeliest first."""
_PEAKS: Final = 6
"""Shifts in time that are tried because pictures change alike."""
_STEP_MS: Final = 250
_SAMPLE: Final = 400
"""Prints of a recording that look for the shift; all of them are compared at the one found."""
_GAP_MS: Final = 1_400
"""Between two prints at most this far apart the picture is taken to change evenly: as far as key frames may lie apart
where recordings are watched by them (`domain.gops.longest_short_group`)."""
_NEAR_MS: Final = 120
"""A print this near stands for its moment by itself."""
_FREQUENCIES: Final = 100
"""Coefficients that are compared: finer detail depends on where the cells fall."""
_CHANGES: Final = 36
"""Coefficients in which changes are compared: fine detail shimmers when a small picture is scaled roughly."""
_SEEN_ALIKE: Final = 0.75
"""Likeness of two pictures from which they may be the same."""
_WEAK: Final = 0.55
_PIECES: Final = 6
"""Stretches at different shifts that are looked for: a reel cut from a recording."""
_HALF_STEP_MS: Final = 250
"""Half the usual time between prints: a print speaks for this much before and after it."""
_CUTS: Final = ((0.0, 16.0), (0.2, 15.8), (0.4, 15.6), (0.6, 15.4), (0.4, 16.0), (0.0, 15.6), (0.8, 16.0), (0.0, 15.2))
"""Crops of a side that are tried, in cells: nothing, evenly, and at one end, up to five percent."""


@dataclass(frozen=True, slots=True)
class Track:
    """The prints of one recording in order."""

    times: Whole
    bits: NDArray[np.uint64]
    cells: Floats

    @property
    def telling_ms(self) -> int:
        """How long the recording shows something that can be compared."""
        if not len(self.times):
            return 0
        gaps = np.diff(self.times)
        return int(gaps[gaps <= _GAP_MS].sum()) + 2 * _HALF_STEP_MS

    def part(self, keep: NDArray[np.bool_] | Whole) -> Track:
        """Return some of the prints."""
        return Track(self.times[keep], self.bits[keep], self.cells[keep])


def track_of(prints: Sequence[FramePrint]) -> Track:
    """Return prints as arrays."""
    cells = np.frombuffer(b"".join(row.fine for row in prints), np.uint8).reshape(-1, SIDE, SIDE)
    return Track(
        np.array([row.at_ms for row in prints], np.int64),
        np.array([row.bits for row in prints], np.uint64),
        cells.astype(np.float32),
    )


class Crop(NamedTuple):
    """Which part of the one picture the other shows: rows and columns in cells, and whose picture is larger."""

    rows: tuple[float, float]
    columns: tuple[float, float]
    of_other: bool


def overlaps_of(one: Track, other: Track) -> list[Overlap]:
    """Return the stretches of ``one`` that may be in ``other``, best first; whether they are is for ``judge``."""
    found: list[Overlap] = []
    left = one
    for _ in range(_PIECES):
        if len(left.times) < 2 or len(other.times) < 2:
            break
        pieces, used = _best(left, other)
        if not pieces:
            break
        found += pieces
        left = left.part(~used)
    return found


def _best(one: Track, other: Track) -> tuple[list[Overlap], NDArray[np.bool_]]:
    """Return the overlaps at the best shift, and which prints of ``one`` they use."""
    sample = one.part(np.linspace(0, len(one.times) - 1, min(_SAMPLE, len(one.times))).astype(np.int64))
    shift = _shift(sample, other)
    if shift is None:
        return [], np.zeros(len(one.times), bool)
    crop = _crop(sample, other, shift)
    shift = _finer_shift(sample, other, shift, crop)
    seen, there = _laid_over(one, other, shift)
    mine, theirs = _spectra(one.cells, seen, crop)
    alike = np.where(there, _cosine(mine, theirs), -1.0)
    used = np.zeros(len(one.times), bool)
    overlaps = []
    for run in _runs(one.times, there, alike):
        overlaps.append(_overlap(one.times[run], shift, mine[run], theirs[run], alike[run]))
        used[run] = True
    return overlaps, used


def _shift(one: Track, other: Track) -> int | None:
    """Return by how many ms ``other`` runs later, the way that most pictures agree; None when none does."""
    spectra = _spectrum(one.cells)
    best: tuple[float, int] | None = None
    for shift in _candidate_shifts(one, other):
        score = _score(spectra, one, other, shift)
        if best is None or score > best[0] + 1e-6:
            best = (score, shift)
    return best[1] if best is not None and best[0] > 0 else None


def _candidate_shifts(one: Track, other: Track) -> list[int]:
    """Return the likeliest shifts, each in steps around it: no shift, those of like pictures, of like movement."""
    by_look = _shifts_by_look(one, other)
    if not by_look:
        return []
    around = range(-_STEP_MS, _STEP_MS + 1, 50)
    centres = [0, *by_look, *_shifts_by_movement(one, other)]
    return list(dict.fromkeys(round((centre + step) / 50) * 50 for centre in centres for step in around))


def _shifts_by_look(one: Track, other: Track) -> list[int]:
    """Return shifts by falling number of prints that vote for them."""
    near = np.bitwise_count(one.bits[:, None] ^ other.bits[None])
    mine, theirs = np.nonzero(near <= _RADIUS)
    if not len(mine):
        return []
    # A print that resembles many says little about when.
    crowd = np.bincount(mine, minlength=len(one.times))[mine] + np.bincount(theirs, minlength=len(other.times))[theirs]
    weights = (2 * _RADIUS - near[mine, theirs]) / crowd
    shifts = other.times[theirs] - one.times[mine]
    lowest = int(shifts.min())
    votes = np.convolve(np.bincount((shifts - lowest) // _STEP_MS, weights=weights), [0.5, 1.0, 0.5], "same")
    return [lowest + int(place) * _STEP_MS + _STEP_MS // 2 for place in np.argsort(-votes, kind="stable")[:_SHIFTS]]


def _shifts_by_movement(one: Track, other: Track) -> list[int]:
    """Return shifts at which what moves before a still background moves alike: peaks of the cross-correlation."""
    mine, theirs = _changes_in_time(one), _changes_in_time(other)
    length = 1 << (len(mine) + len(theirs)).bit_length()
    product = np.fft.rfft(theirs, length, axis=0) * np.conj(np.fft.rfft(mine, length, axis=0))
    agreement = np.fft.irfft(product.sum(axis=1), length)
    places = np.argsort(-agreement, kind="stable")[:_PEAKS]
    steps = [int(place) if place < length // 2 else int(place) - length for place in places]
    start = int(other.times[0]) - int(one.times[0])
    return [start + step * _STEP_MS for step in steps]


def _changes_in_time(track: Track) -> Floats:
    """Return how a recording differs from its own average, every step of time; nothing where it has no prints."""
    moments = np.arange(int(track.times[0]), int(track.times[-1]) + _STEP_MS, _STEP_MS)
    blank = Track(moments, np.zeros(len(moments), np.uint64), np.zeros((len(moments), 1, 1), np.float32))
    seen, there = _laid_over(blank, track, 0)
    spectra = _spectrum(seen)
    changes: Floats = np.where(there[:, None], spectra - spectra[there].mean(axis=0), 0).astype(np.float32)
    return changes


def _score(spectra: Floats, one: Track, other: Track, shift: int, crop: Crop | None = None) -> float:
    """Return how well two recordings agree at a shift: in look above the doubtful, summed, and in movement."""
    seen, there = _laid_over(one, other, shift)
    mine, theirs = (spectra, _spectrum(seen)) if crop is None else _spectra(one.cells, seen, crop)
    alike = _cosine(mine, theirs)
    look = float(np.where(there, np.maximum(alike - _WEAK, -0.15), 0.0).sum())
    good = there & (alike >= _SEEN_ALIKE)
    return look * (1 + max(0.0, _agreement(mine[good], theirs[good])[0])) if good.sum() > 1 else look


def _agreement(mine: Floats, theirs: Floats) -> tuple[float, float]:
    """Return how alike two recordings change, -1 to 1, and how much the livelier one does, against its contrast."""
    mine, theirs = mine[:, :_CHANGES], theirs[:, :_CHANGES]
    changes, other_changes = mine - mine.mean(axis=0), theirs - theirs.mean(axis=0)
    strength, other_strength = float(np.linalg.norm(changes)), float(np.linalg.norm(other_changes))
    agreement = float((changes * other_changes).sum()) / max(strength * other_strength, 1e-9)
    return agreement, max(strength, other_strength) / float(np.sqrt(len(mine)))


def _finer_shift(one: Track, other: Track, shift: int, crop: Crop) -> int:
    """Return the shift to 20 ms, now that the crop is known."""
    steps = sorted(range(-240, 241, 20), key=abs)
    spectra = _spectrum(one.cells)
    return shift + max(steps, key=lambda step: _score(spectra, one, other, shift + step, crop))


def _laid_over(one: Track, other: Track, shift: int) -> tuple[Floats, NDArray[np.bool_]]:
    """Return what ``other`` shows at the moments of ``one``, between its prints, and where that is known."""
    wanted = one.times + shift
    after = np.clip(np.searchsorted(other.times, wanted), 0, len(other.times) - 1)
    before = np.clip(after - 1, 0, None)
    start, end = other.times[before], other.times[after]
    between = (wanted >= start) & (wanted <= end) & (end - start <= _GAP_MS)
    near = np.minimum(np.abs(wanted - start), np.abs(wanted - end)) <= _NEAR_MS
    weight = np.clip((wanted - start) / np.maximum(end - start, 1), 0, 1).astype(np.float32)[:, None, None]
    seen = other.cells[before] * (1 - weight) + other.cells[after] * weight
    return seen.astype(np.float32, copy=False), between | near


def _crop(one: Track, other: Track, shift: int) -> Crop:
    """Return the crop under which the pictures that agree best agree most."""
    seen, there = _laid_over(one, other, shift)
    alike = np.where(there, _cosine(_spectrum(one.cells), _spectrum(seen)), -1.0)
    best = np.argsort(-alike, kind="stable")[: min(16, int(there.sum()))]
    mine, theirs = one.cells[best], seen[best]

    def gain(crop: Crop) -> float:
        return float(_cosine(*_spectra(mine, theirs, crop)).mean())

    # The plain case comes first, and another must be clearly better.
    crops = [Crop(rows, columns, which) for rows in _CUTS for columns in _CUTS for which in (False, True)]
    return max(crops, key=lambda crop: round(gain(crop), 3))


def _spectra(mine: Floats, theirs: Floats, crop: Crop) -> tuple[Floats, Floats]:
    """Return what is compared of two sets of pictures, the larger ones cropped."""
    if crop.of_other:
        return _spectrum(mine), _spectrum(_cropped(theirs, crop))
    return _spectrum(_cropped(mine, crop)), _spectrum(theirs)


def _cropped(cells: Floats, crop: Crop) -> Floats:
    rows = averaging(SIDE, *crop.rows).astype(np.float32)
    columns = averaging(SIDE, *crop.columns).astype(np.float32)
    return (rows @ cells @ columns.T).astype(np.float32, copy=False)


def _spectrum(cells: Floats) -> Floats:
    """Return the lower frequencies of pictures, without their mean, each picture at unit strength."""
    flat = cells.reshape(len(cells), -1) @ _basis()
    spectrum: Floats = flat / np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), 1e-6)
    return spectrum


@functools.cache
def _basis() -> Floats:
    """Return the cosine transform as one matrix, cells by frequencies, orthonormal."""
    index = np.arange(SIDE)
    cosines = np.cos(np.pi * (index[None] + 0.5) * index[:, None] / SIDE)
    cosines /= np.linalg.norm(cosines, axis=1, keepdims=True)
    columns = [np.outer(cosines[row], cosines[column]).ravel() for row, column in zigzag(_FREQUENCIES)]
    return np.array(columns, np.float32).T


def _cosine(mine: Floats, theirs: Floats) -> Floats:
    cosine: Floats = np.einsum("ij,ij->i", mine, theirs)
    return cosine


def _runs(times: Whole, there: NDArray[np.bool_], alike: Floats) -> Iterator[Whole]:
    """Yield stretches of prints that agree; those in between that do not, for a moment, may be a fast pan."""
    good = np.flatnonzero(there & (alike >= _SEEN_ALIKE))
    if not len(good):
        return
    for run in np.split(good, np.flatnonzero(np.diff(times[good]) > 2 * _GAP_MS) + 1):
        stretch = np.arange(run[0], run[-1] + 1)
        yield stretch[there[stretch]]


def _overlap(times: Whole, shift: int, mine: Floats, theirs: Floats, alike: Floats) -> Overlap:
    start, end = max(0, int(times[0]) - _HALF_STEP_MS), int(times[-1]) + _HALF_STEP_MS
    agreement, movement = _agreement(mine, theirs)
    return Overlap(
        start_ms=start,
        end_ms=end,
        other_start_ms=max(0, start + shift),
        other_end_ms=max(0, end + shift),
        frames=len(times),
        alike=round(1000 * float(np.median(alike))),
        movement=round(1000 * movement),
        agreement=round(1000 * agreement),
    )
