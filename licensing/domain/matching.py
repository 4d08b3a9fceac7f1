"""Does a creator's terms profile permit what a buyer needs? Twelve ordered dimensions, one bit each.

A `Profile` is what the clauses of a terms profile add up to; a `UseCase` is what a buyer needs. Both are plain
values, so search, quote check, licence text and rights export can all ask `fail_mask` and agree.

Where each field of `Profile` comes from (composition.py fills it; the clause text says the same thing):

======================== =====================================================================================
Profile field            Clause and value
======================== =====================================================================================
purposes                 FIELD_OF_USE.purposes. EVAL_ONLY true narrows it to {evaluate, benchmark} ∩ FIELD_OF_USE
model_classes            MODEL_CLASS.classes
commercial               FIELD_OF_USE.commercial (false in the preset *Research only*)
territory                TERRITORY.processing allow/deny → `Territory`; worldwide = `Territory()`
storage                  TERRITORY.storage allow/deny → `Territory`; same as `territory` when the clause does not split
term_months              TERM.training_access_months
retention                SURVIVAL: contains `retrain_required` or `model_until` → retire; else contains
                         `no_new_training` → keep_no_new_training; `model_perpetual` alone → perpetual
sublicense               SUBLICENSE: none → none, affiliates → affiliates, named_subprocessors → contractors,
                         third_parties → third_parties
people                   DATA_SUBJECT.people: the most recognisable people the terms let a buyer rely on
                         (none, blurred, incidental, released). A caller lowers it to what the clip really shows
obligations              tokens `CODE` or `CODE:value`, one for each limit the buyer has to respect, from
                         OUTPUT_VERBATIM, NO_REPLICA (`NO_REPLICA:voice` …), NO_SCENE_MIMICRY, NO_DERIVATIVE_WORKS,
                         STYLE_IMITATION (`STYLE_IMITATION:no_named_prompt` or `:prohibit`; nothing for allow),
                         REPUTATION (`REPUTATION:porn` …), PROHIBITED_END_USES (`PROHIBITED_END_USES:military` …),
                         SYNTHETIC_DISTILLATION (when third-party training is not permitted), DERIVATIVE_DATASET,
                         RETENTION, DELETION_CERT, SECURITY (`SECURITY:soc2` …), AUDIT, REPORTING, ATTRIBUTION
                         (nothing for none), PIRACY_SHIELD, COMPLIANCE_OUTPUT, WITHDRAWAL
modalities               FIELD_OF_USE.modalities. A caller removes `audio` for a silent clip
blocked                  organisation public ids (`org_…`), `sector:<name>`, `end_use:<value>` for each
                         PROHIBITED_END_USES value, `content:<value>` for each REPUTATION value
floor                    PRICE.floor per minute as an exact fraction, None when the rate card alone decides
exclusivity              EXCLUSIVITY.kind: the most exclusive grant on offer
sold_nonexclusive        not a clause: true when a non-exclusive licence on the footage is running
cleared                  not a clause: how far everybody and everything in the picture agreed (the consent graph)
======================== =====================================================================================

Loosening any field never adds a bit; relaxing any need never adds a bit. Both laws are property tests.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntFlag, StrEnum
from fractions import Fraction
from typing import Final


class Purpose(StrEnum):
    """What the footage may be used for: the values of FIELD_OF_USE."""

    PRETRAIN = "pretrain"
    FINETUNE = "finetune"
    ALIGN = "align"
    EVALUATE = "evaluate"
    BENCHMARK = "benchmark"
    RETRIEVAL_GROUNDING = "retrieval_grounding"
    SYNTHETIC_DATA_GEN = "synthetic_data_gen"


class ModelClass(StrEnum):
    """What kind of model is made with it: the values of MODEL_CLASS."""

    VIDEO_GEN = "video_gen"
    IMAGE_GEN = "image_gen"
    AUDIO_GEN = "audio_gen"
    WORLD_MODEL = "world_model"
    ROBOTICS_POLICY = "robotics_policy"
    VISION_UNDERSTANDING = "vision_understanding"
    MULTIMODAL_LLM = "multimodal_llm"
    DETECTOR = "detector"


class Modality(StrEnum):
    """Which parts of a delivery are used."""

    VIDEO = "video"
    AUDIO = "audio"
    CAPTIONS = "captions"
    EMBEDDINGS = "embeddings"


class Retention(StrEnum):
    """What happens to the model after the term, from least to most permissive."""

    RETIRE = "retire"
    KEEP_NO_NEW_TRAINING = "keep_no_new_training"
    PERPETUAL = "perpetual"


class Sublicense(StrEnum):
    """Who else may touch the footage, from least to most permissive."""

    NONE = "none"
    AFFILIATES = "affiliates"
    CONTRACTORS = "contractors"
    THIRD_PARTIES = "third_parties"


class People(StrEnum):
    """How recognisable the people are that may be relied on, from least to most permissive."""

    NONE = "none"
    BLURRED = "blurred"
    INCIDENTAL = "incidental"
    RELEASED = "released"


class Cleared(StrEnum):
    """The furthest use that people, places and marks in the picture agreed to, from least to most permissive."""

    NONE = "none"
    EVALUATION = "evaluation"
    NON_GENERATIVE = "non_generative"
    GENERATIVE = "generative"


class Exclusivity(StrEnum):
    """How exclusive a grant is, from least to most; the values of EXCLUSIVITY."""

    NONE = "none"
    CATEGORY = "category"
    AI_TRAINING = "ai_training"
    BUYER = "buyer"


class EndUse(StrEnum):
    """What a product made with the model is for, as far as creators may refuse it: PROHIBITED_END_USES."""

    BIOMETRIC_IDENTIFICATION = "biometric_identification"
    EMOTION_RECOGNITION = "emotion_recognition"
    SOCIAL_SCORING = "social_scoring"
    MILITARY = "military"
    LAW_ENFORCEMENT = "law_enforcement"
    DEEPFAKE_TOOL = "deepfake_tool"


class Content(StrEnum):
    """What a model may be made to show, as far as creators may refuse it: the values of REPUTATION."""

    PORN = "porn"
    POLITICS = "politics"
    HATE = "hate"
    VIOLENCE = "violence"
    DRUGS = "drugs"
    GAMBLING = "gambling"
    MEDICAL_CLAIMS = "medical_claims"
    DEFAMATION = "defamation"
    RELIGION = "religion"
    SURVEILLANCE = "surveillance"
    WEAPONS = "weapons"
    SCAM = "scam"


OBLIGATION_CLAUSES: Final = frozenset(
    {
        "OUTPUT_VERBATIM", "NO_REPLICA", "NO_SCENE_MIMICRY", "NO_DERIVATIVE_WORKS", "STYLE_IMITATION", "REPUTATION",
        "PROHIBITED_END_USES", "SYNTHETIC_DISTILLATION", "DERIVATIVE_DATASET", "RETENTION", "DELETION_CERT",
        "SECURITY", "AUDIT", "REPORTING", "ATTRIBUTION", "PIRACY_SHIELD", "COMPLIANCE_OUTPUT", "WITHDRAWAL",
    }
)  # fmt: skip
"""The clauses that put a limit or a duty on the buyer: the only codes in `Profile.obligations`."""


class Dimension(IntFlag):
    """The twelve ways a use case can fail on a terms profile, one bit each."""

    PURPOSE = 1 << 0
    COMMERCIAL = 1 << 1
    TERRITORY = 1 << 2
    TERM = 1 << 3
    RETENTION = 1 << 4
    SUBLICENSE = 1 << 5
    PEOPLE = 1 << 6
    OUTPUT_LIMITS = 1 << 7
    MODALITIES = 1 << 8
    BUYER_BLOCK = 1 << 9
    PRICE_FLOOR = 1 << 10
    EXCLUSIVITY = 1 << 11

    @property
    def code(self) -> str:
        """The name used in JSON, such as `price_floor`. Only for a single dimension."""
        return (self.name or "").lower()


def _ranks(*ladders: type[StrEnum]) -> dict[StrEnum, int]:
    return {step: rank for ladder in ladders for rank, step in enumerate(ladder)}


_RETENTION = _ranks(Retention)
_SUBLICENSE = _ranks(Sublicense)
_PEOPLE = _ranks(People)
_CLEARED = _ranks(Cleared)
_EXCLUSIVITY = _ranks(Exclusivity)


@dataclass(frozen=True, slots=True)
class Territory:
    """Countries as ISO 3166-1 alpha-2 codes. `allow` None means worldwide; `deny` is taken away from it."""

    allow: frozenset[str] | None = None
    deny: frozenset[str] = frozenset()

    def covers(self, need: Territory) -> bool:
        """Whether every country of `need` is permitted here. A worldwide need is covered by worldwide terms
        whose denied countries the need leaves out as well.
        """
        if need.allow is None:
            return self.allow is None and self.deny <= need.deny
        countries = need.allow - need.deny
        return not countries & self.deny and (self.allow is None or countries <= self.allow)


WORLDWIDE = Territory()


@dataclass(frozen=True, slots=True)
class Profile:
    """What a creator's terms permit; see the table above for the clause behind each field."""

    purposes: frozenset[Purpose]
    model_classes: frozenset[ModelClass]
    commercial: bool = True
    territory: Territory = WORLDWIDE
    storage: Territory = WORLDWIDE
    term_months: int = 24
    retention: Retention = Retention.KEEP_NO_NEW_TRAINING
    sublicense: Sublicense = Sublicense.CONTRACTORS
    people: People = People.RELEASED
    obligations: frozenset[str] = frozenset()
    modalities: frozenset[Modality] = frozenset(Modality)
    blocked: frozenset[str] = frozenset()
    floor: Fraction | None = None
    exclusivity: Exclusivity = Exclusivity.NONE
    sold_nonexclusive: bool = False
    cleared: Cleared = Cleared.GENERATIVE


@dataclass(frozen=True, slots=True)
class UseCase:
    """What a buyer needs. `accepts` holds obligation tokens; a bare clause code accepts all its values.
    `max_rate` is the most the buyer pays per minute, None for no limit.
    """

    purposes: frozenset[Purpose]
    model_classes: frozenset[ModelClass]
    commercial: bool = True
    territory: Territory = WORLDWIDE
    storage: Territory = WORLDWIDE
    term_months: int = 24
    retention: Retention = Retention.KEEP_NO_NEW_TRAINING
    sublicense: Sublicense = Sublicense.NONE
    people: People = People.NONE
    accepts: frozenset[str] = frozenset()
    modalities: frozenset[Modality] = frozenset({Modality.VIDEO})
    organisation: str = ""
    sector: str = ""
    end_uses: frozenset[str] = frozenset()
    contents: frozenset[str] = frozenset()
    max_rate: Fraction | None = None
    exclusivity: Exclusivity = Exclusivity.NONE
    identity: frozenset[str] = field(init=False, repr=False, compare=False, default=frozenset())

    def __post_init__(self) -> None:
        """Gathers the names under which a creator may have blocked this buyer."""
        names = {self.organisation, f"sector:{self.sector}" if self.sector else ""} - {""}
        names |= {f"end_use:{use}" for use in self.end_uses}
        names |= {f"content:{content}" for content in self.contents}
        object.__setattr__(self, "identity", frozenset(names))


_RECOGNISING: Final = frozenset({ModelClass.VISION_UNDERSTANDING, ModelClass.DETECTOR, ModelClass.ROBOTICS_POLICY})
_MEASURING: Final = frozenset({Purpose.EVALUATE, Purpose.BENCHMARK})


def use_needed(use_case: UseCase) -> Cleared:
    """How far a use case goes: measuring models only, making models that recognise or act, or models that generate."""
    if use_case.purposes <= _MEASURING:
        return Cleared.EVALUATION
    generates = Purpose.SYNTHETIC_DATA_GEN in use_case.purposes or not use_case.model_classes <= _RECOGNISING
    return Cleared.GENERATIVE if generates else Cleared.NON_GENERATIVE


def is_cleared(cleared: Cleared, use_case: UseCase) -> bool:
    """Whether what was agreed to reaches as far as the use case goes."""
    return _CLEARED[use_needed(use_case)] <= _CLEARED[cleared]


def clause_of(obligation: str) -> str:
    """The clause code of an obligation token: `REPUTATION:porn` → `REPUTATION`."""
    return obligation.partition(":")[0]


def obligations_not_accepted(profile: Profile, use_case: UseCase) -> frozenset[str]:
    """The creator's limits the buyer has not accepted yet, neither by token nor by clause code."""
    return frozenset(
        token for token in profile.obligations - use_case.accepts if clause_of(token) not in use_case.accepts
    )


def _fails_on_grant(profile: Profile, use_case: UseCase) -> Dimension:
    mask = Dimension(0)
    if not (use_case.purposes <= profile.purposes and use_case.model_classes <= profile.model_classes):
        mask |= Dimension.PURPOSE
    if use_case.commercial and not profile.commercial:
        mask |= Dimension.COMMERCIAL
    if not (profile.territory.covers(use_case.territory) and profile.storage.covers(use_case.storage)):
        mask |= Dimension.TERRITORY
    if use_case.term_months > profile.term_months:
        mask |= Dimension.TERM
    return mask


def _fails_on_ladders(profile: Profile, use_case: UseCase) -> Dimension:
    mask = Dimension(0)
    if _RETENTION[use_case.retention] > _RETENTION[profile.retention]:
        mask |= Dimension.RETENTION
    if _SUBLICENSE[use_case.sublicense] > _SUBLICENSE[profile.sublicense]:
        mask |= Dimension.SUBLICENSE
    if _PEOPLE[use_case.people] > _PEOPLE[profile.people] or not is_cleared(profile.cleared, use_case):
        mask |= Dimension.PEOPLE
    if use_case.exclusivity is not Exclusivity.NONE and (
        profile.sold_nonexclusive or _EXCLUSIVITY[use_case.exclusivity] > _EXCLUSIVITY[profile.exclusivity]
    ):
        mask |= Dimension.EXCLUSIVITY
    return mask


def _fails_on_conditions(profile: Profile, use_case: UseCase) -> Dimension:
    mask = Dimension(0)
    if obligations_not_accepted(profile, use_case):
        mask |= Dimension.OUTPUT_LIMITS
    if not use_case.modalities <= profile.modalities:
        mask |= Dimension.MODALITIES
    if use_case.identity & profile.blocked:
        mask |= Dimension.BUYER_BLOCK
    if profile.floor is not None and use_case.max_rate is not None and profile.floor > use_case.max_rate:
        mask |= Dimension.PRICE_FLOOR
    return mask


def fail_mask(profile: Profile, use_case: UseCase) -> Dimension:
    """One bit for each dimension on which the use case needs more than the profile permits; 0 = it fits.
    Evaluate it once per distinct profile and join the result to hours, never once per clip.
    """
    return (
        _fails_on_grant(profile, use_case)
        | _fails_on_ladders(profile, use_case)
        | _fails_on_conditions(profile, use_case)
    )
