"""Publishing a rate card: one person drafts and simulates it, another publishes it; new quotes use it after notice."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from core.accounts.actions import OrganisationKind
from core.accounts.models import Organisation
from core.accounts.policy import ROLE_MISSING, Actor, require
from core.audit.services import record
from core.clock import now
from core.ids import NOT_FOUND
from core.jobs.services import publish
from core.transitions import advance
from licensing.domain.card_states import RATE_CARD_MACHINE, RateCardEvent, RateCardState
from licensing.domain.desk_actions import RATE_CARD_PUBLISH
from licensing.domain.errors import RATE_CARD_INVALID, SECOND_PERSON
from licensing.domain.publishing_errors import NOTICE_TOO_SHORT, RATE_CARD_DATE_TAKEN, RATE_CARD_VERSION_TAKEN
from licensing.domain.ratecard import NOTICE_DAYS, parse_rate_card
from licensing.models import RateCard, RateCardDraft
from licensing.selectors.pricing import rate_in_force
from licensing.selectors.ratecards import DeskCard, desk_card_get

RATE_CARD_ANNOUNCED: Final = "licensing.rate_card.announced"
"""Told: a card was published and counts from a day on. Subject: `rate_card:<version>`; payload: `valid_from`."""


def _person(actor: Actor) -> UUID:
    require(actor, RATE_CARD_PUBLISH)
    if actor.user_id is None:
        raise ROLE_MISSING("A person has to do this, not a program acting for nobody. Nothing changed.")
    return actor.user_id


def _refuse(pointer: str, detail: str) -> Exception:
    return RATE_CARD_INVALID(
        f"{pointer}: {detail}. Nothing was stored.", errors=[{"pointer": pointer, "detail": detail}]
    )


def _note(actor: Actor, row: RateCardDraft, action: str, **more: str) -> None:
    record(
        actor=actor,
        action=f"rate_card.{action}",
        subject=f"rate_card:{row.version}",
        after={"version": row.version, "sha256": row.sha256, "valid_from": row.valid_from.isoformat(), **more},
    )


def _check_interval(organisation: Organisation | None, valid_from: datetime, valid_until: datetime | None) -> None:
    """Everybody's card needs notice and has no end of its own; one organisation's is agreed with it."""
    if organisation is not None and organisation.kind != OrganisationKind.BUYER:
        raise _refuse("/organisation", "a card of one organisation is agreed with a buyer")
    if valid_until is not None and (organisation is None or valid_until <= valid_from):
        raise _refuse("/valid_until", "only a buyer's own card has an end, and it is later than its start")
    earliest = now() if organisation is not None else now() + timedelta(days=NOTICE_DAYS)
    if valid_from < earliest:
        raise NOTICE_TOO_SHORT(
            f"A card counts from {earliest:%Y-%m-%d %H:%M} UTC at the earliest: everybody's card is announced "
            f"{NOTICE_DAYS} days ahead, a buyer's own never counts for the past. Nothing was stored.",
            pointer="/valid_from",
            earliest=earliest.isoformat(),
        )
    if RateCard.objects.filter(organisation=organisation, valid_from=valid_from).exists():
        raise RATE_CARD_DATE_TAKEN("Another published card begins at that instant. Nothing was stored.")


def _buyer(organisation_id: UUID | None) -> Organisation | None:
    if organisation_id is None:
        return None
    found = Organisation.objects.filter(pk=organisation_id).first()
    if found is None:
        raise NOT_FOUND("There is no organisation with this id. Nothing was stored.")
    return found


def ratecard_draft(
    *,
    actor: Actor,
    raw: Mapping[str, object],
    valid_from: datetime,
    valid_until: datetime | None = None,
    organisation_id: UUID | None = None,
) -> DeskCard:
    """Draft a card, for everybody or for one buyer. Drafting a version again replaces the draft.

    Refused with `rate_card_invalid`, `notice_too_short`, `rate_card_date_taken`, and `rate_card_version_taken` when
    the version is published or waits for its second person.
    """
    author = _person(actor)
    card = parse_rate_card(dict(raw))
    with transaction.atomic():
        organisation = _buyer(organisation_id)
        _check_interval(organisation, valid_from, valid_until)
        if card.currency != rate_in_force().currency:
            raise _refuse("/currency", f"prices are in {rate_in_force().currency}")
        waiting = RateCardDraft.objects.select_for_update(of=("self",)).filter(version=card.version).first()
        taken = waiting is not None and waiting.state != RateCardState.DRAFT
        if taken or RateCard.objects.filter(version=card.version).exists():
            raise RATE_CARD_VERSION_TAKEN(f"Card {card.version} is taken. Nothing was stored; choose another version.")
        row, _ = RateCardDraft.objects.update_or_create(
            version=card.version,
            defaults={
                "organisation": organisation,
                "card": dict(raw),
                "sha256": card.sha256,
                "valid_from": valid_from,
                "valid_until": valid_until,
                "author_id": author,
            },
        )
        _note(actor, row, "drafted")
    return desk_card_get(actor, row.version)


def _draft(version: str) -> RateCardDraft:
    found = RateCardDraft.objects.select_for_update(of=("self",)).filter(version=version).first()
    if found is None:
        raise NOT_FOUND(f"There is no draft of a rate card {version}. Nothing was changed.")
    return found


def ratecard_submit(*, actor: Actor, version: str) -> DeskCard:
    """Hand a drafted card to a second person."""
    _person(actor)
    with transaction.atomic():
        row = _draft(version)
        advance(row, RATE_CARD_MACHINE, RateCardEvent.SUBMIT)
        _note(actor, row, "submitted")
    return desk_card_get(actor, version)


def ratecard_return(*, actor: Actor, version: str, note: str) -> DeskCard:
    """Give a submitted card back to be drafted again, with a note for its author."""
    _person(actor)
    with transaction.atomic():
        row = _draft(version)
        advance(row, RATE_CARD_MACHINE, RateCardEvent.RETURN)
        _note(actor, row, "returned", note=note)
    return desk_card_get(actor, version)


def ratecard_publish(*, actor: Actor, version: str) -> DeskCard:
    """Publish a card somebody else drafted. Quotes made before its first day keep the card they were made with.

    `second_person` for its author; `notice_too_short` when it waited too long: draft it again with a later day.
    """
    reviewer = _person(actor)
    with transaction.atomic():
        row = _draft(version)
        RATE_CARD_MACHINE.next(RateCardState(row.state), RateCardEvent.PUBLISH)
        if row.author_id == reviewer:
            raise SECOND_PERSON("You drafted this; a second, different person has to publish it. Nothing was changed.")
        list(RateCard.objects.select_for_update().order_by("valid_from")[:1])  # one publication at a time
        _check_interval(row.organisation, row.valid_from, row.valid_until)
        card = parse_rate_card(row.card)
        published = RateCard.objects.create(
            version=card.version,
            organisation=row.organisation,
            currency=card.currency,
            card=row.card,
            sha256=card.sha256,
            valid_from=row.valid_from,
            valid_until=row.valid_until,
        )
        advance(row, RATE_CARD_MACHINE, RateCardEvent.PUBLISH, reviewer_id=reviewer, published_id=published.pk)
        _note(actor, row, "published")
        publish(
            topic=RATE_CARD_ANNOUNCED,
            subject=f"rate_card:{row.version}",
            payload={"valid_from": row.valid_from.isoformat()},
        )
    return desk_card_get(actor, version)
