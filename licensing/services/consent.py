"""Hanging people, places, marks and permits on clips of one's own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from core.accounts.policy import Actor, require
from core.audit.services import record
from core.ids import NOT_FOUND, Prefix, public_id
from licensing.domain.actions import RELEASE_WRITE
from licensing.domain.consent import REASONS_FOR, NodeKind, NoReleaseReason
from licensing.domain.errors import CONSENT_INVALID
from licensing.domain.release import MOST_CLIPS, NAME_LENGTH, is_said
from licensing.models import ConsentNode, ConsentPlace, Release
from licensing.services.consent_settling import consent_settle, consent_tell
from media_ingest.models import Clip
from media_ingest.selectors import clips_visible_to


@dataclass(frozen=True, slots=True)
class Span:
    """A clip, or a stretch of it in its own time."""

    clip_id: UUID
    start_ms: int | None = None
    end_ms: int | None = None


def node_add(
    *,
    actor: Actor,
    kind: NodeKind,
    label: str,
    spans: Sequence[Span],
    reason: NoReleaseReason | None = None,
    release: Release | None = None,
) -> ConsentNode:
    """Hang somebody or something on clips of one's own, with a release, a reason why none is needed, or neither yet.

    Refused: `consent_invalid` for a reason that does not count for the kind, or for a span outside its clip.
    """
    require(actor, RELEASE_WRITE)
    _check_reason(kind, reason)
    with transaction.atomic():
        clips = _own_clips(actor, spans)
        owner = next(iter(clips.values())).asset.organisation_id
        node = ConsentNode.objects.create(
            organisation_id=owner, kind=kind, label=_checked_label(label), reason=reason, release=release
        )
        _place(node, spans, clips)
        _told(actor, node, "consent.node_added", clips)
    return node


def node_change(
    *,
    actor: Actor,
    node_id: UUID,
    label: str | None = None,
    spans: Sequence[Span] = (),
    reason: NoReleaseReason | None = None,
    no_reason: bool = False,
) -> ConsentNode:
    """Rename a node, hang it on more clips, or give the reason why it needs no release (which drops its release).

    `no_reason` takes a reason back: the node then needs a release.
    """
    with transaction.atomic():
        node = node_locked(actor, node_id)
        _check_reason(NodeKind(node.kind), reason)
        if label is not None:
            node.label = _checked_label(label)
        if reason is not None:
            node.reason, node.release = reason, None
        elif no_reason:
            node.reason = None
        ConsentNode.objects.filter(pk=node.pk).update(label=node.label, reason=node.reason, release=node.release)
        _place(node, spans, _own_clips(actor, spans) if spans else {})
        _told(actor, node, "consent.node_changed", _clips_of(node))
    return node


def node_remove(*, actor: Actor, node_id: UUID) -> None:
    """Take a node off all its clips: it was hung there by mistake. The audit trail keeps that it was."""
    with transaction.atomic():
        node = node_locked(actor, node_id)
        clips = _clips_of(node)
        node.places.all().delete()
        _told(actor, node, "consent.node_removed", clips)
        node.delete()


def node_locked(actor: Actor, node_id: UUID) -> ConsentNode:
    """One of the actor's own nodes, locked, or `not_found`."""
    node = ConsentNode.objects.select_for_update(of=("self",)).filter(pk=node_id).first()
    if node is None:
        raise NOT_FOUND("You have nobody and nothing with this id.")
    require(actor, RELEASE_WRITE, node.organisation_id)
    return node


def _clips_of(node: ConsentNode) -> list[UUID]:
    return sorted(node.places.values_list("clip_id", flat=True))


def _told(actor: Actor, node: ConsentNode, action: str, clip_ids: Iterable[UUID]) -> None:
    clips = sorted(set(clip_ids))
    changed = consent_settle(clip_ids=clips)
    event = record(
        actor=actor,
        action=action,
        subject=node.public_id,
        organisation_id=node.organisation_id,
        after={
            "kind": str(node.kind),
            "reason": node.reason,
            "release": public_id(Prefix.RELEASE, node.release_id) if node.release_id else None,
            "clips": [public_id(Prefix.CLIP, clip_id) for clip_id in clips],
        },
    )
    consent_tell(changed, cause=event.public_id)


def _checked_label(label: str) -> str:
    said = label.strip()
    if not is_said(said, NAME_LENGTH):
        raise CONSENT_INVALID(
            f"Name it in 1 to {NAME_LENGTH} characters, such as: woman in the red coat. Nothing was stored.",
            errors=[{"pointer": "/label", "detail": "a name is needed"}],
        )
    return said


def _check_reason(kind: NodeKind, reason: NoReleaseReason | None) -> None:
    if reason is not None and reason not in REASONS_FOR[kind]:
        known = ", ".join(REASONS_FOR[kind])
        raise CONSENT_INVALID(
            "This reason does not count here. Nothing was stored.",
            errors=[{"pointer": "/reason", "detail": f"{reason} does not count for a {kind}; one of: {known}"}],
        )


def _own_clips(actor: Actor, spans: Sequence[Span]) -> dict[UUID, Clip]:
    """The clips of these spans, all of them the actor's own and each span inside its clip."""
    wanted = {span.clip_id for span in spans}
    if not 1 <= len(wanted) <= MOST_CLIPS:
        raise CONSENT_INVALID(
            f"Name 1 to {MOST_CLIPS} clips at a time. Nothing was stored.",
            errors=[{"pointer": "/clips", "detail": f"{len(wanted)} clips were named"}],
        )
    rows = clips_visible_to(actor).filter(pk__in=wanted)
    clips = {clip.pk: clip for clip in rows}
    if len(clips) != len(wanted):
        raise NOT_FOUND("You have no clip with one of these ids. Nothing was stored.")
    for place, span in enumerate(spans):
        _check_span(span, clips[span.clip_id], place)
    return clips


def _check_span(span: Span, clip: Clip, place: int) -> None:
    if span.start_ms is None and span.end_ms is None:
        return
    length = clip.end_ms - clip.start_ms
    if span.start_ms is None or span.end_ms is None or not 0 <= span.start_ms < span.end_ms <= length:
        raise CONSENT_INVALID(
            "A span begins and ends inside its clip. Nothing was stored.",
            errors=[{"pointer": f"/spans/{place}", "detail": f"two instants from 0 to {length} ms are needed"}],
        )


def _place(node: ConsentNode, spans: Sequence[Span], clips: dict[UUID, Clip]) -> None:
    for span in spans:
        ConsentPlace.objects.update_or_create(
            node=node, clip=clips[span.clip_id], defaults={"start_ms": span.start_ms, "end_ms": span.end_ms}
        )
