"""Approving a use case inside the buyer's own organisation: one person asks, another one answers."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.db import transaction

from core.accounts.policy import ROLE_MISSING, Action, Actor, require
from core.audit.services import record
from core.clock import now
from core.jobs.services import publish
from core.transitions import advance
from licensing.domain.actions import USE_CASE_APPROVE, USE_CASE_WRITE
from licensing.domain.approval import APPROVAL_MACHINE, ApprovalAnswer, ApprovalEvent, ApprovalState
from licensing.domain.errors import DECISION_UNKNOWN, REFUSAL_UNEXPLAINED, SECOND_PERSON, USE_CASE_CHANGED
from licensing.models import UseCase, UseCaseApproval, UseCaseVersion
from licensing.selectors.approvals import approval_of
from licensing.selectors.pricing import newest_version, use_case_get

USE_CASE_APPROVED: Final = "licensing.use_case.approved"
"""Told: a buyer's legal people approved a version. Subject: `use_…:version`; payload: `use_case`, `version`."""


def _person(actor: Actor, action: Action) -> UUID:
    require(actor, action)
    if actor.user_id is None:
        raise ROLE_MISSING("A person of the buyer's organisation has to do this, not a program. Nothing was changed.")
    return actor.user_id


def _newest(actor: Actor, use_case_id: UUID) -> tuple[UseCase, UseCaseVersion]:
    """Lock a use case, as whoever adds a version to it does, and return its newest version."""
    shown = use_case_get(actor, use_case_id)
    UseCase.objects.select_for_update(of=("self",)).get(pk=shown.pk)
    use_case = use_case_get(actor, use_case_id)
    return use_case, newest_version(use_case)


def _note(actor: Actor, use_case: UseCase, version: UseCaseVersion, action: str, **more: str) -> None:
    record(
        actor=actor,
        action=f"use_case.{action}",
        subject=use_case.public_id,
        organisation_id=use_case.organisation_id,
        after={"version": version.number, "sha256": version.sha256, **more},
    )


def use_case_request_approval(*, actor: Actor, use_case_id: UUID) -> UseCase:
    """Ask the organisation's legal people to approve the newest version.

    A refused version may be asked for again. Nothing waits for the answer: an unapproved use case searches, quotes
    and accepts; creators' previews count approved ones only.
    """
    asker = _person(actor, USE_CASE_WRITE)
    with transaction.atomic():
        use_case, version = _newest(actor, use_case_id)
        APPROVAL_MACHINE.next(approval_of(version).state, ApprovalEvent.REQUEST)
        UseCaseApproval.objects.create(version=version, asked_by_id=asker)
        _note(actor, use_case, version, "approval_requested")
    return use_case_get(actor, use_case_id)


def use_case_decide(*, actor: Actor, use_case_id: UUID, version: int, decision: str, reason: str = "") -> UseCase:
    """Answer a request: `approve`, or `refuse` with a reason. For owners and legal people of the organisation.

    Refused with `second_person` for whoever asked, and `use_case_changed` when `version`, which was read, is no
    longer the newest.
    """
    reviewer = _person(actor, USE_CASE_APPROVE)
    if decision not in list(ApprovalAnswer):
        raise DECISION_UNKNOWN(f"One of {', '.join(ApprovalAnswer)}. Nothing was changed.", pointer="/decision")
    event, why = ApprovalEvent(decision), reason.strip()
    if event is ApprovalEvent.REFUSE and not why:
        raise REFUSAL_UNEXPLAINED("Say why, so that your colleague knows what to change. Nothing was changed.")
    with transaction.atomic():
        use_case, newest = _newest(actor, use_case_id)
        if newest.number != version:
            raise USE_CASE_CHANGED(
                f"You read version {version}; it is now {newest.number}. Nothing was changed; read it again.",
                version=newest.number,
            )
        standing = approval_of(newest)
        APPROVAL_MACHINE.next(standing.state, event)
        if standing.asked_by_id == reviewer:
            raise SECOND_PERSON("You asked for this approval; somebody else has to answer. Nothing was changed.")
        row = UseCaseApproval.objects.get(version=newest, state=ApprovalState.REQUESTED)
        advance(row, APPROVAL_MACHINE, event, decided_by_id=reviewer, decided_at=now(), reason=why)
        _note(actor, use_case, newest, str(row.state), reason=why)
        if event is ApprovalEvent.APPROVE:
            publish(
                topic=USE_CASE_APPROVED,
                subject=f"{use_case.public_id}:{newest.number}",
                payload={"use_case": use_case.public_id, "version": newest.number},
            )
    return use_case_get(actor, use_case_id)
