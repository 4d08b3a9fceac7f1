"""For every parameter of every clause: which of two values leaves a buyer less. Read by the summary of a bundle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from licensing.domain.parameters import Value


class Rule(StrEnum):
    """How values of a parameter compare."""

    LESS = "less"
    """A smaller number is narrower."""
    MORE = "more"
    """A larger number is narrower."""
    EARLIER = "earlier"
    LATER = "later"
    SUBSET = "subset"
    """A permission: what all of them allow remains."""
    SUPERSET = "superset"
    """A prohibition or a duty: what any of them asks for counts."""
    DIFFERS = "differs"
    """Neither is narrower."""


@dataclass(frozen=True, slots=True)
class Ladder:
    """Values from the widest to the narrowest."""

    steps: tuple[Value, ...]


def _ladder(*steps: Value) -> Ladder:
    return Ladder(steps)


_YES: Final = Ladder((False, True))
"""Saying yes narrows."""
_NO: Final = Ladder((True, False))
"""Saying no narrows."""
_R = Rule

_USE: Final[Mapping[tuple[str, str], Rule | Ladder]] = {
    ("FIELD_OF_USE", "purposes"): _R.SUBSET,
    ("FIELD_OF_USE", "modalities"): _R.SUBSET,
    ("FIELD_OF_USE", "commercial"): _NO,
    ("MODEL_CLASS", "classes"): _R.SUBSET,
    ("MODEL_SCOPE", "scope"): _ladder("any_owned", "successors_until", "family", "single_named"),
    ("MODEL_SCOPE", "until"): _R.EARLIER,
    ("MODEL_SCOPE", "deployment"): _NO,
    ("EVAL_ONLY", "enabled"): _YES,
    ("EVAL_ONLY", "window_days"): _R.LESS,
    ("OUTPUT_VERBATIM", "max_consecutive_seconds"): _R.LESS,
    ("OUTPUT_VERBATIM", "max_similarity"): _R.LESS,
    ("OUTPUT_VERBATIM", "applies_even_if_unprompted"): _YES,
    ("NO_REPLICA", "subjects"): _R.SUPERSET,
    ("NO_REPLICA", "exception_consents"): _R.SUBSET,
    ("NO_SCENE_MIMICRY", "scope"): _ladder("off", "listed", "all_footage"),
    ("NO_SCENE_MIMICRY", "ranges"): _R.SUPERSET,
    ("NO_SCENE_MIMICRY", "remedy_hours"): _R.LESS,
    ("NO_DERIVATIVE_WORKS", "barred"): _R.SUPERSET,
    ("STYLE_IMITATION", "rule"): _ladder("allow", "no_named_prompt", "prohibit"),
    ("REPUTATION", "topics"): _R.SUPERSET,
    ("REPUTATION", "cure_period_days"): _R.LESS,
    ("PROHIBITED_END_USES", "uses"): _R.SUPERSET,
    ("PROHIBITED_END_USES", "barred_recipients"): _R.SUPERSET,
    ("PROHIBITED_END_USES", "flow_down"): _YES,
}

_REACH: Final[Mapping[tuple[str, str], Rule | Ladder]] = {
    ("EXCLUSIVITY", "kind"): _ladder("buyer", "ai_training", "category", "none"),
    ("EXCLUSIVITY", "starts"): _R.LATER,
    ("EXCLUSIVITY", "ends"): _R.EARLIER,
    ("EXCLUSIVITY", "carve_outs"): _R.SUPERSET,
    ("TERM", "training_access_months"): _R.LESS,
    ("SURVIVAL", "model"): _ladder("model_perpetual", "model_until", "retrain_required"),
    ("SURVIVAL", "until"): _R.EARLIER,
    ("SURVIVAL", "no_new_training"): _YES,
    ("TERRITORY", "processing"): _R.DIFFERS,
    ("TERRITORY", "processing_countries"): _R.DIFFERS,
    ("TERRITORY", "storage"): _R.DIFFERS,
    ("TERRITORY", "storage_countries"): _R.DIFFERS,
    ("SUBLICENSE", "level"): _ladder("third_parties", "named_subprocessors", "affiliates", "none"),
    ("REDISTRIBUTION", "raw_footage"): _ladder("prohibited"),
    ("DERIVATIVE_DATASET", "sharing"): _ladder("share_with_licensees", "internal", "prohibited"),
    ("DERIVATIVE_DATASET", "delete_with_source"): _YES,
    ("SYNTHETIC_DISTILLATION", "third_party_training"): _NO,
}

_HANDLING: Final[Mapping[tuple[str, str], Rule | Ladder]] = {
    ("RETENTION", "max_days"): _R.LESS,
    ("DELETION_CERT", "due_days"): _R.LESS,
    ("DELETION_CERT", "signatory"): _ladder("security_lead", "officer", "auditor"),
    ("DELETION_CERT", "method"): _ladder("erase", "crypto_erase", "destroy"),
    ("DELETION_CERT", "hash_list"): _ladder("merkle_root", "full_list"),
    ("SECURITY", "measures"): _R.SUPERSET,
    ("SECURITY", "breach_notice_hours"): _R.LESS,
    ("AUDIT", "per_year"): _R.MORE,
    ("AUDIT", "notice_days"): _R.LESS,
    ("AUDIT", "scope"): _ladder("training_log_only", "training_log_and_storage", "full"),
    ("AUDIT", "cost_shift_percent"): _R.LESS,
    ("REPORTING", "cadence"): _ladder("quarterly", "monthly", "per_batch"),
    ("REPORTING", "fields"): _R.SUPERSET,
    ("REPORTING", "signed"): _YES,
    ("ATTRIBUTION", "place"): _ladder("none", "dataset_card", "model_card", "public_credit"),
    ("ATTRIBUTION", "disclose_buyer"): _YES,
    ("WITHDRAWAL", "notice_days"): _R.LESS,
    ("WITHDRAWAL", "effects"): _R.SUPERSET,
    ("WITHDRAWAL", "refund"): _ladder("full", "pro_rata", "none"),
    ("PIRACY_SHIELD", "enabled"): _YES,
    ("PIRACY_SHIELD", "channels"): _R.DIFFERS,  # each creator's own, and none named means all of them
    ("COMPLIANCE_OUTPUT", "listed"): _YES,
}

_MONEY_AND_PARTIES: Final[Mapping[tuple[str, str], Rule | Ladder]] = {
    ("PRICE", "floor"): _R.MORE,
    ("PRICE", "currency"): _R.DIFFERS,
    ("REV_SHARE", "percent"): _R.MORE,
    ("REV_SHARE", "method"): _R.DIFFERS,
    ("MFN", "enabled"): _YES,
    ("MFN", "scope"): _ladder("same_class", "all"),
    ("WARRANTIES", "given"): _R.SUBSET,
    ("INDEMNITY", "direction"): _ladder("by_licensor", "mutual", "by_licensee"),
    ("INDEMNITY", "cap_multiple"): _R.DIFFERS,
    ("LIABILITY_CAP", "multiple"): _R.DIFFERS,
    ("LIABILITY_CAP", "breach_multiple"): _R.DIFFERS,
    ("LIQUIDATED_DAMAGES", "enabled"): _YES,
    ("LIQUIDATED_DAMAGES", "replica"): _R.MORE,
    ("LIQUIDATED_DAMAGES", "redistribution"): _R.MORE,
    ("LIQUIDATED_DAMAGES", "late_deletion"): _R.MORE,
    ("MORAL_RIGHTS", "first_disclosure"): _R.DIFFERS,
    ("MORAL_RIGHTS", "name_credit"): _YES,
    ("DATA_SUBJECT", "people"): _ladder("released", "incidental", "blurred", "none"),
    ("DATA_SUBJECT", "legal_basis"): _R.DIFFERS,
    ("DATA_SUBJECT", "consents"): _R.DIFFERS,
    ("DATA_SUBJECT", "minors"): _ladder("guardian_consent", "none"),
    ("DATA_SUBJECT", "response_days"): _R.LESS,
    ("CMO_STATUS", "societies"): _R.DIFFERS,
    ("CMO_STATUS", "authorisation"): _R.DIFFERS,
    ("FUTURE_FORMS", "express"): _NO,
    ("FUTURE_FORMS", "profit_share_percent"): _R.MORE,
    ("DISPUTE", "law"): _R.DIFFERS,
    ("DISPUTE", "forum"): _R.DIFFERS,
    ("DISPUTE", "mediation"): _YES,
    ("DISPUTE", "prevailing_language"): _R.DIFFERS,
}

TIGHTNESS: Final[Mapping[tuple[str, str], Rule | Ladder]] = {**_USE, **_REACH, **_HANDLING, **_MONEY_AND_PARTIES}
"""Clause and parameter → how its values compare. The countries of TERRITORY are compared together, by the summary."""
