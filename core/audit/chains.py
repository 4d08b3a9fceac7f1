"""Recomputing the chains, part by part, so that a check of any size is answered within a bounded time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db.models import Max

from core.audit.domain import GENESIS, PLATFORM_CHAIN, Fault, digest_of, names
from core.audit.models import AuditEvent, AuditHead

EVENTS_AT_ONCE: Final = 50_000
"""Events that one part reads at most."""
CHAINS_AT_ONCE: Final = 500
"""Chains that one part looks at, at most."""
_CHUNK: Final = 2_000


@dataclass(frozen=True, slots=True)
class ChainFault:
    """The first place where a chain no longer agrees with itself."""

    chain: UUID
    sequence: int
    reason: Fault
    event: UUID | None = None
    """The event that was changed."""


@dataclass(frozen=True, slots=True)
class Place:
    """How far a chain was found whole: the event that follows has to name this digest."""

    chain: UUID
    sequence: int = 0
    digest: str = GENESIS


BEGINNING: Final = Place(PLATFORM_CHAIN)


@dataclass(frozen=True, slots=True)
class CheckedChain:
    """A chain that was walked to its end, or to its first fault."""

    chain: UUID
    events: int
    """How many it says it has."""
    digest: str
    """The digest of its last event, as recorded; empty when that record is gone."""
    fault: ChainFault | None


@dataclass(frozen=True, slots=True)
class Part:
    """What one part of a check found, and where the next begins; None: nothing is left."""

    events: int
    chains: tuple[CheckedChain, ...]
    goes_on: Place | None


def part_check(start: Place = BEGINNING, most: int = EVENTS_AT_ONCE) -> Part:
    """Recompute every digest from a place on, over at most ``most`` events. The chains that end in it are told."""
    chains, beyond = _chains_from(start.chain)
    read, done = 0, list[CheckedChain]()
    for chain, (head, longest) in chains.items():
        place = start if chain == start.chain else Place(chain)
        walked, place, fault = _walk(place, head, most - read)
        read += walked
        if fault is None and place.sequence < head.sequence and read == most:
            return Part(read, tuple(done), place)
        done.append(CheckedChain(chain, head.sequence, head.digest, fault or _end_fault(place, head, longest)))
    return Part(read, tuple(done), Place(beyond) if beyond else None)


def _chains_from(first: UUID) -> tuple[Mapping[UUID, tuple[AuditHead, int]], UUID | None]:
    """The next chains, each with its recorded end and the place of its last event; where to go on after them."""
    # Longest first, heads second: what is appended meanwhile makes heads longer, never shorter.
    events = AuditEvent.objects.filter(chain__gte=first).values_list("chain").annotate(Max("sequence"))
    longest = dict(events.order_by("chain")[:CHAINS_AT_ONCE])
    ends = AuditHead.objects.filter(chain__gte=first).order_by("chain")[:CHAINS_AT_ONCE]
    heads = {head.chain: head for head in ends}
    full = [max(found) for found in (longest, heads) if len(found) == CHAINS_AT_ONCE]
    chains = {
        chain: (heads.get(chain) or AuditHead(chain=chain, sequence=0, digest=""), longest.get(chain, 0))
        for chain in sorted(longest.keys() | heads.keys())
        if not full or chain <= min(full)
    }
    return chains, UUID(int=min(full).int + 1) if full else None


def _walk(place: Place, head: AuditHead, most: int) -> tuple[int, Place, ChainFault | None]:
    """Follow a chain from a place towards its end; how many events were read, how far it is whole, what is not."""
    chain, reached, previous, read = place.chain, place.sequence, place.digest, 0
    rows = AuditEvent.objects.filter(chain=chain, sequence__gt=reached, sequence__lte=head.sequence)
    columns = rows.order_by("sequence").values_list("id", "sequence", "previous", "digest", "body", "action", "subject")
    for key, sequence, before, digest, body, action, subject in columns[:most].iterator(chunk_size=_CHUNK):
        read += 1
        if sequence != reached + 1:
            return read, Place(chain, reached, previous), ChainFault(chain, reached + 1, Fault.MISSING)
        sound = before == previous and digest == digest_of(previous, sequence, body)
        if not (sound and names(body, action, subject)):
            return read, Place(chain, reached, previous), ChainFault(chain, sequence, Fault.CHANGED, key)
        reached, previous = sequence, digest
    return read, Place(chain, reached, previous), None


def _end_fault(place: Place, head: AuditHead, longest: int) -> ChainFault | None:
    if not head.digest:
        return ChainFault(place.chain, longest, Fault.END_UNKNOWN)
    if (head.sequence, head.digest) != (place.sequence, place.digest):
        return ChainFault(place.chain, place.sequence + 1, Fault.CUT_OFF)
    if longest > head.sequence:
        return ChainFault(place.chain, head.sequence + 1, Fault.BEYOND)
    return None
