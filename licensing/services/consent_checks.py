"""The stored answers of consent beside the graphs they stand for: finding what differs, and writing all anew."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Final
from uuid import UUID

from django.db import transaction

from core.accounts.policy import Actor
from core.audit.services import record
from core.clock import now
from core.ids import Prefix, public_id
from licensing.models import Declaration
from licensing.selectors.consent import cleared_of, people_of, settled_of, weighed_of
from licensing.services.consent_settling import consent_settle, consent_tell

_AT_ONCE: Final = 500


def _clips() -> Iterator[list[UUID]]:
    keys = iter(list(Declaration.objects.order_by("clip_id").values_list("clip_id", flat=True)))
    while some := list(islice(keys, _AT_ONCE)):
        yield some


def consent_faults() -> Iterator[str]:
    """One sentence for each clip whose stored answer is not what its graph says now."""
    for clips in _clips():
        moment = now()
        weighed = weighed_of(clips, moment)
        for row in Declaration.objects.filter(clip_id__in=clips):
            answer = weighed[row.clip_id]
            if row.settled_until is not None and row.settled_until <= moment:
                continue  # counts as no use until the daily round settles it
            stored = (cleared_of(row, moment), people_of(row), settled_of(row).release)
            if stored != (answer.cleared, answer.people, answer.release) and row.settled_people is not None:
                yield f"{public_id(Prefix.CLIP, row.clip_id)} is stored as {stored[0]} and comes to {answer.cleared}"


def consent_rebuild(*, actor: Actor) -> int:
    """Settle every declared clip anew, telling the market of each change; return how many changed."""
    changed = 0
    for clips in _clips():
        with transaction.atomic():
            found = consent_settle(clip_ids=clips)
            event = record(actor=actor, action="consent.rebuilt", subject="consent", after={"clips": len(clips)})
            consent_tell(found, cause=event.public_id)
            changed += len(found)
    return changed
