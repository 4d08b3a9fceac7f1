"""Rate cards in the database: published once, never changed, in force from a day."""

from __future__ import annotations

import copy
from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, transaction

from core.audit.models import AuditEvent
from core.clock import now
from core.errors import DomainError
from licensing.domain.declaration import CmoStatus, Declared, PeopleShown
from licensing.domain.facts import Genre, GrantScope, ReleaseStatus
from licensing.domain.matching import People
from licensing.domain.pricing import price
from licensing.domain.ratecard import shipped_card
from licensing.domain.use_case_values import PRESETS
from licensing.models import Declaration, RateCard
from licensing.selectors.pricing import clip_facts, declarations_of, declared_for, rate_card_named, rate_in_force
from licensing.services.declarations import clip_declare
from licensing.services.rates import ratecard_load
from tests.factories.priced import ready_clip, studio

pytestmark = pytest.mark.django_db


def card_named(version: str, drone: str = "1.50") -> dict[str, object]:
    raw = copy.deepcopy(shipped_card("2026-11"))
    raw["version"] = version
    genre = raw["genre"]
    assert isinstance(genre, dict)
    genre["drone"] = drone
    return raw


def test_loading_the_card_twice_publishes_it_once() -> None:
    assert ratecard_load() == ratecard_load()
    assert RateCard.objects.count() == 1
    assert AuditEvent.objects.filter(action="rate_card.published").count() == 1


def test_without_a_card_no_price_can_be_told() -> None:
    with pytest.raises(DomainError) as refused:
        rate_in_force()
    assert refused.value.code == "no_rate_card"


def test_a_published_version_never_gets_other_figures() -> None:
    ratecard_load()
    with pytest.raises(DomainError) as refused:
        ratecard_load(raw=card_named("2026-11"))
    assert refused.value.code == "rate_card_changed"


def test_the_first_card_is_never_in_the_future() -> None:
    row = ratecard_load(raw=card_named("2999-01"))
    assert row.valid_from <= now()


def test_a_later_card_takes_over_on_its_day_and_the_earlier_one_stays_readable() -> None:
    ratecard_load(valid_from=datetime(2026, 1, 1, tzinfo=UTC))
    day = datetime(2026, 3, 1, tzinfo=UTC)
    ratecard_load(raw=card_named("2026-03"), valid_from=day)
    assert rate_in_force(day - timedelta(microseconds=1)).version == "2026-11"
    assert rate_in_force(day).version == "2026-03"
    assert rate_card_named("2026-11").genre[Genre.DRONE] * 10 == 14
    with pytest.raises(DomainError):
        rate_card_named("1999-01")


def test_the_database_itself_refuses_to_change_a_published_card() -> None:
    row = ratecard_load()
    for attempt in (
        lambda: RateCard.objects.filter(pk=row.pk).update(currency="EUR"),
        lambda: RateCard.objects.filter(pk=row.pk).delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            attempt()
    assert RateCard.objects.get().currency == "USD"


def test_a_clip_is_priced_by_its_facts_its_declaration_and_the_buyers_need() -> None:
    ratecard_load()
    actor, organisation = studio()
    clip = ready_clip(organisation, frame_rate_num=30000, frame_rate_den=1001)
    clip_declare(actor=actor, clip_id=clip.id, declared=Declared(genre=Genre.DRONE, cmo_status=CmoStatus.NONE))
    facts = clip_facts(clip, declared_for(clip.id), PRESETS["perception"].use_case)
    assert facts.scope is GrantScope.NON_GENERATIVE
    assert price(facts, rate_in_force()).rate.text == "1.68"


def test_declaring_the_same_again_changes_nothing() -> None:
    actor, organisation = studio()
    clip = ready_clip(organisation)
    declared = Declared(release=ReleaseStatus.FULL, people=PeopleShown.RELEASED)
    for _ in range(2):
        clip_declare(actor=actor, clip_id=clip.id, declared=declared)
    assert AuditEvent.objects.filter(action="clip.declared").count() == 1
    assert Declaration.objects.get().updated_at is None
    clip_declare(actor=actor, clip_id=clip.id, declared=Declared())
    assert Declaration.objects.get().updated_at is not None
    assert declared.matching_people is People.RELEASED


def test_clips_that_declare_nothing_have_the_assumptions() -> None:
    _, organisation = studio()
    clip = ready_clip(organisation)
    assert declarations_of([clip.id]) == {clip.id: Declared()}
