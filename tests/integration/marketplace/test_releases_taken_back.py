"""Somebody takes a release back: whoever holds a licence that rested on it is told, as that licence's terms say."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from core.accounts.policy import Actor
from core.clock import now
from core.jobs.models import Job
from core.jobs.runner import run_due
from licensing.domain.consent import NodeKind, NoReleaseReason
from licensing.services.consent import node_change
from licensing.services.release_signing import release_take_back
from licensing.services.releases import Asked, release_revoke
from marketplace.models import Licence, Notice, Order, Withdrawal
from marketplace.withdrawals.domain.topics import LATE_LICENCES, RELEASE_FOLLOW
from marketplace.withdrawals.services.noticing import late_licences_notice
from marketplace.withdrawals.services.revoking import release_follow
from marketplace.withdrawals.services.sweeping import notices_sweep
from marketplace.withdrawals.services.withdrawing import clip_withdraw
from media_ingest.models import Clip
from tests.factories.checked import breaches
from tests.factories.consent import clock_at, release_signed
from tests.factories.marketplace import (
    SYSTEM,
    buyer_as,
    clip_live,
    listing_of,
    need,
    order_paid,
    studio_signed,
)

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(120)]

MEASURE: dict[str, Any] = {"purposes": ["evaluate"], "model_classes": ["vision_understanding"]}
CAFE = Asked(NodeKind.PREMISES, "Café du Port", "Sète, May 2026")
CONTRACT: Mapping[str, Mapping[str, object]] = {"DATA_SUBJECT": {"legal_basis": "contract"}}


def bought(clip: Clip, **values: Any) -> Order:
    buyer = buyer_as()
    return order_paid(buyer, [clip], need(buyer, **values))


def notice_of(order: Order) -> Notice:
    return Notice.objects.exclude(state="superseded").get(licence__order=order)


def state_of(order: Order) -> str:
    return Licence.objects.get(order=order).state


def followed() -> None:
    run_due([RELEASE_FOLLOW, "marketplace.listing.refresh"])


def released(studio: Actor, **facts: Any) -> tuple[Clip, Any]:
    clip = clip_live(studio)
    return clip, release_signed(studio, clip, **facts)


def test_consent_taken_back_ends_the_licences_that_rested_on_it_at_once_and_asks_for_deletion() -> None:
    studio = studio_signed()
    (clip, kept), other = released(studio), clip_live(studio)
    order, beside = bought(clip), bought(other)
    release_take_back(token=kept.token)
    assert not Notice.objects.exists()
    followed()
    notice = notice_of(order)
    assert (notice.state, notice.withdrawal.cause, notice.notice_days) == ("in_effect", "consent", 0)
    assert notice.rungs == ["stop_new_sales", "stop_new_training"]
    assert notice.delete_by == notice.effective_at + timedelta(days=30)
    assert notice.due_at == notice.effective_at + timedelta(days=60)
    assert (state_of(order), state_of(beside)) == ("terminated", "active")
    assert listing_of(clip).state == "needs_you"
    assert breaches("withdrawals", "licences", "money", "audit") == []


def test_following_twice_or_by_night_gives_each_notice_once() -> None:
    studio = studio_signed()
    clip, kept = released(studio)
    for _ in range(2):
        bought(clip)
    release_take_back(token=kept.token)
    assert len(breaches("withdrawals")) == 0  # its job is on the way
    Job.objects.filter(kind=RELEASE_FOLLOW).delete()
    assert ["nobody who holds a licence was told" in one for one in breaches("withdrawals")] == [True]
    notices_sweep(actor=SYSTEM)
    for _ in range(2):
        assert release_follow(actor=SYSTEM, release_id=kept.release.pk) == 0
        notices_sweep(actor=SYSTEM)
    assert (Notice.objects.count(), Withdrawal.objects.count()) == (2, 1)
    assert Job.objects.filter(kind="marketplace.licence.log_withdrawn").count() == 2
    made = Withdrawal.objects.get()
    again = Withdrawal(clip=clip, organisation=made.organisation, cause="consent", release=made.release)
    with pytest.raises(IntegrityError), transaction.atomic():
        again.save()


def test_where_another_ground_than_consent_is_named_the_withdrawal_clause_decides() -> None:
    studio = studio_signed({**CONTRACT, "WITHDRAWAL": {"notice_days": 60}})
    clip, kept = released(studio)
    order = bought(clip)
    release_take_back(token=kept.token)
    followed()
    notice = notice_of(order)
    assert (notice.state, notice.notice_days, notice.withdrawal.cause) == ("noticed", 60, "consent")
    assert state_of(order) == "active"


def test_a_place_taken_back_reaches_only_licences_that_went_further_than_measuring() -> None:
    studio = studio_signed({"WITHDRAWAL": {"notice_days": 20}})
    clip, kept = released(studio, asked=CAFE)
    trained, measured = bought(clip), bought(clip, name="Measure", **MEASURE)
    release_revoke(actor=studio, release_id=kept.release.pk)
    followed()
    notice = notice_of(trained)
    assert (notice.state, notice.notice_days, notice.withdrawal.cause) == ("noticed", 20, "permission")
    assert not Notice.objects.filter(licence__order=measured).exists()
    assert breaches("withdrawals", "licences") == []


def test_a_studio_that_blurs_in_the_meantime_cannot_keep_holders_from_being_told() -> None:
    studio = studio_signed()
    clip, kept = released(studio)
    order = bought(clip)
    release_take_back(token=kept.token)
    node_change(actor=studio, node_id=kept.release.nodes.get().pk, reason=NoReleaseReason.BLURRED)
    followed()
    assert state_of(order) == "terminated"
    later = bought(clip)
    assert late_licences_notice(actor=SYSTEM, order_id=later.pk) == 0
    assert (state_of(later), listing_of(clip).state) == ("active", "live")
    assert Job.objects.filter(kind=LATE_LICENCES, subject=later.public_id).count() == 1
    assert breaches("withdrawals", "licences") == []


def test_consent_lost_while_a_gentle_withdrawal_runs_ends_its_licences_at_once() -> None:
    studio = studio_signed()
    clip, kept = released(studio)
    order = bought(clip)
    clip_withdraw(actor=studio, clip_id=clip.pk)
    assert notice_of(order).state == "noticed"
    release_take_back(token=kept.token)
    followed()
    assert (notice_of(order).state, state_of(order)) == ("in_effect", "terminated")
    assert {one.cause for one in Withdrawal.objects.all()} == {"creator", "consent"}
    assert breaches("withdrawals", "licences") == []


def test_a_clip_whose_release_was_taken_back_can_still_be_withdrawn_for_good_once() -> None:
    studio = studio_signed(CONTRACT)
    clip, kept = released(studio)
    order = bought(clip)
    release_take_back(token=kept.token)
    followed()
    clip_withdraw(actor=studio, clip_id=clip.pk)
    assert listing_of(clip).state == "withdrawn"
    assert (Notice.objects.count(), notice_of(order).withdrawal.cause) == (1, "consent")


def test_a_release_that_ends_by_its_own_date_ends_no_licence_as_its_words_say() -> None:
    studio = studio_signed()
    last_day = (now() + timedelta(days=30)).date()
    clip, kept = released(studio, asked=Asked(NodeKind.PERSON, "Ada Nord", "Lyon", last_day=last_day))
    assert "New licences can be granted until" in kept.release.signature.text
    order = bought(clip)
    with clock_at(now() + timedelta(days=40)):
        notices_sweep(actor=SYSTEM)
        run_due()
    assert (Notice.objects.count(), state_of(order)) == (0, "active")
