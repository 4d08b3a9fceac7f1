"""Reading prices: the card in force, what clips declare, which use case a buyer means, the price of a clip."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from fractions import Fraction
from functools import lru_cache
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from core.accounts.policy import Actor, require
from core.clock import now
from core.ids import NOT_FOUND, Prefix, public_id
from licensing.domain.actions import USE_CASE_VIEW
from licensing.domain.declaration import CmoStatus, Declared, PeopleShown
from licensing.domain.errors import ASSET_NOT_READY, NO_RATE_CARD
from licensing.domain.facts import (
    Genre,
    GrantExclusivity,
    GrantScope,
    PricingFacts,
    ReleaseStatus,
    Tech,
)
from licensing.domain.matching import UseCase as Need
from licensing.domain.ratecard import RateCard as Card
from licensing.domain.ratecard import parse_rate_card
from licensing.domain.use_case_values import grant_exclusivity, grant_scope, read_use_case
from licensing.models import Declaration, RateCard, UseCase, UseCaseVersion
from licensing.selectors.approvals import versions_with_approvals
from media_ingest.domain.states import AssetState
from media_ingest.models import Asset, Clip


@lru_cache(maxsize=32)
def _parsed(_sha256: str, text: str) -> Card:
    return parse_rate_card(json.loads(text))


def card_of(row: RateCard) -> Card:
    """Return a stored card as the domain reads it."""
    return _parsed(row.sha256, json.dumps(row.card, sort_keys=True))


def rate_card_row_in_force(at: datetime | None = None, *, organisation_id: UUID | None = None) -> RateCard:
    """Return the row of the rate card in force at an instant (now, when not given); `no_rate_card` if there is none.

    With an organisation, the card agreed with it while that holds, else everybody's. A card holds from `valid_from`
    until the next one of its kind, or until its own `valid_until`.
    """
    moment = at or now()
    begun = RateCard.objects.filter(Q(organisation=None) | Q(organisation_id=organisation_id), valid_from__lte=moment)
    newest: dict[UUID | None, RateCard] = {}
    for row in begun.order_by("valid_from"):
        newest[row.organisation_id] = row
    own = newest.get(organisation_id) if organisation_id is not None else None
    if own is not None and (own.valid_until is None or own.valid_until > moment):
        return own
    row_of_all = newest.get(None)
    if row_of_all is None:
        raise NO_RATE_CARD(
            "No price can be told at this time and nothing was stored. An operator has to load a rate card."
        )
    return row_of_all


def rate_in_force(at: datetime | None = None, *, organisation_id: UUID | None = None) -> Card:
    """Return the rate card in force at an instant (now, when not given), for one organisation or for everybody."""
    return card_of(rate_card_row_in_force(at, organisation_id=organisation_id))


def rate_card_named(version: str) -> Card:
    """Return a published card by its version, in force or not: quotes are explained with the card they froze."""
    row = RateCard.objects.filter(version=version).first()
    if row is None:
        raise NO_RATE_CARD(f"There is no rate card {version}.")
    return card_of(row)


def declared_of(row: Declaration | None) -> Declared:
    """Return what a stored declaration says; the assumptions when there is none."""
    if row is None:
        return Declared()
    return Declared(
        genre=Genre(row.genre),
        tech=frozenset(Tech(extra) for extra in row.tech),
        published=row.published,
        release=ReleaseStatus(row.release),
        people=PeopleShown(row.people),
        minors=row.minors,
        cmo_status=CmoStatus(row.cmo_status),
        cmo_authorisation=row.cmo_authorisation,
    )


def declarations_of(clip_ids: Iterable[UUID]) -> dict[UUID, Declared]:
    """Return what each clip declares, in one query; clips that declare nothing have the assumptions."""
    wanted = list(clip_ids)
    stored = {row.clip_id: declared_of(row) for row in Declaration.objects.filter(clip_id__in=wanted)}
    return {clip_id: stored.get(clip_id, Declared()) for clip_id in wanted}


def declared_for(clip_id: UUID) -> Declared:
    """Return what one clip declares, or the assumptions."""
    return declarations_of([clip_id])[clip_id]


def measured_facts(asset: Asset) -> dict[str, object]:
    """Return the facts of a ready asset that a price depends on, as `read_facts` reads them."""
    if asset.state != AssetState.READY:
        raise ASSET_NOT_READY(
            f"The file is {asset.state}; ask again when it is ready. Nothing was stored.", state=asset.state
        )
    return {
        "duration_ms": asset.duration_ms,
        "width": asset.width,
        "height": asset.height,
        "frame_rate": f"{asset.frame_rate_num}/{asset.frame_rate_den}",
    }


def clip_facts(
    clip: Clip,
    declared: Declared,
    need: Need | None = None,
    floor: Fraction | None = None,
    *,
    log10_wanted: bool = False,
) -> PricingFacts:
    """Return the pricing facts of a clip for a buyer's need (`need` None: generative, 24 months, not exclusive).

    The clip's asset has to be loaded. `floor` is the creator's least price per minute from the terms.
    """
    asset = clip.asset
    measured = measured_facts(asset)
    return PricingFacts(
        duration_ms=clip.end_ms - clip.start_ms,
        width=asset.width or 0,
        height=asset.height or 0,
        frame_rate=Fraction(str(measured["frame_rate"])),
        genre=declared.genre,
        tech=declared.tech,
        published=declared.published,
        release=declared.release,
        scope=grant_scope(need) if need else GrantScope.GENERATIVE,
        exclusivity=grant_exclusivity(need) if need else GrantExclusivity.NONE,
        term_months=need.term_months if need else 24,
        floor=floor,
        log10_wanted=log10_wanted,
    )


def use_cases_visible_to(actor: Actor) -> QuerySet[UseCase]:
    """Return the use cases of the actor's organisation with their versions, newest first; buyers only."""
    require(actor, USE_CASE_VIEW)
    rows = UseCase.objects.prefetch_related(Prefetch("versions", versions_with_approvals()))
    return rows if actor.organisation_id is None else rows.filter(organisation_id=actor.organisation_id)


def use_case_get(actor: Actor, use_case_id: UUID) -> UseCase:
    """Return one visible use case with its versions, or `not_found`."""
    found = use_cases_visible_to(actor).filter(pk=use_case_id).first()
    if found is None:
        raise NOT_FOUND(f"You have no use case {public_id(Prefix.USE_CASE, use_case_id)}.")
    return found


def needs_standing(use_cases: Collection[UUID]) -> dict[UUID, Need]:
    """Return what these use cases need today: the newest version of each, by the use case's id."""
    newer = UseCaseVersion.objects.filter(use_case=OuterRef("use_case"), number__gt=OuterRef("number"))
    rows = UseCaseVersion.objects.filter(~Exists(newer), use_case__in=use_cases).select_related("use_case")
    return {row.use_case_id: need_of(row) for row in rows}


def newest_version(use_case: UseCase) -> UseCaseVersion:
    """Return the version that counts for new quotes."""
    return max(use_case.versions.all(), key=lambda version: version.number)


def need_of(version: UseCaseVersion) -> Need:
    """Return what a version needs, with the buyer's public id in it. The version's use case has to be loaded."""
    values: Mapping[str, object] = version.values
    return read_use_case(values, public_id(Prefix.ORGANISATION, version.use_case.organisation_id))
