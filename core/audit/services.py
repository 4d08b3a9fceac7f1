"""Appending to the audit trail, and proving that nobody touched it since."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from core.accounts.policy import Actor
from core.audit.models import AuditEvent, AuditHead
from core.clock import now

PLATFORM_CHAIN: Final = UUID(int=0)
_GENESIS: Final = "0" * 64

Facts = Mapping[str, str | int | bool | list[str] | list[dict[str, str]] | dict[str, str] | None]


@dataclass(frozen=True, slots=True)
class ChainFault:
    """The first place where a chain no longer agrees with itself."""

    chain: UUID
    sequence: int
    reason: str


def _digest(previous: str, sequence: int, body: str) -> str:
    return hashlib.sha256(f"{previous}\n{sequence}\n{body}".encode()).hexdigest()


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
        AuditHead.objects.get_or_create(chain=chain, defaults={"digest": _GENESIS})
        head = AuditHead.objects.select_for_update().get(chain=chain)
        sequence = head.sequence + 1
        body = json.dumps(
            {
                "actor": actor.key,
                "action": action,
                "subject": subject,
                "before": before,
                "after": after,
                "at": now().isoformat(),
            },
            sort_keys=True,
            separators=(",", ":"),
            ensure_ascii=False,
        )
        event = AuditEvent.objects.create(
            chain=chain,
            sequence=sequence,
            body=body,
            action=action,
            subject=subject,
            previous=head.digest,
            digest=_digest(head.digest, sequence, body),
        )
        AuditHead.objects.filter(chain=chain).update(sequence=sequence, digest=event.digest)
    return event


def verify_chain() -> list[ChainFault]:
    """Recompute every chain; return the first fault of each (an empty list: nothing was touched)."""
    # Longest first, heads second: what is appended meanwhile makes heads longer, never shorter.
    longest = dict(AuditEvent.objects.values_list("chain").annotate(Max("sequence")).order_by("chain"))
    heads = list(AuditHead.objects.order_by("chain"))
    return [fault for head in heads if (fault := _first_fault(head, longest.get(head.chain, 0))) is not None]


def _first_fault(head: AuditHead, longest: int) -> ChainFault | None:
    previous, expected = _GENESIS, 1
    events = AuditEvent.objects.filter(chain=head.chain, sequence__lte=head.sequence)
    for event in events.order_by("sequence").iterator():
        if event.sequence != expected:
            return ChainFault(head.chain, expected, "an event is missing")
        if event.previous != previous or event.digest != _digest(previous, event.sequence, event.body):
            return ChainFault(head.chain, event.sequence, "an event was changed")
        previous, expected = event.digest, expected + 1
    if head.sequence != expected - 1 or head.digest != previous:
        return ChainFault(head.chain, expected, "the end of the chain was cut off")
    if longest > head.sequence:
        return ChainFault(head.chain, head.sequence + 1, "an event lies beyond the end of the chain")
    return None
