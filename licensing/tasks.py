"""Jobs of the licensing floor: each calls one service."""

from __future__ import annotations

from core.accounts.policy import Actor
from core.ids import Prefix, parse_public_id
from core.jobs.registry import handles
from core.jobs.services import Claim
from licensing.domain.documents.kinds import AGREEMENT_DOCUMENTS
from licensing.services.documents import agreement_documents_issue
from licensing.services.review import EFFECT_JOB, decision_take_effect


def register() -> None:
    """Say which jobs exist; calling it again changes nothing."""
    handles(EFFECT_JOB)(_decision_effect)
    handles(AGREEMENT_DOCUMENTS)(_agreement_documents)


def _agreement_documents(claim: Claim) -> None:
    """Set, seal and store outside any transaction; a time stamp that is not to be had is asked for again later."""
    agreement_documents_issue(actor=Actor.system(), agreement_id=parse_public_id(Prefix.AGREEMENT, claim.subject))


def _decision_effect(claim: Claim) -> None:
    with claim.settle():
        decision_take_effect(actor=Actor.system(), decision_id=parse_public_id(Prefix.DECISION, claim.subject))
