"""What another rate card would change: the same clips priced by both, line by line, to the cent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final
from uuid import UUID

from core.errors import DomainError
from core.money import Money, line_amount
from licensing.domain.errors import ABOVE_HARD_MAXIMUM
from licensing.domain.facts import HFR_FROM, PricingFacts
from licensing.domain.pricing import Price, price
from licensing.domain.ratecard import MS_PER_HOUR, RateCard
from media_ingest.domain.resolution import ResolutionClass

LARGEST: Final = 10
"""How many of the largest changes are named, each way."""


@dataclass(frozen=True, slots=True)
class Priced:
    """A clip of the library and what its price depends on."""

    clip_id: UUID
    organisation_id: UUID
    facts: PricingFacts


@dataclass(frozen=True, slots=True)
class Moved:
    """A clip, or everything of a creator, under both cards."""

    subject_id: UUID
    before: Money
    after: Money

    @property
    def change(self) -> Money:
        """What it gains; negative when it loses."""
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class ClassTotals:
    """The clips of one resolution class under both cards."""

    resolution_class: ResolutionClass
    clips: int
    duration_ms: int
    before: Money
    after: Money


@dataclass(frozen=True, slots=True)
class Side:
    """The whole library under one card. Clips above the hard maximum count as nothing: they could not be sold."""

    creators: Money
    service_fee: Money
    """At the share of a buyer who licenses all of it."""
    refused: int
    needs_admin: int


@dataclass(frozen=True, slots=True)
class FeeStep:
    """From these licensed hours on: the service fee's share under both cards."""

    from_hours: int
    before: Fraction
    after: Fraction


@dataclass(frozen=True, slots=True)
class Simulation:
    """What a draft would change in the library, for the usual grant: generative, 24 months, not exclusive."""

    clips: int
    duration_ms: int
    changed: int
    before: Side
    after: Side
    classes: tuple[ClassTotals, ...]
    fees: tuple[FeeStep, ...]
    winners: tuple[Moved, ...]
    losers: tuple[Moved, ...]
    creators_winning: tuple[Moved, ...]
    creators_losing: tuple[Moved, ...]


Key = tuple[object, ...]


def _key(facts: PricingFacts) -> Key:
    """All that a rate per minute depends on, cheap to compare: footage of one kind is priced once."""
    return (
        facts.width,
        facts.height,
        facts.frame_rate >= HFR_FROM,
        facts.genre,
        facts.tech,
        facts.published,
        facts.release,
        facts.scope,
        facts.exclusivity,
        facts.term_months,
        None if facts.floor is None else facts.floor.as_integer_ratio(),
        facts.log10_wanted,
    )


@dataclass(slots=True)
class _Pricing:
    """One card's prices, and what they add up to."""

    card: RateCard
    known: dict[Key, Price | None] = field(default_factory=dict)
    minor: int = 0
    refused: int = 0
    needs_admin: int = 0

    def line(self, key: Key, facts: PricingFacts) -> int:
        """What the clip earns, in cents; nothing when the card refuses it."""
        if key not in self.known:
            self.known[key] = self._quoted(facts)
        quoted = self.known[key]
        if quoted is None:
            self.refused += 1
            return 0
        self.needs_admin += quoted.guard is not None
        earned = line_amount(quoted.rate, facts.duration_ms).minor
        self.minor += earned
        return earned

    def _quoted(self, facts: PricingFacts) -> Price | None:
        try:
            return price(facts, self.card)
        except DomainError as refused:
            if refused.code != ABOVE_HARD_MAXIMUM.code:
                raise
            return None

    def side(self, duration_ms: int) -> Side:
        creators = Money(self.minor, self.card.currency)
        return Side(creators, self.card.fee(creators, duration_ms), self.refused, self.needs_admin)


@dataclass(slots=True)
class _Tally:
    """Sums of both cards for each key."""

    currency: str
    sums: dict[object, list[int]] = field(default_factory=dict)

    def add(self, key: object, duration_ms: int, before: int, after: int) -> None:
        row = self.sums.setdefault(key, [0, 0, 0, 0])
        for place, more in enumerate((1, duration_ms, before, after)):
            row[place] += more

    def moved(self, key: UUID) -> Moved:
        row = self.sums[key]
        return Moved(key, Money(row[2], self.currency), Money(row[3], self.currency))


def _largest(moved: Iterable[Moved], sign: int) -> tuple[Moved, ...]:
    going = [one for one in moved if one.change.minor * sign > 0]
    return tuple(sorted(going, key=lambda one: (-abs(one.change.minor), str(one.subject_id)))[:LARGEST])


def _fees(current: RateCard, draft: RateCard) -> tuple[FeeStep, ...]:
    hours = sorted({tier.from_hours for card in (current, draft) for tier in card.service_fee})
    return tuple(
        FeeStep(step, current.fee_share(step * MS_PER_HOUR), draft.fee_share(step * MS_PER_HOUR)) for step in hours
    )


def simulate(library: Iterable[Priced], current: RateCard, draft: RateCard) -> Simulation:
    """Price every clip by both cards; the totals are sums of rounded lines, as orders are."""
    before, after = _Pricing(current), _Pricing(draft)
    classes, creators = _Tally(current.currency), _Tally(current.currency)
    moved: list[Moved] = []
    clips = duration_ms = 0
    for clip in library:
        key, length = _key(clip.facts), clip.facts.duration_ms
        old, new = before.line(key, clip.facts), after.line(key, clip.facts)
        clips, duration_ms = clips + 1, duration_ms + length
        classes.add(clip.facts.resolution_class, length, old, new)
        creators.add(clip.organisation_id, length, old, new)
        if old != new:
            moved.append(Moved(clip.clip_id, Money(old, current.currency), Money(new, current.currency)))
    studios = [creators.moved(key) for key in creators.sums if isinstance(key, UUID)]
    return Simulation(
        clips=clips,
        duration_ms=duration_ms,
        changed=len(moved),
        before=before.side(duration_ms),
        after=after.side(duration_ms),
        classes=tuple(
            ClassTotals(name, row[0], row[1], Money(row[2], current.currency), Money(row[3], current.currency))
            for name in ResolutionClass
            if (row := classes.sums.get(name)) is not None
        ),
        fees=_fees(current, draft),
        winners=_largest(moved, 1),
        losers=_largest(moved, -1),
        creators_winning=_largest(studios, 1),
        creators_losing=_largest(studios, -1),
    )
