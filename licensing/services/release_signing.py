"""Signing, refusing and taking back a release by its links: no account, the token is the only key."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Final

from django.db import transaction
from django.utils.crypto import salted_hmac

from core.accounts.policy import Actor
from core.audit.services import record
from core.clock import now
from core.jobs.services import publish
from core.transitions import advance
from licensing.domain.consent import NodeKind
from licensing.domain.release import RELEASE_MACHINE, Given, ReleaseEvent, check_given
from licensing.domain.release_text import RELEASE_TEXT_VERSION, ReleaseFacts, digest_of, signed_text
from licensing.domain.wording import Language
from licensing.models import Release, ReleaseSignature
from licensing.selectors.consent import digest_of_token, release_kept, release_of_link
from licensing.services.consent_settling import clips_resting_on, consent_settle, consent_tell
from licensing.services.releases import revoke

RELEASE_SIGNED: Final = "licensing.release.signed"
RELEASE_REFUSED: Final = "licensing.release.refused"
_TOKEN_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Kept:
    """A signed release and the signer's own token for it, shown this once."""

    release: Release
    token: str


def facts_of(release: Release) -> ReleaseFacts:
    """What the text of a release speaks of. Its studio has to be loaded."""
    return ReleaseFacts(
        studio=release.organisation.name,
        kind=NodeKind(release.kind),
        subject=release.subject,
        occasion=release.occasion,
        last_day=release.last_day,
    )


def release_sign(*, token: str, given: Given, language: Language, ip_address: str = "") -> Kept:
    """Sign by a link, once: the whole text with the answers is frozen with its SHA-256, and the link is spent.

    Refused: `link_used_or_ended`, `release_invalid` without a name, `guardian_needed` for a minor.
    """
    with transaction.atomic():
        release = release_of_link(token, lock=True)
        check_given(NodeKind(release.kind), given)
        moment, kept = now(), secrets.token_urlsafe(_TOKEN_BYTES)
        text = signed_text(facts_of(release), given, language)
        signature = ReleaseSignature.objects.create(
            release=release,
            language=language,
            text=text,
            text_version=RELEASE_TEXT_VERSION,
            text_sha256=digest_of(text),
            name=given.name.strip(),
            ai=given.ai,
            minor_name=given.guardian_of.strip(),
            guardian_relation=given.guardian_relation.strip(),
            signed_at=moment,
            ip_hash=_address_hash(ip_address),
        )
        advance(
            release,
            RELEASE_MACHINE,
            ReleaseEvent.SIGNED,
            ai=given.ai,
            signed_at=moment,
            guardian=release.kind == NodeKind.MINOR,
            kept_digest=digest_of_token(kept),
            link_digest="",
            link_ends_at=None,
        )
        _told(release, "release.signed", RELEASE_SIGNED, {"ai": str(given.ai), "text_sha256": signature.text_sha256})
    return Kept(release, kept)


def release_refuse(*, token: str) -> Release:
    """Say no by a link: it is spent, and the studio may ask again with another."""
    with transaction.atomic():
        release = release_of_link(token, lock=True)
        advance(release, RELEASE_MACHINE, ReleaseEvent.REFUSED, link_digest="", link_ends_at=None)
        _told(release, "release.refused", RELEASE_REFUSED, {})
    return release


def release_take_back(*, token: str) -> Release:
    """Take a signed release back by the signer's own link, without a reason. Doing it again changes nothing."""
    with transaction.atomic():
        release = release_kept(token, lock=True)
        if release.revoked_at is None:
            revoke(Actor.system(), release)
    return release


def _address_hash(ip_address: str) -> str:
    """A keyed hash of a network address: the same address is recognised, but not read."""
    return salted_hmac("licensing.release.ip", ip_address, algorithm="sha256").hexdigest() if ip_address else ""


def _told(release: Release, action: str, topic: str, after: dict[str, str]) -> None:
    changed = consent_settle(clip_ids=clips_resting_on(release.pk))
    event = record(
        actor=Actor.system(),
        action=action,
        subject=release.public_id,
        organisation_id=release.organisation_id,
        after={"state": str(release.state), **after},
    )
    consent_tell(changed, cause=event.public_id)
    publish(topic=topic, subject=f"{release.public_id}:{event.public_id}", payload={"release": release.public_id})
