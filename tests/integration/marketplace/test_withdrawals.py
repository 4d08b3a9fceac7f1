"""Taking a clip back: what stops, who is told, by when, who attests what; nothing half done, nothing done twice."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, transaction

from core.accounts.actions import OrganisationKind, Role
from core.accounts.policy import Actor
from core.clock import now
from core.errors import DomainError
from core.ids import Prefix, parse_public_id
from core.jobs.models import Job
from core.jobs.runner import run_due
from licensing.services.declarations import clip_declare
from marketplace.catalog.services.listing import listing_resume, listings_create
from marketplace.delivery.models import DatasetFile
from marketplace.delivery.services.certifying import certificate_read
from marketplace.models import Attestation, Licence, Notice, Order, Reservation, Withdrawal
from marketplace.orders.services.paying import order_pay
from marketplace.transparency.adapters.jws import CertificateError, verify, verify_deletion
from marketplace.transparency.services.keys import public_keys
from marketplace.withdrawals.domain.deletion import Declared
from marketplace.withdrawals.domain.states import ClaimKind
from marketplace.withdrawals.domain.topics import LATE_LICENCES, NOTICE_LOOK
from marketplace.withdrawals.selectors.delivered import samples_delivered
from marketplace.withdrawals.selectors.visible import claim_followed, notices_overdue, notices_visible_to
from marketplace.withdrawals.services.attesting import notice_attest
from marketplace.withdrawals.services.claims import Filing, claim_decide, claim_file
from marketplace.withdrawals.services.noticing import late_licences_notice, notice_look
from marketplace.withdrawals.services.withdrawing import clip_withdraw, withdrawal_foresee
from media_ingest.models import Clip
from tests.factories.checked import breaches
from tests.factories.core import actor_as
from tests.factories.delivery import clip_from, rush
from tests.factories.marketplace import (
    EXCLUSIVE,
    NOBODYS,
    SYSTEM,
    buyer_as,
    clip_live,
    listing_of,
    need,
    order_of,
    order_paid,
    quote_of,
    studio_signed,
    terms_signed,
)

pytestmark = pytest.mark.django_db
DESK = {"uphold": True, "note": "The person is shown and did not agree.", "reason": "P01"}


def sold(studio: Actor, *, clip: Clip | None = None) -> tuple[Actor, Order, Clip]:
    bought = clip or clip_live(studio)
    buyer = buyer_as()
    return buyer, order_paid(buyer, [bought]), bought


def notice_of(order: Order) -> Notice:
    return Notice.objects.exclude(state="superseded").get(licence__order=order)


def later(notice: Notice, **by: int) -> datetime:
    return notice.created_at + timedelta(**by)


def said(notice: Notice, hashes: tuple[str, ...] = ()) -> Declared:
    return Declared("A. Officer", notice.signatory, notice.method, tuple(notice.rungs), hashes)


def claimed(clip: Clip | None, kind: ClaimKind = ClaimKind.SAFETY) -> str:
    filing = Filing(
        kind, "A harbour at dawn", "V. Passer-by", "v@example.org", "I am shown.", None if clip is None else clip.pk
    )
    return claim_file(filing=filing).ref


def test_the_effect_is_told_before_and_is_what_happens() -> None:
    studio = studio_signed()
    buyer, order, clip = sold(studio)
    other = buyer_as()
    quote = quote_of(other, [clip])
    waiting = order_of(other, quote_of(other, [clip]))
    foreseen = withdrawal_foresee(actor=studio, clip_id=clip.pk)
    assert (foreseen.quotes, foreseen.orders, foreseen.duration_ms) == (1, 1, clip.end_ms - clip.start_ms)
    assert foreseen.lost == (quote.lines.get().amount,)
    assert [one.licence.order_id for one in foreseen.reached] == [order.pk]
    assert listing_of(clip).state == "live"
    done = clip_withdraw(actor=studio, clip_id=clip.pk)
    assert done.effect.quotes == foreseen.quotes
    assert listing_of(clip).state == "withdrawn"
    for refused in (lambda: order_of(other, quote), lambda: order_pay(actor=other, order_id=waiting.pk)):
        with pytest.raises(DomainError) as lost:
            refused()
        assert lost.value.code == "clips_lost"
    notice = notice_of(order)
    assert (notice.state, notice.holder_id, notice.rungs) == (
        "noticed",
        buyer.organisation_id,
        ["stop_new_sales", "stop_new_training"],
    )
    assert Licence.objects.get(order=order).state == "active"
    assert breaches("withdrawals", "licences") == []


def test_each_licence_keeps_the_terms_it_was_granted_under() -> None:
    studio = studio_signed({"WITHDRAWAL": {"notice_days": 60, "effects": ["stop_new_sales"]}})
    _, first, clip = sold(studio)
    terms_signed(studio, name="Harder", changes={"WITHDRAWAL": {"notice_days": 15, "refund": "pro_rata"}})
    _, second, _ = sold(studio, clip=clip)
    clip_withdraw(actor=studio, clip_id=clip.pk)
    soft, hard = notice_of(first), notice_of(second)
    assert (soft.state, soft.due_at, soft.refund_minor) == ("informed", None, 0)
    assert hard.state == "noticed"
    assert hard.effective_at - hard.created_at < timedelta(days=15, seconds=5)
    assert 0 < hard.refund_minor < hard.licence.line.amount_minor
    notice_look(actor=SYSTEM, notice_id=soft.pk, at=later(soft, days=900))
    assert Licence.objects.get(order=first).state == "active"


def test_time_ends_the_licence_reminds_and_falls_overdue_once_each() -> None:
    studio = studio_signed()
    _, order, clip = sold(studio)
    clip_withdraw(actor=studio, clip_id=clip.pk)
    notice = notice_of(order)
    assert Job.objects.filter(kind=NOTICE_LOOK).count() == 1
    assert notice_look(actor=SYSTEM, notice_id=notice.pk, at=later(notice, days=29)).state == "noticed"
    for _ in range(2):
        assert notice_look(actor=SYSTEM, notice_id=notice.pk, at=later(notice, days=31)).state == "in_effect"
    assert Licence.objects.get(order=order).state == "terminated"
    assert Reservation.objects.get(order=order).released_at
    assert notice_look(actor=SYSTEM, notice_id=notice.pk, at=later(notice, days=84)).reminders == 1
    assert notice_look(actor=SYSTEM, notice_id=notice.pk, at=later(notice, days=89, hours=12)).reminders == 2
    desk = actor_as(OrganisationKind.PLATFORM, Role.LEAD)
    assert list(notices_overdue(desk)) == []
    for _ in range(2):
        assert notice_look(actor=SYSTEM, notice_id=notice.pk, at=later(notice, days=91)).state == "overdue"
    assert [one.pk for one in notices_overdue(desk)] == [notice.pk]
    assert breaches("licences", "money", "withdrawals", "audit") == []


def test_a_holder_attests_what_was_delivered_and_gets_a_certificate_anybody_can_check() -> None:
    studio = studio_signed()
    clip = clip_from(studio, rush(0), "rush.mp4")
    clip_declare(actor=studio, clip_id=clip.pk, declared=NOBODYS)
    listings_create(actor=SYSTEM, asset_id=clip.asset_id)
    buyer, order, _ = sold(studio, clip=clip)
    run_due()
    done = clip_withdraw(actor=studio, clip_id=clip.pk)
    notice = notice_of(order)
    (sample,) = samples_delivered(notice.licence)
    with pytest.raises(DomainError) as gaps:
        notice_attest(actor=buyer, notice_id=notice.pk, declared=said(notice, ("0" * 64,)))
    assert gaps.value.code == "attestation_incomplete"
    assert {fault["code"] for fault in gaps.value.extra["errors"]} == {"hash_missing", "hash_unknown"}  # type: ignore[union-attr,index]  # a list of faults
    assert not Attestation.objects.exists()
    for _ in range(2):
        assert (
            notice_attest(actor=buyer, notice_id=notice.pk, declared=said(notice, (sample.sha256,))).state == "attested"
        )
    attestation = Attestation.objects.get()
    with pytest.raises(CertificateError):
        verify(attestation.jws, public_keys())
    certificate = verify_deletion(attestation.jws, public_keys())
    assert certificate["kind"] == "deletion"
    assert certificate["samples"]["hashes"] == [sample.sha256]
    assert certificate["samples"]["merkle_root"] == attestation.merkle_root != hashlib.sha256().hexdigest()
    manifest = DatasetFile.objects.get(path="manifest.jsonl")
    assert certificate["samples"]["datasets"] == [manifest.dataset.public_id]
    assert certificate["licence"] == notice.licence.public_id
    with pytest.raises(DomainError) as other:
        certificate_read(text=attestation.jws)
    assert other.value.code == "certificate_of_another_kind", "genuine, and not the certificate of a delivery"
    assert Licence.objects.get(order=order).state == "terminated"
    assert Withdrawal.objects.get(pk=done.withdrawal.pk).state == "closed"
    with pytest.raises(DatabaseError), transaction.atomic():
        Attestation.objects.update(name="Somebody else")


def test_nobody_else_attests_and_an_informed_holder_has_nothing_to() -> None:
    studio = studio_signed({"WITHDRAWAL": {"effects": ["stop_new_sales"]}})
    buyer, order, clip = sold(studio)
    clip_withdraw(actor=studio, clip_id=clip.pk)
    notice = notice_of(order)
    with pytest.raises(DomainError) as nothing:
        notice_attest(actor=buyer, notice_id=notice.pk, declared=said(notice))
    assert nothing.value.code == "nothing_to_attest"
    for stranger in (buyer_as(), studio):
        with pytest.raises(DomainError) as refused:
            notice_attest(actor=stranger, notice_id=notice.pk, declared=said(notice))
        assert refused.value.code in {"not_found", "role_missing"}
    assert Withdrawal.objects.get().state == "closed"


def test_what_somebody_holds_exclusively_is_taken_back_only_knowingly() -> None:
    studio = studio_signed(EXCLUSIVE)
    buyer, clip = buyer_as(), clip_live(studio)
    order_paid(buyer, [clip], need(buyer, exclusivity="ai_training"))
    with pytest.raises(DomainError) as refused:
        clip_withdraw(actor=studio, clip_id=clip.pk)
    assert refused.value.code == "held_exclusively"
    assert (listing_of(clip).state, Withdrawal.objects.count()) == ("live", 0)
    clip_withdraw(actor=studio, clip_id=clip.pk, despite_exclusive=True)
    assert Notice.objects.get().state == "noticed"


def test_a_payment_that_crossed_the_withdrawal_is_told_about_too() -> None:
    studio = studio_signed()
    _, order, clip = sold(studio)
    Licence.objects.filter(order=order).update(state="under_claim")
    notices_before = Notice.objects.count()
    with transaction.atomic():
        clip_withdraw(actor=studio, clip_id=clip.pk)
    assert Notice.objects.count() == notices_before + 1
    assert late_licences_notice(actor=SYSTEM, order_id=order.pk) == 0
    assert Job.objects.filter(kind=LATE_LICENCES, subject=order.public_id).count() == 1


def test_a_claim_about_safety_hides_the_clip_at_once_and_its_creator_cannot_undo_that() -> None:
    studio = studio_signed()
    _, order, clip = sold(studio)
    ref = claimed(clip)
    assert listing_of(clip).state == "in_review"
    assert Licence.objects.get(order=order).state == "under_claim"
    with pytest.raises(DomainError):
        listing_resume(actor=studio, clip_id=clip.pk)
    claim = claim_followed(ref)
    desk = actor_as(OrganisationKind.PLATFORM, Role.LEAD)
    claim_decide(actor=desk, claim_id=claim.pk, uphold=False, note="Nobody can be recognised.")
    assert listing_of(clip).state == "live"
    assert Licence.objects.get(order=order).state == "active"
    assert claim_followed(ref).note == "Nobody can be recognised."


def test_two_open_claims_keep_a_clip_hidden_until_both_are_rejected() -> None:
    studio = studio_signed()
    _, _, clip = sold(studio)
    desk = actor_as(OrganisationKind.PLATFORM, Role.LEAD)
    first, second = claim_followed(claimed(clip)), claim_followed(claimed(clip))
    claim_decide(actor=desk, claim_id=first.pk, uphold=False, note="No.")
    assert listing_of(clip).state == "in_review"
    claim_decide(actor=desk, claim_id=second.pk, uphold=False, note="No.")
    assert listing_of(clip).state == "live"


@pytest.mark.parametrize("kind", list(ClaimKind))
def test_an_upheld_claim_starts_the_ladder_at_once_for_every_holder(kind: ClaimKind) -> None:
    studio = studio_signed({"WITHDRAWAL": {"notice_days": 60, "effects": ["stop_new_sales"]}})
    _, order, clip = sold(studio)
    claim = claim_followed(claimed(clip, kind))
    assert (listing_of(clip).state == "in_review") is (kind is ClaimKind.SAFETY)
    desk = actor_as(OrganisationKind.PLATFORM, Role.LEAD)
    claim_decide(actor=desk, claim_id=claim.pk, uphold=True, note="Upheld.", reason="R02")
    assert listing_of(clip).state == "removed"
    notice = notice_of(order)
    assert (notice.state, notice.notice_days) == ("in_effect", 0)
    assert "suppress" in notice.rungs
    assert Licence.objects.get(order=order).state == "terminated"
    assert Withdrawal.objects.get().claim_id == claim.pk
    with pytest.raises(DomainError) as again:
        claim_decide(actor=desk, claim_id=claim.pk, uphold=False, note="No.")
    assert again.value.code == "claim_changed"
    assert breaches("licences", "money", "withdrawals") == []


def test_a_claim_upheld_after_a_gentle_withdrawal_ends_every_licence_at_once() -> None:
    studio = studio_signed({"WITHDRAWAL": {"effects": ["stop_new_sales"]}})
    _, informed, clip = sold(studio)
    terms_signed(studio, name="Harder", changes={"WITHDRAWAL": {"notice_days": 60}})
    _, noticed, _ = sold(studio, clip=clip)
    claim = claim_followed(claimed(clip, ClaimKind.RIGHTS))
    clip_withdraw(actor=studio, clip_id=clip.pk)
    desk = actor_as(OrganisationKind.PLATFORM, Role.LEAD)
    claim_decide(actor=desk, claim_id=claim.pk, uphold=True, note="It is theirs.", reason="R02")
    assert notice_of(noticed).state == "in_effect"
    assert {Licence.objects.get(order=order).state for order in (informed, noticed)} == {"terminated"}
    assert not Reservation.objects.filter(released_at=None).exists()
    assert breaches("licences", "withdrawals") == []


def test_a_claim_keeps_its_words_and_a_forged_reference_finds_nothing() -> None:
    ref = claimed(None, ClaimKind.RIGHTS)
    claim = claim_followed(ref)
    assert not claim.hid
    with pytest.raises(DatabaseError), transaction.atomic():
        type(claim).objects.filter(pk=claim.pk).update(statement="Never mind.")
    with pytest.raises(DomainError):
        claim_followed(ref[:-1] + ("A" if ref[-1] != "A" else "B"))
    with pytest.raises(DomainError) as missing:
        claim_file(filing=Filing(ClaimKind.RIGHTS, " ", "", "nobody", ""))
    assert [fault["pointer"] for fault in missing.value.extra["errors"]] == [  # type: ignore[union-attr,index]  # a list of faults
        "/about",
        "/name",
        "/statement",
        "/email",
    ]


def test_a_buyer_sees_only_their_own_notices() -> None:
    studio = studio_signed()
    buyer, order, clip = sold(studio)
    sold(studio, clip=clip)
    clip_withdraw(actor=studio, clip_id=clip.pk)
    assert [one.licence.order_id for one in notices_visible_to(buyer)] == [order.pk]
    assert parse_public_id(Prefix.NOTICE, notice_of(order).public_id) == notice_of(order).pk
    assert now() < notice_of(order).effective_at
