"""Exclusivity is an interval on a clip that the database itself refuses to sell twice: on both databases, in a race."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from core.clock import now
from core.errors import DomainError
from marketplace.catalog.domain.query import Filters
from marketplace.delivery.services.gathering import delivery_of
from marketplace.models import Licence, Order, Payment, Reservation
from marketplace.orders.domain.exclusivity import EVERYTHING, Hold
from marketplace.orders.selectors.holds import clips_sold_twice
from marketplace.orders.selectors.market import market_search
from marketplace.orders.services.paying import order_pay
from marketplace.payouts.domain import TOKEN_DECLINED
from media_ingest.models import Clip
from tests.factories.checked import breaches
from tests.factories.marketplace import (
    EXCLUSIVE,
    buyer_as,
    clip_live,
    need,
    order_of,
    order_paid,
    quote_of,
    studio_signed,
)
from tests.victims import statuses_of

BEGIN = datetime(2027, 1, 1, tzinfo=UTC)
RACERS, TRIES = 8, 30
DROP = {
    "sqlite": "DROP TRIGGER marketplace_hold_no_clash",
    "postgresql": "ALTER TABLE marketplace_reservation DROP CONSTRAINT marketplace_hold_no_clash",
}


@pytest.fixture
def committed(transactional_db: None) -> Iterator[None]:
    """Real transactions; a constraint that a test takes away is put back. SQLite's triggers come back with its file."""
    if connection.vendor == "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'marketplace_hold_no_clash'"
        )
        ((name, definition),) = cursor.fetchall()
    yield
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("TRUNCATE marketplace_reservation CASCADE")
        cursor.execute("SET session_replication_role = origin")
        cursor.execute(f"ALTER TABLE marketplace_reservation DROP CONSTRAINT IF EXISTS {name}")
        cursor.execute(f"ALTER TABLE marketplace_reservation ADD CONSTRAINT {name} {definition}")


def held(order: Order, clip: Clip, hold: Hold) -> Reservation:
    return Reservation.objects.create(
        order=order,
        clip=clip,
        cells=hold.cells,
        exclusive=hold.exclusive,
        starts_at=hold.starts_at,
        ends_at=hold.ends_at,
    )


def days(first: int, last: int, cells: int = EVERYTHING, *, exclusive: bool = True) -> Hold:
    return Hold(cells, exclusive, BEGIN + timedelta(days=first), BEGIN + timedelta(days=last))


def two_orders() -> tuple[Order, Order, Clip, Clip]:
    studio, clips = studio_signed(), []
    orders = []
    for _ in range(2):
        clips.append(clip_live(studio))
        buyer = buyer_as()
        orders.append(order_of(buyer, quote_of(buyer, clips[-1:])))
    return orders[0], orders[1], clips[0], clips[1]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("standing", "wanted", "refused"),
    [
        (days(0, 10), days(9, 20), True),
        (days(0, 10), days(10, 20), False),
        (days(0, 10), days(3, 4, exclusive=False), True),
        (days(3, 4, exclusive=False), days(0, 10), True),
        (days(0, 10, exclusive=False), days(0, 10, exclusive=False), False),
        (days(0, 10, 0x5555), days(0, 10, 0xAAAA), False),
        (days(0, 10, 0x0003), days(0, 10, 0x000C, exclusive=False), False),
        (days(0, 10, 0x0003), days(0, 10, 0x0006, exclusive=False), True),
        (days(0, 10, 0x8001), days(0, 10, 0x7FFE), False),
    ],
)
def test_the_database_refuses_just_the_holds_that_clash(standing: Hold, wanted: Hold, *, refused: bool) -> None:
    first, second, clip, other = two_orders()
    assert standing.clashes(wanted) is refused
    held(first, clip, standing)
    held(second, other, wanted)
    if refused:
        with pytest.raises(IntegrityError), transaction.atomic():
            held(second, clip, wanted)
    else:
        held(second, clip, wanted)
    assert clips_sold_twice() == []


@pytest.mark.django_db
def test_on_a_thousand_random_holds_the_database_and_the_rule_agree() -> None:
    first, second, clip, _ = two_orders()
    chance = random.Random(4)
    standing: list[Hold] = []
    for number in range(1000):
        begin = chance.randrange(60)
        hold = days(
            begin, begin + chance.randrange(1, 9), chance.randrange(1, EVERYTHING + 1) & chance.randrange(1, 65536) or 1
        )
        hold = Hold(hold.cells, chance.random() < 0.3, hold.starts_at, hold.ends_at)
        expected = any(hold.clashes(one) for one in standing)
        try:
            with transaction.atomic():
                held((first, second)[number % 2], clip, hold)
        except IntegrityError:
            assert expected, hold
        else:
            assert not expected, hold
            standing.append(hold)
    assert len(standing) > 100


@pytest.mark.django_db
def test_a_hold_may_be_released_and_never_changed_or_deleted() -> None:
    first, second, clip, _ = two_orders()
    kept = held(first, clip, days(0, 10))
    for change in ({"cells": 1}, {"exclusive": False}, {"ends_at": BEGIN + timedelta(days=1)}, {"order": second}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Reservation.objects.filter(pk=kept.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        Reservation.objects.filter(pk=kept.pk).delete()
    Reservation.objects.filter(pk=kept.pk).update(released_at=now())
    held(second, clip, days(0, 10))
    with pytest.raises(DatabaseError), transaction.atomic():
        Reservation.objects.filter(pk=kept.pk).update(released_at=None)


@pytest.mark.django_db
def test_a_licence_without_a_hold_is_refused() -> None:
    studio = studio_signed(EXCLUSIVE)
    buyer = buyer_as()
    order = order_of(buyer, quote_of(buyer, [clip_live(studio)], need(buyer, exclusivity="ai_training")))
    line = order.quote.lines.get()
    facts = {
        "order": order,
        "line": line,
        "clip_id": line.clip_id,
        "licensor_id": line.licensor_id,
        "licensee_id": order.organisation_id,
        "exclusivity": "ai_training",
        "starts_at": BEGIN,
        "ends_at": BEGIN + timedelta(days=730),
    }
    with pytest.raises(IntegrityError), transaction.atomic():
        Licence.objects.create(**facts)
    held(order, line.clip, days(0, 730, 1, exclusive=False))
    with pytest.raises(IntegrityError), transaction.atomic():
        Licence.objects.create(**facts)
    held(order, line.clip, days(0, 730, 2))
    Licence.objects.create(**facts)


def race(clip: UUID, orders: list[UUID]) -> Counter[str]:
    """Every order tries to be alone on one clip, and to share others' time, again and again, all at once."""
    barrier = threading.Barrier(len(orders))
    outcomes: Counter[str] = Counter()
    lock = threading.Lock()

    def run(number: int, order: UUID) -> None:
        barrier.wait()
        for attempt in range(TRIES):
            exclusive = (number + attempt) % 3 == 0
            begin = BEGIN + timedelta(days=attempt)
            said = "held"
            try:
                Reservation.objects.create(
                    order_id=order,
                    clip_id=clip,
                    cells=1,
                    exclusive=exclusive,
                    starts_at=begin,
                    ends_at=begin + timedelta(days=1),
                )
            except IntegrityError:
                said = "refused"
            except DatabaseError as trouble:
                said = "deadlock" if "deadlock" in str(trouble) else repr(trouble)
            with lock:
                outcomes[said] += 1
        connection.close()

    threads = [threading.Thread(target=run, args=(number, order)) for number, order in enumerate(orders)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def some_orders(clip: Clip, count: int) -> list[UUID]:
    buyer = buyer_as()
    use_case = need(buyer)
    return [order_of(buyer, quote_of(buyer, [clip], use_case)).pk for _ in range(count)]


@pytest.mark.usefixtures("committed")
def test_many_writers_at_once_never_get_two_holds_that_clash() -> None:
    clip = clip_live(studio_signed())
    outcomes = race(clip.pk, some_orders(clip, RACERS))
    assert set(outcomes) <= {"held", "refused", "deadlock"}, outcomes
    assert sum(outcomes.values()) == RACERS * TRIES
    assert outcomes["held"] >= TRIES - 1
    assert outcomes["refused"]
    assert clips_sold_twice() == []


@pytest.mark.usefixtures("committed")
def test_without_the_constraint_the_same_race_sells_twice() -> None:
    """The control of the tests above."""
    clip = clip_live(studio_signed())
    orders = some_orders(clip, RACERS)
    with connection.cursor() as cursor:
        cursor.execute(DROP[connection.vendor])
    assert race(clip.pk, orders) == {"held": RACERS * TRIES}
    assert clips_sold_twice() == [clip.pk]
    assert breaches("licences")


BUYER = """
import sys
from uuid import UUID
from core.accounts.policy import Actor
from core.errors import DomainError
from marketplace.orders.services import accepting, paying
accepting.clips_in_the_way = lambda quote: []
try:
    paying.order_pay(actor=Actor.system(), order_id=UUID(sys.argv[1]))
except DomainError as refused:
    sys.exit(3 if refused.code == "under_exclusive" else 4)
"""
PAID, REFUSED = 0, 3


@pytest.mark.usefixtures("committed")
def test_processes_that_pay_at_once_charge_one_although_the_question_before_is_blind() -> None:
    """The check that names the clips is switched off: what refuses here is the table, before the provider is asked."""
    clip = clip_live(studio_signed(EXCLUSIVE))
    orders = []
    for number in range(6):
        buyer = buyer_as()
        use_case = need(buyer, exclusivity="ai_training") if number % 2 else need(buyer)
        orders.append(order_of(buyer, quote_of(buyer, [clip], use_case)))
    outcomes = Counter(statuses_of(BUYER, [[str(order.pk)] for order in orders]))
    assert outcomes[PAID] + outcomes[REFUSED] == len(orders), outcomes
    kinds = Counter(Licence.objects.values_list("exclusivity", flat=True))
    assert kinds in ({"ai_training": 1}, {"none": 3})
    assert Payment.objects.count() == Payment.objects.filter(state="captured").count() == outcomes[PAID]
    assert breaches("licences", "money") == []


@pytest.mark.django_db
def test_one_category_is_sold_alone_and_the_others_go_on() -> None:
    """What the terms sell as exclusive for one class of model keeps out that class, in search, quotes and sales."""
    clip = clip_live(studio_signed({"EXCLUSIVITY": {"kind": "buyer", "ends": "2030-12-31"}}))
    first, rival, robots, greedy = (buyer_as() for _ in range(4))
    sold = order_paid(first, [clip], need(first, exclusivity="category"))
    assert delivery_of(sold).grant.exclusivity == "category"
    same, other = need(rival), need(robots, model_classes=["robotics_policy"])
    everything = need(greedy, model_classes=["robotics_policy"], exclusivity="buyer")
    for buyer, use_case in ((rival, same), (greedy, everything)):
        with pytest.raises(DomainError) as refused:
            quote_of(buyer, [clip], use_case)
        assert refused.value.code == "empty"
        found = market_search(actor=buyer, filters=Filters(), use_case_id=use_case.pk)
        assert found.found.clips == 0
    assert market_search(actor=robots, filters=Filters(), use_case_id=other.pk).found.clips == 1
    assert market_search(actor=robots, filters=Filters()).found.clips == 1
    assert order_pay(actor=robots, order_id=order_of(robots, quote_of(robots, [clip], other)).pk).state == "building"
    assert clips_sold_twice() == []


@pytest.mark.django_db
def test_an_exclusivity_whose_time_is_over_is_left_out_and_said_so() -> None:
    clip = clip_live(studio_signed({"EXCLUSIVITY": {"kind": "buyer", "ends": "2020-12-31"}}))
    buyer = buyer_as()
    with pytest.raises(DomainError) as refused:
        quote_of(buyer, [clip], need(buyer, exclusivity="buyer"))
    assert refused.value.extra["errors"][0]["reason"] == "exclusivity_over"  # type: ignore[index]  # a list of clips
    assert quote_of(buyer, [clip], need(buyer, name="Beside others")).lines.count() == 1


@pytest.mark.django_db
def test_a_declined_payment_lets_go_of_its_clips() -> None:
    clip = clip_live(studio_signed(EXCLUSIVE))
    first, second = buyer_as(), buyer_as()
    declined = order_of(first, quote_of(first, [clip], need(first, exclusivity="ai_training")))
    waiting = order_of(second, quote_of(second, [clip]))
    with pytest.raises(DomainError) as refused:
        order_pay(actor=first, order_id=declined.pk, token=TOKEN_DECLINED)
    assert refused.value.code == "payment_failed"
    assert Reservation.objects.get().released_at
    assert order_pay(actor=second, order_id=waiting.pk).state == "building"
