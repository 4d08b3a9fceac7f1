"""Publishing the desk's policy: somebody proposes a version, somebody else publishes it, and it never changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.db import transaction

from core.accounts.policy import ROLE_MISSING, Actor, require
from core.audit.services import record
from core.clock import now
from core.transitions import advance
from licensing.domain.desk_actions import POLICY_PUBLISH, POLICY_VIEW
from licensing.domain.desk_policy import (
    BOUNDS,
    POLICY_MACHINE,
    SHIPPED_POLICIES,
    DeskPolicy,
    PolicyEvent,
    PolicyState,
)
from licensing.domain.errors import SECOND_PERSON
from licensing.domain.publishing_errors import POLICY_CHANGED, POLICY_INVALID, POLICY_PROPOSED, POLICY_UNCHANGED
from licensing.domain.replay import Replay
from licensing.models import PolicyVersion
from licensing.selectors.policies import policy_in_force, policy_version_get
from licensing.selectors.replays import policy_replay
from licensing.selectors.terms import catalogue_in_force


def policies_load(*, actor: Actor | None = None) -> int:
    """Store the versions that come with the product, once; return how many were new.

    `policy_changed` when a stored version says something else than the product: published rules never change.
    """
    stored = {row.version: row for row in PolicyVersion.objects.all()}
    added = 0
    with transaction.atomic():
        for policy in SHIPPED_POLICIES:
            row = stored.get(policy.version)
            if row is None:
                _row(policy, state=PolicyState.PUBLISHED, published_at=now()).save(force_insert=True)
                added += 1
            elif row.sha256 != policy.sha256:
                raise POLICY_CHANGED(f"Policy version {policy.version} is stored with other rules. Add a version.")
        if added:
            record(actor=actor or Actor.system(), action="policies.loaded", subject="policy", after={"added": added})
    return added


def _row(policy: DeskPolicy, **facts: object) -> PolicyVersion:
    return PolicyVersion(version=policy.version, sha256=policy.sha256, **policy.says, **facts)


def _person(actor: Actor) -> UUID:
    require(actor, POLICY_PUBLISH)
    if actor.user_id is None:
        raise ROLE_MISSING("A person has to do this, not a program acting for nobody. Nothing changed.")
    return actor.user_id


def policy_drafted(draft: Mapping[str, Any]) -> DeskPolicy:
    """Return what a draft would put in force: the present policy with what the draft says put in place.

    Refused with `policy_invalid`, pointing at what lies outside its bounds. Nothing is stored.
    """
    for name, given in draft.items():
        if name != "two_people":
            _refuse_outside(name, given)
    codes = list(draft.get("two_people", ()))
    unknown = sorted(set(codes) - set(catalogue_in_force()))
    if unknown:
        raise POLICY_INVALID(
            f"There is no clause {', '.join(unknown)}. GET /api/v1/clauses lists them. Nothing was stored.",
            pointer="/two_people",
        )
    base = policy_in_force()
    said = {**base.says, **draft, "two_people": sorted(set(draft.get("two_people", base.two_people)))}
    if said["days_two"] < said["days_one"]:
        raise POLICY_INVALID("Two people need at least the days that one has. Nothing was stored.", pointer="/days_two")
    return replace(base, **{**said, "two_people": tuple(said["two_people"])})


def _refuse_outside(name: str, given: int) -> None:
    least, most = BOUNDS[name]
    if not least <= given <= most:
        raise POLICY_INVALID(f"{name} is from {least} to {most}. Nothing was stored.", pointer=f"/{name}")


def policy_try(*, actor: Actor, draft: Mapping[str, Any]) -> Replay:
    """Return what a draft would have done with the submissions of the last 30 days; nothing is stored."""
    require(actor, POLICY_VIEW)
    return policy_replay(actor, policy_drafted(draft))


def policy_propose(*, actor: Actor, draft: Mapping[str, Any]) -> PolicyVersion:
    """Propose the next version of the policy: the one in force with what the draft says put in place.

    Refused with `policy_invalid`, `policy_unchanged`, and `policy_proposed` while another proposal waits: what a
    second person reads does not change under their eyes.
    """
    author = _person(actor)
    policies_load(actor=actor)
    with transaction.atomic():
        rows = list(PolicyVersion.objects.select_for_update(of=("self",)).order_by("version"))
        if any(row.state == PolicyState.PROPOSED for row in rows):
            raise POLICY_PROPOSED("A version waits for a second person. Nothing was stored.")
        proposed, base = policy_drafted(draft), policy_in_force()
        if proposed.says == base.says:
            raise POLICY_UNCHANGED(f"Version {base.version} says this already. Nothing was stored.")
        row = _row(replace(proposed, version=rows[-1].version + 1), author_id=author)
        row.save(force_insert=True)
        _note(actor, row, "proposed")
    return policy_version_get(actor, row.version)


def _note(actor: Actor, row: PolicyVersion, action: str) -> None:
    record(
        actor=actor,
        action=f"policy.{action}",
        subject=f"policy:{row.version}",
        after={"version": row.version, "sha256": row.sha256},
    )


def _locked(actor: Actor, version: int) -> PolicyVersion:
    shown = policy_version_get(actor, version)
    return PolicyVersion.objects.select_for_update(of=("self",)).get(pk=shown.pk)


def policy_publish(*, actor: Actor, version: int) -> PolicyVersion:
    """Publish a version somebody else proposed: what is submitted from now on is routed by it, open cases keep theirs.

    `second_person` for its author. From here on the database refuses to change it.
    """
    reviewer = _person(actor)
    with transaction.atomic():
        row = _locked(actor, version)
        POLICY_MACHINE.next(PolicyState(row.state), PolicyEvent.PUBLISH)
        if row.author_id == reviewer:
            raise SECOND_PERSON("You proposed this; a second, different person has to publish it. Nothing was changed.")
        advance(row, POLICY_MACHINE, PolicyEvent.PUBLISH, reviewer_id=reviewer, published_at=now())
        _note(actor, row, "published")
    return policy_version_get(actor, version)


def policy_withdraw(*, actor: Actor, version: int) -> PolicyVersion:
    """Take a proposal back, one's own or somebody else's; another one may then be made."""
    _person(actor)
    with transaction.atomic():
        row = _locked(actor, version)
        advance(row, POLICY_MACHINE, PolicyEvent.WITHDRAW)
        _note(actor, row, "withdrawn")
    return policy_version_get(actor, version)
