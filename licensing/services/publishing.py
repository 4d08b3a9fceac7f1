"""Publishing a clause version: somebody drafts it, somebody else approves it, and from then on it never changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from django.db import transaction

from core.accounts.policy import ROLE_MISSING, Action, Actor, require
from core.audit.services import record
from core.clock import now
from core.jobs.services import publish
from core.transitions import advance
from licensing.domain.clause_changes import machine_changes
from licensing.domain.clause_reading import clause_read
from licensing.domain.desk_actions import CLAUSE_PUBLISH
from licensing.domain.errors import SECOND_PERSON, UNKNOWN_CLAUSE
from licensing.domain.publishing_errors import CLAUSE_IN_FORCE, CLAUSE_IN_REVIEW, CLAUSE_UNCHANGED, MACHINE_CHANGED
from licensing.domain.states import CLAUSE_MACHINE, ClauseEvent, ClauseState
from licensing.models import ClauseVersion
from licensing.selectors.terms import clause_data, clause_for, desk_clause_get
from licensing.services.catalogue import clause_row, contract_refresh

CLAUSE_PUBLISHED: Final = "licensing.clause.version_published"
"""Told: a clause version was approved. Subject: its public id; payload: `code`, `version`."""
_OPEN: Final = (ClauseState.DRAFT, ClauseState.IN_REVIEW)


def _person(actor: Actor, action: Action) -> UUID:
    require(actor, action)
    if actor.user_id is None:
        raise ROLE_MISSING("A person has to do this, not a program acting for nobody. Nothing changed.")
    return actor.user_id


def _note(actor: Actor, row: ClauseVersion, action: str, **more: str | int) -> None:
    record(
        actor=actor,
        action=f"clause.{action}",
        subject=row.public_id,
        after={"code": row.code, "version": row.version, "sha256": row.sha256, **more},
    )


def _locked(code: str) -> list[ClauseVersion]:
    """Every version of a clause, oldest first, locked: one person at a time changes what is drafted of it."""
    rows = list(ClauseVersion.objects.select_for_update(of=("self",)).filter(code=code).order_by("version"))
    if not any(row.state == ClauseState.APPROVED for row in rows):
        raise UNKNOWN_CLAUSE(f"There is no clause {code!r}. GET /api/v1/clauses lists the 40 codes.", pointer="/code")
    return rows


def _version(actor: Actor, code: str, version: int) -> ClauseVersion:
    shown = desk_clause_get(actor, code, version)
    return ClauseVersion.objects.select_for_update(of=("self",)).get(pk=shown.pk)


def clause_draft(*, actor: Actor, code: str, changes: Mapping[str, object]) -> ClauseVersion:
    """Draft the next version of a clause: the one in force with the changed members put in place of its own.

    `changes` holds any of `title`, `summary`, `text`, `parameters`, `needs`, `fallbacks`. Drafting again replaces the
    draft. Refused with `language_missing`, `value_without_text`, `placeholder_without_value`, `clause_invalid`,
    `machine_changed` when a parameter that machines read would go or change its kind or codes, `clause_unchanged`,
    and `clause_in_review` while one waits for its second person.
    """
    author = _person(actor, CLAUSE_PUBLISH)
    with transaction.atomic():
        rows = _locked(code)
        waiting = next((row for row in rows if row.state in _OPEN), None)
        if waiting is not None and waiting.state == ClauseState.IN_REVIEW:
            raise CLAUSE_IN_REVIEW(
                f"{code} version {waiting.version} waits for a second person. Nothing was stored; return it first."
            )
        base = [row for row in rows if row.state == ClauseState.APPROVED][-1]
        number = waiting.version if waiting is not None else rows[-1].version + 1
        clause = clause_read({**clause_data(base), **changes}, code=code, number=base.number, version=number)
        lost = machine_changes(clause_for(base), clause)
        if lost:
            raise MACHINE_CHANGED(
                f"Matching and prices read {', '.join(lost)} of {code}: keep its name, kind and option codes. "
                "Words, limits, defaults and fallbacks may change. Nothing was stored.",
                pointer="/parameters",
                parameters=lost,
            )
        draft = clause_row(clause, state=ClauseState.DRAFT)
        if clause_data(draft) == clause_data(base):
            raise CLAUSE_UNCHANGED(f"This is {code} version {base.version}, word for word. Nothing was stored.")
        if waiting is not None:
            draft.id, draft.created_at = waiting.id, waiting.created_at
        draft.author_id = author
        draft.save(force_insert=waiting is None, force_update=waiting is not None)
        draft.refresh_from_db()
        _note(actor, draft, "drafted")
    return draft


def clause_submit(*, actor: Actor, code: str, version: int) -> ClauseVersion:
    """Hand a draft to a second person."""
    _person(actor, CLAUSE_PUBLISH)
    with transaction.atomic():
        row = _version(actor, code, version)
        advance(row, CLAUSE_MACHINE, ClauseEvent.SUBMIT)
        _note(actor, row, "submitted")
    return row


def clause_approve(*, actor: Actor, code: str, version: int) -> ClauseVersion:
    """Publish a version somebody else drafted: new terms use it from now on, older ones keep theirs.

    `second_person` for its author. From here on the database refuses to change it.
    """
    reviewer = _person(actor, CLAUSE_PUBLISH)
    with transaction.atomic():
        row = _version(actor, code, version)
        CLAUSE_MACHINE.next(ClauseState(row.state), ClauseEvent.APPROVE)
        if row.author_id == reviewer:
            raise SECOND_PERSON("You drafted this; a second, different person has to approve it. Nothing was changed.")
        clause_read(clause_data(row), code=row.code, number=row.number, version=row.version)
        advance(row, CLAUSE_MACHINE, ClauseEvent.APPROVE, reviewer_id=reviewer, approved_at=now())
        contract = contract_refresh(actor=actor)
        _note(actor, row, "approved", contract=contract.version)
        publish(topic=CLAUSE_PUBLISHED, subject=row.public_id, payload={"code": row.code, "version": row.version})
    return row


def clause_return(*, actor: Actor, code: str, version: int, note: str) -> ClauseVersion:
    """Give a submitted version back to be drafted again, with a note for its author."""
    _person(actor, CLAUSE_PUBLISH)
    with transaction.atomic():
        row = _version(actor, code, version)
        advance(row, CLAUSE_MACHINE, ClauseEvent.RETURN)
        _note(actor, row, "returned", note=note)
    return row


def clause_retire(*, actor: Actor, code: str, version: int) -> ClauseVersion:
    """Retire a version that a newer one replaced; it stays readable, and true for whoever agreed on it.

    `clause_in_force` for the newest approved one: publish its successor first.
    """
    _person(actor, CLAUSE_PUBLISH)
    with transaction.atomic():
        row = _version(actor, code, version)
        rows = _locked(row.code)
        newest = [one for one in rows if one.state == ClauseState.APPROVED][-1]
        CLAUSE_MACHINE.next(ClauseState(row.state), ClauseEvent.RETIRE)
        if row.pk == newest.pk:
            raise CLAUSE_IN_FORCE(f"{code} version {version} is in force. Nothing was changed; approve a newer one.")
        advance(row, CLAUSE_MACHINE, ClauseEvent.RETIRE)
        _note(actor, row, "retired")
    return row
