"""Keeping how submissions were routed, and drawing which of those that passed somebody looks at again."""

from __future__ import annotations

from collections.abc import Sequence

from core.accounts.policy import Actor
from core.audit.services import record
from licensing.domain.clauses import AmendmentClass
from licensing.domain.desk_policy import DeskPolicy
from licensing.models import Agreement, QualityReview, ReviewCase, Routing


def routing_keep(
    *,
    actor: Actor,
    agreement: Agreement,
    policy: DeskPolicy,
    changes: Sequence[tuple[str, AmendmentClass]],
    case: ReviewCase | None,
) -> None:
    """Keep how a submission was routed, inside the caller's transaction; one that changes nothing leaves no trace.

    What passed by itself is drawn for a second look by the digest of policy and agreement.
    """
    if not changes:
        return
    kept = Routing.objects.create(
        agreement=agreement,
        revision=agreement.revision,
        policy_version=policy.version,
        changes=[[clause, str(kind)] for clause, kind in changes],
        people=policy.people_for(changes),
        case=case,
    )
    if case is None and policy.samples(agreement.public_id):
        drawn = QualityReview.objects.create(routing=kept)
        record(
            actor=actor,
            action="quality.drawn",
            subject=drawn.public_id,
            after={"agreement": agreement.public_id, "policy": policy.name, "policy_sha256": policy.sha256},
        )
