"""Words for codes: states, kinds and conditions in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from licensing.domain.clauses import Catalogue, clause_of
from licensing.domain.parameters import Choice, Choices
from licensing.domain.states import AgreementState, AmendmentState, CaseState, Decision, Queue
from marketplace.catalog.domain.states import ListingState
from marketplace.delivery.domain.states import DatasetState
from marketplace.orders.domain.drafting import LeftOutReason
from marketplace.orders.domain.states import OrderState, QuoteState
from marketplace.orders.selectors.earnings import EarningState
from marketplace.web.formats import language
from media_ingest.domain.progress import Stage

Words = str | Promise


@dataclass(frozen=True, slots=True)
class Badge:
    """A state as a person sees it: words, a sign before them, and a colour that is never alone."""

    words: Words
    tone: str = ""
    icon: str = ""


WORKING: Final = Badge(_("Being read"), "info", "…")
RECEIVED: Final = Badge(_("Received, waiting to be read"), "info", "…")
PREVIEWING: Final = Badge(_("Making the preview"), "info", "…")
REFUSED: Final = Badge(_("Refused"), "danger", "✕")
READY: Final = Badge(_("Ready"), "ok", "✓")
STUCK: Final = Badge(_("Stopped; we are looking at it"), "danger", "✕")

HELD: Final = Badge(_("Not offered at the moment"), "warn", "!")
NOTHING_USABLE: Final = Badge(_("Nothing that can be offered"), "warn", "!")
STAGES: Final[Mapping[str, Words]] = {
    Stage.RECEIVE: _("receiving"),
    Stage.PROBE: _("reading its facts"),
    Stage.GLANCE: _("first look"),
    Stage.WATCH: _("watching it"),
    Stage.DERIVE: _("making previews"),
    Stage.COMPARE: _("looking for duplicates"),
    Stage.DETECT: _("labelling"),
    Stage.DONE: _("done"),
}
GUESSES: Final[Mapping[str, Words]] = {
    "camera": _("filmed by a camera"),
    "drone": _("filmed from the air"),
    "egocentric": _("filmed from the person's own eyes"),
    "vr360": _("360° footage"),
    "animation_3d": _("3D animation"),
    "unknown": "",
}
BEGINS: Final[Mapping[str, Words]] = {
    "start": _("start of the recording"),
    "cut": _("cut"),
    "fade": _("fade"),
    "dissolve": _("dissolve"),
}

LISTING: Final[Mapping[str, Badge]] = {
    ListingState.PROCESSING: PREVIEWING,
    ListingState.NEEDS_YOU: Badge(_("Needs you"), "warn", "!"),
    ListingState.IN_REVIEW: Badge(_("In review"), "info", "…"),
    ListingState.LIVE: Badge(_("On offer"), "ok", "✓"),
    ListingState.PAUSED: Badge(_("Paused"), "", "‖"),
    ListingState.WITHDRAWN: Badge(_("Withdrawn"), "", "–"),
    ListingState.REFUSED: REFUSED,
    ListingState.REMOVED: Badge(_("Removed"), "danger", "✕"),
}
AGREEMENT: Final[Mapping[str, Badge]] = {
    AgreementState.DRAFT: Badge(_("Draft"), "", "…"),
    AgreementState.IN_REVIEW: Badge(_("Being reviewed"), "info", "…"),
    AgreementState.COUNTERED: Badge(_("Changes asked for"), "warn", "!"),
    AgreementState.APPROVED: Badge(_("Approved, ready to sign"), "ok", "✓"),
    AgreementState.SIGNED: Badge(_("Signed"), "ok", "✓"),
    AgreementState.ENDED: Badge(_("Ended"), "", "–"),
}
AMENDMENT: Final[Mapping[str, Badge]] = {
    AmendmentState.PROPOSED: Badge(_("Proposed"), "info", "…"),
    AmendmentState.APPROVED: Badge(_("Approved"), "ok", "✓"),
    AmendmentState.REFUSED: REFUSED,
    AmendmentState.WITHDRAWN: Badge(_("Withdrawn"), "", "–"),
}
AMENDMENT_KIND: Final[Mapping[tuple[str, int], Badge]] = {
    ("standard", 0): Badge(_("standard"), "ok", "✓"),
    ("in_range", 0): Badge(_("within what the clause offers: passes by itself"), "ok", "✓"),
    ("in_range", 2): Badge(_("within what the clause offers: two reviewers decide"), "warn", "2"),
    ("fallback", 0): Badge(_("a wording agreed beforehand: passes by itself"), "ok", "✓"),
    ("fallback", 1): Badge(_("a wording agreed beforehand: one reviewer decides"), "info", "1"),
    ("custom", 1): Badge(_("custom: one reviewer decides"), "info", "1"),
    ("custom", 2): Badge(_("custom: two reviewers decide"), "warn", "2"),
    ("critical", 2): Badge(_("critical: two reviewers decide"), "warn", "2"),
}
"""How a change compares with what its clause offers, and how many the policy asks to agree to it."""
CASE: Final[Mapping[str, Badge]] = {
    CaseState.OPEN: Badge(_("Open"), "info", "…"),
    CaseState.CLAIMED: Badge(_("Claimed"), "info", "…"),
    CaseState.DECIDED: Badge(_("Decided"), "ok", "✓"),
    CaseState.RETURNED: Badge(_("Returned to the creator"), "warn", "!"),
    CaseState.ESCALATED: Badge(_("Escalated"), "warn", "!"),
    CaseState.CLOSED: Badge(_("Closed"), "", "–"),
    CaseState.REOPENED: Badge(_("Open again"), "info", "…"),
}
DECISION: Final[Mapping[str, Words]] = {
    Decision.APPROVE: _("approved"),
    Decision.REQUEST_CHANGES: _("asked for changes"),
    Decision.REFUSE: _("refused"),
    Decision.COUNTER: _("proposed something else"),
    Decision.ESCALATE: _("passed it to a lead"),
}
QUEUE: Final[Mapping[str, Words]] = {
    Queue.CONTRACTS: _("Contracts"),
    Queue.CRITICAL: _("Contracts that need two"),
    Queue.ESCALATED: _("Passed to a lead"),
}
EARNING: Final[Mapping[str, Badge]] = {
    EarningState.EXPECTED: Badge(_("Expected: paid, being delivered"), "info", "…"),
    EarningState.HELD: Badge(_("Earned, held for claims"), "ok", "✓"),
    EarningState.AVAILABLE: Badge(_("Available for payout"), "ok", "✓"),
    EarningState.REVERSED: Badge(_("Given back"), "warn", "!"),
}
QUOTE: Final[Mapping[str, Badge]] = {
    QuoteState.DRAFT: Badge(_("Draft"), "", "…"),
    QuoteState.OPEN: Badge(_("Open"), "info", "…"),
    QuoteState.ACCEPTED: Badge(_("Accepted"), "ok", "✓"),
    QuoteState.EXPIRED: Badge(_("Expired"), "warn", "!"),
    QuoteState.CANCELLED: Badge(_("Cancelled"), "", "–"),
    QuoteState.SUPERSEDED: Badge(_("Replaced by a newer one"), "", "–"),
}
ORDER: Final[Mapping[str, Badge]] = {
    OrderState.AWAITING_APPROVAL: Badge(_("Waiting for approval"), "warn", "!"),
    OrderState.AWAITING_PAYMENT: Badge(_("Waiting for payment"), "warn", "!"),
    OrderState.BUILDING: Badge(_("Being built"), "info", "…"),
    OrderState.READY: Badge(_("Ready to download"), "ok", "✓"),
    OrderState.DELIVERED: Badge(_("Delivered and verified"), "ok", "✓"),
    OrderState.ON_HOLD: Badge(_("On hold"), "warn", "!"),
    OrderState.REFUNDED: Badge(_("Refunded"), "", "–"),
    OrderState.CANCELLED: Badge(_("Cancelled"), "", "–"),
    OrderState.DISPUTED: Badge(_("Disputed"), "danger", "!"),
}
BUILD_STAGES: Final[Mapping[str, Words]] = {
    DatasetState.QUEUED: _("Waiting for a worker"),
    DatasetState.SELECTING: _("Choosing"),
    DatasetState.TRANSFORMING: _("Cutting clips"),
    DatasetState.PACKING: _("Writing manifests"),
    DatasetState.VERIFYING: _("Checking every file"),
    DatasetState.READY: _("Ready"),
    DatasetState.FAILED: _("Stopped"),
}
LEFT_OUT: Final[Mapping[str, Words]] = {
    LeftOutReason.NOT_ON_OFFER: _("This clip is not on offer."),
    LeftOutReason.UNDER_EXCLUSIVE: _("Somebody holds this clip exclusively."),
    LeftOutReason.ABOVE_HARD_MAXIMUM: _("Its price would be above the highest rate that is sold."),
    LeftOutReason.ABOVE_YOUR_PRICE: _("It costs more per minute than your use case pays."),
}
VERDICT_TONE: Final[Mapping[str, tuple[str, str]]] = {
    "fits": ("ok", "✓"),
    "fits_if_you_accept": ("info", "✓"),
    "ask_the_creator": ("warn", "?"),
    "does_not_fit": ("danger", "✕"),
}
CLASSES: Final[Mapping[str, str]] = {
    "sd": "SD",
    "720p": "720p",
    "1080p": "1080p",
    "1440p": "1440p",
    "2160p": "4K",
    "6k": "6K",
    "4320p": "8K",
}
GENRES: Final[Mapping[str, Words]] = {
    "generic": _("Ordinary footage"),
    "talking_head": _("Somebody talking to the camera"),
    "drone": _("Drone: filmed from the air"),
    "animation_3d": _("3D animation"),
    "animation_2d": _("2D animation"),
    "vr360": _("360° footage"),
    "egocentric": _("First person: filmed from the eyes"),
    "rare": _("A rare subject"),
}
TECH: Final[Mapping[str, Words]] = {
    "hfr": _("High frame rate (100 frames a second or more)"),
    "stereo": _("Stereo picture"),
    "log10": _("10-bit log master"),
    "telemetry": _("Telemetry"),
    "audio_clean": _("Clean sound"),
    "human_captions": _("Captions written by a person"),
}
RELEASES: Final[Mapping[str, Words]] = {
    "none_needed": _("Nobody has to sign"),
    "full": _("Everyone recognisable signed"),
    "blurred": _("People are blurred"),
}
SCOPES: Final[Mapping[str, Words]] = {
    "generative": _("training generative models"),
    "non_generative": _("training models that recognise"),
    "evaluation": _("measuring models only"),
}
EXCLUSIVITY: Final[Mapping[str, Words]] = {
    "none": _("not exclusive"),
    "ai_training": _("exclusive for AI training"),
    "buyout": _("exclusive for everything"),
}
PEOPLE: Final[Mapping[str, Words]] = {
    "none": _("Nobody can be recognised"),
    "blurred": _("People are blurred"),
    "incidental": _("People in passing"),
    "released": _("People who signed a release"),
    "unreleased": _("Recognisable people without a release"),
}
CMO: Final[Mapping[str, Words]] = {
    "undeclared": _("Not said yet"),
    "none": _("None: I administer my rights myself"),
    "SACD": "SACD",
    "SCAM": "Scam",
    "SACEM": "Sacem",
    "ADAGP": "ADAGP",
    "SAG-AFTRA": "SAG-AFTRA",
    "other": _("Another society"),
}
MODEL_CLASSES: Final[Mapping[str, Words]] = {
    "video_gen": _("video generation"),
    "image_gen": _("image generation"),
    "audio_gen": _("sound generation"),
    "world_model": _("world models"),
    "robotics_policy": _("robots and vehicles"),
    "vision_understanding": _("understanding pictures"),
    "multimodal_llm": _("multimodal language models"),
    "detector": _("detecting altered media"),
}
PURPOSES: Final[Mapping[str, Words]] = {
    "pretrain": _("pre-training"),
    "finetune": _("fine-tuning"),
    "align": _("alignment"),
    "evaluate": _("evaluation"),
    "benchmark": _("benchmarks"),
    "retrieval_grounding": _("retrieval"),
    "synthetic_data_gen": _("synthetic data"),
}
RETENTIONS: Final[Mapping[str, Words]] = {
    "retire": _("the model is retired"),
    "keep_no_new_training": _("the model stays, without new training"),
    "perpetual": _("the model stays and may be trained on"),
}


def condition_words(code: str, values: list[str], catalogue: Catalogue) -> tuple[str, str, str]:
    """Return a condition's name, what it asks for in one sentence, and its values, in the words of these clauses."""
    clause, reader = clause_of(catalogue, code), language()
    options = {
        item.code: item.words.of(reader)
        for parameter in clause.parameters
        if isinstance(parameter, Choice | Choices)
        for item in parameter.options
    }
    told = ", ".join(options.get(value, value.replace("_", " ")) for value in values)
    return clause.title.of(reader), clause.summary.of(reader), told


def listed(codes: object, words: Mapping[str, Words]) -> str:
    """Return codes as a list of words."""
    return ", ".join(str(words.get(str(code), code)) for code in codes) if isinstance(codes, list | tuple) else ""
