"""Which licences rested on a release that somebody took back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from licensing.domain.consent import NodeKind
from licensing.domain.matching import Cleared, is_cleared
from licensing.models import Release
from licensing.selectors.consent import cleared_of
from licensing.selectors.pricing import need_of
from licensing.selectors.revocations import reach_without, releases_revoked
from marketplace.orders.models import Licence
from marketplace.withdrawals.domain.states import Cause
from marketplace.withdrawals.models import Withdrawal
from marketplace.withdrawals.selectors.effect import licences_reached, reached_by

_SHOWN = frozenset({NodeKind.PERSON, NodeKind.VOICE, NodeKind.MINOR})


def cause_of(release: Release) -> Cause:
    """Why licences lose what they rested on: somebody shown took it back, or the owner of something."""
    return Cause.CONSENT if NodeKind(release.kind) in _SHOWN else Cause.PERMISSION


def rests_on(licence: Licence, release: Release) -> bool:
    """Whether a licence is for a use that its clip could not have been sold for without a release taken back.

    One that began later, when somebody had agreed anew, does not.
    """
    need = need_of(licence.order.quote.use_case_version)
    if is_cleared(reach_without(release), need):
        return False
    if release.revoked_at is None or licence.starts_at <= release.revoked_at:
        return True
    declaration = getattr(licence.clip, "declaration", None)
    return not is_cleared(Cleared.NONE if declaration is None else cleared_of(declaration), need)


def licences_untold(withdrawal: Withdrawal) -> list[Licence]:
    """Standing licences that a withdrawal reaches and whose holders were not told of any."""
    licences = licences_reached(withdrawal.clip_id)
    if withdrawal.release is None:
        return list(licences)
    joined = licences.select_related("order__quote__use_case_version", "clip__declaration")
    return [licence for licence in joined if rests_on(licence, withdrawal.release)]


def ended_at_once(licences: Iterable[Licence], release: Release, at: datetime) -> set[UUID]:
    """Those licences whose own terms end them at once when this release is taken back."""
    cause = cause_of(release)
    resting = [licence for licence in licences if rests_on(licence, release)]
    plans = {licence.pk: reached_by(licence, cause=cause, at=at).plan for licence in resting}
    return {key for key, plan in plans.items() if plan.asks and plan.effective_at <= at}


def releases_unfollowed() -> list[Release]:
    """Releases taken back for which nobody was told anything yet, oldest first."""
    return list(releases_revoked().filter(withdrawals=None).select_related("organisation"))
