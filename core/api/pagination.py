"""Keyset pagination: newest first by id, opaque signed cursor, no totals, no offsets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar
from uuid import UUID

from django.core import signing
from django.db.models import Model, QuerySet

from core.errors import ErrorCode, Kind

CURSOR_UNREADABLE = ErrorCode("cursor_unreadable", Kind.INVALID, "This cursor is not one of ours")
LIMIT_DEFAULT: Final = 50
LIMIT_MAX: Final = 200
_SALT: Final = "cursor"

T = TypeVar("T")
M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page and the cursor of the next, if there is one."""

    data: Sequence[T]
    next_cursor: str | None

    @property
    def has_more(self) -> bool:
        """Whether another page follows."""
        return self.next_cursor is not None


def cursor_write(key: str) -> str:
    """Return a signed cursor after the row with this key."""
    return signing.Signer(salt=_SALT).sign(key)


def cursor_read(text: str) -> str:
    """Return the key inside a cursor, or refuse with ``cursor_unreadable``."""
    try:
        return signing.Signer(salt=_SALT).unsign(text)
    except signing.BadSignature as error:
        raise CURSOR_UNREADABLE("Start again without a cursor; nothing was changed.") from error


def _key_in(cursor: str) -> UUID:
    key = cursor_read(cursor)
    try:
        return UUID(key)
    except ValueError as error:
        raise CURSOR_UNREADABLE("This cursor is of another list. Start again without it.") from error


def keyset(queryset: QuerySet[M], *, cursor: str | None, limit: int) -> Page[M]:
    """Return one page of a queryset, newest id first."""
    if cursor:
        queryset = queryset.filter(pk__lt=_key_in(cursor))
    rows: list[Any] = list(queryset.order_by("-pk")[: limit + 1])
    more = len(rows) > limit
    return Page(rows[:limit], cursor_write(str(rows[limit - 1].pk)) if more else None)
