"""A studio's releases: asking for one by a link, recording one from paper, hanging it on clips, taking it back."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from core.accounts.policy import ROLE_MISSING, Actor, require
from core.audit.services import Facts, record
from core.clock import now
from core.ids import NOT_FOUND, Prefix, public_id
from core.jobs.services import publish
from core.transitions import advance
from licensing.domain.actions import RELEASE_REVOKE, RELEASE_WRITE
from licensing.domain.consent import NodeKind
from licensing.domain.errors import AI_CLAUSE_MISSING, RELEASE_INVALID, RELEASE_KIND, RELEASE_OVER
from licensing.domain.release import (
    COVERS,
    FARTHEST_DAY,
    LINK_LIVES,
    NAME_LENGTH,
    OCCASION_LENGTH,
    RELEASE_MACHINE,
    Given,
    ReleaseEvent,
    ReleaseSource,
    ReleaseState,
    check_given,
    end_of,
    is_said,
    start_of,
)
from licensing.domain.wording import Language, canonical_json, sha256_json
from licensing.models import ConsentNode, ConsentPlace, Release, ReleaseSignature
from licensing.selectors.consent import digest_of_token, release_get
from licensing.services.consent import Span, node_add, node_locked
from licensing.services.consent_settling import clips_lock, clips_resting_on, consent_settle, consent_tell

RELEASE_REVOKED: Final = "licensing.release.revoked"
_TOKEN_BYTES: Final = 32
_USABLE: Final = frozenset({ReleaseState.DRAFT, ReleaseState.SENT, ReleaseState.SIGNED})


@dataclass(frozen=True, slots=True)
class Asked:
    """What a release is about."""

    kind: NodeKind
    subject: str
    occasion: str = ""
    language: Language = Language.EN
    last_day: date | None = None
    shows_pictures: bool = True


@dataclass(frozen=True, slots=True)
class Paper:
    """What a paper release says. `ai` is None when whoever enters it did not look; silence is an answer of its own."""

    given: Given | None
    signed_on: date
    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class SentLink:
    """A signing link. The token is shown this once; only its digest is stored."""

    release: Release
    token: str
    ends_at: datetime


def release_create(*, actor: Actor, asked: Asked) -> Release:
    """Draft a release to be sent. Refused: `release_invalid` when it does not say whom or what it is about."""
    require(actor, RELEASE_WRITE)
    _check_asked(asked)
    if asked.kind is NodeKind.PERMIT:
        raise RELEASE_INVALID("A permit comes from an authority: record its paper. Nothing was stored.")
    with transaction.atomic():
        release = Release.objects.create(organisation_id=_studio_of(actor), **_columns(asked))
        _record(actor, release, "release.drafted", {"kind": str(asked.kind)})
    return release


def release_record(*, actor: Actor, asked: Asked, paper: Paper) -> Release:
    """Record a signed paper release: its facts and the SHA-256 of its scan, which the studio keeps.

    Refused with `ai_clause_missing` unless what it says about AI training is stated (*silent* is an answer, and counts
    as no release); `guardian_needed` for a minor's without a guardian.
    """
    require(actor, RELEASE_WRITE)
    _check_asked(asked)
    given = _given_on_paper(asked, paper)
    facts = {
        "kind": str(asked.kind),
        "subject": asked.subject,
        "ai_training": str(given.ai),
        "signed_on": paper.signed_on.isoformat(),
        "name": given.name,
        "file": paper.name,
        "sha256": paper.sha256,
    }
    with transaction.atomic():
        release = Release.objects.create(
            organisation_id=_studio_of(actor),
            source=ReleaseSource.PAPER,
            paper_sha256=paper.sha256,
            paper_name=paper.name,
            **_columns(asked),
        )
        ReleaseSignature.objects.create(
            release=release,
            language=asked.language,
            text=canonical_json(facts),
            text_version=0,
            text_sha256=sha256_json(facts),
            name=given.name,
            ai=given.ai,
            minor_name=given.guardian_of,
            guardian_relation=given.guardian_relation,
            signed_at=start_of(paper.signed_on),
        )
        advance(
            release,
            RELEASE_MACHINE,
            ReleaseEvent.RECORDED,
            ai=given.ai,
            signed_at=start_of(paper.signed_on),
            guardian=asked.kind is NodeKind.MINOR,
        )
        _record(actor, release, "release.recorded", {"ai": str(given.ai), "paper_sha256": paper.sha256})
    return release


def release_change(*, actor: Actor, release_id: UUID, asked: Asked) -> Release:
    """Reword a draft. Once a link was sent, the words stay: cancel it and draft another."""
    _check_asked(asked)
    with transaction.atomic():
        release = _locked(actor, release_id)
        if release.state != ReleaseState.DRAFT:
            raise RELEASE_OVER(f"It is {release.state}; only a draft is reworded. Nothing changed.")
        if asked.kind != release.kind:
            raise RELEASE_KIND("A draft keeps its kind; draft another one instead. Nothing changed.")
        Release.objects.filter(pk=release.pk).update(**_columns(asked))
        _record(actor, release, "release.reworded", {})
    return release_get(actor, release_id)


def release_send(*, actor: Actor, release_id: UUID) -> SentLink:
    """Make a signing link that works once, for 30 days; an earlier link of the same release stops working.

    Nothing is mailed: whoever asks passes the link on, in the way they already talk to that person.
    """
    with transaction.atomic():
        release = _locked(actor, release_id)
        token, ends = secrets.token_urlsafe(_TOKEN_BYTES), now() + LINK_LIVES
        advance(release, RELEASE_MACHINE, ReleaseEvent.SENT, link_digest=digest_of_token(token), link_ends_at=ends)
        changed = consent_settle(clip_ids=clips_resting_on(release.pk))
        consent_tell(changed, cause=_record(actor, release, "release.sent", {"until": ends.isoformat()}))
    return SentLink(release, token, ends)


def release_attach(
    *, actor: Actor, release_id: UUID, spans: Sequence[Span] = (), node_ids: Sequence[UUID] = ()
) -> Release:
    """Hang a release on listed people or places, and on clips: for those, somebody of its kind is listed there.

    Refused: `release_kind` when it does not speak of such a thing, `release_over` when it was taken back or refused.
    """
    with transaction.atomic():
        release = _locked(actor, release_id)
        if release.state not in _USABLE:
            raise RELEASE_OVER(f"It is {release.state}. Nothing was attached; ask for a new one.")
        if not spans and not node_ids:
            raise RELEASE_INVALID("Name clips, or people and places that are listed. Nothing was attached.")
        nodes = [node_locked(actor, node_id) for node_id in sorted(set(node_ids))]
        places = ConsentPlace.objects.filter(node__in=nodes).values_list("clip_id", flat=True)
        clips_lock([*places, *(span.clip_id for span in spans)])
        for node in nodes:
            _attach(actor, node, release)
        if spans:
            kind = NodeKind(release.kind)
            mine = ConsentNode.objects.filter(release=release, kind=kind).first()
            known = set() if mine is None else set(mine.places.values_list("clip_id", flat=True))
            fresh = [span for span in spans if span.clip_id not in known]
            if fresh:
                node_add(actor=actor, kind=kind, label=release.subject, spans=fresh, release=release)
    return release_get(actor, release_id)


def release_revoke(*, actor: Actor, release_id: UUID) -> Release:
    """Record that consent was taken back: nothing new is sold from the commit on, and the market is told."""
    with transaction.atomic():
        release = _locked(actor, release_id)
        require(actor, RELEASE_REVOKE, release.organisation_id)
        revoke(actor, release)
    return release_get(actor, release_id)


def release_cancel(*, actor: Actor, release_id: UUID) -> Release:
    """Drop a release that nobody signed; its link stops working."""
    with transaction.atomic():
        release = _locked(actor, release_id)
        advance(release, RELEASE_MACHINE, ReleaseEvent.CANCELLED, link_digest="", link_ends_at=None)
        clips = clips_resting_on(release.pk)
        ConsentNode.objects.filter(release=release).update(release=None)
        changed = consent_settle(clip_ids=clips)
        consent_tell(changed, cause=_record(actor, release, "release.cancelled", {}))
    return release_get(actor, release_id)


def revoke(actor: Actor, release: Release) -> None:
    """Take a locked release back, by its studio or by whoever signed it; inside the caller's transaction.

    Publishes `licensing.release.revoked` with the release, its studio and how many clips rest on it.
    """
    advance(release, RELEASE_MACHINE, ReleaseEvent.REVOKED, revoked_at=now())
    clips = clips_resting_on(release.pk)
    changed = consent_settle(clip_ids=clips)
    by = "signer" if actor.is_system else "studio"
    event = _record(
        actor, release, "release.revoked", {"by": by, "clips": [public_id(Prefix.CLIP, clip) for clip in clips]}
    )
    consent_tell(changed, cause=event)
    publish(
        topic=RELEASE_REVOKED,
        subject=f"{release.public_id}:{event}",
        payload={
            "release": release.public_id,
            "organisation_id": str(release.organisation_id),
            "clips": len(clips),
        },
    )


def _attach(actor: Actor, node: ConsentNode, release: Release) -> None:
    if NodeKind(node.kind) not in COVERS[NodeKind(release.kind)]:
        raise RELEASE_KIND(f"A release of a {release.kind} does not speak of a {node.kind}. Nothing was attached.")
    ConsentNode.objects.filter(pk=node.pk).update(release=release, reason=None)
    changed = consent_settle(clip_ids=list(node.places.values_list("clip_id", flat=True)))
    event = record(
        actor=actor,
        action="consent.release_attached",
        subject=node.public_id,
        organisation_id=node.organisation_id,
        before={"reason": node.reason, "release": _ref(node.release_id)},
        after={"release": release.public_id},
    )
    consent_tell(changed, cause=event.public_id)


def _studio_of(actor: Actor) -> UUID:
    if actor.organisation_id is None:
        raise ROLE_MISSING("A release belongs to a studio; act as one of its people. Nothing was stored.")
    return actor.organisation_id


def _ref(release_id: UUID | None) -> str | None:
    return public_id(Prefix.RELEASE, release_id) if release_id else None


def _given_on_paper(asked: Asked, paper: Paper) -> Given:
    if paper.given is None:
        detail = "Say what the release answers about AI training: silent, when it does not mention it."
        raise AI_CLAUSE_MISSING(
            f"{detail} Nothing was stored.", errors=[{"pointer": "/paper/ai_training", "detail": detail}]
        )
    if paper.signed_on > now().date():
        raise RELEASE_INVALID("It cannot have been signed in the future. Nothing was stored.")
    return check_given(asked.kind, paper.given)


def _check_asked(asked: Asked) -> None:
    faults = []
    if not is_said(asked.subject, NAME_LENGTH):
        faults.append({"pointer": "/subject", "detail": f"1 to {NAME_LENGTH} characters are needed"})
    if asked.occasion and not is_said(asked.occasion, OCCASION_LENGTH):
        faults.append({"pointer": "/occasion", "detail": f"at most {OCCASION_LENGTH} characters on one line"})
    faults += _last_day_faults(asked.last_day)
    if faults:
        raise RELEASE_INVALID("Nothing was stored; correct the listed values.", errors=faults)


def _last_day_faults(last_day: date | None) -> list[dict[str, str]]:
    if last_day is None:
        return []
    if last_day > FARTHEST_DAY:
        return [{"pointer": "/last_day", "detail": f"is after {FARTHEST_DAY}; leave it out when there is no end"}]
    ends = end_of(last_day)
    return [{"pointer": "/last_day", "detail": "is over already"}] if ends is not None and ends <= now() else []


def _columns(asked: Asked) -> dict[str, object]:
    return {
        "kind": str(asked.kind),
        "subject": asked.subject.strip(),
        "occasion": asked.occasion.strip(),
        "language": str(asked.language),
        "last_day": asked.last_day,
        "shows_pictures": asked.shows_pictures,
    }


def _locked(actor: Actor, release_id: UUID) -> Release:
    release = Release.objects.select_for_update(of=("self",)).filter(pk=release_id).first()
    if release is None:
        raise NOT_FOUND("You have no release with this id.")
    require(actor, RELEASE_WRITE, release.organisation_id)
    return release


def _record(actor: Actor, release: Release, action: str, after: Facts) -> str:
    event = record(
        actor=actor,
        action=action,
        subject=release.public_id,
        organisation_id=release.organisation_id,
        after={"state": str(release.state), **after},
    )
    return event.public_id
