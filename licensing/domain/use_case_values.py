"""Use cases as JSON data: read strictly, written canonically, four presets, and what a use case means for the price."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from fractions import Fraction
from typing import Final, TypeVar

from core.money import RatePerMinute, decimal_text
from licensing.domain.countries import COUNTRIES
from licensing.domain.errors import USE_CASE_INVALID
from licensing.domain.facts import TERMS_MONTHS, GrantExclusivity, GrantScope
from licensing.domain.matching import (
    OBLIGATION_CLAUSES,
    WORLDWIDE,
    Content,
    EndUse,
    Exclusivity,
    Modality,
    ModelClass,
    People,
    Purpose,
    Retention,
    Sublicense,
    Territory,
    UseCase,
    clause_of,
    use_needed,
)

Value = str | int | bool | list[str] | dict[str, list[str] | None] | None
Values = dict[str, Value]

CURRENCY: Final = "USD"
_TOKEN: Final = re.compile(r"[A-Z_]{3,40}(:[a-z0-9_.]{1,60})?")
_SECTOR: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
_MEMBERS: Final = frozenset(
    {
        "purposes", "model_classes", "commercial", "territory", "storage", "term_months", "retention", "sublicense",
        "people", "accepts", "modalities", "sector", "end_uses", "contents", "max_rate_per_minute", "exclusivity",
    }
)  # fmt: skip

E = TypeVar("E", bound=StrEnum)


@dataclass(slots=True)
class _Reading:
    """One pass over the values that gathers every fault."""

    raw: Mapping[str, object]
    faults: list[dict[str, str]] = field(default_factory=list)

    def fault(self, pointer: str, detail: str) -> None:
        self.faults.append({"pointer": pointer, "detail": detail})

    def texts(self, name: str) -> list[str]:
        value = self.raw.get(name, [])
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return value
        self.fault(f"/{name}", "a list of texts is needed")
        return []

    def kinds(self, name: str, kinds: type[E]) -> frozenset[E]:
        found = set()
        for place, text in enumerate(self.texts(name)):
            if text in set(kinds):
                found.add(kinds(text))
            else:
                self.fault(f"/{name}/{place}", f"{text!r} is not known; one of: {', '.join(kinds)}")
        return frozenset(found)

    def some(self, name: str, kinds: type[E]) -> frozenset[E]:
        found = self.kinds(name, kinds)
        if not found and not self.raw.get(name):
            self.fault(f"/{name}", f"at least one is needed of: {', '.join(kinds)}")
        return found

    def kind(self, name: str, default: E) -> E:
        kinds = type(default)
        value = self.raw.get(name, default)
        if isinstance(value, str) and value in set(kinds):
            return kinds(value)
        self.fault(f"/{name}", f"{value!r} is not known; one of: {', '.join(kinds)}")
        return default

    def flag(self, name: str, *, default: bool) -> bool:
        value = self.raw.get(name, default)
        if isinstance(value, bool):
            return value
        self.fault(f"/{name}", "true or false is needed")
        return default


def _countries(reading: _Reading, pointer: str, raw: object) -> frozenset[str]:
    if not isinstance(raw, list) or not all(isinstance(code, str) and code in COUNTRIES for code in raw):
        reading.fault(pointer, "a list of ISO 3166-1 codes such as FR is needed")
        return frozenset()
    return frozenset(raw)


def _territory(reading: _Reading, name: str, default: Territory) -> Territory:
    raw = reading.raw.get(name)
    if raw is None:
        return default
    if not isinstance(raw, dict) or not raw.keys() <= {"allow", "deny"}:
        reading.fault(f"/{name}", 'an object such as {"allow": ["FR"], "deny": []} is needed; allow null is worldwide')
        return default
    deny = _countries(reading, f"/{name}/deny", raw.get("deny", []))
    if raw.get("allow") is None:
        return Territory(None, deny)
    readable = len(reading.faults)
    allow = _countries(reading, f"/{name}/allow", raw["allow"])
    if not allow - deny and len(reading.faults) == readable:
        reading.fault(f"/{name}/allow", "at least one country has to remain")
    return Territory(allow, deny)


def _accepts(reading: _Reading) -> frozenset[str]:
    tokens = reading.texts("accepts")
    for place, token in enumerate(tokens):
        if not _TOKEN.fullmatch(token) or clause_of(token) not in OBLIGATION_CLAUSES:
            reading.fault(
                f"/accepts/{place}", f"{token!r} is not a condition; one of: {', '.join(sorted(OBLIGATION_CLAUSES))}"
            )
    return frozenset(tokens)


def _sector(reading: _Reading) -> str:
    value = reading.raw.get("sector", "")
    if isinstance(value, str) and (not value or _SECTOR.fullmatch(value)):
        return value
    reading.fault("/sector", "one lower-case word is needed, such as automotive")
    return ""


def _term(reading: _Reading) -> int:
    value = reading.raw.get("term_months", 24)
    if type(value) is int and value in TERMS_MONTHS:
        return value
    reading.fault("/term_months", f"one of {', '.join(map(str, TERMS_MONTHS))} is needed")
    return TERMS_MONTHS[0]


def _max_rate(reading: _Reading) -> Fraction | None:
    value = reading.raw.get("max_rate_per_minute")
    if value is None:
        return None
    try:
        return RatePerMinute.parse(value if isinstance(value, str) else "", CURRENCY).amount
    except ValueError:
        reading.fault("/max_rate_per_minute", "a decimal text such as 4.00, or null, is needed")
        return None


def _check_contradictions(reading: _Reading, use_case: UseCase) -> None:
    if ModelClass.AUDIO_GEN in use_case.model_classes and Modality.AUDIO not in use_case.modalities:
        reading.fault("/model_classes", "audio_gen needs audio in /modalities: the two contradict each other")
    if use_case.exclusivity is not Exclusivity.NONE and use_case.purposes <= {Purpose.EVALUATE, Purpose.BENCHMARK}:
        reading.fault("/exclusivity", "measuring models is never exclusive: it contradicts /purposes")


def read_use_case(raw: Mapping[str, object], organisation: str = "") -> UseCase:
    """Read a use case from JSON values; `organisation` is the buyer's public id, which the values never hold.

    Missing members take the least demanding value. Refused with `use_case_invalid`, every fault with a JSON pointer.
    """
    reading = _Reading(raw)
    for name in sorted(raw.keys() - _MEMBERS):
        reading.fault(f"/{name}", f"is not known; one of: {', '.join(sorted(_MEMBERS))}")
    territory = _territory(reading, "territory", WORLDWIDE)
    use_case = UseCase(
        purposes=reading.some("purposes", Purpose),
        model_classes=reading.some("model_classes", ModelClass),
        commercial=reading.flag("commercial", default=True),
        territory=territory,
        storage=_territory(reading, "storage", territory),
        term_months=_term(reading),
        retention=reading.kind("retention", Retention.KEEP_NO_NEW_TRAINING),
        sublicense=reading.kind("sublicense", Sublicense.NONE),
        people=reading.kind("people", People.NONE),
        accepts=_accepts(reading),
        modalities=reading.kinds("modalities", Modality) | {Modality.VIDEO},
        organisation=organisation,
        sector=_sector(reading),
        end_uses=frozenset(str(use) for use in reading.kinds("end_uses", EndUse)),
        contents=frozenset(str(content) for content in reading.kinds("contents", Content)),
        max_rate=_max_rate(reading),
        exclusivity=reading.kind("exclusivity", Exclusivity.NONE),
    )
    _check_contradictions(reading, use_case)
    if reading.faults:
        raise USE_CASE_INVALID(
            "Nothing was stored; correct the listed values and send it again.", errors=reading.faults
        )
    return use_case


def _territory_values(territory: Territory) -> dict[str, list[str] | None]:
    return {"allow": None if territory.allow is None else sorted(territory.allow), "deny": sorted(territory.deny)}


def write_use_case(use_case: UseCase) -> Values:
    """The canonical JSON values of a use case: every member, lists sorted. Reading them back gives an equal use case
    (but for the buyer's organisation, which is not a value).
    """
    return {
        "purposes": sorted(use_case.purposes),
        "model_classes": sorted(use_case.model_classes),
        "commercial": use_case.commercial,
        "territory": _territory_values(use_case.territory),
        "storage": _territory_values(use_case.storage),
        "term_months": use_case.term_months,
        "retention": str(use_case.retention),
        "sublicense": str(use_case.sublicense),
        "people": str(use_case.people),
        "accepts": sorted(use_case.accepts),
        "modalities": sorted(use_case.modalities),
        "sector": use_case.sector,
        "end_uses": sorted(use_case.end_uses),
        "contents": sorted(use_case.contents),
        "max_rate_per_minute": None if use_case.max_rate is None else decimal_text(use_case.max_rate),
        "exclusivity": str(use_case.exclusivity),
    }


_GRANTS: Final = {
    Exclusivity.NONE: GrantExclusivity.NONE,
    Exclusivity.CATEGORY: GrantExclusivity.AI_TRAINING,
    Exclusivity.AI_TRAINING: GrantExclusivity.AI_TRAINING,
    Exclusivity.BUYER: GrantExclusivity.BUYOUT,
}


def grant_scope(use_case: UseCase) -> GrantScope:
    """The scope a use case is priced at: measuring only, models that recognise or act, or models that generate."""
    return GrantScope(str(use_needed(use_case)))


def grant_exclusivity(use_case: UseCase) -> GrantExclusivity:
    """The exclusivity a use case is priced at; one category costs as much as AI training: the card knows no less."""
    return _GRANTS[use_case.exclusivity]


@dataclass(frozen=True, slots=True)
class Preset:
    """A use case to start from, with its name in both languages."""

    code: str
    name_en: str
    name_fr: str
    use_case: UseCase


_USUAL_CONDITIONS: Final = (OBLIGATION_CLAUSES - {"SECURITY"}) | {"SECURITY:encryption_at_rest"}
_TEXT_TO_VIDEO: Final = UseCase(
    purposes=frozenset({Purpose.PRETRAIN, Purpose.FINETUNE}),
    model_classes=frozenset({ModelClass.VIDEO_GEN}),
    accepts=_USUAL_CONDITIONS,
)

PRESETS: Final[Mapping[str, Preset]] = {
    preset.code: preset
    for preset in (
        Preset("text_to_video", "Text to video, commercial", "Texte vers vidéo, commercial", _TEXT_TO_VIDEO),
        Preset(
            "perception",
            "Perception",
            "Perception",
            replace(
                _TEXT_TO_VIDEO,
                model_classes=frozenset({ModelClass.VISION_UNDERSTANDING, ModelClass.DETECTOR}),
                people=People.BLURRED,
            ),
        ),
        Preset(
            "robotics",
            "Robotics",
            "Robotique",
            replace(
                _TEXT_TO_VIDEO,
                model_classes=frozenset({ModelClass.ROBOTICS_POLICY, ModelClass.WORLD_MODEL}),
                sector="robotics",
            ),
        ),
        Preset(
            "research",
            "Research, not commercial",
            "Recherche, non commercial",
            replace(
                _TEXT_TO_VIDEO,
                purposes=frozenset({Purpose.FINETUNE, Purpose.EVALUATE}),
                model_classes=frozenset({ModelClass.VISION_UNDERSTANDING}),
                commercial=False,
                term_months=12,
                retention=Retention.RETIRE,
                sector="research",
            ),
        ),
    )
}
