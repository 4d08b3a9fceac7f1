"""Reading approvals of use cases: how a version stands, and which use cases count as approved demand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Prefetch, QuerySet

from licensing.domain.approval import ApprovalState
from licensing.models import UseCaseApproval, UseCaseVersion


@dataclass(frozen=True, slots=True)
class Approval:
    """How a version of a use case stands: who asked for its approval, and who answered what."""

    state: ApprovalState
    asked_by_id: UUID | None = None
    asked_by: str | None = None
    asked_at: datetime | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None
    reason: str = ""


NOBODY_ASKED = Approval(ApprovalState.DRAFT)


def versions_with_approvals() -> QuerySet[UseCaseVersion]:
    """Return versions of use cases, the newest first, each with its requests for approval loaded."""
    asked = UseCaseApproval.objects.select_related("asked_by", "decided_by").order_by("id")
    return UseCaseVersion.objects.order_by("-number").prefetch_related(Prefetch("approvals", asked))


def approval_of(version: UseCaseVersion) -> Approval:
    """Return how a version stands: as its newest request says, or that nobody asked."""
    rows = sorted(version.approvals.all(), key=lambda row: row.id)
    if not rows:
        return NOBODY_ASKED
    row = rows[-1]
    return Approval(
        ApprovalState(row.state),
        row.asked_by_id,
        row.asked_by.name,
        row.created_at,
        row.decided_by.name if row.decided_by else None,
        row.decided_at,
        row.reason,
    )


def use_cases_approved() -> frozenset[UUID]:
    """Return the use cases of all buyers whose newest version is approved; one changed since is not."""
    newer = UseCaseVersion.objects.filter(
        use_case=OuterRef("version__use_case"), number__gt=OuterRef("version__number")
    )
    rows = UseCaseApproval.objects.filter(~Exists(newer), state=ApprovalState.APPROVED)
    return frozenset(rows.values_list(F("version__use_case"), flat=True))
