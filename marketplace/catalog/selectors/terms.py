"""What licensing says about listings: profiles of terms, use cases, prices."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from core.accounts.policy import Actor
from core.errors import DomainError
from licensing.domain.errors import ABOVE_HARD_MAXIMUM
from licensing.domain.matching import Profile, UseCase
from licensing.domain.pricing import Price, price
from licensing.domain.ratecard import RateCard
from licensing.domain.societies import Societies
from licensing.models import TermsProfileVersion
from licensing.selectors.consent import settled_of
from licensing.selectors.pricing import clip_facts, need_of, newest_version, rate_in_force, use_case_get
from licensing.selectors.societies import societies_of
from licensing.selectors.terms import profile_for, signed_agreement_for
from marketplace.catalog.models import Listing

_KNOWN: Final[dict[UUID, Profile]] = {}
_KNOWN_MOST: Final = 50_000


@dataclass(frozen=True, slots=True)
class Need:
    """A buyer's use case as it stands now."""

    use_case_id: UUID
    version_id: UUID
    organisation_id: UUID
    use_case: UseCase


@dataclass(frozen=True, slots=True)
class SignedTerms:
    """What a studio has signed: the agreement, and the terms with all approved amendments in them.

    Beside it, what the studio answered about collecting societies: that may stop every sale.
    """

    agreement_id: UUID
    version_id: UUID
    societies: Societies


def signed_terms_of(organisation_id: UUID) -> SignedTerms | None:
    """A studio's newest signed agreement and its effective terms; None when it has none in force."""
    agreement = signed_agreement_for(organisation_id)
    if agreement is None or agreement.effective_version_id is None:
        return None
    return SignedTerms(agreement.pk, agreement.effective_version_id, societies_of(organisation_id))


def use_case_in_force(actor: Actor, use_case_id: UUID) -> Need:
    """The newest version of one of the actor's use cases, or `not_found`."""
    row = use_case_get(actor, use_case_id)
    version = newest_version(row)
    return Need(row.pk, version.pk, row.organisation_id, need_of(version))


def card_in_force(at: datetime | None = None, *, buyer_id: UUID | None = None) -> RateCard:
    """The rate card that new quotes use: the one agreed with this buyer, else everybody's."""
    return rate_in_force(at, organisation_id=buyer_id)


def profiles_of(version_ids: Iterable[UUID]) -> dict[UUID, Profile]:
    """The profile of each version of terms. They never change, so each is read once in a process."""
    wanted = set(version_ids)
    known = {key: _KNOWN[key] for key in wanted if key in _KNOWN}
    missing = wanted - known.keys()
    if missing:
        rows = TermsProfileVersion.objects.filter(pk__in=missing)
        known |= {row.pk: profile_for(row) for row in rows}
        if len(_KNOWN) + len(missing) > _KNOWN_MOST:
            _KNOWN.clear()
        _KNOWN.update(known)
    return known


def price_of(listing: Listing, *, profile: Profile, use_case: UseCase | None, card: RateCard) -> Price | None:
    """The price of a clip under a use case (None: the usual grant); None when it is above the hard maximum."""
    facts = clip_facts(listing.clip, settled_of(listing.clip.declaration), use_case, profile.floor)
    try:
        return price(facts, card)
    except DomainError as error:
        if error.code == ABOVE_HARD_MAXIMUM.code:
            return None
        raise


def agreement_sha256(listing: Listing) -> str:
    """The digest of the signed agreement a listing is offered under."""
    if listing.agreement is None:
        message = "a listing without an agreement is not offered"
        raise ValueError(message)
    return listing.agreement.sha256
