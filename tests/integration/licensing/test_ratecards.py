"""A rate card is drafted, simulated on the library and published by a second person; new quotes use it after notice."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from core.accounts.actions import OrganisationKind, Role
from core.accounts.models import Organisation
from core.accounts.policy import Actor
from core.clock import now
from core.errors import DomainError
from licensing.domain.card_states import RateCardState
from licensing.domain.ratecard import NOTICE_DAYS, shipped_card
from licensing.models import RateCard, RateCardDraft
from licensing.selectors.pricing import rate_in_force
from licensing.selectors.ratecards import announced_cards, card_simulated, desk_cards
from licensing.services.ratecards import ratecard_draft, ratecard_publish, ratecard_return, ratecard_submit
from licensing.services.rates import ratecard_load
from tests.factories.core import OrganisationFactory
from tests.factories.licensing import creator, reviewer

pytestmark = pytest.mark.django_db


@contextmanager
def refused(code: str) -> Iterator[None]:
    with pytest.raises(DomainError) as error:
        yield
    assert error.value.code == code


@pytest.fixture(autouse=True)
def shipped() -> RateCard:
    return ratecard_load()


def card(version: str = "2027-03", **changes: object) -> dict[str, Any]:
    raw: dict[str, Any] = {**copy.deepcopy(shipped_card("2026-11")), "version": version}
    for path, value in changes.items():
        table, _, name = path.partition("__")
        if name:
            raw[table][name] = value
        else:
            raw[table] = value
    return raw


def in_days(days: int) -> datetime:
    return now() + timedelta(days=days)


def finance() -> Actor:
    return reviewer(Role.FINANCE)


def published(raw: dict[str, Any], valid_from: datetime, **more: Any) -> RateCard:
    ratecard_draft(actor=finance(), raw=raw, valid_from=valid_from, **more)
    ratecard_submit(actor=finance(), version=raw["version"])
    assert ratecard_publish(actor=finance(), version=raw["version"]).state == RateCardState.PUBLISHED
    return RateCard.objects.get(version=raw["version"])


def buyer() -> Organisation:
    return OrganisationFactory.create(kind=OrganisationKind.BUYER, name="Buyer")


def test_two_people_publish_a_card_and_it_counts_from_its_first_day() -> None:
    day = in_days(NOTICE_DAYS + 1)
    row = published(card(genre__drone="1.50"), day)
    assert [announced.version for announced in announced_cards()] == ["2027-03"]
    assert rate_in_force().version == "2026-11"
    assert rate_in_force(day - timedelta(microseconds=1)).version == "2026-11"
    assert rate_in_force(day).version == row.version == "2027-03"


def test_the_author_does_not_publish_and_the_database_says_so_too() -> None:
    author = finance()
    ratecard_draft(actor=author, raw=card(), valid_from=in_days(NOTICE_DAYS + 1))
    with refused("illegal_transition"):
        ratecard_publish(actor=finance(), version="2027-03")
    ratecard_submit(actor=author, version="2027-03")
    with refused("second_person"):
        ratecard_publish(actor=author, version="2027-03")
    assert RateCard.objects.count() == 1
    shipped = RateCard.objects.get()
    with pytest.raises(IntegrityError, match="second_person"), transaction.atomic():
        RateCardDraft.objects.update(state="published", published=shipped, reviewer_id=author.user_id)


def test_everybodys_card_needs_notice_and_has_no_end() -> None:
    with refused("notice_too_short"):
        ratecard_draft(actor=finance(), raw=card(), valid_from=in_days(NOTICE_DAYS - 1))
    with refused("rate_card_invalid"):
        ratecard_draft(actor=finance(), raw=card(), valid_from=in_days(40), valid_until=in_days(50))
    with refused("rate_card_invalid"):
        ratecard_draft(actor=finance(), raw=card(currency="EUR"), valid_from=in_days(40))
    with refused("rate_card_version_taken"):
        ratecard_draft(actor=finance(), raw=card("2026-11"), valid_from=in_days(40))
    assert not RateCardDraft.objects.exists()


def test_two_cards_never_begin_at_the_same_instant() -> None:
    day = in_days(NOTICE_DAYS + 1)
    published(card("2027-03"), day)
    with refused("rate_card_date_taken"):
        ratecard_draft(actor=finance(), raw=card("2027-04"), valid_from=day)
    with pytest.raises(IntegrityError), transaction.atomic():
        RateCard.objects.create(version="2027-05", currency="USD", card=card("2027-05"), sha256="x", valid_from=day)


def test_a_buyers_own_card_holds_for_that_buyer_alone_and_ends() -> None:
    mine, other = buyer(), buyer()
    start, end = in_days(1), in_days(90)
    published(card("2027-03.1", base__1080p="0.90"), start, valid_until=end, organisation_id=mine.id)
    assert rate_in_force(start, organisation_id=mine.id).version == "2027-03.1"
    assert rate_in_force(end, organisation_id=mine.id).version == "2026-11"
    assert rate_in_force(start - timedelta(seconds=1), organisation_id=mine.id).version == "2026-11"
    assert rate_in_force(start, organisation_id=other.id).version == "2026-11"
    assert rate_in_force(start).version == "2026-11"
    assert not announced_cards().exists()


def test_a_buyers_newer_card_replaces_the_older_and_everybodys_newer_card_does_not() -> None:
    mine = buyer()
    published(card("2027-03.1"), in_days(1), organisation_id=mine.id)
    published(card("2027-03.2"), in_days(10), valid_until=in_days(20), organisation_id=mine.id)
    published(card("2027-04"), in_days(NOTICE_DAYS + 5))
    versions = [rate_in_force(in_days(day), organisation_id=mine.id).version for day in (2, 11, 25, 60)]
    assert versions == ["2027-03.1", "2027-03.2", "2026-11", "2027-04"]


def test_a_card_of_one_organisation_is_a_buyers_and_never_counts_for_the_past() -> None:
    studio = OrganisationFactory.create()
    with refused("rate_card_invalid"):
        ratecard_draft(actor=finance(), raw=card(), valid_from=in_days(1), organisation_id=studio.id)
    with refused("notice_too_short"):
        ratecard_draft(actor=finance(), raw=card(), valid_from=in_days(-1), organisation_id=buyer().id)


def test_drafting_again_replaces_the_draft_until_it_is_handed_over() -> None:
    ratecard_draft(actor=finance(), raw=card(published="0.50"), valid_from=in_days(40))
    again = ratecard_draft(actor=finance(), raw=card(published="0.70"), valid_from=in_days(41))
    assert again.card["published"] == "0.70"
    assert RateCardDraft.objects.count() == 1
    ratecard_submit(actor=finance(), version="2027-03")
    with refused("rate_card_version_taken"):
        ratecard_draft(actor=finance(), raw=card(published="0.50"), valid_from=in_days(40))
    assert ratecard_return(actor=finance(), version="2027-03", note="Too low.").state == RateCardState.DRAFT


def test_a_published_draft_is_frozen() -> None:
    published(card(), in_days(NOTICE_DAYS + 1))
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        RateCardDraft.objects.update(valid_from=in_days(1))


def test_the_desk_sees_what_holds_and_what_is_coming() -> None:
    published(card("2027-03"), in_days(NOTICE_DAYS + 1))
    ratecard_draft(actor=finance(), raw=card("2027-05"), valid_from=in_days(NOTICE_DAYS + 60))
    shown = [(row.version, row.state, row.in_force) for row in desk_cards(reviewer(Role.AUDITOR))]
    assert shown == [("2027-05", "draft", False), ("2027-03", "published", False), ("2026-11", "published", True)]
    assert all(row.author != row.reviewer for row in desk_cards(finance()) if row.reviewer)


@pytest.mark.parametrize("role", [Role.CONTRACT, Role.FOOTAGE, Role.AUDITOR])
def test_other_roles_draft_nothing(role: Role) -> None:
    with refused("role_missing"):
        ratecard_draft(actor=reviewer(role), raw=card(), valid_from=in_days(40))
    with refused("role_missing"):
        desk_cards(creator())
    assert not RateCardDraft.objects.exists()


def test_an_empty_library_changes_nothing() -> None:
    ratecard_draft(actor=finance(), raw=card(genre__drone="2.00"), valid_from=in_days(40))
    found = card_simulated(finance(), "2027-03")
    assert (found.clips, found.changed, found.before.creators.minor, found.classes) == (0, 0, 0, ())
    assert [(step.from_hours, step.before == step.after) for step in found.fees][:2] == [(0, True), (100, True)]
