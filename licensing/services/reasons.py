"""Publishing a reason's words: somebody proposes a version, somebody else publishes it, and it never changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db import transaction

from core.accounts.policy import ROLE_MISSING, Actor, require
from core.audit.services import record
from core.clock import now
from core.transitions import advance
from licensing.domain.desk_actions import REASON_PUBLISH
from licensing.domain.errors import SECOND_PERSON
from licensing.domain.publishing_errors import (
    LANGUAGE_MISSING,
    REASON_CHANGED,
    REASON_INVALID,
    REASON_PROPOSED,
    REASON_UNCHANGED,
)
from licensing.domain.reasons import REASON_MACHINE, FixAction, Reason, ReasonCode, ReasonEvent, ReasonState
from licensing.domain.shipped_reasons import SHIPPED_REASONS
from licensing.domain.wording import Language, Text, wording
from licensing.models import ReasonVersion
from licensing.selectors.reasons import reason_version_get, reasons_published

_LENGTH: Final = 200


@dataclass(frozen=True, slots=True)
class ReasonDraft:
    """What a version would say; what is left out stays as it is in force."""

    words: Mapping[str, str] | None = None
    fix: Mapping[str, str] | None = None
    actions: Sequence[str] | None = None


def reasons_load(*, actor: Actor | None = None) -> int:
    """Store the versions that come with the product, once; return how many were new.

    `reason_changed` when a stored version says something else than the product: published words never change.
    """
    stored = {(row.code, row.version): row for row in ReasonVersion.objects.all()}
    added = 0
    with transaction.atomic():
        for code, versions in SHIPPED_REASONS.items():
            for reason in versions:
                row = stored.get((code, reason.version))
                if row is None:
                    _row(code, reason, state=ReasonState.PUBLISHED, published_at=now()).save(force_insert=True)
                    added += 1
                elif row.sha256 != reason.sha256:
                    raise REASON_CHANGED(f"{code} version {reason.version} is stored with other words. Add a version.")
        if added:
            record(
                actor=actor or Actor.system(), action="reasons.loaded", subject="reason_codes", after={"added": added}
            )
    return added


def _row(code: str, reason: Reason, **facts: object) -> ReasonVersion:
    return ReasonVersion(
        code=code,
        version=reason.version,
        name=reason.name,
        words_en=reason.words.en,
        words_fr=reason.words.fr,
        fix_en=reason.fix.en,
        fix_fr=reason.fix.fr,
        actions=[str(action) for action in reason.actions],
        sha256=reason.sha256,
        **facts,
    )


def _person(actor: Actor) -> UUID:
    require(actor, REASON_PUBLISH)
    if actor.user_id is None:
        raise ROLE_MISSING("A person has to do this, not a program acting for nobody. Nothing changed.")
    return actor.user_id


def reason_propose(*, actor: Actor, code: str, draft: ReasonDraft) -> ReasonVersion:
    """Propose the next version of a reason: the one in force with what the draft says put in place.

    Refused with `language_missing`, `reason_invalid`, `reason_unchanged`, and `reason_proposed` while another
    proposal waits: what a second person reads does not change under their eyes.
    """
    author = _person(actor)
    if code not in list(ReasonCode):
        raise REASON_INVALID(f"The code is one of {', '.join(ReasonCode)}. Nothing was stored.", pointer="/code")
    reasons_load(actor=actor)
    with transaction.atomic():
        rows = list(ReasonVersion.objects.select_for_update(of=("self",)).filter(code=code).order_by("version"))
        if any(row.state == ReasonState.PROPOSED for row in rows):
            raise REASON_PROPOSED(f"A version of {code} waits for a second person. Nothing was stored.")
        base = reasons_published()[ReasonCode(code)][-1]
        proposed = Reason(
            base.name,
            base.words if draft.words is None else _text(draft.words, "words"),
            base.fix if draft.fix is None else _text(draft.fix, "fix"),
            base.actions if draft.actions is None else _actions(draft.actions),
            rows[-1].version + 1,
        )
        if (proposed.words, proposed.fix, proposed.actions) == (base.words, base.fix, base.actions):
            raise REASON_UNCHANGED(f"{code} version {base.version} says this already. Nothing was stored.")
        row = _row(code, proposed, author_id=author)
        row.save(force_insert=True)
        _note(actor, row, "proposed")
    return reason_version_get(actor, code, row.version)


def _text(given: Mapping[str, str], member: str) -> Text:
    missing = [str(language) for language in Language if not str(given.get(language, "")).strip()]
    if missing:
        raise LANGUAGE_MISSING(
            f"The words are missing in {', '.join(missing)}. Nothing was stored.", pointer=f"/{member}/{missing[0]}"
        )
    text = wording(given[Language.EN], given[Language.FR])
    if max(len(text.en), len(text.fr)) > _LENGTH:
        raise REASON_INVALID(f"At most {_LENGTH} characters a language. Nothing was stored.", pointer=f"/{member}")
    return text


def _actions(given: Sequence[str]) -> tuple[FixAction, ...]:
    unknown = [action for action in given if action not in list(FixAction)]
    if unknown or len(set(given)) != len(given):
        known = ", ".join(FixAction)
        raise REASON_INVALID(f"Each action once, of: {known}. Nothing was stored.", pointer="/actions")
    return tuple(FixAction(action) for action in given)


def _note(actor: Actor, row: ReasonVersion, action: str) -> None:
    record(
        actor=actor,
        action=f"reason.{action}",
        subject=f"reason:{row.code}",
        after={"code": row.code, "version": row.version, "sha256": row.sha256},
    )


def _locked(actor: Actor, code: str, version: int) -> ReasonVersion:
    shown = reason_version_get(actor, code, version)
    return ReasonVersion.objects.select_for_update(of=("self",)).get(pk=shown.pk)


def reason_publish(*, actor: Actor, code: str, version: int) -> ReasonVersion:
    """Publish a version somebody else proposed: decisions quote it from now on, older ones keep theirs.

    `second_person` for its author. From here on the database refuses to change it.
    """
    reviewer = _person(actor)
    with transaction.atomic():
        row = _locked(actor, code, version)
        REASON_MACHINE.next(ReasonState(row.state), ReasonEvent.PUBLISH)
        if row.author_id == reviewer:
            raise SECOND_PERSON("You proposed this; a second, different person has to publish it. Nothing was changed.")
        advance(row, REASON_MACHINE, ReasonEvent.PUBLISH, reviewer_id=reviewer, published_at=now())
        _note(actor, row, "published")
    return reason_version_get(actor, code, version)


def reason_withdraw(*, actor: Actor, code: str, version: int) -> ReasonVersion:
    """Take a proposal back, one's own or somebody else's; another one may then be made."""
    _person(actor)
    with transaction.atomic():
        row = _locked(actor, code, version)
        advance(row, REASON_MACHINE, ReasonEvent.WITHDRAW)
        _note(actor, row, "withdrawn")
    return reason_version_get(actor, code, version)
