"""Jobs of repayments: each calls one service."""

from __future__ import annotations

from core.accounts.policy import Actor
from core.ids import Prefix, parse_public_id
from core.jobs.claim import Claim
from core.jobs.registry import handles
from marketplace.repayments.domain.topics import REPAYMENT_SEND
from marketplace.repayments.services.sending import repayment_send


@handles(REPAYMENT_SEND)
def send(claim: Claim) -> None:
    """Send what was credited for a licence; it talks to the provider, so not inside a transaction."""
    repayment_send(actor=Actor.system(), licence_id=parse_public_id(Prefix.LICENCE, claim.subject))
