"""Who sees which withdrawals, notices and claims."""

from __future__ import annotations

import hashlib
from uuid import UUID

from django.db.models import QuerySet

from core.accounts.policy import Actor, require
from core.ids import NOT_FOUND
from marketplace.withdrawals.domain.actions import CLAIM_VIEW, NOTICE_VIEW, WITHDRAWAL_VIEW
from marketplace.withdrawals.domain.states import NoticeState
from marketplace.withdrawals.models import Claim, Notice, Withdrawal

_JOINED = ("withdrawal__clip__asset", "licence__order", "holder", "attestation", "superseded_by")


def withdrawals_visible_to(actor: Actor) -> QuerySet[Withdrawal]:
    """What the actor's studio took back, or lost; everything for the system."""
    rows = Withdrawal.objects.select_related("clip__asset", "claim").prefetch_related(
        "notices__licence__licensee", "notices__licence__line__terms_profile_version"
    )
    if actor.is_system:
        return rows
    require(actor, WITHDRAWAL_VIEW)
    return rows.filter(organisation__in=[actor.organisation_id])


def withdrawal_get(actor: Actor, withdrawal_id: UUID) -> Withdrawal:
    """One visible withdrawal, or `not_found`."""
    found = withdrawals_visible_to(actor).filter(pk=withdrawal_id).first()
    if found is None:
        raise NOT_FOUND("You have no withdrawal with this id.")
    return found


def notices_visible_to(actor: Actor) -> QuerySet[Notice]:
    """Notices the actor's organisation was given; every notice for the system."""
    rows = Notice.objects.select_related(*_JOINED).prefetch_related("licence__repayments")
    if actor.is_system:
        return rows
    require(actor, NOTICE_VIEW)
    return rows.filter(holder_id=actor.organisation_id)


def notice_get(actor: Actor, notice_id: UUID) -> Notice:
    """One visible notice, or `not_found`."""
    found = notices_visible_to(actor).filter(pk=notice_id).first()
    if found is None:
        raise NOT_FOUND("You have no takedown notice with this id.")
    return found


def notices_overdue(actor: Actor) -> QuerySet[Notice]:
    """Deadlines that passed without an attestation, the oldest first; for the desk."""
    require(actor, CLAIM_VIEW)
    rows = Notice.objects.select_related(*_JOINED).prefetch_related("licence__repayments")
    return rows.filter(state=NoticeState.OVERDUE).order_by("due_at", "id")


def claims_visible_to(actor: Actor) -> QuerySet[Claim]:
    """Every claim, for those who decide or audit them."""
    require(actor, CLAIM_VIEW)
    return Claim.objects.select_related("clip__asset__organisation", "decided_by")


def claim_get(actor: Actor, claim_id: UUID) -> Claim:
    """One claim, or `not_found`."""
    found = claims_visible_to(actor).filter(pk=claim_id).first()
    if found is None:
        raise NOT_FOUND("There is no claim with this id.")
    return found


def ref_sha256(ref: str) -> str:
    """How a claimant's reference is kept."""
    return hashlib.sha256(ref.encode()).hexdigest()


def claim_followed(ref: str) -> Claim:
    """The claim behind a claimant's reference, or `not_found`."""
    found = Claim.objects.filter(ref_sha256=ref_sha256(ref.strip())).first()
    if found is None:
        raise NOT_FOUND("There is no claim with this reference. Copy it from the answer you got, letter by letter.")
    return found
