"""Which licences rested on a release that somebody took back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from licensing.domain.consent import NodeKind
from licensing.domain.matching import Cleared, is_cleared
from licensing.models import Release
from licensing.selectors.consent import cleared_of
from licensing.selectors.pricing import need_of
from licensing.selectors.revocations import reach_without, releases_revoked
from marketplace.orders.models import Licence
from marketplace.withdrawals.domain.states import Cause
from marketplace.withdrawals.models import Withdrawal
from marketplace.withdrawals.selectors.effect import Reached, licences_reached, reached_further

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


def reached_untold(withdrawal: Withdrawal, *, at: datetime) -> list[Reached]:
    """Licences that a withdrawal reaches and whose holders were not told of it, nor of one that goes as far."""
    licences: Iterable[Licence] = licences_reached(withdrawal.clip_id)
    if withdrawal.release is not None:
        joined = licences_reached(withdrawal.clip_id).select_related(
            "order__quote__use_case_version", "clip__declaration"
        )
        licences = [licence for licence in joined if rests_on(licence, withdrawal.release)]
    return reached_further(licences, cause=Cause(withdrawal.cause), at=at)


def releases_unfollowed() -> list[Release]:
    """Releases taken back for which nobody was told anything yet, oldest first."""
    return list(releases_revoked().filter(withdrawals=None).select_related("organisation"))
