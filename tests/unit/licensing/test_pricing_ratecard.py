"""Rate cards are read strictly: a wrong card is refused with the place where it is wrong."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from core.errors import DomainError
from licensing.domain.ratecard import parse_rate_card, shipped_card


def changed(path: str, value: object) -> dict[str, Any]:
    card: dict[str, Any] = copy.deepcopy(shipped_card("2026-11"))
    *parents, last = path.strip("/").split("/")
    place: Any = card
    for name in parents:
        place = place[int(name)] if isinstance(place, list) else place[name]
    if value is None:
        del place[last]
    elif isinstance(place, list):
        place[int(last)] = value
    else:
        place[last] = value
    return card


def test_the_shipped_card_is_read_and_hashed() -> None:
    card = parse_rate_card(shipped_card("2026-11"))
    assert (card.version, card.currency, card.payout.day, card.payout.minimum.amount) == ("2026-11", "USD", 15, "25.00")
    assert card.sha256 == "0ba4ce8acf7c12acb78171590a532f1c070c4618cb47a1726bf494a62601ae5f"


def test_the_hash_does_not_depend_on_the_order_of_members() -> None:
    raw = shipped_card("2026-11")
    assert parse_rate_card(dict(reversed(raw.items()))).sha256 == parse_rate_card(raw).sha256


@pytest.mark.parametrize(
    ("path", "value", "pointer"),
    [
        ("base/4320p", None, "/base/4320p"),
        ("base/16k", "9.00", "/base/16k"),
        ("genre/drone", 1.4, "/genre/drone"),
        ("genre/drone", "1,4", "/genre/drone"),
        ("genre/drone", "0.00", "/genre/drone"),
        ("genre", [], "/genre"),
        ("discount", "0.5", "/discount"),
        ("payout", None, "/payout"),
        ("payout/day", 31, "/payout/day"),
        ("payout/minimum", "25.001", "/payout/minimum"),
        ("term_months/48", "1.30", "/term_months/48"),
        ("guards/auto_min", "5.00", "/guards"),
        ("service_fee", [], "/service_fee"),
        ("service_fee/0/0", 1, "/service_fee/0"),
        ("service_fee/2/0", 100, "/service_fee/2"),
        ("service_fee/2/1", "0.19", "/service_fee/2"),
        ("service_fee/1", [100], "/service_fee/1"),
        ("version", "november", "/version"),
        ("currency", "usd", "/currency"),
    ],
)
def test_a_wrong_card_is_refused_with_the_place(path: str, value: object, pointer: str) -> None:
    with pytest.raises(DomainError) as refused:
        parse_rate_card(changed(path, value))
    assert refused.value.code == "rate_card_invalid"
    errors = refused.value.extra["errors"]
    assert isinstance(errors, list)
    assert isinstance(errors[0], dict)
    assert errors[0]["pointer"] == pointer


def test_what_is_not_an_object_is_refused() -> None:
    with pytest.raises(DomainError):
        parse_rate_card([])
