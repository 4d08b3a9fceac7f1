"""Noting what happened, in the transaction that makes it true; sealing puts it into the log."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db import connection

from core.jobs.services import enqueue
from marketplace.transparency.domain.entry import SALT_BYTES, Entry, LogEvent, commitment, thing
from marketplace.transparency.domain.topics import SEAL
from marketplace.transparency.models import LogEntry, LogPending

_BATCH = 500


@dataclass(frozen=True, slots=True)
class Happened:
    """One event: to which subject (a public id), about which things (public ids), when (seconds since 1970).

    Either ``facts`` that only the parties may know, which get a salt, or the ``sha256`` (hex) of what the event is
    about. ``again`` tells events apart that can happen to one subject more than once.
    """

    event: LogEvent
    subject: str
    about: Sequence[str]
    at: int
    facts: Mapping[str, str] = field(default_factory=dict)
    sha256: str = ""
    again: str = ""

    @property
    def key(self) -> str:
        """What makes the event one and the same."""
        return ":".join(part for part in (self.event, self.subject, self.again) if part)

    def pending(self) -> LogPending:
        """The row that waits for sealing."""
        salt = b"" if self.sha256 else secrets.token_bytes(SALT_BYTES)
        committed = self.sha256 or commitment(salt, self.facts)
        entry = Entry(self.event, self.at, tuple(thing(name).hex() for name in self.about), committed)
        return LogPending(
            key=self.key, event=self.event, subject=self.subject, body=entry.data().decode("ascii"), salt=salt.hex()
        )


def events_record(happened: Sequence[Happened]) -> None:
    """Note events inside the caller's transaction: with it they are logged, each once, or not at all.

    Noting an event again changes nothing. RuntimeError outside a transaction: a crash could then lose one of two.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("events are noted in the transaction that makes them true")
    for start in range(0, len(happened), _BATCH):
        part = {one.key: one for one in happened[start : start + _BATCH]}
        logged = set(LogEntry.objects.filter(key__in=list(part)).values_list("key", flat=True))
        rows = [one.pending() for key, one in part.items() if key not in logged]
        LogPending.objects.bulk_create(rows, ignore_conflicts=True)
    if happened:
        enqueue(kind=SEAL, subject=happened[0].key)
