"""Reading the audit trail: for the platform's owner, leads and auditors, who may read every organisation's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Q, QuerySet

from core.accounts.models import Membership, Organisation
from core.accounts.policy import Actor, require
from core.audit.chains import BEGINNING, Part, Place, part_check
from core.audit.domain import AUDIT_VIEW, SYSTEM, Entry, digest_of, entry_of, names
from core.audit.models import AuditEvent

NO_PERSON: Final = UUID(int=0)
"""Stands for the system where events of one person are asked for."""
_CHUNK: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which events: each condition that is given narrows them down."""

    subject: str = ""
    """A public id, as written."""
    action: str = ""
    """One action (``case.decided``) or all of a thing (``case``)."""
    actor: UUID | None = None
    """A person, or ``NO_PERSON``."""
    organisation: UUID | None = None
    """Whose chain; ``PLATFORM_CHAIN`` for what belongs to nobody."""
    since: datetime | None = None
    until: datetime | None = None
    """From, and before."""


ALL: Final = Asked()


@dataclass(frozen=True, slots=True)
class Line:
    """An event as a reader may see it."""

    event: AuditEvent
    entry: Entry
    chain: Organisation | None
    """Whose chain it is in; None for the platform's own."""
    acting: Organisation | None
    person: str | None
    """The name of who acted: told of the reader's own colleagues only."""
    intact: bool
    """Whether it hashes to its digest. Whether others around it are gone is what checking the chain tells."""


def events_visible_to(actor: Actor, asked: Asked = ALL) -> QuerySet[AuditEvent]:
    """Return the events that are asked for, in no order."""
    require(actor, AUDIT_VIEW)
    rows = AuditEvent.objects.all()
    if asked.subject:
        rows = rows.filter(subject=asked.subject)
    if asked.action:
        rows = rows.filter(Q(action=asked.action) | Q(action__startswith=f"{asked.action.rstrip('.')}."))
    if asked.actor is not None:
        # Within a body quotes are escaped, so nothing that somebody typed reads like this.
        key = f'"{SYSTEM}"' if asked.actor == NO_PERSON else f':{asked.actor}"'
        rows = rows.filter(body__contains=f'{key},"after":')
    if asked.organisation is not None:
        rows = rows.filter(chain=asked.organisation)
    if asked.since is not None:
        rows = rows.filter(pk__gte=_first_id(asked.since))
    if asked.until is not None:
        rows = rows.filter(pk__lt=_first_id(asked.until))
    return rows


def _first_id(moment: datetime) -> UUID:
    """The lowest id of a moment: ids begin with the millisecond they were made in."""
    return UUID(int=max(0, int(moment.timestamp() * 1000)) << 80)


def lines_of(actor: Actor, events: Sequence[AuditEvent]) -> list[Line]:
    """Return events with the names that the reader may know: every organisation's, and those of colleagues."""
    require(actor, AUDIT_VIEW)
    entries = [entry_of(event.body) for event in events]
    wanted = {event.chain for event in events} | {entry.organisation for entry in entries if entry.organisation}
    organisations = Organisation.objects.in_bulk(list(wanted))
    people = {entry.person for entry in entries if entry.person}
    colleagues = Membership.objects.filter(organisation=actor.organisation_id, user__in=people)
    known = {row.user_id: row.user.name for row in colleagues.select_related("user")}
    return [
        Line(
            event=event,
            entry=entry,
            chain=organisations.get(event.chain),
            acting=organisations.get(entry.organisation) if entry.organisation else None,
            person=known.get(entry.person) if entry.person else None,
            intact=is_intact(event),
        )
        for event, entry in zip(events, entries, strict=True)
    ]


def is_intact(event: AuditEvent) -> bool:
    """Whether an event hashes to its digest and is filed under what it says."""
    whole = event.digest == digest_of(event.previous, event.sequence, event.body)
    return whole and names(event.body, event.action, event.subject)


def events_in_order(rows: QuerySet[AuditEvent]) -> Iterator[AuditEvent]:
    """Yield events chain by chain, each from its beginning, without holding more than some of them."""
    for chain in rows.order_by("chain").values_list("chain", flat=True).distinct():
        after, full = 0, True
        while full:
            chunk = list(rows.filter(chain=chain, sequence__gt=after).order_by("sequence")[:_CHUNK])
            yield from chunk
            full = len(chunk) == _CHUNK
            after = chunk[-1].sequence if full else after


def chains_checked(actor: Actor, start: Place = BEGINNING) -> Part:
    """Return what a part of a check finds, beginning at a place."""
    require(actor, AUDIT_VIEW)
    return part_check(start)


def organisations_named(chains: Iterable[UUID]) -> dict[UUID, Organisation]:
    """Return whose chains these are."""
    return Organisation.objects.in_bulk(list(chains))
