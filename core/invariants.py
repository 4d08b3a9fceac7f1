"""What must always be true: each floor registers its checks; ``manage.py verify`` runs them all."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

Check = Callable[[], Iterable[str]]


@dataclass(frozen=True, slots=True)
class Invariant:
    """A named truth and the function that yields a sentence for each breach of it."""

    name: str
    check: Check


_INVARIANTS: Final[dict[str, Invariant]] = {}


def invariant(name: str) -> Callable[[Check], Check]:
    """Register a check; it yields one plain sentence for each breach and nothing when all is well."""

    def register(check: Check) -> Check:
        _INVARIANTS[name] = Invariant(name, check)
        return check

    return register


def invariants() -> tuple[Invariant, ...]:
    """Return every registered invariant, by name."""
    return tuple(_INVARIANTS[name] for name in sorted(_INVARIANTS))
