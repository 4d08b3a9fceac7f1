"""What a right on a clip occupies: which uses, alone or beside others, from when to when.

A clip's uses are sixteen cells: each class of model, once for training and once for everything else (measuring,
grounding, making synthetic data). A licence occupies the cells it uses. An exclusive one also keeps others out of
cells, as the clause EXCLUSIVITY says: `category` out of its own classes of model, `ai_training` out of all training,
`buyer` out of everything; and it does so only inside the clause's interval.

Two holds on one clip clash when they share a cell and a moment and at least one of them is exclusive. This module
plans the holds; the table's constraint refuses those that clash, on either database (`Reservation`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from licensing.domain.matching import Exclusivity, ModelClass, Purpose, UseCase

TRAINING: Final = frozenset({Purpose.PRETRAIN, Purpose.FINETUNE, Purpose.ALIGN})
"""What "the training of Models" means; the other purposes only measure, consult or copy."""

_PLACE: Final = {kind: place for place, kind in enumerate(ModelClass)}
_TRAINS, _OTHERWISE = 1, 2
_WIDTH: Final = 2
CELLS: Final = len(ModelClass) * _WIDTH
EVERYTHING: Final = (1 << CELLS) - 1
_ALL_TRAINING: Final = sum(_TRAINS << (place * _WIDTH) for place in _PLACE.values())


@dataclass(frozen=True, slots=True)
class Hold:
    """One right on one clip for one stretch of time; `cells` is a set of bits, the last instant is not included."""

    cells: int
    exclusive: bool
    starts_at: datetime
    ends_at: datetime

    def clashes(self, other: Hold) -> bool:
        """Whether both cannot stand on the same clip."""
        return (
            (self.exclusive or other.exclusive)
            and bool(self.cells & other.cells)
            and self.starts_at < other.ends_at
            and other.starts_at < self.ends_at
        )


@dataclass(frozen=True, slots=True)
class Window:
    """Between which moments terms offer an exclusive grant; None where they set no bound."""

    opens_at: datetime | None = None
    closes_at: datetime | None = None

    def within(self, starts_at: datetime, ends_at: datetime) -> tuple[datetime, datetime]:
        """The part of an interval that lies in the window; empty when the end is not after the start."""
        opened = starts_at if self.opens_at is None else max(starts_at, self.opens_at)
        closed = ends_at if self.closes_at is None else min(ends_at, self.closes_at)
        return opened, closed


def window_of(clause: Mapping[str, object]) -> Window:
    """The window in the values of the clause EXCLUSIVITY; days begin at midnight UTC, the last is not included."""
    return Window(_midnight(clause.get("starts")), _midnight(clause.get("ends")))


def _midnight(day: object) -> datetime | None:
    return datetime.fromisoformat(day).replace(tzinfo=UTC) if isinstance(day, str) else None


def cells_used(use_case: UseCase) -> int:
    """The cells a use case needs for itself."""
    kinds = (_TRAINS if use_case.purposes & TRAINING else 0) | (_OTHERWISE if use_case.purposes - TRAINING else 0)
    return sum(kinds << (_PLACE[kind] * _WIDTH) for kind in use_case.model_classes)


def cells_closed(use_case: UseCase) -> int:
    """The cells a use case wants nobody else in."""
    match use_case.exclusivity:
        case Exclusivity.BUYER:
            return EVERYTHING
        case Exclusivity.AI_TRAINING:
            return _ALL_TRAINING
        case Exclusivity.CATEGORY:
            both = _TRAINS | _OTHERWISE
            return sum(both << (_PLACE[kind] * _WIDTH) for kind in use_case.model_classes)
        case _:
            return 0


def holds_of(use_case: UseCase, window: Window, starts_at: datetime, ends_at: datetime) -> tuple[Hold, ...]:
    """The holds of one licence over its whole term: shared before and after the window, exclusive inside it.

    No two of them clash with each other. ValueError when the use case wants to be alone and the window has no part
    of the term: such a licence would be paid for and keep nobody out.
    """
    used, closed = cells_used(use_case), cells_closed(use_case)
    if not closed:
        return (Hold(used, exclusive=False, starts_at=starts_at, ends_at=ends_at),)
    opened, shut = window.within(starts_at, ends_at)
    if opened >= shut:
        raise ValueError("the terms offer no exclusivity in this time")
    pieces = (
        Hold(used, exclusive=False, starts_at=starts_at, ends_at=opened),
        Hold(closed, exclusive=True, starts_at=opened, ends_at=shut),
        Hold(used & ~closed, exclusive=False, starts_at=opened, ends_at=shut),
        Hold(used, exclusive=False, starts_at=shut, ends_at=ends_at),
    )
    return tuple(piece for piece in pieces if piece.cells and piece.starts_at < piece.ends_at)


def clashing(wanted: Iterable[Hold], standing: Iterable[Hold]) -> Iterator[tuple[Hold, Hold]]:
    """Pairs of a wanted and a standing hold on the same clip that cannot both be."""
    kept = tuple(standing)
    return ((one, other) for one in wanted for other in kept if one.clashes(other))
