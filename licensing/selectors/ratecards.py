"""Reading rate cards: what is in force for whom, what is drafted, and what a draft would change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from uuid import UUID

from django.db.models import QuerySet

from core.accounts.policy import Actor, require
from core.clock import now
from core.ids import NOT_FOUND
from licensing.domain.card_states import RateCardState
from licensing.domain.declaration import Declared
from licensing.domain.desk_actions import RATE_CARD_VIEW
from licensing.domain.ratecard import parse_rate_card
from licensing.domain.simulation import Priced, Simulation, simulate
from licensing.domain.states import AgreementState
from licensing.models import Agreement, RateCard, RateCardDraft
from licensing.selectors.consent import settled_of
from licensing.selectors.pricing import clip_facts, rate_in_force
from licensing.selectors.terms import profile_for
from media_ingest.domain.states import AssetState
from media_ingest.models import Clip


@dataclass(frozen=True, slots=True)
class DeskCard:
    """A rate card at the desk: published, or a draft on its way."""

    version: str
    state: RateCardState
    organisation_id: UUID | None
    organisation: str | None
    card: dict[str, object]
    sha256: str
    valid_from: datetime
    valid_until: datetime | None
    in_force: bool
    author: str | None
    reviewer: str | None
    created_at: datetime


def announced_cards() -> QuerySet[RateCard]:
    """Return everybody's published cards that are not in force yet, the next one first."""
    return RateCard.objects.filter(organisation=None, valid_from__gt=now()).order_by("valid_from")


def _published(row: RateCard, in_force: set[UUID]) -> DeskCard:
    draft = getattr(row, "draft", None)
    return DeskCard(
        version=row.version,
        state=RateCardState.PUBLISHED,
        organisation_id=row.organisation_id,
        organisation=row.organisation.name if row.organisation else None,
        card=row.card,
        sha256=row.sha256,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        in_force=row.pk in in_force,
        author=draft.author.name if draft else None,
        reviewer=draft.reviewer.name if draft and draft.reviewer else None,
        created_at=row.created_at,
    )


def _drafted(row: RateCardDraft) -> DeskCard:
    return DeskCard(
        version=row.version,
        state=RateCardState(row.state),
        organisation_id=row.organisation_id,
        organisation=row.organisation.name if row.organisation else None,
        card=row.card,
        sha256=row.sha256,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        in_force=False,
        author=row.author.name,
        reviewer=None,
        created_at=row.created_at,
    )


def _in_force(rows: list[RateCard]) -> set[UUID]:
    """The cards that hold now: the newest that has begun, of everybody and of each organisation."""
    moment, newest = now(), dict[UUID | None, RateCard]()
    for row in sorted(rows, key=lambda row: row.valid_from):
        if row.valid_from <= moment:
            newest[row.organisation_id] = row
    return {row.pk for row in newest.values() if row.valid_until is None or row.valid_until > moment}


def desk_cards(actor: Actor) -> list[DeskCard]:
    """Return every card, published and drafted, the one that begins last first; the desk's administrators only."""
    require(actor, RATE_CARD_VIEW)
    rows = list(RateCard.objects.select_related("organisation", "draft__author", "draft__reviewer"))
    drafts = RateCardDraft.objects.exclude(state=RateCardState.PUBLISHED).select_related("organisation", "author")
    holding = _in_force(rows)
    cards = [*(_published(row, holding) for row in rows), *(_drafted(row) for row in drafts)]
    return sorted(cards, key=lambda card: (card.valid_from, card.version), reverse=True)


def desk_card_get(actor: Actor, version: str) -> DeskCard:
    """Return one card by its version, or `not_found`."""
    found = next((card for card in desk_cards(actor) if card.version == version), None)
    if found is None:
        raise NOT_FOUND(f"There is no rate card {version}.")
    return found


def _floors() -> dict[UUID, Fraction | None]:
    """The least price of every studio with signed terms in force."""
    signed = Agreement.objects.filter(state=AgreementState.SIGNED, effective_version__isnull=False)
    rows = signed.select_related("effective_version").order_by("signed_at", "id")
    newest = {row.organisation_id: row.effective_version for row in rows}
    return {studio: profile_for(version).floor for studio, version in newest.items() if version is not None}


def _library() -> Iterator[Priced]:
    """Every clip that could be licensed, with the facts of the usual grant."""
    floors = _floors()
    clips = Clip.objects.filter(asset__state=AssetState.READY, flaws=[]).select_related("asset", "declaration")
    for clip in clips.order_by("id").iterator(chunk_size=2_000):
        studio = clip.asset.organisation_id
        said = getattr(clip, "declaration", None)
        facts = clip_facts(clip, settled_of(said) if said else Declared(), None, floors.get(studio))
        yield Priced(clip.id, studio, facts)


def card_simulated(actor: Actor, version: str) -> Simulation:
    """Price the whole library by a card and by the one it would replace; nothing is stored.

    A draft of one organisation is compared with what that organisation pays now.
    """
    drafted = desk_card_get(actor, version)
    current = rate_in_force(organisation_id=drafted.organisation_id)
    return simulate(_library(), current, parse_rate_card(drafted.card))
