"""Words for codes: states, kinds, conditions and refusals in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.errors import DomainError
from licensing.domain.clauses import Catalogue, clause_of
from licensing.domain.parameters import Choices
from licensing.domain.states import AgreementState, AmendmentState, CaseState, Decision, Queue
from marketplace.catalog.domain.states import ListingState
from marketplace.delivery.domain.states import DatasetState
from marketplace.orders.domain.drafting import LeftOutReason
from marketplace.orders.domain.states import OrderState, QuoteState
from marketplace.orders.selectors.earnings import EarningState
from marketplace.web.formats import is_french, language
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
AMENDMENT_KIND: Final[Mapping[str, Badge]] = {
    "standard": Badge(_("standard"), "ok", "✓"),
    "in_range": Badge(_("within what the clause offers: passes by itself"), "ok", "✓"),
    "fallback": Badge(_("a wording agreed beforehand: passes by itself"), "ok", "✓"),
    "custom": Badge(_("custom: one reviewer decides"), "info", "1"),
    "critical": Badge(_("critical: two reviewers decide"), "warn", "2"),
}
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

_PROBLEMS: Final[Mapping[str, Words]] = {
    "not_found": _("Nothing here under that address, or it is not yours to see."),
    "role_missing": _("Your role does not allow this. An owner of your organisation can help; nothing was changed."),
    "rate_limited": _("Too many tries for now. Wait a minute and try again; nothing was changed."),
    "certificate_of_another_kind": _("It is genuine, and certifies a deletion: all it says stands in its text."),
    "no_rate_card": _("No price can be told at the moment. An operator has to load a rate card; nothing was stored."),
    "catalogue_missing": _("Nothing can be agreed yet: an operator has to load the clauses. Nothing was stored."),
    "above_hard_maximum": _(
        "These facts come to more than anything is sold for. Choose less exclusivity or a lower floor."
    ),
    "facts_invalid": _("Some values are not right. Correct them and try again; nothing was stored."),
    "unknown_kind": _("Some values are not on the rate card. Correct them and try again; nothing was stored."),
    "cmo_undeclared": _("Say in your terms whether you belong to a collecting society. Nothing was changed."),
    "nothing_to_change": _("The clause says this already. Nothing was changed."),
    "text_without_value": _(
        "Your wording has to state every value of the clause in its own words. Nothing was stored."
    ),
    "under_review": _("It is being reviewed. Take it back first, then change it. Nothing was changed."),
    "claimed_by": _("Somebody else is working on this case. Nothing was changed."),
    "case_changed": _("The case changed since you read it. Nothing was changed; your note is kept. Look at it again."),
    "too_late": _("It can no longer be undone: its minute is over, or somebody went on with it."),
    "superseded": _("There is nothing to accept any more: something was changed since. Look at it again."),
    "counter_required": _("Choose what you propose instead. Nothing was decided."),
    "note_empty": _("Write the note first. Nothing was stored."),
    "case_closed": _("This case is closed. Nothing was changed; take the next one."),
    "not_claimed": _("Claim the case, look at it, then decide. Nothing was changed."),
    "reason_required": _("Say why, so that the creator knows what to do. Nothing was changed."),
    "conflict_of_interest": _("You belong to this organisation or wrote part of this. Leave it to somebody else."),
    "second_person": _("A second, different person has to do this. Nothing was changed."),
    "use_case_changed": _("The use case changed since you read it. Nothing was changed; read it again."),
    "refusal_unexplained": _("Say why, so that your colleague knows what to change. Nothing was changed."),
    "signatory_needed": _("Write the full name of the person who signs. Nothing was signed."),
    "empty": _("None of these clips can be quoted for this use case. Nothing was stored."),
    "quote_expired": _("Quotes hold for 14 days. Nothing was ordered; make a new quote of the same clips."),
    "expired": _("Quotes hold for 14 days. Nothing was ordered; make a new quote of the same clips."),
    "conditions_not_accepted": _("Tick every condition to accept the quote. Nothing was ordered."),
    "clips_lost": _("Some clips are no longer offered. Nothing was ordered; make a new quote without them."),
    "terms_changed": _("The terms of some clips changed. Nothing was ordered; make a new quote of them."),
    "under_exclusive": _("Some clips cannot be granted this way any more. Nothing was ordered or charged."),
    "payment_failed": _("The card was declined. Nothing was charged and the order stands; try another card."),
    "certificate_broken": _("This text is not a certificate as we signed it. Do not rely on it; get the file again."),
    "log_empty": _("Nothing was logged yet, so there is nothing to prove. Ask again after the first licence."),
    "certificate_unknown": _("No certificate with this code was issued here. Compare it letter by letter."),
    "query_syntax": _("The search text could not be read. Nothing was searched; correct it and try again."),
    "declaration_invalid": _("What you declared contradicts itself. Nothing was stored; correct it and save again."),
    "consent_invalid": _("This cannot be listed so. Nothing was stored; correct it and try again."),
    "release_invalid": _("Something is missing or too long. Nothing was stored; correct it and try again."),
    "ai_clause_missing": _("AI training has to be answered: choose yes or no. Nothing was signed or stored."),
    "guardian_needed": _("Say who the child is and what you are to them. Nothing was signed."),
    "release_kind": _("The release speaks of something else. Nothing was attached."),
    "release_over": _("This release is over. Nothing was changed; ask for a new one."),
    "link_used_or_ended": _("Ask whoever sent it to you for another one. Nothing was changed."),
    "use_case_invalid": _("Some values are not right. Correct them and try again; nothing was stored."),
    "use_case_name_taken": _("Another use case has this name and says something else. Choose another name."),
    "invalid_parameter": _("One of the values is outside what the clause offers. Nothing was changed."),
    "contradiction": _("This contradicts another clause. Change one of the two; nothing was stored."),
    "needs_amendment": _("This wish needs a person: propose it as a change of your agreement. Nothing was stored."),
    "somebody_was_faster": _("Somebody else changed this at the same moment. Reload the page and look again."),
    "illegal_transition": _("This is not possible at this stage. Nothing was changed."),
    "withdrawn": _("Its creator took it back. Licences already granted stay as their terms say."),
    "licence_ended": _("A clip in it was taken down, so it is not given out. The newest version does without."),
    "on_hold": _("A claim on a clip in it is being looked at. Come back later."),
    "dataset_not_ready": _("Its files are offered once all of them are verified."),
    "order_not_payable": _("The order cannot be paid at this stage. Nothing was charged."),
    "quote_not_open": _("The quote is closed. Nothing was ordered; make a new one."),
    "too_large": _("The file is larger than this installation accepts. Nothing was kept."),
    "no_space": _("The disk is full at the moment. What arrived is safe; go on later."),
    "terms_name_taken": _("Other terms have this name. Choose another name; nothing was changed."),
}

_USUAL: Final = _("Nothing was changed. Correct it and try again.")


def problem_words(error: DomainError) -> tuple[str, str]:
    """Return the title and the detail of a refusal. In English the detail is the exact one the service gave."""
    title = gettext(error.title)
    if not is_french() and error.code != "not_found":
        return title, error.detail
    return title, str(_PROBLEMS.get(error.code, _USUAL))


def condition_words(code: str, values: list[str], catalogue: Catalogue) -> tuple[str, str, str]:
    """Return a condition's name, what it asks for in one sentence, and its values, in the words of these clauses."""
    clause, reader = clause_of(catalogue, code), language()
    options = {
        item.code: item.words.of(reader)
        for parameter in clause.parameters
        if isinstance(parameter, Choices)
        for item in parameter.options
    }
    told = ", ".join(options.get(value, value.replace("_", " ")) for value in values)
    return clause.title.of(reader), clause.summary.of(reader), told


def listed(codes: object, words: Mapping[str, Words]) -> str:
    """Return codes as a list of words."""
    return ", ".join(str(words.get(str(code), code)) for code in codes) if isinstance(codes, list | tuple) else ""
