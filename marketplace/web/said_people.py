"""Words for people, places and their releases."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _

from licensing.domain.consent import AiAnswer, NodeKind, NoReleaseReason
from licensing.domain.release import ReleaseState
from marketplace.web.said import Badge, Words

NODE_KINDS: Final[Mapping[str, Words]] = {
    NodeKind.PERSON: _("a person"),
    NodeKind.VOICE: _("a voice"),
    NodeKind.MINOR: _("a child"),
    NodeKind.PREMISES: _("a private place"),
    NodeKind.MARK: _("a mark or a work of others"),
    NodeKind.PERMIT: _("a permit to film or fly"),
}
NO_RELEASE: Final[Mapping[str, Words]] = {
    NoReleaseReason.BLURRED: _("it is blurred"),
    NoReleaseReason.NOT_RECOGNISABLE: _("it cannot be recognised"),
    NoReleaseReason.CROWD_INCIDENTAL: _("one of a crowd, in passing"),
    NoReleaseReason.PUBLIC_PLACE: _("it is a public place"),
    NoReleaseReason.INCIDENTAL: _("it is seen or heard in passing"),
    NoReleaseReason.OWN: _("it is ours"),
    NoReleaseReason.NO_PERMIT_NEEDED: _("none is needed there"),
}
RELEASE_STATES: Final[Mapping[str, Badge]] = {
    ReleaseState.DRAFT: Badge(_("Draft"), "", "…"),
    ReleaseState.SENT: Badge(_("Waiting for the signature"), "info", "…"),
    ReleaseState.SIGNED: Badge(_("Signed"), "ok", "✓"),
    ReleaseState.REFUSED: Badge(_("They did not agree"), "warn", "!"),
    ReleaseState.REVOKED: Badge(_("Taken back"), "warn", "!"),
    ReleaseState.CANCELLED: Badge(_("Cancelled"), "", "–"),
}
AI_ANSWERS: Final[Mapping[str, Words]] = {
    AiAnswer.SILENT: _("not mentioned: it counts as no release"),
    AiAnswer.NO: _("no"),
    AiAnswer.EVALUATION: _("only to measure AI"),
    AiAnswer.NON_GENERATIVE: _("yes, but not AI that makes pictures, video or voices"),
    AiAnswer.GENERATIVE: _("yes, all of it"),
}
REACH: Final[Mapping[str, Badge]] = {
    "none": Badge(_("not at all yet"), "warn", "!"),
    "evaluation": Badge(_("to measure AI"), "info", "…"),
    "non_generative": Badge(_("for AI that recognises or acts"), "info", "✓"),
    "generative": Badge(_("for every AI use your terms allow"), "ok", "✓"),
}
