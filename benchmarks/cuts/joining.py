"""Joins known shots into one recording, frame by frame, so that every cut is known by construction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from random import Random
from typing import Final

import numpy as np
import numpy.typing as npt

Frames = npt.NDArray[np.uint8]
"""Shape (frames, height, width, 3), BGR."""

SHORTEST, LONGEST = 14, 80


class Kind(StrEnum):
    """How one shot becomes the next."""

    HARD = "hard"
    DISSOLVE = "dissolve"
    BLACK = "fade_through_black"
    WHITE = "fade_through_white"


@dataclass(frozen=True, slots=True)
class Label:
    """A change of shot: the first frame of the new shot, or the frames ``[first, last]`` in which it happens."""

    kind: Kind
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Reel:
    """A joined recording and what is known about it."""

    frames: Frames
    labels: tuple[Label, ...]


_KINDS: Final = (Kind.HARD,) * 11 + (Kind.DISSOLVE,) * 4 + (Kind.BLACK,) * 2 + (Kind.WHITE,)


def joined(shots: Sequence[Frames], *, count: int, chance: Random, distractions: bool = True) -> Reel:
    """Join ``count`` stretches of the shots in random order with random transitions; neighbours always differ.

    ``distractions`` puts in what is not a cut: flashes and whip pans.
    """
    parts: list[Frames] = []
    labels: list[Label] = []
    length, previous = 0, -1
    tail: Frames | None = None
    for number in range(count):
        which = chance.choice([index for index in range(len(shots)) if index != previous])
        previous = which
        shot = _stretch(shots[which], chance)
        if distractions and len(shot) > 30:
            shot = _distracted(shot, chance)
        if tail is None or number == 0:
            tail = shot
            continue
        kind = chance.choice(_KINDS)
        before, between, shot = _transition(kind, tail, shot, chance)
        parts += [before, between]
        length += len(before)
        labels.append(Label(kind, length, length if kind is Kind.HARD else length + len(between)))
        length += len(between)
        tail = shot
    if tail is not None:
        parts.append(tail)
    return Reel(np.concatenate(parts), tuple(labels))


def _stretch(shot: Frames, chance: Random) -> Frames:
    length = min(len(shot), chance.randint(SHORTEST, LONGEST))
    start = chance.randint(0, len(shot) - length)
    return shot[start : start + length]


def _transition(kind: Kind, before: Frames, after: Frames, chance: Random) -> tuple[Frames, Frames, Frames]:
    """Return what is left of the shot before, the frames in between, and what is left of the shot after."""
    if kind is Kind.HARD:
        return before, before[:0], after
    room = min(len(before), len(after)) - 6
    if kind is Kind.DISSOLVE:
        length = max(4, min(room, chance.randint(8, 32)))
        share = (np.arange(1, length + 1, dtype=np.float32) / (length + 1))[:, None, None, None]
        mixed = before[-length:] * (1 - share) + after[:length] * share
        return before[:-length], mixed.astype(np.uint8), after[length:]
    level = 0.0 if kind is Kind.BLACK else 255.0
    out, into = (max(3, min(room, chance.randint(6, 18))) for _ in range(2))
    hold = np.full((chance.randint(0, 5), *before.shape[1:]), level, np.uint8)
    going = (np.arange(1, out + 1, dtype=np.float32) / out)[:, None, None, None]
    coming = (np.arange(into, 0, -1, dtype=np.float32) / into)[:, None, None, None]
    fade_out = before[-out:] * (1 - going) + level * going
    fade_in = after[:into] * (1 - coming) + level * coming
    between = np.concatenate([fade_out.astype(np.uint8), hold, fade_in.astype(np.uint8)])
    return before[:-out], between, after[into:]


def _distracted(shot: Frames, chance: Random) -> Frames:
    dice = chance.random()
    if dice < 0.12:
        return _flashed(shot, chance)
    return _whipped(shot, chance) if dice < 0.24 else shot


def _flashed(shot: Frames, chance: Random) -> Frames:
    """Light up a few frames, as a photographer's flash does."""
    lit = shot.copy()
    at = chance.randint(8, len(shot) - 12)
    for offset, strength in enumerate(chance.choice([(0.9,), (0.8, 0.4), (0.7, 1.0, 0.5, 0.2)])):
        frame = lit[at + offset].astype(np.float32)
        lit[at + offset] = (frame + (255 - frame) * strength).astype(np.uint8)
    return lit


def _whipped(shot: Frames, chance: Random) -> Frames:
    """Throw the camera around: the picture runs sideways, blurred, and comes to rest elsewhere."""
    panned = shot.copy()
    width = shot.shape[2]
    length = chance.randint(8, 14)
    at = chance.randint(6, len(shot) - length - 6)
    progress = np.arange(1, length + 1) / length
    places = (progress**2 * (3 - 2 * progress) * width * chance.choice([0.6, 1.0])).astype(int)
    wide = np.concatenate([shot, shot[:, :, ::-1]], axis=2)
    speeds = np.diff(places, prepend=0)
    for offset in range(len(shot) - at):
        place = int(places[min(offset, length - 1)])
        speed = int(speeds[offset]) if offset < length else 0
        frame = _shifted(wide[at + offset], place, width)
        for part in range(1, min(speed, 24) // 6):
            blurred = frame.astype(np.uint16) * part + _shifted(wide[at + offset], place - part * 6, width)
            frame = (blurred // (part + 1)).astype(np.uint8)
        panned[at + offset] = frame
    return panned


def _shifted(wide: Frames, place: int, width: int) -> Frames:
    return np.roll(wide, -place, axis=1)[:, :width]


def described(labels: Sequence[Label]) -> Iterator[dict[str, str | int]]:
    """Yield labels as they are kept in JSON."""
    for label in labels:
        yield {"kind": label.kind.value, "first": label.first, "last": label.last}
