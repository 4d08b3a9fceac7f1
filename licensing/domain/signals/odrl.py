"""The policy as ODRL 2.2 (W3C), and the question the document itself answers: is this use permitted?

Every dimension that matching compares is in the document: what may be done and by whom as constraints of the
permission, what the buyer owes as duties, what nobody may do as prohibitions. A limit of the terms that the buyer has
not accepted counts as something the buyer wants to do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from typing import Any, Final

from core.money import decimal_text
from licensing.domain.matching import (
    Exclusivity,
    Profile,
    Territory,
    UseCase,
    clause_of,
)
from licensing.domain.signals.odrl_asking import BLOCKED_AS, CLAUSE_ACTS, GENERATIVE, MEASURE, TRAIN, ladder, permits
from licensing.domain.signals.odrl_model import (
    Act,
    Constraint,
    Iri,
    OdrlPolicy,
    Operand,
    Operator,
    Permission,
    PolicyKind,
    Typed,
    read_odrl,
)
from licensing.domain.signals.policy import MEASURING, RightsPolicy, SignalState, granted

_DOLLAR: Final = "http://dbpedia.org/resource/United_States_dollar"
_ALWAYS_PROHIBITED: Final = (Act("distribute"),)
"""Raw footage is never passed on: REDISTRIBUTION has no other value."""
_NOTHING: Final = (Act(TRAIN), Act(MEASURE), Act("reproduce"), Act("extract"), *_ALWAYS_PROHIBITED)
"""What is prohibited on footage that is not for sale."""


def odrl_policy(policy: RightsPolicy) -> OdrlPolicy:
    """The policy as ODRL: an Offer on sale, a Set of prohibitions when not, an Agreement for what was delivered."""
    match policy.state:
        case SignalState.ON_SALE:
            return _offer(policy)
        case SignalState.NOT_FOR_SALE:
            return OdrlPolicy(
                PolicyKind.SET, f"{policy.target}#rights", policy.site, policy.target, prohibitions=_NOTHING
            )
        case SignalState.EVALUATION | SignalState.LICENSED:
            return _agreement(policy)


def odrl_document(policy: RightsPolicy) -> dict[str, Any]:
    """The policy as an ODRL 2.2 JSON-LD document."""
    return odrl_policy(policy).as_json()


def odrl_permits(document: Mapping[str, object], use_case: UseCase, *, on: date | None = None) -> bool:
    """Whether an ODRL document written here permits everything a use case asks for, read from the document alone.

    The days of an agreement count when ``on`` is given. ValueError for a document that is spelt otherwise.
    """
    return permits(read_odrl(document), use_case, on)


def offer_of(profile: Profile, *, site: str, target: str, licensor: str) -> OdrlPolicy:
    """The Offer that a terms profile makes to everybody."""
    return OdrlPolicy(
        kind=PolicyKind.OFFER,
        uid=f"{target}#offer",
        site=site,
        target=target,
        assigner=licensor,
        permissions=(_permission(profile, _actions(profile), ()),) if profile.model_classes else (),
        prohibitions=(*_ALWAYS_PROHIBITED, *_limits(profile)),
    )


def _offer(policy: RightsPolicy) -> OdrlPolicy:
    return offer_of(policy.terms, site=policy.site, target=policy.target, licensor=policy.licensor)


def _agreement(policy: RightsPolicy) -> OdrlPolicy:
    licence, profile = policy.grant, granted(policy.terms, policy.grant.use_case)
    days = (
        Constraint("dateTime", Operator.GTEQ, (Typed(licence.starts.isoformat(), "xsd:date"),)),
        Constraint("dateTime", Operator.LTEQ, (Typed(licence.ends.isoformat(), "xsd:date"),)),
    )
    measuring = policy.state is SignalState.EVALUATION
    window = licence.window_days if measuring else None
    actions = (MEASURE,) if measuring else _actions(profile)
    return OdrlPolicy(
        kind=PolicyKind.AGREEMENT,
        uid=licence.url,
        site=policy.site,
        target=policy.target,
        assigner=policy.licensor,
        assignee=licence.licensee,
        permissions=(_permission(profile, actions, days, window),) if profile.model_classes else (),
        prohibitions=((Act(TRAIN),) if measuring else ()) + (*_ALWAYS_PROHIBITED, *_limits(profile)),
    )


def _actions(profile: Profile) -> tuple[str, ...]:
    if profile.purposes <= MEASURING:
        return (MEASURE,)
    families = {GENERATIVE[one] for one in profile.model_classes}
    return (*sorted(families), *((MEASURE,) if profile.purposes & MEASURING else ()))


def _permission(
    profile: Profile, actions: tuple[str, ...], days: tuple[Constraint, ...], window_days: int | None = None
) -> Permission:
    term = f"P{profile.term_months}M" if window_days is None else f"P{window_days}D"
    constraints = [
        _any_of("purpose", _names(profile.purposes)),
        _any_of("ail:modelClass", _names(profile.model_classes)),
        _any_of("ail:modality", _names(profile.modalities, "modality")),
        Constraint("elapsedTime", Operator.LTEQ, (Typed(term, "xsd:duration"),)),
        *days,
        _any_of("ail:modelRetention", ladder(profile.retention, "retention")),
        _any_of("recipient", ladder(profile.sublicense, "sublicense")),
        _any_of("ail:people", ladder(profile.people, "people")),
        _any_of("ail:reach", ladder(profile.cleared, "reach")),
        _any_of(
            "ail:exclusivity",
            ladder(Exclusivity.NONE if profile.sold_nonexclusive else profile.exclusivity, "exclusivity"),
        ),
        *_places("spatial", profile.territory),
        *_places("ail:storage", profile.storage),
        *_blocked(profile.blocked),
    ]
    if not profile.commercial:
        constraints.append(Constraint("ail:commercialUse", Operator.EQ, (Typed("false", "xsd:boolean"),)))
    return Permission(actions, tuple(constraints), (_compensation(profile), *_duties(profile)))


def _any_of(left: str, right: Iterable[Operand]) -> Constraint:
    return Constraint(left, Operator.IS_ANY_OF, tuple(right))


def _names(kinds: Iterable[StrEnum], prefix: str = "") -> tuple[Iri, ...]:
    return tuple(Iri(f"ail:{prefix}-{kind}" if prefix else f"ail:{kind}") for kind in sorted(kinds))


def _places(left: str, territory: Territory) -> list[Constraint]:
    found = []
    if territory.allow is not None:
        found.append(_any_of(left, sorted(territory.allow)))
    if territory.deny:
        found.append(Constraint(left, Operator.IS_NONE_OF, tuple(sorted(territory.deny))))
    return found


def _blocked(names: frozenset[str]) -> list[Constraint]:
    """Whom and what the terms refuse outright, by kind of name."""
    by_left: dict[str, list[str]] = {}
    for name in sorted(names):
        by_left.setdefault(BLOCKED_AS.get(name.partition(":")[0], "ail:buyer"), []).append(name)
    return [Constraint(left, Operator.IS_NONE_OF, tuple(found)) for left, found in sorted(by_left.items())]


def _compensation(profile: Profile) -> Act:
    """Payment is always due; the least rate per minute is named when the creator set one."""
    if profile.floor is None:
        return Act("compensate")
    floor = Typed(decimal_text(profile.floor), "xsd:decimal")
    return Act("compensate", (Constraint("ail:ratePerMinute", Operator.GTEQ, (floor,), _DOLLAR),))


def _act(token: str) -> Act:
    name, _ = CLAUSE_ACTS[clause_of(token)]
    kind = token.partition(":")[2]
    return Act(name, (Constraint("ail:kind", Operator.EQ, (kind,)),) if kind else ())


def _duties(profile: Profile) -> list[Act]:
    return [_act(token) for token in sorted(profile.obligations) if CLAUSE_ACTS[clause_of(token)][1]]


def _limits(profile: Profile) -> list[Act]:
    return [_act(token) for token in sorted(profile.obligations) if not CLAUSE_ACTS[clause_of(token)][1]]
