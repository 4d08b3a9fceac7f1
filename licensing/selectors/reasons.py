"""Reading the desk's reasons: every published version, those in force, what is proposed."""

from __future__ import annotations

from django.db.models import QuerySet

from core.accounts.policy import Actor, require
from core.ids import NOT_FOUND
from licensing.domain.desk_actions import REASON_VIEW
from licensing.domain.reasons import FixAction, Reason, ReasonCode, ReasonState, Versions, newest
from licensing.domain.shipped_reasons import SHIPPED_REASONS
from licensing.domain.wording import Text
from licensing.models import ReasonVersion

_MOST = 32_767


def reason_for(row: ReasonVersion) -> Reason:
    """Return a stored version as the domain reads it."""
    return Reason(
        row.name,
        Text(row.words_en, row.words_fr),
        Text(row.fix_en, row.fix_fr),
        tuple(FixAction(action) for action in row.actions),
        row.version,
    )


def reasons_published() -> Versions:
    """Return every published version of each reason, the newest last; those of the product before any are loaded."""
    found: dict[ReasonCode, list[Reason]] = {}
    for row in ReasonVersion.objects.filter(state=ReasonState.PUBLISHED).order_by("code", "version"):
        found.setdefault(ReasonCode(row.code), []).append(reason_for(row))
    return {code: tuple(found.get(code, ())) or SHIPPED_REASONS[code] for code in ReasonCode}


def reason_in_force(code: str) -> Reason:
    """Return the newest published version of a reason: what a decision quotes."""
    return newest(reasons_published())[ReasonCode(code)]


def reason_versions_visible_to(actor: Actor) -> QuerySet[ReasonVersion]:
    """Return every stored version, proposals too, for the desk."""
    require(actor, REASON_VIEW)
    return ReasonVersion.objects.select_related("author", "reviewer").order_by("code", "version")


def reason_version_get(actor: Actor, code: str, version: int) -> ReasonVersion:
    """Return one stored version, or `not_found`."""
    rows = reason_versions_visible_to(actor)
    found = rows.filter(code=code, version=version).first() if version <= _MOST else None
    if found is None:
        raise NOT_FOUND(f"There is no version {version} of a reason {code}. GET /api/v1/desk/reason_codes lists them.")
    return found
