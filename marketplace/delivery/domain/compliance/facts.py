"""What is known of a set of licences, counted from rows. What no row says is None: it is told as unknown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Party:
    """A company or studio: public id and name."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Span:
    """Days as ISO dates, the last included; `unknown` counts what has no date."""

    first: str | None
    last: str | None
    unknown: int


@dataclass(frozen=True, slots=True)
class Facts:
    """Licensed footage of one buyer, as the tables tell it. Counts are clips, unless they say otherwise."""

    site: str
    orders: tuple[str, ...]
    datasets: tuple[str, ...]
    """`<dataset>@v<version>`; empty before the first is built."""
    licensee: Party
    licensors: tuple[Party, ...]
    platform: str
    use_cases: tuple[str, ...]
    purposes: tuple[str, ...]
    model_classes: tuple[str, ...]
    commercial: bool
    territories: tuple[str, ...]
    storage: tuple[str, ...]
    sublicense: tuple[str, ...]
    exclusivity: tuple[str, ...]
    starts: str
    ends: str
    price: Mapping[str, str]
    """What was paid with the service fee, by currency, decimal strings."""
    clips: int
    duration_ms: int
    with_audio: int
    recorded: Span
    languages: Mapping[str, int]
    unknown_language: int
    genres: Mapping[str, int]
    people: Mapping[str, int]
    """What creators declare about people shown, by those they list where they list any; `undeclared` where nothing."""
    minors: int
    releases: Mapping[str, int]
    published_before: int
    societies: Mapping[str, int]
    vouched_not_generated: int
    """Clips whose creator warrants in the signed terms that nothing was generated, save as declared."""
    vouched_no_third_party: int
    agreements: int
    withdrawn: int
    """Clips whose licence ended because they were taken back."""
