"""Consent decides what is offered, found, quoted, priced and sold; taken back, it stops new sales at once."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client

from core.accounts.policy import Actor
from core.errors import DomainError
from core.jobs.models import Job
from core.jobs.runner import run_due
from licensing.domain.consent import AiAnswer, NodeKind, NoReleaseReason
from licensing.domain.declaration import CmoStatus, Declared, PeopleShown
from licensing.domain.facts import ReleaseStatus
from licensing.models import Declaration
from licensing.services.consent import node_change
from licensing.services.declarations import clip_declare
from licensing.services.release_signing import release_take_back
from licensing.services.releases import release_revoke
from marketplace.catalog.services.listing import listings_create
from marketplace.orders.models import Order
from marketplace.orders.services.paying import order_pay
from media_ingest.models import Clip
from tests.factories.consent import clock_at, release_signed, shown_on
from tests.factories.core import key_of
from tests.factories.marketplace import (
    SYSTEM,
    buyer_as,
    clip_live,
    clip_of,
    listing_of,
    need,
    order_of,
    quote_of,
    studio_signed,
)

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(120)]

EVERYBODY = Declared(cmo_status=CmoStatus.NONE, people=PeopleShown.RELEASED, release=ReleaseStatus.FULL)
MEASURE: dict[str, Any] = {"purposes": ["evaluate"], "model_classes": ["vision_understanding"]}
RECOGNISE: dict[str, Any] = {"purposes": ["pretrain"], "model_classes": ["detector"]}


def refreshed() -> None:
    """Let the listings follow."""
    run_due(["marketplace.listing.refresh"])


def found_by(buyer: Actor, **values: Any) -> dict[str, tuple[str, list[str]]]:
    """What a search finds for a need, by clip: the answer and its reasons."""
    use_case = need(buyer, name=json.dumps(values), **values)
    answer = Client().post(
        "/api/v1/search",
        json.dumps({"query": "", "use_case_id": use_case.public_id}),
        content_type="application/json",
        headers={"Authorization": f"Bearer {key_of(buyer)}"},
    )
    assert answer.status_code == 200, answer.content
    return {one["id"]: (one["verdict"], one["reasons"]) for one in answer.json()["data"]}


def test_claiming_that_everybody_agreed_sells_nothing_until_a_release_is_there() -> None:
    studio = studio_signed()
    clip = clip_of(studio)
    clip_declare(actor=studio, clip_id=clip.pk, declared=EVERYBODY)
    (listing,) = listings_create(actor=SYSTEM, asset_id=clip.asset_id)
    assert listing.state == "needs_you"
    release_signed(studio, clip)
    refreshed()
    assert listing_of(clip).state == "live"


def test_search_quote_and_price_ask_the_graph() -> None:
    studio, buyer = studio_signed(), buyer_as()
    plain, shown, place = (clip_live(studio) for _ in range(3))
    release_signed(studio, shown)
    shown_on(studio, place, kind=NodeKind.PREMISES, label="café")
    refreshed()
    generate = found_by(buyer)
    assert generate[plain.public_id][0] == generate[shown.public_id][0] == "fits"
    verdict, reasons = generate[place.public_id]
    assert verdict == "does_not_fit"
    assert "agreed to: measuring models" in reasons[0]
    assert found_by(buyer, **MEASURE)[place.public_id][0] == "fits"
    wants_people = found_by(buyer, people="released")
    assert (wants_people[shown.public_id][0], wants_people[plain.public_id][0]) == ("fits", "does_not_fit")
    quote = quote_of(buyer, [plain, shown, place])
    rates = dict(quote.lines.values_list("clip_id", "rate_per_minute"))
    assert rates == {plain.pk: "1.00", shown.pk: "1.15"}
    assert [(one["clip"], one["dimensions"]) for one in quote.left_out] == [(place.public_id, "people")]


def test_a_limited_answer_sells_for_recognition_and_not_for_generation() -> None:
    studio, buyer = studio_signed(), buyer_as()
    clip = clip_live(studio)
    release_signed(studio, clip, ai=AiAnswer.NON_GENERATIVE)
    assert found_by(buyer, **RECOGNISE)[clip.public_id][0] == "fits"
    assert found_by(buyer)[clip.public_id][0] == "does_not_fit"


def test_blurring_prices_the_clip_as_blurred() -> None:
    studio, buyer = studio_signed(), buyer_as()
    clip = clip_live(studio)
    node = shown_on(studio, clip)
    node_change(actor=studio, node_id=node.pk, reason=NoReleaseReason.BLURRED)
    refreshed()
    (line,) = quote_of(buyer, [clip]).lines.all()
    assert line.rate_per_minute == "0.80"


def test_a_revocation_stops_new_sales_before_any_job_has_run() -> None:
    studio, buyer = studio_signed(), buyer_as()
    clip = clip_live(studio)
    kept = release_signed(studio, clip)
    quote = quote_of(buyer, [clip])
    order = order_of(buyer, quote_of(buyer, [clip]))
    release_take_back(token=kept.token)
    assert listing_of(clip).state == "live", "its job has not run yet"
    assert found_by(buyer) == {}
    for attempt in (lambda: order_of(buyer, quote), lambda: order_pay(actor=buyer, order_id=order.pk)):
        with pytest.raises(DomainError) as refused:
            attempt()
        assert refused.value.code == "clips_lost"
    with pytest.raises(DomainError) as empty:
        quote_of(buyer, [clip])
    assert empty.value.code == "empty"
    refreshed()
    assert listing_of(clip).state == "needs_you"


def test_consent_that_shrinks_after_the_quote_refuses_what_it_no_longer_covers() -> None:
    studio, buyer = studio_signed(), buyer_as()
    clip = clip_live(studio)
    generate, measure = quote_of(buyer, [clip]), quote_of(buyer, [clip], need(buyer, name="Measure", **MEASURE))
    shown_on(studio, clip, kind=NodeKind.PREMISES, label="café")
    with pytest.raises(DomainError) as refused:
        order_of(buyer, generate)
    assert refused.value.code == "clips_lost"
    assert order_of(buyer, measure).state == "awaiting_payment"


def test_an_ended_release_sells_nothing_from_that_instant_on() -> None:
    studio, buyer = studio_signed(), buyer_as()
    clip = clip_live(studio)
    release_signed(studio, clip)
    quote = quote_of(buyer, [clip])
    ends = datetime.now(UTC) + timedelta(days=1)
    Declaration.objects.filter(clip=clip).update(settled_until=ends)
    with clock_at(ends):
        assert found_by(buyer) == {}
        with pytest.raises(DomainError) as refused:
            order_of(buyer, quote)
    assert refused.value.code == "clips_lost"
    assert Order.objects.count() == 0


def test_the_studio_reads_why_and_what_to_do_and_never_a_strangers_answer() -> None:
    studio = studio_signed()
    clip = clip_live(studio)
    shown_on(studio, clip, label="<script>alert(1)</script>")
    refreshed()
    answer = Client().get(
        f"/api/v1/clips/{clip.public_id}/listing", headers={"Authorization": f"Bearer {key_of(studio)}"}
    )
    assert answer.json()["needs"] == [
        {"code": "P01", "what_to_do": "Send a signing link, or blur."},
    ]


@pytest.mark.django_db(transaction=True)
def test_two_changes_at_once_see_each_other() -> None:
    studio = studio_signed()
    clip = clip_live(studio)
    kept = release_signed(studio, clip)
    start, faults = threading.Barrier(4), []

    def hang(kind: NodeKind) -> None:
        try:
            start.wait()
            shown_on(studio, clip, kind=kind, label=str(kind))
        except (DomainError, threading.BrokenBarrierError) as error:
            faults.append(error)
        finally:
            connection.close()

    def take_back() -> None:
        start.wait()
        release_revoke(actor=studio, release_id=kept.release.pk)
        connection.close()

    threads = [
        threading.Thread(target=hang, args=(kind,)) for kind in (NodeKind.MARK, NodeKind.PREMISES, NodeKind.VOICE)
    ]
    threads.append(threading.Thread(target=take_back))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert _settled(clip.pk) == "none"
    assert Job.objects.filter(kind="marketplace.listing.refresh").exists()


def _settled(clip_id: UUID) -> str:
    """The stored answer of a clip."""
    clip = Clip.objects.select_related("declaration").get(pk=clip_id)
    return clip.declaration.cleared
