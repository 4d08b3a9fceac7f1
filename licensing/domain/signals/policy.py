"""The one policy that every dialect says: where a file stands, under which terms, and for whom."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Final

from licensing.domain.matching import (
    Exclusivity,
    People,
    Profile,
    Purpose,
    Retention,
    Sublicense,
    Territory,
    UseCase,
)

MEASURING: Final = frozenset({Purpose.EVALUATE, Purpose.BENCHMARK})
"""Purposes that measure a model and never train one."""


class SignalState(StrEnum):
    """Where a file stands when somebody reads its signals."""

    ON_SALE = "on_sale"
    """A public page or preview of a clip that can be licensed."""
    NOT_FOR_SALE = "not_for_sale"
    """Paused, withdrawn, refused, or never offered."""
    EVALUATION = "evaluation"
    """A copy delivered to measure models with, never to train them."""
    LICENSED = "licensed"
    """A copy delivered under a licence."""


@dataclass(frozen=True, slots=True)
class LicenceFacts:
    """One licence: its public id and address, its parties, its days, and the use it was granted for.

    ``window_days`` is how long an evaluation copy may be used, when its terms limit that.
    """

    id: str
    url: str
    licensee: str
    starts: date
    ends: date
    use_case: UseCase
    window_days: int | None = None


@dataclass(frozen=True, slots=True)
class RightsPolicy:
    """What one file's signals say. Build it with the function of its state; addresses are absolute URLs.

    ``target`` is what is signalled about; ``offer_url`` is where it can be licensed; ``policy_url`` is where a program
    reads the terms, when that is another place; ``site`` is the installation.
    """

    state: SignalState
    site: str
    target: str
    licensor: str = ""
    offer_url: str = ""
    profile: Profile | None = None
    licence: LicenceFacts | None = None
    policy_url: str = ""

    @property
    def rights_url(self) -> str:
        """Where the rights are explained: the licence of a delivered copy, else the offer; empty when there is none."""
        if self.licence is not None:
            return self.licence.url
        return self.offer_url

    @property
    def terms(self) -> Profile:
        """The terms behind the state; ValueError when nothing is offered or granted."""
        if self.profile is None:
            raise ValueError(f"a file that is {self.state} has no terms")
        return self.profile

    @property
    def grant(self) -> LicenceFacts:
        """The licence behind a delivered copy; ValueError when there is none."""
        if self.licence is None:
            raise ValueError(f"a file that is {self.state} has no licence")
        return self.licence


def on_sale(
    *, site: str, target: str, offer_url: str, licensor: str, profile: Profile, policy_url: str = ""
) -> RightsPolicy:
    """The policy of a clip's public preview while the clip can be licensed under these terms."""
    return RightsPolicy(SignalState.ON_SALE, site, target, licensor, offer_url, profile, policy_url=policy_url)


def not_for_sale(*, site: str, target: str) -> RightsPolicy:
    """The policy of footage that nobody may license now."""
    return RightsPolicy(SignalState.NOT_FOR_SALE, site, target)


def delivered(*, site: str, target: str, licensor: str, profile: Profile, licence: LicenceFacts) -> RightsPolicy:
    """The policy of a delivered copy: an evaluation copy when the use case only measures models, else licensed."""
    measuring = licence.use_case.purposes <= MEASURING
    state = SignalState.EVALUATION if measuring else SignalState.LICENSED
    return RightsPolicy(state, site, target, licensor, "", profile, licence)


def _lower(one: StrEnum, other: StrEnum) -> StrEnum:
    ladder = list(type(one))
    return ladder[min(ladder.index(one), ladder.index(other))]


def _meet(terms: Territory, need: Territory) -> Territory:
    """The countries asked for that the terms permit."""
    if need.allow is None:
        return Territory(terms.allow, terms.deny | need.deny)
    asked = need.allow - need.deny - terms.deny
    return Territory(asked if terms.allow is None else asked & terms.allow)


def granted(terms: Profile, need: UseCase) -> Profile:
    """What a licence grants: of everything the terms permit, no more than the use case asks for.

    A use case that fits the terms fits its grant, and one that does not fit the terms does not fit the grant.
    """
    return replace(
        terms,
        purposes=terms.purposes & need.purposes,
        model_classes=terms.model_classes & need.model_classes,
        commercial=terms.commercial and need.commercial,
        territory=_meet(terms.territory, need.territory),
        storage=_meet(terms.storage, need.storage),
        term_months=min(terms.term_months, need.term_months),
        retention=Retention(_lower(terms.retention, need.retention)),
        sublicense=Sublicense(_lower(terms.sublicense, need.sublicense)),
        people=People(_lower(terms.people, need.people)),
        modalities=terms.modalities & need.modalities,
        exclusivity=Exclusivity(_lower(terms.exclusivity, need.exclusivity)),
    )
