"""The rate card: versioned data that says what a licensed minute costs. Parsed strictly, hashed canonically."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType
from typing import Final, TypeVar

from core.money import Money, share
from licensing.domain.errors import RATE_CARD_INVALID
from licensing.domain.facts import (
    TERMS_MONTHS,
    Genre,
    GrantExclusivity,
    GrantScope,
    ReleaseStatus,
    Tech,
)
from licensing.domain.wording import sha256_json
from media_ingest.domain.resolution import ResolutionClass

CARDS: Final = Path(__file__).parent / "ratecards"
MS_PER_HOUR: Final = 3_600_000
NOTICE_DAYS: Final = 30
"""How long before its first day a card for everybody is published."""
_DECIMAL: Final = re.compile(r"\d{1,4}(\.\d{1,4})?")
_VERSION: Final = re.compile(r"\d{4}-\d{2}(\.\d{1,3})?")
_MEMBERS: Final = frozenset(
    {
        "version", "currency", "base", "genre", "tech", "genre_tech_cap", "published", "release", "exclusivity",
        "scope", "term_months", "guards", "service_fee", "payout",
    }
)  # fmt: skip
_LAST_PAYOUT_DAY: Final = 28

K = TypeVar("K", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Guards:
    """Limits per minute: below `auto_min` raised, above `auto_max` an admin decides, above `hard_max` refused."""

    auto_min: Fraction
    auto_max: Fraction
    hard_max: Fraction


@dataclass(frozen=True, slots=True)
class PayoutRule:
    """When creators are paid: the day of the month, the least amount, the days an earning is held."""

    day: int
    minimum: Money
    hold_days: int


@dataclass(frozen=True, slots=True)
class FeeTier:
    """From this many licensed hours on, the platform's fee is this share of what creators receive."""

    from_hours: int
    share: Fraction


@dataclass(frozen=True, slots=True)
class RateCard:
    """One version of the rate card. Base rates are currency units per licensed minute, the rest are factors."""

    version: str
    currency: str
    base: Mapping[ResolutionClass, Fraction]
    genre: Mapping[Genre, Fraction]
    tech: Mapping[Tech, Fraction]
    genre_tech_cap: Fraction
    published: Fraction
    release: Mapping[ReleaseStatus, Fraction]
    exclusivity: Mapping[GrantExclusivity, Fraction]
    scope: Mapping[GrantScope, Fraction]
    term_months: Mapping[int, Fraction]
    guards: Guards
    service_fee: tuple[FeeTier, ...]
    payout: PayoutRule
    sha256: str

    def fee_share(self, licensed_ms: int) -> Fraction:
        """The service fee's share for a buyer with this many licensed milliseconds in total, this order included."""
        reached = [tier.share for tier in self.service_fee if licensed_ms >= tier.from_hours * MS_PER_HOUR]
        return reached[-1]

    def fee(self, creators: Money, licensed_ms: int) -> Money:
        """The service fee on the total of rounded lines, rounded once, half to even. Never taken from creators."""
        return share(creators, self.fee_share(licensed_ms))


def _refuse(pointer: str, detail: str) -> Exception:
    return RATE_CARD_INVALID(
        f"{pointer}: {detail}. The card was not loaded; the one in force is untouched.",
        errors=[{"pointer": pointer, "detail": detail}],
    )


def _object(raw: object, pointer: str, members: frozenset[str]) -> Mapping[str, object]:
    if not isinstance(raw, dict):
        raise _refuse(pointer, "an object is needed")
    missing, strange = sorted(members - raw.keys()), sorted(raw.keys() - members)
    if missing:
        raise _refuse(f"{pointer}/{missing[0]}", "is missing")
    if strange:
        raise _refuse(f"{pointer}/{strange[0]}", "is not known here")
    return raw


def _decimal(raw: object, pointer: str) -> Fraction:
    if not isinstance(raw, str) or not _DECIMAL.fullmatch(raw):
        raise _refuse(pointer, f'a decimal text such as "1.25" is needed, not {raw!r}')
    return Fraction(raw)


def _factor(raw: object, pointer: str) -> Fraction:
    value = _decimal(raw, pointer)
    if value == 0:
        raise _refuse(pointer, "a factor of nothing would give footage away")
    return value


def _factors(raw: object, pointer: str, kinds: type[K]) -> Mapping[K, Fraction]:
    table = _object(raw, pointer, frozenset(kinds))
    return MappingProxyType({kind: _factor(table[kind], f"{pointer}/{kind}") for kind in kinds})


def _whole(raw: object, pointer: str, lowest: int, highest: int) -> int:
    if type(raw) is not int or not lowest <= raw <= highest:
        raise _refuse(pointer, f"a whole number from {lowest} to {highest} is needed")
    return raw


def _terms(raw: object) -> Mapping[int, Fraction]:
    table = _object(raw, "/term_months", frozenset(str(term) for term in TERMS_MONTHS))
    return MappingProxyType({term: _factor(table[str(term)], f"/term_months/{term}") for term in TERMS_MONTHS})


def _guards(raw: object) -> Guards:
    table = _object(raw, "/guards", frozenset({"auto_min", "auto_max", "hard_max"}))
    guards = Guards(**{name: _decimal(table[name], f"/guards/{name}") for name in ("auto_min", "auto_max", "hard_max")})
    if not guards.auto_min <= guards.auto_max <= guards.hard_max:
        raise _refuse("/guards", "auto_min ≤ auto_max ≤ hard_max is needed")
    return guards


def _fee(raw: object) -> tuple[FeeTier, ...]:
    if not isinstance(raw, list) or not raw:
        raise _refuse("/service_fee", "a list of [hours, share] is needed")
    tiers: list[FeeTier] = []
    for place, row in enumerate(raw):
        pointer = f"/service_fee/{place}"
        if not isinstance(row, list) or len(row) != len(("hours", "share")):
            raise _refuse(pointer, "[hours, share] is needed")
        tier = FeeTier(_whole(row[0], f"{pointer}/0", 0, 10**9), _decimal(row[1], f"{pointer}/1"))
        if tiers and not (tiers[-1].from_hours < tier.from_hours and tier.share <= tiers[-1].share):
            raise _refuse(pointer, "hours rise from tier to tier and the share never does")
        tiers.append(tier)
    if tiers[0].from_hours != 0 or tiers[0].share > 1:
        raise _refuse("/service_fee/0", "the first tier starts at 0 hours with a share of at most 1")
    return tuple(tiers)


def _payout(raw: object, currency: str) -> PayoutRule:
    table = _object(raw, "/payout", frozenset({"day", "minimum", "hold_days"}))
    _decimal(table["minimum"], "/payout/minimum")
    try:
        minimum = Money.parse(str(table["minimum"]), currency)
    except ValueError:
        raise _refuse("/payout/minimum", "an amount with at most two decimals is needed") from None
    return PayoutRule(
        day=_whole(table["day"], "/payout/day", 1, _LAST_PAYOUT_DAY),
        minimum=minimum,
        hold_days=_whole(table["hold_days"], "/payout/hold_days", 0, 365),
    )


def parse_rate_card(raw: object) -> RateCard:
    """Read a rate card from JSON data shaped as domain page §3 says.

    Anything missing, unknown, not exact or contradicting is refused with `rate_card_invalid` and a JSON pointer.
    """
    card = _object(raw, "", _MEMBERS)
    version, currency = card["version"], card["currency"]
    if not isinstance(version, str) or not _VERSION.fullmatch(version):
        raise _refuse("/version", "a year and month such as 2026-11 is needed")
    if not isinstance(currency, str) or not re.fullmatch(r"[A-Z]{3}", currency):
        raise _refuse("/currency", "a currency code such as USD is needed")
    return RateCard(
        version=version,
        currency=currency,
        base=_factors(card["base"], "/base", ResolutionClass),
        genre=_factors(card["genre"], "/genre", Genre),
        tech=_factors(card["tech"], "/tech", Tech),
        genre_tech_cap=_factor(card["genre_tech_cap"], "/genre_tech_cap"),
        published=_factor(card["published"], "/published"),
        release=_factors(card["release"], "/release", ReleaseStatus),
        exclusivity=_factors(card["exclusivity"], "/exclusivity", GrantExclusivity),
        scope=_factors(card["scope"], "/scope", GrantScope),
        term_months=_terms(card["term_months"]),
        guards=_guards(card["guards"]),
        service_fee=_fee(card["service_fee"]),
        payout=_payout(card["payout"], currency),
        sha256=sha256_json(card),
    )


def shipped_card(version: str) -> dict[str, object]:
    """The JSON data of a card that comes with the product, such as `2026-11`."""
    raw: dict[str, object] = json.loads((CARDS / f"{version}.json").read_text(encoding="utf-8"))
    return raw
