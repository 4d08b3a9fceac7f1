"""Decisions about an offer: when it ends, what still holds of it, what must be accepted."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

VALID_FOR: Final = timedelta(days=14)
MAX_CLIPS: Final = 100_000


@dataclass(frozen=True, slots=True)
class Basis:
    """What a price line rests on: the version of the terms and the signed agreement."""

    terms_version_id: UUID
    agreement_id: UUID


@dataclass(frozen=True, slots=True)
class Changes:
    """What happened to a quote's clips since it was made. Ids are clips', sorted."""

    lost: tuple[UUID, ...]
    changed: tuple[UUID, ...]


def changes_since(quoted: Mapping[UUID, Basis], live: Mapping[UUID, Basis]) -> Changes:
    """Compare the quoted basis of each clip with that of the clips still live."""
    lost = tuple(sorted(clip for clip in quoted if clip not in live))
    changed = tuple(sorted(clip for clip, basis in quoted.items() if clip in live and live[clip] != basis))
    return Changes(lost, changed)


def missing_conditions(needed: Iterable[str], accepted: Iterable[str]) -> tuple[str, ...]:
    """Clause codes that still have to be accepted, sorted."""
    return tuple(sorted(set(needed) - set(accepted)))


def has_expired(expires_at: datetime, moment: datetime) -> bool:
    """Whether an offer has ended; its last instant is not part of it."""
    return moment >= expires_at


def months_later(moment: datetime, months: int) -> datetime:
    """The same day and time `months` calendar months on; the last day of the month when that day does not exist."""
    years, month = divmod(moment.month - 1 + months, 12)
    year = moment.year + years
    last = monthrange(year, month + 1)[1]
    return moment.replace(year=year, month=month + 1, day=min(moment.day, last))
