"""Releases that were taken back, and what rested on them at that moment."""

from __future__ import annotations

import json
from uuid import UUID

from django.db.models import QuerySet

from core.audit.models import AuditEvent
from core.clock import now
from core.ids import Prefix, parse_public_id
from licensing.domain.consent import Node, NodeKind, reach_of
from licensing.domain.matching import Cleared
from licensing.domain.release import ReleaseState
from licensing.models import Release


def releases_revoked() -> QuerySet[Release]:
    """Every release that was taken back, oldest first."""
    return Release.objects.filter(state=ReleaseState.REVOKED).order_by("pk")


def clips_revoked(release: Release) -> list[UUID]:
    """The clips that rested on a release when it was taken back, each once.

    Told by the audit event of that moment: what its studio hangs elsewhere since does not count.
    """
    events = AuditEvent.objects.filter(subject=release.public_id, action="release.revoked")
    named = {clip for body in events.values_list("body", flat=True) for clip in json.loads(body)["after"]["clips"]}
    return sorted(parse_public_id(Prefix.CLIP, clip) for clip in named)


def reach_without(release: Release) -> Cleared:
    """How far a clip may be sold at most while nobody agreed where this release spoke."""
    cleared, _ = reach_of(Node(kind=NodeKind(release.kind)), now())
    return cleared
