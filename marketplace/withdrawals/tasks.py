"""Jobs of withdrawals: each calls one service."""

from __future__ import annotations

from core.accounts.policy import Actor
from core.ids import Prefix, parse_public_id
from core.jobs.claim import Claim
from core.jobs.registry import handles
from marketplace.withdrawals.domain.topics import LATE_LICENCES, NOTICE_LOOK, RELEASE_FOLLOW
from marketplace.withdrawals.services.noticing import late_licences_notice, notice_look
from marketplace.withdrawals.services.revoking import release_follow


@handles(NOTICE_LOOK)
def look(claim: Claim) -> None:
    """Move a notice on."""
    with claim.settle():
        notice_look(actor=Actor.system(), notice_id=parse_public_id(Prefix.NOTICE, str(claim.payload["notice"])))


@handles(LATE_LICENCES)
def late(claim: Claim) -> None:
    """Tell a buyer whose payment crossed a withdrawal."""
    with claim.settle():
        late_licences_notice(actor=Actor.system(), order_id=parse_public_id(Prefix.ORDER, claim.subject))


@handles(RELEASE_FOLLOW)
def release(claim: Claim) -> None:
    """Tell the holders of licences that rested on a release."""
    with claim.settle():
        release_follow(actor=Actor.system(), release_id=parse_public_id(Prefix.RELEASE, str(claim.payload["release"])))
