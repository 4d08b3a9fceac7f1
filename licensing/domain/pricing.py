"""What a licensed minute costs, step by step, in exact fractions; what a clip earns; what would raise it.

`rate = base × min(genre × tech, cap) × published × release × scope × exclusivity × term`, then the creator's floor,
then the guards. Source: domain page, §3. Nothing is rounded before a line's one rounding (`core.money.line_amount`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from math import prod
from typing import Final

from core.money import Money, RatePerMinute, decimal_text, line_amount
from core.timecode import ratio_text
from licensing.domain.errors import ABOVE_HARD_MAXIMUM
from licensing.domain.facts import (
    HFR_FROM,
    Genre,
    GrantExclusivity,
    GrantScope,
    PricingFacts,
    ReleaseStatus,
    Tech,
)
from licensing.domain.ratecard import RateCard
from media_ingest.domain.resolution import ResolutionClass

ONE: Final = Fraction(1)

_GENRE_WORDS: Final = {
    Genre.GENERIC: "ordinary footage",
    Genre.TALKING_HEAD: "a person talking to the camera",
    Genre.DRONE: "filmed from the air",
    Genre.ANIMATION_3D: "3D animation",
    Genre.ANIMATION_2D: "2D animation",
    Genre.VR360: "360° footage",
    Genre.EGOCENTRIC: "filmed from the person's own eyes",
    Genre.RARE: "a rare subject",
}
_TECH_WORDS: Final = {
    Tech.HFR: "high frame rate",
    Tech.STEREO: "stereo picture",
    Tech.LOG10: "10-bit log master",
    Tech.TELEMETRY: "telemetry",
    Tech.AUDIO_CLEAN: "clean sound",
    Tech.HUMAN_CAPTIONS: "captions written by a person",
}
_RELEASE_WORDS: Final = {
    ReleaseStatus.FULL: "everyone recognisable signed a release",
    ReleaseStatus.NONE_NEEDED: "nobody has to sign a release",
    ReleaseStatus.BLURRED: "people are blurred instead of released",
}
_SCOPE_WORDS: Final = {
    GrantScope.EVALUATION: "used to measure models, not to train them",
    GrantScope.NON_GENERATIVE: "trains models that recognise, not models that generate",
    GrantScope.GENERATIVE: "trains generative models",
}
_EXCLUSIVITY_WORDS: Final = {
    GrantExclusivity.NONE: "others may license the same minutes",
    GrantExclusivity.AI_TRAINING: "nobody else may train on these minutes",
    GrantExclusivity.BUYOUT: "nobody else may license these minutes",
}


class Needs(StrEnum):
    """Who has to agree before a price above the automatic ceiling holds."""

    ADMIN_APPROVAL = "admin_approval"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the price. The factors multiply, and what the steps add sums, to the quoted rate, exactly.

    The first step's factor is the base rate itself. `adds` is currency units per minute and may be negative.
    """

    label: str
    factor: Fraction
    adds: Fraction
    because: str

    @property
    def factor_text(self) -> str:
        """The factor as a decimal, or as an exact ratio such as `400/273` when no decimal is exact."""
        return exact_text(self.factor)

    @property
    def adds_text(self) -> str:
        """The currency units per minute it adds, as an exact decimal."""
        return decimal_text(self.adds)


@dataclass(frozen=True, slots=True)
class Guard:
    """The computed price was above the automatic ceiling: what it was, and who has to agree."""

    computed: Fraction
    needs: Needs

    @property
    def computed_text(self) -> str:
        """The computed price per minute, as an exact decimal."""
        return decimal_text(self.computed)


@dataclass(frozen=True, slots=True)
class Price:
    """The quoted rate of a clip and the steps to it. With a `guard` it is the ceiling, until an admin agrees."""

    rate: RatePerMinute
    steps: tuple[Step, ...]
    guard: Guard | None
    rate_card: str


@dataclass(frozen=True, slots=True)
class Raise:
    """One thing that would raise the price by itself, with nobody's approval."""

    action: str
    rate: RatePerMinute
    adds: Fraction

    @property
    def adds_text(self) -> str:
        """The currency units per minute it adds, as an exact decimal."""
        return decimal_text(self.adds)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A price explained: what these minutes earn, the most they could earn automatically, and how."""

    price: Price
    earns: Money
    up_to: Money
    resolution_class: ResolutionClass
    raises: tuple[Raise, ...]


def exact_text(value: Fraction) -> str:
    """Return a factor as an exact decimal with two places or more, or as a ratio when it has no finite decimal."""
    try:
        return decimal_text(value)
    except ValueError:
        return ratio_text(value)


class _Ladder:
    """Multiplies a rate up from nothing and keeps every step."""

    def __init__(self, base: Fraction, because: str) -> None:
        self.rate = base
        self.steps = [Step("Base rate", base, base, because)]

    def times(self, label: str, factor: Fraction, because: str) -> None:
        before, self.rate = self.rate, self.rate * factor
        self.steps.append(Step(label, factor, self.rate - before, because))

    def becomes(self, label: str, rate: Fraction, because: str) -> None:
        self.times(label, rate / self.rate, because)


def _tech_because(facts: PricingFacts, card: RateCard) -> str:
    told = [f"{_TECH_WORDS[extra]} ×{decimal_text(card.tech[extra])}" for extra in facts.counting_tech]
    if Tech.HFR in facts.counting_tech and facts.frame_rate >= HFR_FROM:
        told.append(f"{ratio_text(facts.frame_rate)} frames a second is {HFR_FROM} or more")
    if Tech.LOG10 in facts.tech and not facts.log10_wanted:
        told.append("a log master counts only when a buyer asks for it")
    return "; ".join(told) or "no extras"


def _climb(facts: PricingFacts, card: RateCard) -> _Ladder:
    """All steps up to the term: what the card alone says."""
    named = facts.resolution_class
    shorter = min(facts.width, facts.height)
    ladder = _Ladder(
        card.base[named], f"{facts.width} × {facts.height} as displayed: the shorter side is {shorter}, class {named}"
    )
    genre, tech = card.genre[facts.genre], prod((card.tech[extra] for extra in facts.counting_tech), start=ONE)
    ladder.times("Genre", genre, _GENRE_WORDS[facts.genre])
    ladder.times("Technical extras", tech, _tech_because(facts, card))
    if genre * tech > card.genre_tech_cap:
        cap = decimal_text(card.genre_tech_cap)
        ladder.becomes(
            "Limit of genre and extras",
            card.base[named] * card.genre_tech_cap,
            f"genre and extras together count at most ×{cap}, not ×{exact_text(genre * tech)}",
        )
    ladder.times(
        "Already published",
        card.published if facts.published else ONE,
        "already public somewhere" if facts.published else "never published",
    )
    ladder.times("Release", card.release[facts.release], _RELEASE_WORDS[facts.release])
    ladder.times("Scope", card.scope[facts.scope], _SCOPE_WORDS[facts.scope])
    ladder.times("Exclusivity", card.exclusivity[facts.exclusivity], _EXCLUSIVITY_WORDS[facts.exclusivity])
    ladder.times("Term", card.term_months[facts.term_months], f"{facts.term_months} months of training access")
    return ladder


def _computed(facts: PricingFacts, card: RateCard) -> _Ladder:
    """What the card says, never below the creator's floor."""
    ladder = _climb(facts, card)
    if facts.floor is not None and facts.floor > ladder.rate:
        ladder.becomes("Creator's floor", facts.floor, f"the creator sells for {decimal_text(facts.floor)} or more")
    return ladder


def _ceiling(facts: PricingFacts, card: RateCard) -> Fraction:
    """The highest automatic rate; a floor above it is still never undercut."""
    return max(card.guards.auto_max, facts.floor or Fraction(0))


def _automatic(facts: PricingFacts, card: RateCard) -> Fraction:
    """The rate quoted without anybody's approval, whatever was computed."""
    return min(max(_computed(facts, card).rate, card.guards.auto_min), _ceiling(facts, card))


def price(facts: PricingFacts, card: RateCard) -> Price:
    """The rate per minute that creators receive, with every step that leads to it.

    Below the automatic minimum it is raised to it; above the automatic maximum it is quoted at the maximum (or at the
    creator's floor, if that is higher) with a `guard`; above the hard maximum it is refused: `above_hard_maximum`.
    """
    ladder = _computed(facts, card)
    computed, guards = ladder.rate, card.guards
    if computed > guards.hard_max:
        raise ABOVE_HARD_MAXIMUM(
            f"These facts come to {decimal_text(computed)} {card.currency} a minute; nothing is sold above "
            f"{decimal_text(guards.hard_max)}. Nothing was stored; choose less exclusivity, a shorter term or a lower "
            "floor.",
            computed=decimal_text(computed),
            hard_max=decimal_text(guards.hard_max),
        )
    guard = None
    if computed > guards.auto_max:
        guard = Guard(computed, Needs.ADMIN_APPROVAL)
        because = f"above {decimal_text(guards.auto_max)} an admin has to agree; quoted at the ceiling until then"
        ladder.becomes("Guard", _ceiling(facts, card), because)
    elif computed < guards.auto_min:
        ladder.becomes("Guard", guards.auto_min, f"never less than {decimal_text(guards.auto_min)} a minute")
    else:
        low, high = decimal_text(guards.auto_min), decimal_text(guards.auto_max)
        ladder.times("Guard", ONE, f"between {low} and {high} a minute: automatic")
    return Price(RatePerMinute(ladder.rate, card.currency), tuple(ladder.steps), guard, card.version)


def _options(facts: PricingFacts, card: RateCard) -> list[tuple[str, PricingFacts]]:
    """What a creator can really change by himself; what the footage is cannot be changed."""
    options: list[tuple[str, PricingFacts]] = []
    if facts.release is ReleaseStatus.BLURRED:
        act = "Replace the blurring by signed releases of everyone recognisable"
        options.append((act, replace(facts, release=ReleaseStatus.FULL)))
    if facts.release is ReleaseStatus.NONE_NEEDED:
        act = "If people or places can be recognised, attach their signed releases"
        options.append((act, replace(facts, release=ReleaseStatus.FULL)))
    options += [
        (f"Allow {months} months instead of {facts.term_months}", replace(facts, term_months=months))
        for months in card.term_months
        if months > facts.term_months
    ]
    if facts.exclusivity is GrantExclusivity.NONE:
        act = "Offer AI training exclusively to one buyer"
        options.append((act, replace(facts, exclusivity=GrantExclusivity.AI_TRAINING)))
    return options


def raises(facts: PricingFacts, card: RateCard) -> tuple[Raise, ...]:
    """What would raise the price, each by itself and without approval, the largest first; empty at the ceiling."""
    now = _automatic(facts, card)
    found: list[Raise] = []
    for action, changed in _options(facts, card):
        rate = _automatic(changed, card)
        if rate > now:
            found.append(Raise(action, RatePerMinute(rate, card.currency), rate - now))
    return tuple(sorted(found, key=lambda option: (-option.adds, option.action)))


def best_automatic_rate(facts: PricingFacts, card: RateCard) -> RatePerMinute:
    """The most the same minutes could cost without approval: full releases, the longest term, exclusive AI training.

    Never less than the price as it stands.
    """
    best = replace(facts, release=ReleaseStatus.FULL, term_months=max(card.term_months))
    if facts.exclusivity is GrantExclusivity.NONE:
        best = replace(best, exclusivity=GrantExclusivity.AI_TRAINING)
    return RatePerMinute(max(_automatic(best, card), _automatic(facts, card)), card.currency)


def estimate(facts: PricingFacts, card: RateCard) -> Estimate:
    """Price these facts and explain it: earnings are one line, rounded once, half to even, to the cent."""
    quoted = price(facts, card)
    return Estimate(
        price=quoted,
        earns=line_amount(quoted.rate, facts.duration_ms),
        up_to=line_amount(best_automatic_rate(facts, card), facts.duration_ms),
        resolution_class=facts.resolution_class,
        raises=raises(facts, card),
    )


@dataclass(frozen=True, slots=True)
class Totals:
    """What a buyer pays: the sum of rounded lines to creators, the fee on that sum, and both."""

    creators: Money
    service_fee: Money
    total: Money


def totals(lines: list[Money], *, duration_ms: int, licensed_before_ms: int, card: RateCard) -> Totals:
    """Add up an order: `duration_ms` of it, after `licensed_before_ms` that the buyer has licensed already.

    The fee falls with total licensed hours, this order included; the creators' lines never do.
    """
    creators = sum(lines, start=Money.zero(card.currency))
    fee = card.fee(creators, licensed_before_ms + duration_ms)
    return Totals(creators, fee, creators + fee)
