"""Every presented frame with its tick and what is known of it; from there to shots."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import numpy as np
import numpy.typing as npt

from media_ingest.adapters.watching.cuts import boundaries
from media_ingest.adapters.watching.measures import Floats, Measured
from media_ingest.domain.shots import ShotFacts, Start, flashes_per_s, shots_of, starts_within
from media_ingest.domain.watched import Shot, WatchSubject

_EMPTY: Final = 5.0
_ENOUGH: Final = 3
_ALL_BUT_FEW: Final = 75


def ticks_of(pts: Sequence[int], origin: int, time_base: Fraction, subject: WatchSubject) -> npt.NDArray[np.int64]:
    """Return times of the file's clock as ticks of the presented stream, from its first frame, never running back."""
    step = time_base / subject.time_base
    over, under = step.numerator, step.denominator
    # Python's own integers: a clock may run in nanoseconds since long ago.
    ticks = np.array([((at - origin) * over * 2 + under) // (2 * under) for at in pts], np.int64)
    return np.maximum.accumulate(np.maximum(ticks, 0)) if len(ticks) else ticks


@dataclass(frozen=True, slots=True)
class Timeline:
    """One row for each presented frame; ``known``: its change to the frame before was really measured."""

    ticks: npt.NDArray[np.int64]
    measured: Measured
    known: npt.NDArray[np.bool_]

    def shots(self, subject: WatchSubject) -> tuple[Shot, ...]:
        """Return the shots of the recording."""
        found = boundaries(self.measured, float(subject.frame_rate))
        starts = starts_within([Start(int(self.ticks[at.at]), at.begins) for at in found], subject.duration_ticks)
        edges = np.searchsorted(self.ticks, [start.at for start in starts], side="left")
        ends = [*edges[1:], len(self.ticks)]
        facts = [
            self._facts(int(first), max(int(first) + 1, int(end)), subject)
            for first, end in zip(edges, ends, strict=True)
        ]
        return shots_of(starts, facts, duration=subject.duration_ticks, time_base=subject.time_base)

    def _facts(self, first: int, end: int, subject: WatchSubject) -> ShotFacts:
        shot = Measured(self.measured.rows[first:end])
        # The way into the first frame leads from another shot.
        moves, known = (shot.change + shot.colour)[1:], self.known[first + 1 : end]
        changes, later = moves[known], moves[len(moves) // 2 :][known[len(moves) // 2 :]]
        # An encoder takes a while to settle after a cut; a picture that stands still shows it in the second half.
        settled = later if len(later) >= _ENOUGH else changes
        return ShotFacts(
            motion=_mean(changes if len(changes) else moves),
            sharpness=_mean(shot.sharpness),
            brightness=_mean(shot.brightness),
            contrast=_mean(shot.contrast),
            clipped=_mean(shot.clipped),
            flashes_per_s=self._flashes(shot.brightness, first, subject),
            empty=_mean((shot.contrast < _EMPTY).astype(np.float32)),
            bars=_mean(shot.bars),
            usual_change=float(np.median(settled)) if len(settled) else 1.0,
            large_change=float(np.percentile(settled, _ALL_BUT_FEW)) if len(settled) else 1.0,
        )

    def _flashes(self, brightness: Floats, first: int, subject: WatchSubject) -> int:
        if not len(brightness) or float(np.ptp(brightness)) < 1:
            return 0
        times = self.ticks[first : first + len(brightness)] * float(subject.time_base)
        return flashes_per_s(brightness.tolist(), times.tolist())


def _mean(values: Floats) -> float:
    return float(values.mean()) if len(values) else 0.0
