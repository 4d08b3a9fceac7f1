"""Asking an ODRL policy whether it permits a use case: every constraint, duty and prohibition, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from itertools import product
from typing import Final, TypeVar

from licensing.domain.matching import ModelClass, Purpose, Territory, UseCase, use_needed
from licensing.domain.signals.odrl_model import Act, Constraint, Iri, OdrlPolicy, Operator, Permission, PolicyKind
from licensing.domain.signals.policy import MEASURING

TRAIN: Final = "ail:train"
TRAIN_GENERATIVE: Final = "ail:trainGenerative"
TRAIN_RECOGNITION: Final = "ail:trainRecognition"
MEASURE: Final = "ail:measure"

_RECOGNISING: Final = frozenset({ModelClass.VISION_UNDERSTANDING, ModelClass.DETECTOR, ModelClass.ROBOTICS_POLICY})
GENERATIVE: Final[Mapping[ModelClass, str]] = {
    kind: TRAIN_RECOGNITION if kind in _RECOGNISING else TRAIN_GENERATIVE for kind in ModelClass
}
"""The action by which a model of each class is made."""

_DUTY, _LIMIT = True, False
CLAUSE_ACTS: Final[Mapping[str, tuple[str, bool]]] = {
    "OUTPUT_VERBATIM": ("ail:reproduceVerbatim", _LIMIT),
    "NO_REPLICA": ("ail:generateReplica", _LIMIT),
    "NO_SCENE_MIMICRY": ("ail:mimicScene", _LIMIT),
    "NO_DERIVATIVE_WORKS": ("ail:makeDerivativeWork", _LIMIT),
    "STYLE_IMITATION": ("ail:imitateStyle", _LIMIT),
    "REPUTATION": ("ail:depict", _LIMIT),
    "PROHIBITED_END_USES": ("ail:deployFor", _LIMIT),
    "SYNTHETIC_DISTILLATION": ("ail:trainOthersOnOutput", _LIMIT),
    "DERIVATIVE_DATASET": ("ail:shareDerivedData", _LIMIT),
    "PIRACY_SHIELD": ("ail:scrapeElsewhere", _LIMIT),
    "RETENTION": ("delete", _DUTY),
    "DELETION_CERT": ("ail:certifyDeletion", _DUTY),
    "SECURITY": ("ail:secure", _DUTY),
    "AUDIT": ("ail:admitAudit", _DUTY),
    "REPORTING": ("inform", _DUTY),
    "ATTRIBUTION": ("attribute", _DUTY),
    "COMPLIANCE_OUTPUT": ("ail:discloseDataset", _DUTY),
    "WITHDRAWAL": ("ail:honourWithdrawal", _DUTY),
}
"""For each clause that limits or obliges the buyer: its action, and whether it is a duty (else a prohibition)."""
_CLAUSE_OF_ACT: Final = {name: clause for clause, (name, _) in CLAUSE_ACTS.items()}

BLOCKED_AS: Final[Mapping[str, str]] = {"sector": "ail:sector", "end_use": "ail:endUse", "content": "ail:depicted"}
"""Left operand for each kind of name under which a buyer can be refused; any other name is a buyer's own."""

_MEASURE_DAYS_PER_MONTH: Final = 31
E = TypeVar("E", bound=StrEnum)


def ladder(step: E, prefix: str) -> tuple[Iri, ...]:
    """Every step of a ladder up to this one, as names of the vocabulary."""
    steps = list(type(step))
    return tuple(Iri(f"ail:{prefix}-{one}") for one in steps[: steps.index(step) + 1])


@dataclass(frozen=True, slots=True)
class _Asked:
    """One atom of a use case: one purpose for one class of model, with everything else it needs."""

    purpose: Purpose
    model_class: ModelClass
    use_case: UseCase
    on: date | None


def permits(policy: OdrlPolicy, use_case: UseCase, on: date | None) -> bool:
    """Whether some permission covers every purpose for every class of model, and no prohibition is in the way."""
    if policy.kind is PolicyKind.SET or any(_prohibited(act, use_case) for act in policy.prohibitions):
        return False
    atoms = (
        _Asked(purpose, kind, use_case, on) for purpose, kind in product(use_case.purposes, use_case.model_classes)
    )
    return all(any(_grants(rule, atom) for rule in policy.permissions) for atom in atoms)


def _prohibited(act: Act, use_case: UseCase) -> bool:
    if act.name in {TRAIN, TRAIN_GENERATIVE, TRAIN_RECOGNITION}:
        return not use_case.purposes <= MEASURING
    clause = _CLAUSE_OF_ACT.get(act.name)
    return clause is not None and not _accepted(act, clause, use_case)


def _accepted(act: Act, clause: str, use_case: UseCase) -> bool:
    kinds = [str(one) for refinement in act.refinements for one in refinement.right]
    return clause in use_case.accepts or ":".join((clause, *kinds)) in use_case.accepts


def _grants(rule: Permission, atom: _Asked) -> bool:
    needed = {GENERATIVE[atom.model_class]} | ({MEASURE} if atom.purpose in MEASURING else set())
    return (
        bool(needed & set(rule.actions))
        and all(_holds(constraint, atom) for constraint in rule.constraints)
        and all(_owed(duty, atom.use_case) for duty in rule.duties)
    )


def _owed(duty: Act, use_case: UseCase) -> bool:
    """Whether the buyer takes a duty on; one that is not known here is not taken on."""
    if duty.name == "compensate":
        least = [Fraction(_plain(one)) for refinement in duty.refinements for one in refinement.right]
        return use_case.max_rate is None or all(rate <= use_case.max_rate for rate in least)
    clause = _CLAUSE_OF_ACT.get(duty.name)
    return clause is not None and _accepted(duty, clause, use_case)


def _plain(operand: object) -> str:
    return operand if isinstance(operand, str) else str(getattr(operand, "text", ""))


def _one(kind: StrEnum, prefix: str) -> frozenset[str]:
    return frozenset({f"ail:{prefix}-{kind}"})


_SETS: Final[Mapping[str, Callable[[_Asked], frozenset[str]]]] = {
    "purpose": lambda atom: frozenset({f"ail:{atom.purpose}"}),
    "ail:modelClass": lambda atom: frozenset({f"ail:{atom.model_class}"}),
    "ail:modality": lambda atom: frozenset(f"ail:modality-{one}" for one in atom.use_case.modalities),
    "ail:modelRetention": lambda atom: _one(atom.use_case.retention, "retention"),
    "recipient": lambda atom: _one(atom.use_case.sublicense, "sublicense"),
    "ail:people": lambda atom: _one(atom.use_case.people, "people"),
    "ail:reach": lambda atom: _one(use_needed(atom.use_case), "reach"),
    "ail:exclusivity": lambda atom: _one(atom.use_case.exclusivity, "exclusivity"),
    "ail:commercialUse": lambda atom: frozenset({"true" if atom.use_case.commercial else "false"}),
}
"""What a use case asks for under each left operand whose values form a set."""


def _holds(constraint: Constraint, atom: _Asked) -> bool:
    """Whether a constraint is met; one with a left operand that is not known here is not."""
    right = frozenset(map(_plain, constraint.right))
    match constraint.left:
        case "spatial":
            return _covers(constraint.operator, right, atom.use_case.territory)
        case "ail:storage":
            return _covers(constraint.operator, right, atom.use_case.storage)
        case "elapsedTime":
            return _lasts(min(right), atom.use_case.term_months)
        case "dateTime":
            return atom.on is None or _on_day(constraint.operator, date.fromisoformat(min(right)), atom.on)
        case "ail:buyer" | "ail:sector" | "ail:endUse" | "ail:depicted":
            return constraint.operator is Operator.IS_NONE_OF and not right & atom.use_case.identity
        case left if left in _SETS:
            asked = _SETS[left](atom)
            return not asked & right if constraint.operator is Operator.IS_NONE_OF else asked <= right
        case _:
            return False


def _covers(operator: Operator, right: frozenset[str], need: Territory) -> bool:
    """Whether countries asked for are among, or not among, those named; everywhere is among no list of countries."""
    if need.allow is None:
        return operator is Operator.IS_NONE_OF and right <= need.deny
    asked = need.allow - need.deny
    return not asked & right if operator is Operator.IS_NONE_OF else asked <= right


def _lasts(duration: str, months: int) -> bool:
    """Whether ``P24M`` or ``P60D`` is long enough; a month is taken as long as the longest."""
    amount, unit = int(duration[1:-1]), duration[-1]
    return amount >= months if unit == "M" else amount >= months * _MEASURE_DAYS_PER_MONTH


def _on_day(operator: Operator, limit: date, day: date) -> bool:
    return limit <= day if operator is Operator.GTEQ else day <= limit
