"""Words for licences, withdrawals, takedown notices and claims."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _

from marketplace.delivery.domain.errors import LICENCE_ENDED, ON_HOLD
from marketplace.orders.domain.states import LicenceState
from marketplace.repayments.selectors.shown import RefundStage
from marketplace.web.said import Badge, Words
from marketplace.withdrawals.domain.ladder import Rung
from marketplace.withdrawals.domain.states import Cause, ClaimKind, ClaimState, NoticeState

NOTICE: Final[Mapping[str, Badge]] = {
    NoticeState.INFORMED: Badge(_("For your information"), "", ""),
    NoticeState.NOTICED: Badge(_("Notice is running"), "warn", "!"),
    NoticeState.IN_EFFECT: Badge(_("Delete and attest"), "warn", "!"),
    NoticeState.OVERDUE: Badge(_("Overdue"), "danger", "!"),
    NoticeState.ATTESTED: Badge(_("Attested"), "ok", "✓"),
    NoticeState.SUPERSEDED: Badge(_("Another took its place"), "", "–"),
}
LICENCE: Final[Mapping[str, Badge]] = {
    LicenceState.ACTIVE: Badge(_("Stands"), "ok", "✓"),
    LicenceState.UNDER_CLAIM: Badge(_("Under a claim"), "warn", "!"),
    LicenceState.TERMINATED: Badge(_("Ended early"), "danger", "✕"),
    LicenceState.EXPIRED: Badge(_("Its time is over"), "", "–"),
}
REFUND: Final[Mapping[str, Words]] = {
    RefundStage.PROMISED: _("It is credited when the licence ends."),
    RefundStage.CREDITED: _("Credited, and on its way to where you paid from."),
    RefundStage.DELAYED: _(
        "Credited. It could not be sent to where you paid from: we see to it, and you need not do anything."
    ),
    RefundStage.SENT: _("Sent to where you paid from."),
}
WITHHELD: Final[Mapping[str, Badge]] = {
    LICENCE_ENDED.code: Badge(_("Not given out: a licence in it ended"), "warn", "!"),
    ON_HOLD.code: Badge(_("Held back: a claim is looked at"), "warn", "!"),
}
"""Why a file of a dataset is not given out, by the code of the refusal."""
CAUSE: Final[Mapping[str, Words]] = {
    Cause.CREATOR: _("Its creator took it back."),
    Cause.CLAIM: _("A claim of a third party was upheld."),
    Cause.CONSENT: _("Somebody shown in it took their consent back."),
    Cause.PERMISSION: _("The owner of a place or mark in it took their consent back."),
}
RUNGS: Final[Mapping[str, Words]] = {
    Rung.STOP_NEW_SALES: _("No new licences are granted"),
    Rung.STOP_NEW_TRAINING: _("No new training run begins, and every copy is deleted"),
    Rung.SUPPRESS: _("Output recognisably drawn from it is suppressed"),
    Rung.RETRAIN: _("The models concerned are trained anew without it"),
}
SIGNATORY: Final[Mapping[str, Words]] = {
    "officer": _("an officer of your company"),
    "security_lead": _("your head of security"),
    "auditor": _("an independent auditor"),
}
METHOD: Final[Mapping[str, Words]] = {
    "erase": _("secure erasure"),
    "crypto_erase": _("destruction of the encryption keys"),
    "destroy": _("physical destruction of the media"),
}
KIND: Final[Mapping[str, Words]] = {
    ClaimKind.SAFETY: _("It puts somebody in danger, shows a child, or is against the law"),
    ClaimKind.PRIVACY: _("I am in it, or my home or data are, and I did not agree"),
    ClaimKind.RIGHTS: _("It, or something in it, is mine"),
}
CLAIM: Final[Mapping[str, Badge]] = {
    ClaimState.OPEN: Badge(_("Being looked at"), "info", "…"),
    ClaimState.UPHELD: Badge(_("Upheld: the footage was taken down"), "ok", "✓"),
    ClaimState.REJECTED: Badge(_("Rejected"), "", "✕"),
}
