"""Settling how far clips may be sold: writing the consent graph's answer beside their declarations."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from django.db import transaction

from core.accounts.policy import Actor
from core.audit.services import record
from core.clock import now
from core.ids import Prefix, public_id
from core.jobs.services import publish
from licensing.models import ConsentNode, Declaration
from licensing.selectors.consent import clips_of_release, weighed_of
from media_ingest.models import Clip

CONSENT_CHANGED: Final = "licensing.consent.changed"
_DUE_AT_ONCE: Final = 1_000


def consent_settle(*, clip_ids: Iterable[UUID]) -> list[UUID]:
    """Write the graph's answer beside the declarations of these clips; return those whose answer changed.

    Called inside the transaction of whatever changed: from its commit on, search, quotes and sales ask the new answer.
    """
    wanted = sorted(set(clip_ids))
    with transaction.atomic():
        clips_lock(wanted)
        weighed = weighed_of(wanted)
        changed = []
        for row in Declaration.objects.filter(clip_id__in=wanted).order_by("clip_id"):
            answer = weighed[row.clip_id]
            new = {
                "cleared": str(answer.cleared),
                "settled_people": str(answer.people) if answer.people else None,
                "settled_release": str(answer.release) if answer.release else None,
                "settled_until": answer.until,
            }
            if {name: getattr(row, name) for name in new} != new:
                Declaration.objects.filter(pk=row.pk).update(**new)
                changed.append(row.clip_id)
    return changed


def clips_lock(clip_ids: Iterable[UUID]) -> None:
    """Lock clips before their graphs are read, so that two changes at once see each other.

    Always before the audit trail is written: declaring a clip takes the two locks in this order as well.
    """
    rows = Clip.objects.select_for_update(of=("self",)).filter(pk__in=set(clip_ids))
    list(rows.order_by("pk").values_list("pk"))


def clips_resting_on(release_id: UUID) -> list[UUID]:
    """The clips that rest on a release, once nobody can change who rests on it; the release is locked by the caller.

    A clip that is just being added to one of its people is waited for: else it would keep the answer of before.
    Release, then people, then clips: the order everywhere.
    """
    nodes = ConsentNode.objects.select_for_update(of=("self",)).filter(release_id=release_id)
    list(nodes.order_by("pk").values_list("pk"))
    return clips_of_release(release_id)


def consent_tell(changed: Iterable[UUID], *, cause: str) -> None:
    """Tell the market whose answer changed; `cause` names the audit event."""
    for clip_id in changed:
        clip = public_id(Prefix.CLIP, clip_id)
        publish(topic=CONSENT_CHANGED, subject=f"{clip}:{cause}", payload={"clip": clip})


def consent_settle_due(*, actor: Actor) -> int:
    """Settle the clips whose answer has run out, because a release ended; return how many. Run daily."""
    settled = 0
    while some := _settle_due(actor):
        settled += some
    return settled


def _settle_due(actor: Actor) -> int:
    with transaction.atomic():
        rows = Declaration.objects.filter(settled_until__lte=now()).order_by("settled_until")
        due = list(rows.values_list("clip_id", flat=True)[:_DUE_AT_ONCE])
        if not due:
            return 0
        changed = consent_settle(clip_ids=due)
        event = record(actor=actor, action="consent.releases_ended", subject="consent", after={"clips": len(due)})
        consent_tell(changed, cause=event.public_id)
        return len(changed)
