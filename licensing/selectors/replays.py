"""Reading what was submitted lately, as a draft of the policy is tried on it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from django.db.models import QuerySet

from core.accounts.policy import Actor, require
from core.clock import now
from licensing.domain.clauses import AmendmentClass
from licensing.domain.desk_actions import POLICY_VIEW
from licensing.domain.desk_policy import DeskPolicy
from licensing.domain.quality import Outcome
from licensing.domain.replay import Replay, Routed, replayed
from licensing.domain.states import CaseState, Decision
from licensing.models import QualityReview, ReviewDecision, Routing
from licensing.selectors.policies import policies_published

WINDOW: Final = timedelta(days=30)
MOST: Final = 20_000
"""Submissions looked at, the newest first."""
_OBJECTIONS: Final = (Decision.REQUEST_CHANGES, Decision.REFUSE, Decision.COUNTER)
_COLUMNS: Final = (
    *("pk", "agreement_id", "changes", "people", "policy_version"),
    *("case_id", "case__due_at", "case__decided_at", "case__state"),
)


def policy_replay(actor: Actor, draft: DeskPolicy) -> Replay:
    """Return what a draft would have done with the submissions of the last 30 days; nothing is stored.

    Four queries, however many submissions; of more than twenty thousand the newest.
    """
    require(actor, POLICY_VIEW)
    moment = now()
    lately = Routing.objects.filter(created_at__gte=moment - WINDOW)
    return replayed(draft, _routed(lately, moment - WINDOW), moment)


def _routed(lately: QuerySet[Routing], since: datetime) -> Iterator[Routed]:
    decided = ReviewDecision.objects.filter(
        case__routing__created_at__gte=since, undone_at=None, decision__in=_OBJECTIONS
    )
    objections = dict(decided.values_list("case_id", "decision"))
    disagreed = set(
        QualityReview.objects.filter(routing__created_at__gte=since, outcome=Outcome.DISAGREE).values_list(
            "routing_id", flat=True
        )
    )
    policies = policies_published()
    for row in lately.order_by("-created_at", "-id").values(*_COLUMNS)[:MOST]:
        yield Routed(
            agreement_id=row["agreement_id"],
            changes=tuple((clause, AmendmentClass(kind)) for clause, kind in row["changes"]),
            people=row["people"],
            case_id=row["case_id"],
            days=policies[row["policy_version"]].days(row["people"]),
            due=row["case__due_at"],
            handled=row["case__decided_at"],
            recalled=row["case__state"] == CaseState.CLOSED and row["case__decided_at"] is None,
            objection=objections.get(row["case_id"], "disagree" if row["pk"] in disagreed else ""),
        )
