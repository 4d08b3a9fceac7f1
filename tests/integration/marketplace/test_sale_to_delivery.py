"""Real footage from a creator's upload to a buyer's delivered dataset, by the services and jobs of all floors."""

from __future__ import annotations

import pytest
from django.db.models import Sum

from core.jobs.models import Job, JobState
from core.jobs.runner import run_due
from licensing.services.declarations import clip_declare
from marketplace.catalog.domain.query import Filters
from marketplace.delivery.domain.sums import UNLISTED
from marketplace.delivery.models import Dataset
from marketplace.delivery.services.reporting import Report, dataset_confirm
from marketplace.ledger.selectors import creator_balance
from marketplace.models import Transfer
from marketplace.orders.domain.states import OrderState
from marketplace.orders.services.accepting import quote_accept
from marketplace.orders.services.paying import order_pay
from marketplace.orders.services.quoting import quote_create
from marketplace.orders.services.verification import ledger_verify
from tests.factories.delivery import clip_from, rush
from tests.factories.marketplace import NOBODYS, buyer_as, need, order_of, quote_of, studio_signed

pytestmark = pytest.mark.django_db


def test_uploaded_footage_is_sold_built_delivered_and_booked() -> None:
    studio, buyer = studio_signed(), buyer_as()
    clips = [clip_from(studio, rush(number), f"rush{number}.mp4") for number in range(2)]
    for clip in clips:
        clip_declare(actor=studio, clip_id=clip.pk, declared=NOBODYS)
    run_due()
    quote = quote_create(actor=buyer, use_case_id=need(buyer).pk, filters=Filters())
    assert [line.clip_id for line in quote.lines.order_by("number")] == [clip.pk for clip in reversed(clips)]
    order = quote_accept(actor=buyer, quote_id=quote.pk, conditions=[])
    order_pay(actor=buyer, order_id=order.pk)
    run_due()
    order.refresh_from_db()
    assert order.state == OrderState.READY
    dataset = Dataset.objects.get(order=order)
    listed = dataset.files.exclude(path__in=UNLISTED)
    size = listed.aggregate(bytes=Sum("size_bytes"))["bytes"]
    dataset_confirm(
        actor=buyer, dataset_id=dataset.pk, report=Report(ok=True, files=listed.count(), bytes=size, bad_files=[])
    )
    run_due()
    order.refresh_from_db()
    assert order.state == OrderState.DELIVERED
    assert studio.organisation_id
    assert creator_balance(studio.organisation_id, "USD").held == quote.creators
    assert ledger_verify() == []
    assert not Job.objects.filter(state__in=[JobState.DEAD, JobState.FAILED]).exists()


def test_a_clip_too_short_for_a_cent_is_sold_for_nothing_and_the_books_agree() -> None:
    studio, buyer = studio_signed(), buyer_as()
    clip = clip_from(studio, rush(0), "rush.mp4")
    clip_declare(actor=studio, clip_id=clip.pk, declared=NOBODYS)
    run_due()
    type(clip).objects.filter(pk=clip.pk).update(end_ms=40)
    order = order_of(buyer, quote_of(buyer, [clip]))
    assert order_pay(actor=buyer, order_id=order.pk).quote.total.minor == 0
    assert not Transfer.objects.exists()
    assert ledger_verify() == []
