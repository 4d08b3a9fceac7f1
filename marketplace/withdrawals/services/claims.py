"""Claims of third parties: anybody may file one, safety hides the clip at once, a person decides."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from core.accounts.models import Membership
from core.accounts.policy import Actor, require
from core.audit.services import record
from core.clock import now
from core.ids import NOT_FOUND
from core.jobs.services import publish
from core.transitions import advance
from licensing.domain.reasons import FOOTAGE_REASONS
from licensing.selectors.reasons import reason_in_force
from marketplace.catalog.domain.states import LISTING, ListingEvent, ListingState
from marketplace.catalog.models import Listing
from marketplace.catalog.services.listing import listing_refresh
from marketplace.orders.domain.states import LICENCE, LicenceEvent, LicenceState
from marketplace.orders.models import Licence
from marketplace.withdrawals.domain.actions import CLAIM_DECIDE
from marketplace.withdrawals.domain.errors import CLAIM_CHANGED, CLAIM_INVALID, OWN_CLAIM
from marketplace.withdrawals.domain.states import CLAIM, Cause, ClaimEvent, ClaimKind, ClaimState
from marketplace.withdrawals.domain.topics import LICENCE_CLAIMED, LICENCE_CLEARED
from marketplace.withdrawals.models import Claim
from marketplace.withdrawals.selectors.visible import ref_sha256
from marketplace.withdrawals.services.withdrawing import withdrawal_make
from media_ingest.models import Clip

ANSWERED_WITHIN: Final = {
    ClaimKind.SAFETY: timedelta(hours=1),
    ClaimKind.PRIVACY: timedelta(hours=8),
    ClaimKind.RIGHTS: timedelta(hours=24),
}
"""How soon a person looks at it."""
_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_REF_BYTES: Final = 24
_HIDES: Final = (ListingState.LIVE, ListingState.PAUSED, ListingState.NEEDS_YOU)


@dataclass(frozen=True, slots=True)
class Filing:
    """What a claimant sends."""

    kind: ClaimKind
    about: str
    name: str
    email: str
    statement: str
    clip_id: UUID | None = None
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Filed:
    """A claim and the reference to follow it with; the reference is told once."""

    claim: Claim
    ref: str


def claim_file(*, filing: Filing) -> Filed:
    """Take a claim from anybody and put it before the desk; one about safety hides its clip in the same transaction.

    Whether a clip with this id exists is not told: a claim about an unknown one is looked at by its words.
    """
    _require_readable(filing)
    ref = secrets.token_urlsafe(_REF_BYTES)
    actor = Actor.system()
    with transaction.atomic():
        clip = None if filing.clip_id is None else Clip.objects.filter(pk=filing.clip_id).first()
        hides = filing.kind is ClaimKind.SAFETY and clip is not None
        claim = Claim.objects.create(
            ref_sha256=ref_sha256(ref),
            kind=filing.kind,
            clip=clip,
            about=filing.about.strip(),
            name=filing.name.strip(),
            email=filing.email.strip(),
            statement=filing.statement.strip(),
            language=filing.language,
            hid=hides,
            due_at=now() + ANSWERED_WITHIN[filing.kind],
        )
        if hides and clip is not None:
            _hide(actor, claim, clip.pk)
        record(
            actor=actor,
            action="claim.filed",
            subject=claim.public_id,
            after={"kind": str(filing.kind), "clip": "" if clip is None else clip.public_id, "hid": hides},
        )
    return Filed(claim, ref)


def claim_decide(*, actor: Actor, claim_id: UUID, uphold: bool, note: str, reason: str = "") -> Claim:
    """Uphold a claim, which takes its clip down and starts the ladder for every holder, or reject it, which clears the
    licences and puts a hidden clip back. The note is what the claimant reads; the reason, a code for footage, tells
    the clip's creator what is wrong with it, and a rejected claim has none.

    Refused with `claim_changed` when it was decided already, `own_claim` for somebody of the studio concerned, and
    `claim_invalid` without a note, or without a reason when upheld.
    """
    require(actor, CLAIM_DECIDE)
    if not note.strip():
        raise CLAIM_INVALID("Say why, so that the claimant knows. Nothing was changed.", pointer="/note")
    why = _reason(reason) if uphold else {}
    with transaction.atomic():
        claim = Claim.objects.select_for_update(of=("self",)).filter(pk=claim_id).first()
        if claim is None:
            raise NOT_FOUND("There is no claim with this id.")
        if claim.state != ClaimState.OPEN:
            raise CLAIM_CHANGED(f"It is {claim.state} already. Nothing was changed.", state=claim.state)
        listing = Listing.objects.select_for_update(of=("self",)).filter(clip__in=[claim.clip_id]).first()
        _refuse_interest(actor, listing)
        event = ClaimEvent.UPHOLD if uphold else ClaimEvent.REJECT
        advance(claim, CLAIM, event, decided_by_id=actor.user_id, decided_at=now(), note=note.strip(), **why)
        record(actor=actor, action="claim.decided", subject=claim.public_id, after={"state": str(claim.state), **why})
        if listing is not None:
            _follow(actor, claim, listing, uphold=uphold)
    return claim


def _reason(code: str) -> dict[str, str | int]:
    if code not in FOOTAGE_REASONS:
        known = ", ".join(FOOTAGE_REASONS)
        raise CLAIM_INVALID(
            f"Say what is wrong with the clip, with one of {known}. Nothing was changed.", pointer="/reason"
        )
    return {"reason_code": code, "reason_version": reason_in_force(code).version}


def _require_readable(filing: Filing) -> None:
    missing = [
        {"pointer": f"/{name}", "code": "needed"}
        for name in ("about", "name", "statement")
        if not getattr(filing, name).strip()
    ]
    if not _EMAIL.fullmatch(filing.email.strip()):
        missing.append({"pointer": "/email", "code": "email_needed"})
    if missing:
        raise CLAIM_INVALID("Some answers are missing. Nothing was sent; fill in the listed ones.", errors=missing)


def _hide(actor: Actor, claim: Claim, clip_id: UUID) -> None:
    listing = Listing.objects.select_for_update(of=("self",)).filter(clip_id=clip_id).first()
    if listing is not None and listing.state in _HIDES:
        _move(actor, listing, ListingEvent.SENT_TO_REVIEW, claim)
    for licence in _licences(clip_id, LicenceState.ACTIVE):
        advance(licence, LICENCE, LicenceEvent.CLAIMED)
        _tell(LICENCE_CLAIMED, licence, claim)


def _follow(actor: Actor, claim: Claim, listing: Listing, *, uphold: bool) -> None:
    if not uphold:
        _put_back(actor, claim, listing)
        return
    withdrawal_make(actor=actor, listing=listing, cause=Cause.CLAIM, claim=claim, reason=claim.note)


def _put_back(actor: Actor, claim: Claim, listing: Listing) -> None:
    """Undo what a rejected claim did, unless another open one did it too."""
    others = Claim.objects.filter(clip_id=listing.clip_id, hid=True, state=ClaimState.OPEN)
    if not claim.hid or others.exists():
        return
    for licence in _licences(listing.clip_id, LicenceState.UNDER_CLAIM):
        advance(licence, LICENCE, LicenceEvent.CLEARED)
        _tell(LICENCE_CLEARED, licence, claim)
    if listing.state == ListingState.IN_REVIEW:
        _move(actor, listing, ListingEvent.RETURNED, claim)
        listing_refresh(actor=actor, clip_id=listing.clip_id)


def _licences(clip_id: UUID, state: LicenceState) -> list[Licence]:
    rows = Licence.objects.select_for_update(of=("self",)).filter(clip_id=clip_id, state=state)
    return list(rows.order_by("pk"))


def _tell(topic: str, licence: Licence, claim: Claim) -> None:
    subject = f"{licence.public_id}:{claim.public_id}"
    publish(topic=topic, subject=subject, payload={"licence": licence.public_id})


def _move(actor: Actor, listing: Listing, event: ListingEvent, claim: Claim) -> None:
    before = str(listing.state)
    advance(listing, LISTING, event)
    record(
        actor=actor,
        action=f"listing.{event}",
        subject=listing.clip.public_id,
        organisation_id=listing.organisation_id,
        before={"state": before},
        after={"state": str(listing.state), "claim": claim.public_id},
    )


def _refuse_interest(actor: Actor, listing: Listing | None) -> None:
    """Nobody decides about a studio they belong to."""
    if listing is None or actor.user_id is None:
        return
    if Membership.objects.filter(user_id=actor.user_id, organisation_id=listing.organisation_id).exists():
        raise OWN_CLAIM("You belong to the studio this is about. Nothing was changed; leave it to somebody else.")
