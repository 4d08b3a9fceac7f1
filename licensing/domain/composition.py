"""What forty clauses add up to: one set of values, and the profile that matching reads."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Final

from licensing.domain.clauses import Catalogue, TermsValues, chosen, clause_of
from licensing.domain.contradictions import refuse_contradictions
from licensing.domain.matching import (
    Exclusivity,
    Modality,
    ModelClass,
    People,
    Profile,
    Purpose,
    Retention,
    Sublicense,
    Territory,
)
from licensing.domain.parameters import Value
from licensing.domain.wording import Language, sha256_json

Stored = dict[str, dict[str, Value]]
"""A complete set of values of all clauses, each in canonical form."""

_EVALUATION: Final = frozenset({Purpose.EVALUATE, Purpose.BENCHMARK})


def compose(
    catalogue: Catalogue,
    changes: Mapping[str, Mapping[str, object]],
    base: TermsValues | None = None,
) -> Stored:
    """All clauses' values: `base` (else creator defaults) with the changes over it, checked one by one and together.

    Refused with `unknown_clause`, `invalid_parameter`, or `contradiction` naming both clauses of every pair.
    """
    for code in changes:
        clause_of(catalogue, code)
    values = {code: clause.parse(changes.get(code, {}), (base or {}).get(code)) for code, clause in catalogue.items()}
    refuse_contradictions(values)
    return values


def terms_sha256(values: TermsValues, own_wording: Mapping[str, Mapping[str, str]] | None = None) -> str:
    """SHA-256 of the values of a whole profile, and of wording agreed beside them, in canonical JSON."""
    return sha256_json({"values": values, "own_wording": own_wording or {}})


def thaw(data: Mapping[str, Mapping[str, Value | list[str]]], catalogue: Catalogue) -> Stored:
    """Values from stored JSON, as they were checked when they were stored.

    A clause or a parameter that was not yet there counts at its default: nothing stored is ever refused.
    """
    return {
        code: {
            **clause.defaults,
            **{name: tuple(value) if isinstance(value, list) else value for name, value in data.get(code, {}).items()},
        }
        for code, clause in catalogue.items()
    }


def _territory(values: TermsValues, side: str) -> Territory:
    countries = chosen(values, "TERRITORY", f"{side}_countries")
    match values["TERRITORY"][side]:
        case "allow":
            return Territory(allow=countries)
        case "deny":
            return Territory(deny=countries)
        case _:
            return Territory()


def _retention(values: TermsValues) -> Retention:
    if values["SURVIVAL"]["model"] != "model_perpetual":
        return Retention.RETIRE
    return Retention.KEEP_NO_NEW_TRAINING if values["SURVIVAL"]["no_new_training"] else Retention.PERPETUAL


_SUBLICENSE: Final[Mapping[Value, Sublicense]] = {
    "none": Sublicense.NONE,
    "affiliates": Sublicense.AFFILIATES,
    "named_subprocessors": Sublicense.CONTRACTORS,
    "third_parties": Sublicense.THIRD_PARTIES,
}

_ALWAYS: Final = ("OUTPUT_VERBATIM", "RETENTION", "DELETION_CERT", "REPORTING", "WITHDRAWAL")

_PER_VALUE: Final = (
    ("NO_REPLICA", "subjects"),
    ("NO_DERIVATIVE_WORKS", "barred"),
    ("REPUTATION", "topics"),
    ("PROHIBITED_END_USES", "uses"),
    ("SECURITY", "measures"),
)

_UNLESS: Final[tuple[tuple[str, str, tuple[Value, ...], bool], ...]] = (
    ("NO_SCENE_MIMICRY", "scope", ("off",), False),
    ("STYLE_IMITATION", "rule", ("allow",), True),
    ("SYNTHETIC_DISTILLATION", "third_party_training", (True,), False),
    ("DERIVATIVE_DATASET", "sharing", ("share_with_licensees",), True),
    ("AUDIT", "per_year", (0,), False),
    ("ATTRIBUTION", "place", ("none",), True),
    ("PIRACY_SHIELD", "enabled", (False,), False),
    ("COMPLIANCE_OUTPUT", "listed", (False,), False),
)
"""Clause, parameter, values that oblige to nothing, whether the value is part of the token."""


def obligations(values: TermsValues) -> frozenset[str]:
    """Tokens `CODE` or `CODE:value`, one for each limit these values put on a buyer."""
    tokens = set(_ALWAYS)
    for code, name in _PER_VALUE:
        tokens |= {f"{code}:{value}" for value in chosen(values, code, name)}
    for code, name, idle, with_value in _UNLESS:
        value = values[code][name]
        if value not in idle:
            tokens.add(f"{code}:{value}" if with_value else code)
    return frozenset(tokens)


def _modalities(values: TermsValues) -> frozenset[Modality]:
    return frozenset(map(Modality, chosen(values, "FIELD_OF_USE", "modalities")))


def _blocked(values: TermsValues) -> frozenset[str]:
    return (
        chosen(values, "PROHIBITED_END_USES", "barred_recipients")
        | {f"end_use:{use}" for use in chosen(values, "PROHIBITED_END_USES", "uses")}
        | {f"content:{topic}" for topic in chosen(values, "REPUTATION", "topics")}
    )


def profile_of(values: TermsValues) -> Profile:
    """What the values permit, on the twelve dimensions matching compares."""
    purposes = frozenset(map(Purpose, chosen(values, "FIELD_OF_USE", "purposes")))
    months, floor = values["TERM"]["training_access_months"], values["PRICE"]["floor"]
    return Profile(
        purposes=purposes & _EVALUATION if values["EVAL_ONLY"]["enabled"] else purposes,
        model_classes=frozenset(map(ModelClass, chosen(values, "MODEL_CLASS", "classes"))),
        commercial=values["FIELD_OF_USE"]["commercial"] is True and values["MODEL_SCOPE"]["deployment"] is True,
        territory=_territory(values, "processing"),
        storage=_territory(values, "storage"),
        term_months=months if isinstance(months, int) else 0,
        retention=_retention(values),
        sublicense=_SUBLICENSE[values["SUBLICENSE"]["level"]],
        people=People(str(values["DATA_SUBJECT"]["people"])),
        obligations=obligations(values),
        modalities=_modalities(values),
        blocked=_blocked(values),
        floor=Fraction(floor) if isinstance(floor, str) else None,
        exclusivity=Exclusivity(str(values["EXCLUSIVITY"]["kind"])),
    )


def terms_sentence(values: TermsValues, catalogue: Catalogue, language: Language) -> str:
    """One plain sentence that sums up a profile: what for, for how long, how exclusive."""

    def said(code: str, name: str) -> str:
        return clause_of(catalogue, code).spoken(values[code], language)[name]

    if language is Language.EN:
        return (
            f"For {said('FIELD_OF_USE', 'purposes')}; up to {said('TERM', 'training_access_months')}; "
            f"licences are {said('EXCLUSIVITY', 'kind')}."
        )
    return (
        f"Pour : {said('FIELD_OF_USE', 'purposes')} ; {said('TERM', 'training_access_months')} au plus ; "
        f"licences {said('EXCLUSIVITY', 'kind')}."
    )
