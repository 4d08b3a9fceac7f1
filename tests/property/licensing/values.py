"""Random values of clause parameters, each one the parameter offers."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import assert_never

from hypothesis import settings
from hypothesis import strategies as st

from licensing.domain.clauses import Clause
from licensing.domain.countries import COUNTRIES
from licensing.domain.parameters import (
    Choice,
    Choices,
    Countries,
    Day,
    Flag,
    Parameter,
    Ratio,
    References,
    Whole,
)

EFFORT = settings().max_examples // 60
"""How many times as many examples as usual this run tries: 1, or 33 in a long one."""
_LABELS = st.from_regex(r"[a-z]{2,6}[_:.][0-9a-z]{1,8}", fullmatch=True)


def _sets(parameter: Choices) -> st.SearchStrategy[object]:
    codes = [item.code for item in parameter.options if item.code != parameter.alone]
    some = st.lists(st.sampled_from(codes), unique=True, min_size=0 if parameter.empty else 1)
    return some | st.just([parameter.alone]) if parameter.alone else some


def _ratios(parameter: Ratio) -> st.SearchStrategy[object]:
    scale = 10**parameter.places
    low, high = (int(Fraction(limit) * scale) for limit in (parameter.low, parameter.high))
    exact = st.integers(low, high).map(lambda n: f"{n // scale}.{n % scale:0{parameter.places}d}")
    return exact | st.none() if parameter.absent else exact


def _lists(parameter: Countries | References) -> st.SearchStrategy[object]:
    if isinstance(parameter, Countries):
        return st.lists(st.sampled_from(sorted(COUNTRIES)), unique=True, min_size=1, max_size=12)
    return st.lists(_LABELS, unique=True, min_size=1, max_size=min(parameter.most, 5))


def values_of(parameter: Parameter) -> st.SearchStrategy[object]:
    """Any value the parameter offers, in the form JSON gives it."""
    match parameter:
        case Choice():
            return st.sampled_from([item.code for item in parameter.options])
        case Choices():
            return _sets(parameter)
        case Whole():
            return st.sampled_from(parameter.allowed or range(parameter.low, parameter.high + 1))
        case Flag():
            return st.booleans()
        case Day():
            return st.dates(date(2026, 1, 1), date(2099, 12, 31)).map(date.isoformat)
        case Ratio():
            return _ratios(parameter)
        case Countries() | References():
            return _lists(parameter)
        case _:
            assert_never(parameter)


def changes_of(clause: Clause) -> st.SearchStrategy[dict[str, object]]:
    """Values for every parameter of a clause; what one choice needs is always given."""

    def whole(raw: dict[str, object]) -> dict[str, object]:
        if raw.get("express") is True:
            raw["profit_share_percent"] = max(1, int(str(raw["profit_share_percent"])))
        return raw

    return st.fixed_dictionaries({item.name: values_of(item) for item in clause.parameters}).map(whole)
