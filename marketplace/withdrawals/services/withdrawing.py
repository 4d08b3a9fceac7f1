"""Taking a clip back: sales stop at once, every holder is told, all in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db import transaction

from core.accounts.policy import Actor, require
from core.audit.services import record
from core.clock import now
from core.ids import NOT_FOUND, Prefix, public_id
from core.jobs.services import publish
from core.transitions import advance
from marketplace.catalog.domain.states import LISTING, ListingEvent, ListingState
from marketplace.catalog.models import Listing
from marketplace.withdrawals.domain.actions import CLIP_WITHDRAW
from marketplace.withdrawals.domain.errors import HELD_EXCLUSIVELY
from marketplace.withdrawals.domain.states import Cause
from marketplace.withdrawals.domain.topics import CLIP_WITHDRAWN
from marketplace.withdrawals.models import Claim, Withdrawal
from marketplace.withdrawals.selectors.effect import Effect, effect_of
from marketplace.withdrawals.services.noticing import notices_give, withdrawal_close_when_done

GONE: Final = (ListingState.WITHDRAWN, ListingState.REMOVED, ListingState.REFUSED)
"""States of a listing that nobody can buy from any more, whatever happens."""


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """A withdrawal and what it did."""

    withdrawal: Withdrawal
    listing: Listing
    effect: Effect


def withdrawal_foresee(*, actor: Actor, clip_id: UUID) -> Effect:
    """What taking one's clip back would do now; nothing is changed."""
    _own(actor, Listing.objects.filter(clip_id=clip_id).first())
    return effect_of(clip_id, cause=Cause.CREATOR, at=now())


def clip_withdraw(*, actor: Actor, clip_id: UUID, despite_exclusive: bool = False, reason: str = "") -> Withdrawn:
    """Take one's clip back for good: no new sales from now on, and a notice to every holder as the terms of each
    licence say. Answers with the effect.

    Refused with `held_exclusively` while somebody paid to be alone with it, unless that is said to be known; and with
    `illegal_transition` when it is gone already.
    """
    with transaction.atomic():
        listing = _own(actor, _locked(clip_id))
        return withdrawal_make(
            actor=actor, listing=listing, cause=Cause.CREATOR, reason=reason, despite_exclusive=despite_exclusive
        )


def withdrawal_make(
    *,
    actor: Actor,
    listing: Listing,
    cause: Cause,
    reason: str = "",
    claim: Claim | None = None,
    despite_exclusive: bool = True,
) -> Withdrawn:
    """Write a withdrawal with all its notices into the caller's transaction; the listing is locked and its to move.

    A claim about a clip that is gone already moves nothing and is told to whoever was told of less.
    """
    moment = now()
    effect = effect_of(listing.clip_id, cause=cause, at=moment)
    if effect.held_exclusively and not despite_exclusive:
        raise HELD_EXCLUSIVELY(
            "A buyer holds this clip exclusively and will be told to stop. Nothing was changed; say that you know it"
            " and take it back all the same, or wait until the licence ends.",
            until=max(one.licence.ends_at for one in effect.reached).isoformat(),
        )
    before = str(listing.state)
    if cause is Cause.CREATOR or listing.state not in GONE:
        advance(listing, LISTING, ListingEvent.REMOVED if cause is Cause.CLAIM else ListingEvent.WITHDRAWN)
    withdrawal = Withdrawal.objects.create(
        clip_id=listing.clip_id,
        organisation_id=listing.organisation_id,
        cause=cause,
        claim=claim,
        asked_by_id=actor.user_id,
        reason=reason,
    )
    record(
        actor=actor,
        action="clip.withdrawn",
        subject=public_id(Prefix.CLIP, listing.clip_id),
        organisation_id=listing.organisation_id,
        before={"state": before},
        after={"state": str(listing.state), "cause": str(cause), "licences": len(effect.reached)},
    )
    publish(
        topic=CLIP_WITHDRAWN,
        subject=public_id(Prefix.CLIP, listing.clip_id),
        payload={"withdrawal": withdrawal.public_id},
    )
    notices_give(actor=actor, withdrawal=withdrawal, at=moment)
    withdrawal_close_when_done(actor=actor, withdrawal=withdrawal)
    return Withdrawn(withdrawal, listing, effect)


def _locked(clip_id: UUID) -> Listing | None:
    return Listing.objects.select_for_update(of=("self",)).filter(clip_id=clip_id).first()


def _own(actor: Actor, listing: Listing | None) -> Listing:
    if listing is None:
        raise NOT_FOUND("You have no clip with this id.")
    require(actor, CLIP_WITHDRAW, listing.organisation_id)
    return listing
