"""What a draft of terms would change before anybody signs it: the price of examples, and the demand it reaches."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final

from core.errors import DomainError
from core.money import Money, RatePerMinute, line_amount
from licensing.domain.clauses import TermsValues
from licensing.domain.composition import profile_of
from licensing.domain.errors import ABOVE_HARD_MAXIMUM
from licensing.domain.explain import Verdict, explain_masks, verdict_of
from licensing.domain.facts import TERMS_MONTHS, Genre, GrantExclusivity, PricingFacts
from licensing.domain.matching import Dimension, Exclusivity, Profile, UseCase, fail_mask
from licensing.domain.pricing import price
from licensing.domain.ratecard import RateCard
from licensing.domain.use_case_values import grant_exclusivity, grant_scope
from licensing.domain.wording import Text, wording

_FORTY_MINUTES: Final = 2_400_000
_PER_CENT: Final = 100
PRICED_BY: Final = ("FIELD_OF_USE", "MODEL_CLASS", "EVAL_ONLY", "EXCLUSIVITY", "TERM", "PRICE")
"""The clauses whose values a price depends on."""


@dataclass(frozen=True, slots=True)
class Example:
    """Footage everybody can picture."""

    code: str
    words: Text
    facts: PricingFacts


_HD: Final = PricingFacts(duration_ms=_FORTY_MINUTES, width=1920, height=1080, frame_rate=Fraction(25))
_UHD: Final = replace(_HD, width=3840, height=2160)
EXAMPLES: Final = (
    Example(
        "drone_4k",
        wording("40 minutes of 4K from the air", "40 minutes de 4K vues du ciel"),
        replace(_UHD, genre=Genre.DRONE),
    ),
    Example("generic_1080p", wording("40 minutes of ordinary 1080p", "40 minutes de 1080p ordinaire"), _HD),
    Example(
        "talking_head_1080p",
        wording("40 minutes of a person talking, 1080p", "40 minutes d'une personne qui parle, 1080p"),
        replace(_HD, genre=Genre.TALKING_HEAD),
    ),
)


@dataclass(frozen=True, slots=True)
class Range:
    """What an example earns a creator: from the smallest grant the terms permit to the largest, both automatic."""

    low: Money
    high: Money


@dataclass(frozen=True, slots=True)
class PriceStep:
    """What one clause alone changes in the range of an example."""

    clause: str
    low: Money
    high: Money


@dataclass(frozen=True, slots=True)
class PriceEffect:
    """One example under the terms as they are and as drafted; None where nothing can be sold."""

    example: Example
    before: Range | None
    after: Range | None
    steps: tuple[PriceStep, ...]


def _grants(profile: Profile) -> list[dict[str, object]]:
    """Every kind of grant the terms permit, as the rate card tells them apart."""
    needs = [
        UseCase(purposes=frozenset({purpose}), model_classes=frozenset({model}))
        for purpose in profile.purposes
        for model in profile.model_classes
    ]
    exclusive = {GrantExclusivity.NONE} | (
        {grant_exclusivity(UseCase(frozenset(), frozenset(), exclusivity=profile.exclusivity))}
        if profile.exclusivity is not Exclusivity.NONE
        else set()
    )
    terms = [months for months in TERMS_MONTHS if months <= profile.term_months]
    return [
        {"scope": scope, "exclusivity": how, "term_months": months}
        for scope in sorted({grant_scope(need) for need in needs})
        for how in sorted(exclusive)
        for months in terms
    ]


def price_range(profile: Profile, facts: PricingFacts, card: RateCard) -> Range | None:
    """The least and the most these facts earn under any grant the terms permit, without anybody's approval.

    None when the terms permit no grant, or every one is above the hard maximum.
    """
    rates: list[RatePerMinute] = []
    for grant in _grants(profile):
        try:
            rates.append(price(replace(facts, floor=profile.floor, **grant), card).rate)  # type: ignore[arg-type]  # fields of the facts by name
        except DomainError as refused:
            if refused.code != ABOVE_HARD_MAXIMUM.code:
                raise
    if not rates:
        return None
    earned = sorted(line_amount(rate, facts.duration_ms).minor for rate in rates)
    return Range(Money(earned[0], card.currency), Money(earned[-1], card.currency))


def _steps(before: TermsValues, after: TermsValues, example: Example, card: RateCard) -> tuple[PriceStep, ...]:
    start, found = price_range(profile_of(before), example.facts, card), []
    for code in PRICED_BY:
        alone = price_range(profile_of({**before, code: after[code]}), example.facts, card)
        if start is not None and alone is not None and alone != start:
            found.append(PriceStep(code, alone.low - start.low, alone.high - start.high))
    return tuple(found)


def price_effect(before: TermsValues, after: TermsValues, card: RateCard) -> tuple[PriceEffect, ...]:
    """How a draft changes what each example earns, and what each of its clauses changes by itself."""
    return tuple(
        PriceEffect(
            example,
            price_range(profile_of(before), example.facts, card),
            price_range(profile_of(after), example.facts, card),
            _steps(before, after, example, card),
        )
        for example in EXAMPLES
    )


@dataclass(frozen=True, slots=True)
class Demand:
    """A buyer's need that stands today, the footage asked for under it, and whether the buyer's people approved it."""

    need: UseCase
    asked_ms: int
    approved: bool = False


@dataclass(frozen=True, slots=True)
class Barrier:
    """One dimension of the terms: the approved use cases and the time of all demand it keeps out at all, and those it
    alone keeps out.
    """

    dimension: Dimension
    use_cases: int
    only_use_cases: int
    asked_ms: int
    only_asked_ms: int


@dataclass(frozen=True, slots=True)
class Reach:
    """How much of today's demand terms fit: approved use cases are counted, time is that of every need.

    What fits only when the buyer accepts conditions is counted apart.
    """

    use_cases: int
    fits: int
    fits_if_accepted: int
    asked_ms: int
    fits_ms: int
    fits_if_accepted_ms: int
    barriers: tuple[Barrier, ...]
    """The dimension that costs most reach first."""

    @property
    def share_percent(self) -> int | None:
        """Of approved use cases, those the terms fit, conditions accepted or still to accept: whole per cent, rounded
        down. None while there is no approved one: a share of nothing is no number.
        """
        return _PER_CENT * (self.fits + self.fits_if_accepted) // self.use_cases if self.use_cases else None

    @property
    def share_words(self) -> Text:
        """The share as a sentence."""
        if not self.use_cases:
            return wording("No buyer has an approved use case yet.", "Aucun acheteur n'a encore d'usage approuvé.")
        fits, total = self.fits + self.fits_if_accepted, self.use_cases
        return wording(
            f"{fits} of {total} approved use cases fit ({self.share_percent}%).",
            f"Usages approuvés compatibles : {fits} sur {total} ({self.share_percent} %).",
        )

    @property
    def costs_most(self) -> Barrier | None:
        """The dimension whose loosening alone would gain most; None when nothing is kept out."""
        return self.barriers[0] if self.barriers else None


def reach(profile: Profile, demand: Sequence[Demand]) -> Reach:
    """What part of today's demand a profile fits, and which of its dimensions keeps most of it out.

    Conditions a buyer may still accept keep nobody out: `output_limits` is no barrier.
    """
    masks = [(fail_mask(profile, one.need), one) for one in demand]

    def told(verdict: Verdict) -> tuple[int, int]:
        found = [one for mask, one in masks if verdict_of(mask) is verdict]
        return sum(one.approved for one in found), sum(one.asked_ms for one in found)

    fits, conditional = told(Verdict.FITS), told(Verdict.FITS_IF_YOU_ACCEPT)
    return Reach(
        use_cases=sum(one.approved for one in demand),
        fits=fits[0],
        fits_if_accepted=conditional[0],
        asked_ms=sum(one.asked_ms for one in demand),
        fits_ms=fits[1],
        fits_if_accepted_ms=conditional[1],
        barriers=_barriers([(mask & ~Dimension.OUTPUT_LIMITS, one) for mask, one in masks]),
    )


def _barriers(hard: Sequence[tuple[Dimension, Demand]]) -> tuple[Barrier, ...]:
    counted = {row.dimension: row for row in explain_masks((mask, int(one.approved)) for mask, one in hard).obstacles}
    timed = {row.dimension: row for row in explain_masks((mask, one.asked_ms) for mask, one in hard).obstacles}
    barriers = [
        Barrier(
            dimension,
            counted[dimension].fails_on_ms if dimension in counted else 0,
            counted[dimension].only_obstacle_ms if dimension in counted else 0,
            timed[dimension].fails_on_ms if dimension in timed else 0,
            timed[dimension].only_obstacle_ms if dimension in timed else 0,
        )
        for dimension in {**counted, **timed}
    ]
    return tuple(
        sorted(
            barriers,
            key=lambda row: (-row.only_asked_ms, -row.only_use_cases, -row.asked_ms, -row.use_cases, row.dimension),
        )
    )


@dataclass(frozen=True, slots=True)
class Preview:
    """A draft beside the terms it would replace."""

    values: TermsValues
    prices: tuple[PriceEffect, ...]
    before: Reach
    after: Reach
    needs_amendment: tuple[str, ...]
    """Clauses whose drafted values a person has to agree to."""


def preview(
    before: TermsValues,
    after: TermsValues,
    *,
    card: RateCard,
    demand: Iterable[Demand],
    needs_amendment: Iterable[str],
) -> Preview:
    """Put a draft beside the terms it would replace: prices by the card, reach by today's demand."""
    wanted = list(demand)
    return Preview(
        after,
        price_effect(before, after, card),
        reach(profile_of(before), wanted),
        reach(profile_of(after), wanted),
        tuple(needs_amendment),
    )
