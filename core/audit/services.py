"""Appending to the audit trail, and proving that nobody touched it since."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.db import transaction

from core.accounts.policy import Actor
from core.audit.chains import BEGINNING, ChainFault, Place, part_check
from core.audit.domain import GENESIS, PLATFORM_CHAIN, Facts, body_text, digest_of
from core.audit.models import AuditEvent, AuditHead
from core.clock import now

__all__: Final = ["PLATFORM_CHAIN", "ChainFault", "Facts", "record", "verify_chain"]


def record(
    *,
    actor: Actor,
    action: str,
    subject: str,
    organisation_id: UUID | None = None,
    before: Facts | None = None,
    after: Facts | None = None,
) -> AuditEvent:
    """Append one event to its organisation's chain, inside the caller's transaction.

    ``subject`` is a public id. The chain's head row is locked, so events of one organisation are in one order.
    """
    chain = organisation_id or actor.organisation_id or PLATFORM_CHAIN
    with transaction.atomic():
        AuditHead.objects.get_or_create(chain=chain, defaults={"digest": GENESIS})
        head = AuditHead.objects.select_for_update().get(chain=chain)
        sequence = head.sequence + 1
        body = body_text(
            {
                "actor": actor.key,
                "role": actor.role,
                "action": action,
                "subject": subject,
                "before": before,
                "after": after,
                "at": now().isoformat(),
            }
        )
        event = AuditEvent.objects.create(
            chain=chain,
            sequence=sequence,
            body=body,
            action=action,
            subject=subject,
            previous=head.digest,
            digest=digest_of(head.digest, sequence, body),
        )
        AuditHead.objects.filter(chain=chain).update(sequence=sequence, digest=event.digest)
    return event


def verify_chain() -> list[ChainFault]:
    """Recompute every chain; return the first fault of each (an empty list: nothing was touched)."""
    faults: list[ChainFault] = []
    place: Place | None = BEGINNING
    while place is not None:
        part = part_check(place)
        faults += [checked.fault for checked in part.chains if checked.fault is not None]
        place = part.goes_on
    return faults
