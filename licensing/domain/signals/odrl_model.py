"""ODRL 2.2 policies as typed values, and their one spelling as JSON-LD, written and read back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

CONTEXT: Final = "http://www.w3.org/ns/odrl.jsonld"
PROFILE_PATH: Final = "/ns/ai-licence"
"""Where an installation publishes the vocabulary; terms of it are written ``ail:term``."""


class PolicyKind(StrEnum):
    """The ODRL policy types in use."""

    SET = "Set"
    OFFER = "Offer"
    AGREEMENT = "Agreement"


class Operator(StrEnum):
    """The ODRL constraint operators in use."""

    EQ = "eq"
    LTEQ = "lteq"
    GTEQ = "gteq"
    IS_ANY_OF = "isAnyOf"
    IS_NONE_OF = "isNoneOf"


@dataclass(frozen=True, slots=True)
class Iri:
    """A right operand that names a thing, such as ``ail:pretrain``."""

    text: str


@dataclass(frozen=True, slots=True)
class Typed:
    """A right operand with a data type, such as a ``xsd:date``."""

    text: str
    kind: str


Operand = Iri | Typed | str


@dataclass(frozen=True, slots=True)
class Constraint:
    """One condition. Set operators compare with every operand, the others with a single one."""

    left: str
    operator: Operator
    right: tuple[Operand, ...]
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Act:
    """An action, narrowed by refinements when only a part of it is meant."""

    name: str
    refinements: tuple[Constraint, ...] = ()


@dataclass(frozen=True, slots=True)
class Permission:
    """What may be done, under which conditions and duties."""

    actions: tuple[str, ...]
    constraints: tuple[Constraint, ...]
    duties: tuple[Act, ...]


@dataclass(frozen=True, slots=True)
class OdrlPolicy:
    """A whole policy about one target. Where permission and prohibition meet, the prohibition stands."""

    kind: PolicyKind
    uid: str
    site: str
    target: str
    assigner: str = ""
    assignee: str = ""
    permissions: tuple[Permission, ...] = ()
    prohibitions: tuple[Act, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The policy as JSON-LD; equal policies give equal documents."""
        document: dict[str, Any] = {
            "@context": [CONTEXT, {"ail": f"{self.site}{PROFILE_PATH}#"}],
            "@type": str(self.kind),
            "uid": self.uid,
            "profile": f"{self.site}{PROFILE_PATH}",
            "conflict": "prohibit",
        }
        parties = (("assigner", self.assigner), ("assignee", self.assignee))
        document |= {role: {"uid": party} for role, party in parties if party}
        if self.permissions:
            document["permission"] = [_permission_json(rule, self.target) for rule in self.permissions]
        if self.prohibitions:
            document["prohibition"] = [{"target": self.target, "action": _act_json(act)} for act in self.prohibitions]
        return document


def _operand_json(operand: Operand) -> object:
    match operand:
        case Iri(text):
            return {"@id": text}
        case Typed(text, kind):
            return {"@value": text, "@type": kind}
        case str():
            return operand


def _constraint_json(constraint: Constraint) -> dict[str, Any]:
    right = [_operand_json(operand) for operand in constraint.right]
    many = constraint.operator in {Operator.IS_ANY_OF, Operator.IS_NONE_OF}
    document = {
        "leftOperand": constraint.left,
        "operator": str(constraint.operator),
        "rightOperand": right if many else right[0],
    }
    return document | ({"unit": {"@id": constraint.unit}} if constraint.unit else {})


def _act_json(act: Act) -> object:
    """A plain action is its name; a refined one is an object, as the ODRL information model writes it."""
    if not act.refinements:
        return act.name
    name = act.name if ":" in act.name else f"odrl:{act.name}"
    return [{"rdf:value": {"@id": name}, "refinement": [_constraint_json(one) for one in act.refinements]}]


def _permission_json(rule: Permission, target: str) -> dict[str, Any]:
    return {
        "target": target,
        "action": list(rule.actions),
        "constraint": [_constraint_json(one) for one in rule.constraints],
        "duty": [{"action": _act_json(duty)} for duty in rule.duties],
    }


def read_odrl(document: Mapping[str, object]) -> OdrlPolicy:
    """A policy from its JSON-LD as ``OdrlPolicy.as_json`` writes it; ValueError for anything spelt otherwise."""
    context = _many(document, "@context")
    profile = _text(document, "profile")
    if context[0] != CONTEXT or not profile.endswith(PROFILE_PATH) or document.get("conflict") != "prohibit":
        raise ValueError("not an ODRL policy of this profile")
    rules = [_map(rule) for name in ("permission", "prohibition") for rule in _many(document, name)]
    targets = {_text(rule, "target") for rule in rules}
    if len(targets) != 1:
        raise ValueError("a policy is about exactly one target")
    return OdrlPolicy(
        kind=PolicyKind(_text(document, "@type")),
        uid=_text(document, "uid"),
        site=profile.removesuffix(PROFILE_PATH),
        target=targets.pop(),
        assigner=_party(document, "assigner"),
        assignee=_party(document, "assignee"),
        permissions=tuple(_permission(_map(rule)) for rule in _many(document, "permission")),
        prohibitions=tuple(_act(_map(rule).get("action")) for rule in _many(document, "prohibition")),
    )


def _map(value: object) -> Mapping[str, object]:
    if isinstance(value, Mapping):
        return value
    raise ValueError(f"an object is needed, not {value!r}")


def _many(document: Mapping[str, object], name: str) -> Sequence[object]:
    value = document.get(name, [])
    if isinstance(value, list):
        return value
    raise ValueError(f"{name} has to be a list")


def _text(document: Mapping[str, object], name: str) -> str:
    value = document.get(name)
    if isinstance(value, str) and value:
        return value
    raise ValueError(f"{name} has to be a text")


def _party(document: Mapping[str, object], role: str) -> str:
    return _text(_map(document[role]), "uid") if role in document else ""


def _operand(value: object) -> Operand:
    if isinstance(value, str):
        return value
    parts = _map(value)
    return Iri(_text(parts, "@id")) if "@id" in parts else Typed(_text(parts, "@value"), _text(parts, "@type"))


def _constraint(parts: Mapping[str, object]) -> Constraint:
    right = parts.get("rightOperand")
    return Constraint(
        left=_text(parts, "leftOperand"),
        operator=Operator(_text(parts, "operator")),
        right=tuple(map(_operand, right if isinstance(right, list) else [right])),
        unit=_text(_map(parts["unit"]), "@id") if "unit" in parts else "",
    )


def _act(value: object) -> Act:
    if isinstance(value, str):
        return Act(value)
    if not isinstance(value, list) or len(value) != 1:
        raise ValueError("an action has to be a text or one refined action")
    parts = _map(value[0])
    name = _text(_map(parts.get("rdf:value")), "@id").removeprefix("odrl:")
    return Act(name, tuple(_constraint(_map(one)) for one in _many(parts, "refinement")))


def _permission(parts: Mapping[str, object]) -> Permission:
    return Permission(
        actions=tuple(str(action) for action in _many(parts, "action")),
        constraints=tuple(_constraint(_map(one)) for one in _many(parts, "constraint")),
        duties=tuple(_act(_map(duty).get("action")) for duty in _many(parts, "duty")),
    )
