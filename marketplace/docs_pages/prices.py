"""`rate-card.md`: every factor of the shipped card, and prices computed from it."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Final, TypeVar

from core.money import decimal_text, line_amount
from licensing.domain.facts import Genre, GrantExclusivity, GrantScope, PricingFacts, Tech
from licensing.domain.pricing import price
from licensing.domain.ratecard import RateCard, parse_rate_card, shipped_card
from licensing.services.rates import SHIPPED
from marketplace.docs_pages.markdown import code, page, table

K = TypeVar("K", bound=str | int)

_MINUTE_MS: Final = 60_000
_FORTY_MINUTES_MS: Final = 40 * _MINUTE_MS
_RATE: Final = Fraction(25)


def _facts(width: int, height: int, duration_ms: int = _MINUTE_MS, rate: Fraction = _RATE) -> PricingFacts:
    return PricingFacts(duration_ms=duration_ms, width=width, height=height, frame_rate=rate)


def _examples() -> tuple[tuple[str, PricingFacts], ...]:
    hd, uhd = _facts(1920, 1080), _facts(3840, 2160)
    drone = PricingFacts(_FORTY_MINUTES_MS, 3840, 2160, _RATE, genre=Genre.DRONE)
    return (
        ("1 min of 1080p", hd),
        ("1 min of 1080p, a person talking", PricingFacts(_MINUTE_MS, 1920, 1080, _RATE, genre=Genre.TALKING_HEAD)),
        ("1 min of 720p, already published", PricingFacts(_MINUTE_MS, 1280, 720, _RATE, published=True)),
        ("1 min of 4K", uhd),
        ("40 min of 4K from a drone", drone),
        ("40 min of 4K from a drone, 12 months", _changed(drone, term_months=12)),
        ("40 min of 4K from a drone, evaluation only", _changed(drone, scope=GrantScope.EVALUATION)),
        ("40 min of 4K from a drone, AI training exclusively", _changed(drone, exclusive=True)),
        ("1 min of 8K at 120 fps", _facts(7680, 4320, rate=Fraction(120))),
        ("1 min of 4K, drone with telemetry and clean sound", _rich()),
    )


def _changed(
    facts: PricingFacts, *, term_months: int = 24, scope: GrantScope = GrantScope.GENERATIVE, exclusive: bool = False
) -> PricingFacts:
    return PricingFacts(
        facts.duration_ms,
        facts.width,
        facts.height,
        facts.frame_rate,
        genre=facts.genre,
        scope=scope,
        exclusivity=GrantExclusivity.AI_TRAINING if exclusive else GrantExclusivity.NONE,
        term_months=term_months,
    )


def _rich() -> PricingFacts:
    tech = frozenset({Tech.TELEMETRY, Tech.AUDIO_CLEAN, Tech.STEREO})
    return PricingFacts(_MINUTE_MS, 3840, 2160, _RATE, genre=Genre.DRONE, tech=tech)


def _example_row(label: str, facts: PricingFacts, card: RateCard) -> tuple[str, str, str, str]:
    quoted = price(facts, card)
    computed = f"computed {quoted.guard.computed_text}, an admin has to agree" if quoted.guard else ""
    return label, quoted.rate.text, line_amount(quoted.rate, facts.duration_ms).amount, computed


def _factors(title: str, values: Mapping[K, Fraction]) -> str:
    rows = [(code(name), decimal_text(factor)) for name, factor in values.items()]
    return f"## {title}\n\n" + table(("", "Factor"), rows)


def rate_card() -> str:
    """Return the page."""
    card = parse_rate_card(shipped_card(SHIPPED))
    guards, payout, currency = card.guards, card.payout, card.currency
    return page(
        "Rate card",
        f"Version `{card.version}` in {currency}, from `licensing/domain/ratecards/{card.version}.json`. SHA-256 of "
        f"its canonical form: `{card.sha256}`.",
        "All rates are what the **creator receives** for one licensed minute. The buyer pays that plus the service "
        "fee.",
        "```\nrate = base × min(genre × tech, cap) × published × release × scope × exclusivity × term\n"
        "line = rate × duration_ms / 60000, rounded once, half to even, to the cent\n```",
        "The creator's floor always wins. Totals are sums of rounded lines.",
        "## Base rate\n\nBy the shorter side of the picture as displayed.\n\n"
        + table(
            ("Class", f"{currency} a minute"), [(code(name), decimal_text(rate)) for name, rate in card.base.items()]
        ),
        _factors("Genre", card.genre),
        _factors("Technical extras", card.tech),
        f"Genre and extras multiply and count together at most ×{decimal_text(card.genre_tech_cap)}. `log10` counts "
        "only when the buyer asks for it; `hfr` is counted from 100 native frames a second.",
        f"## Already published\n\n×{decimal_text(card.published)}",
        _factors("Release", card.release),
        _factors("Scope", card.scope),
        _factors("Exclusivity", card.exclusivity),
        _factors("Term in months", card.term_months),
        "## Guards\n\n"
        + table(
            ("", f"{currency} a minute"),
            (
                ("Below this, raised to it", decimal_text(guards.auto_min)),
                ("Above this, an admin has to agree; quoted at it until then", decimal_text(guards.auto_max)),
                ("Above this, refused", decimal_text(guards.hard_max)),
            ),
        ),
        "## Service fee\n\nPaid by the buyer on top, by all hours licensed so far, this order included.\n\n"
        + table(
            ("From hours", "Share of what creators receive"),
            [(tier.from_hours, decimal_text(tier.share)) for tier in card.service_fee],
        ),
        f"## Payout\n\nOn day {payout.day} of the month, from {payout.minimum.amount} {currency} on, for earnings "
        f"older than {payout.hold_days} days.",
        "## Examples\n\n24 months, generative, not exclusive, nobody to release, unless it says otherwise.\n\n"
        + table(
            ("Footage", "Per minute", "Earns", ""), [_example_row(label, facts, card) for label, facts in _examples()]
        ),
    )
