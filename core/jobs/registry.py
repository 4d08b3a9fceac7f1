"""Which handler does which kind of job, and which kinds a topic wakes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from core.jobs.claim import Claim

Handler = Callable[["Claim"], None]

DEFAULT_MAX_ATTEMPTS: Final = 6


@dataclass(frozen=True, slots=True)
class Registration:
    """How one kind of job is done."""

    kind: str
    queue: str
    max_attempts: int
    handler: Handler


_handlers: dict[str, Registration] = {}
_topics: dict[str, list[str]] = {}


def handles(
    kind: str, *, queue: str = "default", max_attempts: int = DEFAULT_MAX_ATTEMPTS
) -> Callable[[Handler], Handler]:
    """Register a handler for a kind of job. Declared in an app's ``tasks.py``."""

    def register(handler: Handler) -> Handler:
        _handlers[kind] = Registration(kind, queue, max_attempts, handler)
        return handler

    return register


def subscribe(topic: str, kind: str) -> None:
    """Wake jobs of ``kind`` when ``topic`` is published. Called from an app's ``subscribers.register``."""
    kinds = _topics.setdefault(topic, [])
    if kind not in kinds:
        kinds.append(kind)


def registration_of(kind: str) -> Registration:
    """Return how a kind is done; KeyError when no handler was registered."""
    return _handlers[kind]


def kinds_for(topic: str) -> tuple[str, ...]:
    """Return the kinds that a topic wakes."""
    return tuple(_topics.get(topic, ()))


def kinds_on(queue: str) -> tuple[str, ...]:
    """Return the kinds done on a queue."""
    return tuple(kind for kind, registration in _handlers.items() if registration.queue == queue)


def topics() -> dict[str, tuple[str, ...]]:
    """Return every topic with the kinds it wakes, for the docs."""
    return {topic: tuple(kinds) for topic, kinds in sorted(_topics.items())}


def registrations() -> tuple[Registration, ...]:
    """Return how every kind is done, by kind, for the docs."""
    return tuple(_handlers[kind] for kind in sorted(_handlers))
