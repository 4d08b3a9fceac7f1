"""Reading the desk's policy: what is in force, what a submission was routed under, what is proposed."""

from __future__ import annotations

from django.db.models import QuerySet

from core.accounts.policy import Actor, require
from core.ids import NOT_FOUND
from licensing.domain.desk_actions import POLICY_VIEW
from licensing.domain.desk_policy import BOUNDS, SHIPPED_POLICIES, DeskPolicy, Policies, PolicyState, newest
from licensing.domain.states import AgreementState
from licensing.models import Agreement, PolicyVersion

_MOST = 32_767


def policy_for(row: PolicyVersion) -> DeskPolicy:
    """Return a stored version as the domain reads it."""
    said = {name: getattr(row, name) for name in BOUNDS}
    return DeskPolicy(version=row.version, two_people=tuple(row.two_people), **said)


def policies_published() -> Policies:
    """Return every published version by its number, the newest last; those of the product before any are loaded."""
    rows = PolicyVersion.objects.filter(state=PolicyState.PUBLISHED).order_by("version")
    return {row.version: policy_for(row) for row in rows} or {one.version: one for one in SHIPPED_POLICIES}


def policy_in_force() -> DeskPolicy:
    """Return the newest published version: what submissions are routed under from now on."""
    return newest(policies_published())


def policy_of(agreement: Agreement, policies: Policies) -> DeskPolicy:
    """Return the version an agreement under review was routed under; the one in force for any other."""
    if agreement.state == AgreementState.IN_REVIEW:
        case = max(agreement.cases.all(), key=lambda one: one.id, default=None)
        if case is not None:
            return policies[case.policy_version]
    return newest(policies)


def policy_versions_visible_to(actor: Actor) -> QuerySet[PolicyVersion]:
    """Return every stored version, proposals too, for the desk."""
    require(actor, POLICY_VIEW)
    return PolicyVersion.objects.select_related("author", "reviewer").order_by("version")


def policy_version_get(actor: Actor, version: int) -> PolicyVersion:
    """Return one stored version, or `not_found`."""
    rows = policy_versions_visible_to(actor)
    found = rows.filter(version=version).first() if version <= _MOST else None
    if found is None:
        raise NOT_FOUND(f"There is no version {version} of the policy. GET /api/v1/desk/policies lists them.")
    return found
