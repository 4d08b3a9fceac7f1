"""Random values of clause parameters, each one the parameter offers."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import assert_never

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

_LABELS = st.from_regex(r"[a-z]{2,6}[_:.][0-9a-z]{1,8}", fullmatch=True)


def values_of(parameter: Parameter) -> st.SearchStrategy[object]:
    """Any value the parameter offers, in the form JSON gives it."""
    match parameter:
        case Choice():
            return st.sampled_from([item.code for item in parameter.options])
        case Choices():
            codes = [item.code for item in parameter.options if item.code != parameter.alone]
            some = st.lists(st.sampled_from(codes), unique=True, min_size=0 if parameter.empty else 1)
            return some | st.just([parameter.alone]) if parameter.alone else some
        case Whole():
            return st.sampled_from(parameter.allowed) if parameter.allowed else st.integers(parameter.low, parameter.high)
        case Flag():
            return st.booleans()
        case Day():
            return st.dates(date(2026, 1, 1), date(2099, 12, 31)).map(date.isoformat)
        case Ratio():
            scale = 10**parameter.places
            low, high = (int(Fraction(limit) * scale) for limit in (parameter.low, parameter.high))
            exact = st.integers(low, high).map(lambda n: f"{n // scale}.{n % scale:0{parameter.places}d}")
            return exact | st.none() if parameter.absent else exact
        case Countries():
            return st.lists(st.sampled_from(sorted(COUNTRIES)), unique=True, min_size=1, max_size=12)
        case References():
            return st.lists(_LABELS, unique=True, min_size=1, max_size=parameter.most and min(parameter.most, 5))
        case _:
            assert_never(parameter)


def changes_of(clause: Clause) -> st.SearchStrategy[dict[str, object]]:
    """Values for every parameter of a clause; what one choice needs is always given."""

    def whole(raw: dict[str, object]) -> dict[str, object]:
        if raw.get("express") is True:
            raw["profit_share_percent"] = max(1, int(str(raw["profit_share_percent"])))
        return raw

    return st.fixed_dictionaries({item.name: values_of(item) for item in clause.parameters}).map(whole)
