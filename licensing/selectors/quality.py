"""Reading second looks: what waits for one, and how often people disagreed with what passed by itself."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Count, Prefetch, QuerySet

from core.accounts.policy import Actor, require
from core.ids import NOT_FOUND, Prefix, public_id
from licensing.domain.actions import CASE_VIEW
from licensing.domain.desk_actions import POLICY_VIEW
from licensing.domain.quality import Outcome, SampleCount
from licensing.models import QualityReview, Routing
from licensing.selectors.agreements import agreements_in_full


def quality_visible_to(actor: Actor) -> QuerySet[QualityReview]:
    """Return every second look, for the desk."""
    require(actor, CASE_VIEW)
    routings = Routing.objects.prefetch_related(Prefetch("agreement", agreements_in_full()))
    return QualityReview.objects.select_related("reviewer").prefetch_related(Prefetch("routing", routings))


def quality_waiting(actor: Actor) -> QuerySet[QualityReview]:
    """Return what waits for a second look, the oldest first."""
    return quality_visible_to(actor).filter(outcome=Outcome.WAITING).order_by("created_at", "id")


def quality_get(actor: Actor, review_id: UUID) -> QualityReview:
    """Return one second look, or `not_found`."""
    found = quality_visible_to(actor).filter(pk=review_id).first()
    if found is None:
        raise NOT_FOUND(f"There is no second look {public_id(Prefix.QUALITY_REVIEW, review_id)}.")
    return found


def sample_counts(actor: Actor) -> dict[int, SampleCount]:
    """Return how the sample of each policy version came out."""
    require(actor, POLICY_VIEW)
    counted: dict[int, dict[str, int]] = {}
    rows = QualityReview.objects.values_list("routing__policy_version", "outcome").annotate(n=Count("pk"))
    for version, outcome, number in rows.order_by():
        counted.setdefault(version, {})[outcome] = number
    return {
        version: SampleCount(one.get("agree", 0), one.get("disagree", 0), one.get("", 0))
        for version, one in counted.items()
    }
