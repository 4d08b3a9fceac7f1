"""What happens to licences goes into the transparency log, with the transaction that makes it so."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from core.accounts.policy import Actor
from core.audit.services import record
from core.clock import now
from core.ids import Prefix, parse_public_id, public_id
from core.jobs.models import Job, JobState
from core.transitions import advance
from marketplace.orders.domain.states import LICENCE, LicenceEvent, LicenceState
from marketplace.orders.domain.topics import log_kind
from marketplace.orders.models import Licence
from marketplace.transparency.domain.entry import LogEvent
from marketplace.transparency.selectors.proofs import subjects_without
from marketplace.transparency.services.recording import Happened, events_record

_AT_ONCE = 500
_ENDED = {LicenceState.TERMINATED: LogEvent.TERMINATED, LicenceState.EXPIRED: LogEvent.EXPIRED}


def licences_record(
    *, event: LogEvent, licences: Iterable[Licence], at: datetime | None = None, again: str = ""
) -> None:
    """Log that something happened to licences (``at`` None: when each began); call it in its transaction.

    The entry names clip and licence by hashes and commits to licence, clip, order and licensee under a salt.
    ``again`` tells apart what can happen to a licence twice, such as a claim: give the id of its cause.
    Recording the same again changes nothing.
    """
    events_record([_happened(event, licence, at or licence.starts_at, again) for licence in licences])


def _happened(event: LogEvent, licence: Licence, at: datetime, again: str) -> Happened:
    clip = public_id(Prefix.CLIP, licence.clip_id)
    return Happened(
        event=event,
        subject=licence.public_id,
        about=(clip, licence.public_id),
        at=int(at.timestamp()),
        facts={
            "clip": clip,
            "licence": licence.public_id,
            "licensee": public_id(Prefix.ORGANISATION, licence.licensee_id),
            "order": public_id(Prefix.ORDER, licence.order_id),
        },
        again=again,
    )


def licence_event_record(*, event: LogEvent, subject: str, licence: str) -> None:
    """Log what a topic told of a licence: its subject names the licence, or the cause while ``licence`` names it.

    The time of the entry is that of the message, which was sent with the transaction that it tells of.
    """
    name, _, cause = subject.partition(":")
    licence_id = parse_public_id(Prefix.LICENCE, licence or name)
    told = Job.objects.filter(kind=log_kind(event), subject=subject).values_list("created_at", flat=True).first()
    row = Licence.objects.get(pk=licence_id)
    again = cause or (name if licence and licence != name else "")
    licences_record(event=event, licences=[row], at=told or now(), again=again)


def licences_expire(*, actor: Actor, at: datetime | None = None) -> int:
    """Close licences whose time is over; return how many. Safe to repeat, run every night."""
    moment = at or now()
    over = Licence.objects.filter(state=LicenceState.ACTIVE, ends_at__lte=moment).order_by("pk")
    return sum(_expire(actor, licence) for licence in over.iterator(chunk_size=_AT_ONCE))


def _expire(actor: Actor, licence: Licence) -> int:
    with transaction.atomic():
        locked = Licence.objects.select_for_update().get(pk=licence.pk)
        if locked.state != LicenceState.ACTIVE:
            return 0
        advance(locked, LICENCE, LicenceEvent.EXPIRED)
        licences_record(event=LogEvent.EXPIRED, licences=[locked], at=locked.ends_at)
        record(actor=actor, action="licence.expired", subject=locked.public_id, organisation_id=locked.licensee_id)
    return 1


def licences_catch_up() -> int:
    """Log licences from before there was a log; return how many events were missing. Safe to repeat."""
    caught = _catch_up(Licence.objects.all(), LogEvent.ISSUED)
    for state, event in _ENDED.items():
        caught += _catch_up(Licence.objects.filter(state=state), event)
    return caught


def _catch_up(licences: QuerySet[Licence], event: LogEvent) -> int:
    caught = 0
    for some in _missing(licences, event):
        with transaction.atomic():
            licences_record(event=event, licences=some, at=None if event is LogEvent.ISSUED else now())
        caught += len(some)
    return caught


def _missing(licences: QuerySet[Licence], event: LogEvent) -> Iterable[list[Licence]]:
    batch: list[Licence] = []
    for licence in licences.order_by("pk").iterator(chunk_size=_AT_ONCE):
        batch.append(licence)
        if len(batch) == _AT_ONCE:
            yield _unlogged(batch, event)
            batch = []
    yield _unlogged(batch, event)


def _unlogged(licences: list[Licence], event: LogEvent) -> list[Licence]:
    missing = subjects_without(event, [licence.public_id for licence in licences])
    return [licence for licence in licences if licence.public_id in missing]


def licences_unlogged() -> Iterable[str]:
    """One sentence for each licence whose grant or end is neither in the log nor on its way into it."""
    kinds = [log_kind(event) for event in _ENDED.values()]
    coming = Job.objects.filter(kind__in=kinds, state__in=[JobState.QUEUED, JobState.RUNNING])
    on_the_way = set(coming.values_list("subject", flat=True))
    wanted = [(Licence.objects.all(), LogEvent.ISSUED)]
    wanted += [(Licence.objects.filter(state=state), event) for state, event in _ENDED.items()]
    for licences, event in wanted:
        for some in _missing(licences, event):
            for licence in some:
                if licence.public_id in on_the_way:
                    continue
                yield f"licence {licence.public_id} is {licence.state} and the log does not say that it was {event}"
