"""Reading consent: who and what clips show, what was signed, and how far each clip may be sold."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db.models import Case, CharField, Count, F, Prefetch, QuerySet, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from core.accounts.policy import Actor, require
from core.clock import now
from core.ids import NOT_FOUND
from licensing.domain.actions import RELEASE_VIEW
from licensing.domain.consent import Node, NodeKind, NoReleaseReason, Weighed, settle, weigh
from licensing.domain.declaration import Declared, PeopleShown
from licensing.domain.errors import LINK_USED_OR_ENDED
from licensing.domain.facts import ReleaseStatus
from licensing.domain.matching import Cleared
from licensing.domain.release import ReleaseState
from licensing.models import ConsentNode, ConsentPlace, Declaration, Release
from licensing.selectors.pricing import declarations_of, declared_of

_ENDED = "Ask whoever sent it to you for another one. Nothing was changed."


def digest_of_token(token: str) -> str:
    """What is stored of a token: its SHA-256. A token has 256 random bits, so no salt is needed."""
    return hashlib.sha256(token.encode()).hexdigest()


def releases_visible_to(actor: Actor) -> QuerySet[Release]:
    """The releases of the actor's studio, with what was signed and on how many clips they hang."""
    rows = Release.objects.select_related("signature", "organisation")
    rows = rows.annotate(clips=Count("nodes__places__clip", distinct=True))
    if actor.is_system:
        return rows
    require(actor, RELEASE_VIEW)
    return rows.none() if actor.organisation_id is None else rows.filter(organisation_id=actor.organisation_id)


def release_get(actor: Actor, release_id: UUID) -> Release:
    """One visible release, or `not_found`."""
    found = releases_visible_to(actor).filter(pk=release_id).first()
    if found is None:
        raise NOT_FOUND("You have no release with this id.")
    return found


def nodes_visible_to(actor: Actor) -> QuerySet[ConsentNode]:
    """The people, places and marks of the actor's studio, with their releases and the clips they are on."""
    places = ConsentPlace.objects.select_related("clip__asset").order_by("pk")
    places = places.prefetch_related("clip__asset__derivatives")
    rows = ConsentNode.objects.select_related("release").prefetch_related(Prefetch("places", places))
    if actor.is_system:
        return rows
    require(actor, RELEASE_VIEW)
    return rows.none() if actor.organisation_id is None else rows.filter(organisation_id=actor.organisation_id)


def node_get(actor: Actor, node_id: UUID) -> ConsentNode:
    """One visible node, or `not_found`."""
    found = nodes_visible_to(actor).filter(pk=node_id).first()
    if found is None:
        raise NOT_FOUND("You have nobody and nothing with this id.")
    return found


def node_of(row: ConsentNode) -> Node:
    """A stored node as the domain weighs it. Its release has to be loaded."""
    return Node(
        kind=NodeKind(row.kind),
        key=row.public_id,
        label=row.label,
        reason=NoReleaseReason(row.reason) if row.reason else None,
        consent=row.release.consent if row.release is not None else None,
    )


def graphs_of(clip_ids: Iterable[UUID]) -> dict[UUID, list[Node]]:
    """The nodes of each clip, in one query."""
    wanted = list(clip_ids)
    graphs: dict[UUID, list[Node]] = {clip_id: [] for clip_id in wanted}
    places = ConsentPlace.objects.filter(clip_id__in=wanted).select_related("node__release").order_by("node_id")
    for place in places:
        graphs[place.clip_id].append(node_of(place.node))
    return graphs


def weighed_of(clip_ids: Iterable[UUID], at: datetime | None = None) -> dict[UUID, Weighed]:
    """What each clip's graph and declaration of people add up to: how far it may be sold, and why no further."""
    moment = at or now()
    graphs = graphs_of(clip_ids)
    declared = declarations_of(graphs)
    return {clip_id: settle(declared[clip_id], weigh(nodes, moment)) for clip_id, nodes in graphs.items()}


def cleared_of(row: Declaration, at: datetime | None = None) -> Cleared:
    """How far the clip of a declaration may be sold, from the stored answer; one that has run out counts as none."""
    if row.settled_until is not None and row.settled_until <= (at or now()):
        return Cleared.NONE
    return Cleared(row.cleared)


def people_of(row: Declaration) -> PeopleShown:
    """How recognisable the people shown are, by the graph where it speaks of them."""
    return PeopleShown(row.settled_people or row.people)


def settled_of(row: Declaration) -> Declared:
    """What a clip is priced and shown by: its declaration, with people and release as the graph says."""
    declared = declared_of(row)
    release = ReleaseStatus(row.settled_release) if row.settled_release else declared.release
    return replace(declared, people=people_of(row), release=release)


def people_column(declaration: str) -> Combinable:
    """`people_of` in SQL; `declaration` is the path to the declaration."""
    return Coalesce(f"{declaration}__settled_people", f"{declaration}__people")


def cleared_column(declaration: str, at: datetime) -> Combinable:
    """`cleared_of` in SQL."""
    ended = {f"{declaration}__settled_until__lte": at}
    return Case(
        When(**ended, then=Value(str(Cleared.NONE))),
        default=F(f"{declaration}__cleared"),
        output_field=CharField(),
    )


def release_of_link(token: str, *, lock: bool = False) -> Release:
    """The release behind a signing link that can still be used, or `link_used_or_ended`."""
    rows = Release.objects.filter(link_digest=digest_of_token(token), state=ReleaseState.SENT, link_ends_at__gt=now())
    return _one(rows, lock=lock)


def release_kept(token: str, *, lock: bool = False) -> Release:
    """The release behind a signer's own link, or `link_used_or_ended`."""
    return _one(Release.objects.filter(kept_digest=digest_of_token(token)), lock=lock)


def _one(rows: QuerySet[Release], *, lock: bool) -> Release:
    rows = rows.select_for_update(of=("self",)) if lock else rows
    found = rows.select_related("organisation").first()
    if found is None:
        raise LINK_USED_OR_ENDED(_ENDED)
    return found


def places_of_release(release_id: UUID) -> QuerySet[ConsentPlace]:
    """Where the people and places of a release are seen, with what is needed to show pictures."""
    places = ConsentPlace.objects.filter(node__release_id=release_id).select_related("clip__asset")
    return places.prefetch_related("clip__asset__derivatives").order_by("clip_id")


def clips_of_release(release_id: UUID) -> list[UUID]:
    """The clips that rest on a release, each once: what a revocation concerns."""
    rows = ConsentPlace.objects.filter(node__release_id=release_id)
    return sorted(set(rows.values_list("clip_id", flat=True)))


def clips_with_minors(clip_ids: Iterable[UUID]) -> set[UUID]:
    """Those of the clips on which a child is listed that may be recognised: no reason says otherwise."""
    listed = ConsentPlace.objects.filter(node__kind=NodeKind.MINOR, node__reason__isnull=True)
    return set(listed.filter(clip_id__in=list(clip_ids)).values_list("clip_id", flat=True))


def coverage_of(clip_ids: Iterable[UUID]) -> Mapping[str, int]:
    """How many releases of each state the named clips rest on: numbers for a buyer's papers, never names."""
    rows = Release.objects.filter(nodes__places__clip_id__in=list(clip_ids)).values("state")
    counted = rows.annotate(n=Count("pk", distinct=True)).order_by("state")
    return {row["state"]: row["n"] for row in counted}
