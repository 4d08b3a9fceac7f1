"""A release was taken back: the holders of licences that rested on it are told, once, as their own terms say."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from core.accounts.policy import Actor
from core.audit.services import record
from core.clock import now
from core.ids import NOT_FOUND, Prefix, public_id
from licensing.models import Release
from licensing.selectors.revocations import clips_revoked
from marketplace.catalog.models import Listing
from marketplace.withdrawals.models import Withdrawal
from marketplace.withdrawals.selectors.resting import cause_of, releases_unfollowed
from marketplace.withdrawals.services.noticing import notices_give, withdrawal_close_when_done


def release_follow(*, actor: Actor, release_id: UUID) -> int:
    """Start the ladder for the licences of every clip that rested on a release; return how many notices were given.

    The clips stay what consent makes of them: blurred, or under a new release, they are sold again. A holder who was
    told of a gentler withdrawal before is told again, where the terms of the licence end it with the consent.
    Following again changes nothing.
    """
    with transaction.atomic():
        release = Release.objects.select_for_update(of=("self",)).filter(pk=release_id).first()
        if release is None or release.revoked_at is None:
            raise NOT_FOUND("There is no release with this id that was taken back.")
        clips = clips_revoked(release)
        list(Listing.objects.select_for_update(of=("self",)).filter(clip_id__in=clips).order_by("pk"))
        known = set(Withdrawal.objects.filter(release=release).values_list("clip_id", flat=True))
        moment = now()
        return sum(_follow(actor, release, clip, moment) for clip in clips if clip not in known)


def releases_follow(*, actor: Actor) -> int:
    """Follow every release that was taken back and not followed; the nightly net. Return how many."""
    waiting = releases_unfollowed()
    for release in waiting:
        release_follow(actor=actor, release_id=release.pk)
    return len(waiting)


def _follow(actor: Actor, release: Release, clip_id: UUID, at: datetime) -> int:
    withdrawal = Withdrawal.objects.create(
        clip_id=clip_id, organisation_id=release.organisation_id, cause=cause_of(release), release=release
    )
    given = notices_give(actor=actor, withdrawal=withdrawal, at=at)
    record(
        actor=actor,
        action="clip.consent_lost",
        subject=public_id(Prefix.CLIP, clip_id),
        organisation_id=release.organisation_id,
        after={"release": release.public_id, "cause": str(withdrawal.cause), "licences": len(given)},
    )
    withdrawal_close_when_done(actor=actor, withdrawal=withdrawal)
    return len(given)
