"""A holder who was told of a gentle withdrawal is told again when a claim or lost consent asks for more: one notice
counts, its dates and its refund hold, and the earlier one asks nothing any more.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from core.accounts.actions import OrganisationKind, Role
from core.accounts.policy import Actor
from core.clock import now
from core.errors import DomainError
from core.jobs.runner import run_due
from core.money import Money
from marketplace.ledger.selectors import refunds_of
from marketplace.models import Attestation, Licence, Notice, Order, Payment, Withdrawal
from marketplace.orders.services.paying import order_pay, payment_settle
from marketplace.payouts.domain import Charge, Method
from marketplace.payouts.services import payment_charge
from marketplace.withdrawals.domain.deletion import Declared
from marketplace.withdrawals.domain.states import ClaimKind
from marketplace.withdrawals.domain.topics import LATE_LICENCES
from marketplace.withdrawals.selectors.changes import changes_of
from marketplace.withdrawals.services.attesting import notice_attest
from marketplace.withdrawals.services.claims import Filing, claim_decide, claim_file
from marketplace.withdrawals.services.noticing import late_licences_notice, notice_look
from marketplace.withdrawals.services.sweeping import notices_sweep
from marketplace.withdrawals.services.withdrawing import clip_withdraw
from media_ingest.models import Clip
from tests.factories.checked import breaches
from tests.factories.core import actor_as
from tests.factories.marketplace import SYSTEM, buyer_as, clip_live, order_of, order_paid, quote_of, studio_signed

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(120)]

GENTLE = {"WITHDRAWAL": {"effects": ["stop_new_sales"]}}


def sold(**withdrawal: Any) -> tuple[Actor, Actor, Order, Clip]:
    """A licence whose holder is told of a withdrawal under these terms."""
    studio, buyer = studio_signed({"WITHDRAWAL": withdrawal}), buyer_as()
    clip = clip_live(studio, duration_ms=2_400_000, duration_ticks=30_720_000)
    order = order_paid(buyer, [clip])
    clip_withdraw(actor=studio, clip_id=clip.pk)
    return studio, buyer, order, clip


def upheld(clip: Clip) -> None:
    filing = Filing(ClaimKind.PRIVACY, "A harbour", "V. Passer-by", "v@example.org", "I am shown.", clip.pk)
    desk = actor_as(OrganisationKind.PLATFORM, Role.LEAD)
    claim_decide(
        actor=desk, claim_id=claim_file(filing=filing).claim.pk, uphold=True, note="They are shown.", reason="P01"
    )


def notices(order: Order) -> tuple[Notice, Notice]:
    earlier, further = Notice.objects.filter(licence__order=order).order_by("pk")
    assert further.supersedes_id == earlier.pk
    return earlier, further


def attest(buyer: Actor, notice: Notice) -> Notice:
    said = Declared("A. Officer", notice.signatory, notice.method, tuple(notice.rungs), ())
    return notice_attest(actor=buyer, notice_id=notice.pk, declared=said)


def sound() -> None:
    assert breaches("withdrawals", "licences", "money", "audit") == []


def test_who_was_only_informed_is_asked_to_delete_and_suppress_by_dates_of_their_own() -> None:
    _, buyer, order, clip = sold(effects=["stop_new_sales"])
    (informed,) = Notice.objects.all()
    assert (informed.state, informed.due_at) == ("informed", None)
    upheld(clip)
    earlier, further = notices(order)
    assert (earlier.state, further.state) == ("superseded", "in_effect")
    assert further.rungs == ["stop_new_sales", "stop_new_training", "suppress"]
    assert further.delete_by == further.effective_at + timedelta(days=30)
    assert further.due_at == further.effective_at + timedelta(days=60)
    assert Licence.objects.get(order=order).state == "terminated"
    with pytest.raises(DomainError) as refused:
        attest(buyer, earlier)
    assert (refused.value.code, refused.value.extra["superseded_by"]) == ("nothing_to_attest", further.public_id)
    assert not Attestation.objects.exists()
    assert attest(buyer, further).state == "attested"
    assert {one.state for one in Withdrawal.objects.all()} == {"closed"}
    sound()


def test_a_notice_that_still_ran_ends_at_once_and_only_the_greater_refund_is_credited() -> None:
    _, _, order, clip = sold(notice_days=60, refund="pro_rata")
    (running,) = Notice.objects.all()
    upheld(clip)
    earlier, further = notices(order)
    assert (earlier.state, further.state) == ("superseded", "in_effect")
    assert Withdrawal.objects.get(cause="creator").state == "closed"
    assert further.effective_at < running.effective_at
    assert further.refund_minor > earlier.refund_minor > 0
    (ref,) = Licence.objects.filter(order=order)
    assert refunds_of([ref.public_id]) == {ref.public_id: further.refund}
    for _ in range(2):
        notices_sweep(actor=SYSTEM, at=now() + timedelta(days=61))
        run_due()
    assert Notice.objects.get(pk=earlier.pk).state == "superseded"
    assert Notice.objects.get(pk=further.pk).state == "overdue"
    assert refunds_of([ref.public_id]) == {ref.public_id: further.refund}
    sound()


@pytest.mark.parametrize("days", [31, 91])
def test_who_deletes_already_suppresses_too_with_no_more_time_to_delete_and_no_second_refund(
    days: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, _, order, clip = sold(notice_days=30, refund="pro_rata")
    (running,) = Notice.objects.all()
    at = running.created_at + timedelta(days=days)
    before = notice_look(actor=SYSTEM, notice_id=running.pk, at=at)
    assert before.state == ("in_effect" if days == 31 else "overdue")
    monkeypatch.setattr("marketplace.withdrawals.services.withdrawing.now", lambda: at)
    upheld(clip)
    earlier, further = notices(order)
    assert (earlier.state, further.state) == ("superseded", "in_effect")
    assert "suppress" in further.rungs
    assert (further.delete_by, further.took_effect_at) == (earlier.delete_by, earlier.took_effect_at)
    assert further.due_at == at + timedelta(days=60)
    assert further.refund == earlier.refund
    licence = Licence.objects.get(order=order)
    assert refunds_of([licence.public_id]) == {licence.public_id: earlier.refund}
    sound()


def test_who_has_attested_or_was_told_as_much_is_told_nothing_more() -> None:
    _, buyer, order, clip = sold()
    attest(buyer, Notice.objects.get())
    upheld(clip)
    assert Notice.objects.get(licence__order=order).state == "attested"
    again, _, told, other = sold(effects=["stop_new_sales"])
    for _ in range(2):
        upheld(other)
    assert Notice.objects.filter(licence__order=told).count() == 2
    assert Withdrawal.objects.filter(clip=other, cause="claim").count() == 2
    assert late_licences_notice(actor=SYSTEM, order_id=told.pk) == 0
    with pytest.raises(DomainError):
        clip_withdraw(actor=again, clip_id=other.pk)
    sound()


def test_a_dataset_tells_of_a_clip_that_was_taken_down_twice_once_and_as_it_stands() -> None:
    _, _, order, clip = sold(effects=["stop_new_sales"])
    run_due()
    upheld(clip)
    run_due()
    dataset = order.datasets.order_by("version").first()
    assert dataset is not None
    assert [one.pk for one in changes_of(dataset)] == [notices(order)[1].pk]


def test_the_database_keeps_one_notice_that_counts_and_what_it_stands_for() -> None:
    _, _, order, clip = sold(effects=["stop_new_sales"])
    upheld(clip)
    earlier, further = notices(order)
    names = "licence_id holder_id rungs notice_days effective_at delete_by due_at refund_rule refund_minor currency"
    copied = {name: getattr(further, name) for name in (*names.split(), "signatory", "method", "hash_list")}
    another = Withdrawal.objects.create(
        clip=clip, organisation=clip.asset.organisation, cause="claim", claim=_claim(clip)
    )
    with pytest.raises(IntegrityError, match=r"(?i)unique|append-only"), transaction.atomic():
        Notice.objects.create(withdrawal=another, state="noticed", **copied)
    changes: tuple[dict[str, Any], ...] = (
        {"supersedes": None},
        {"supersedes": further},
        {"due_at": None},
        {"rungs": []},
    )
    for change in changes:
        with pytest.raises(DatabaseError), transaction.atomic():
            Notice.objects.filter(pk=further.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        Notice.objects.filter(pk=earlier.pk).update(due_at=now())
    with pytest.raises(DatabaseError), transaction.atomic():
        Withdrawal.objects.filter(cause="claim", claim=further.withdrawal.claim).update(claim=_claim(clip))
    with pytest.raises(IntegrityError), transaction.atomic():
        Withdrawal.objects.create(clip=clip, organisation=clip.asset.organisation, cause="creator")


def test_a_payment_that_crossed_a_withdrawal_and_a_claim_is_told_once_of_what_goes_furthest() -> None:
    studio, buyer = studio_signed(GENTLE), buyer_as()
    clip = clip_live(studio)
    order = order_of(buyer, quote_of(buyer, [clip]))
    key = f"{order.public_id}:1"
    payment_charge(method=Method.TEST, key=key, amount=Money(1, "USD"), token="")
    with pytest.raises(DomainError):
        order_pay(actor=buyer, order_id=order.pk)
    clip_withdraw(actor=studio, clip_id=clip.pk)
    upheld(clip)
    payment = Payment.objects.get(order=order)
    charge = Charge(key, payment.amount, captured=True, reference="late", decline_code="")
    assert payment_settle(actor=SYSTEM, payment_id=payment.pk, charge=charge)
    run_due([LATE_LICENCES])
    notice = Notice.objects.get(licence__order=order)
    assert (notice.withdrawal.cause, notice.state, notice.supersedes) == ("claim", "in_effect", None)
    sound()


def _claim(clip: Clip) -> Any:
    filing = Filing(ClaimKind.RIGHTS, "A harbour", "V. Passer-by", "v@example.org", "Mine.", clip.pk)
    return claim_file(filing=filing).claim


def test_a_superseded_notice_without_the_one_that_counts_is_found() -> None:
    _, _, order, _ = sold(effects=["stop_new_sales"])
    Notice.objects.filter(licence__order=order).update(state="superseded")
    assert any("nothing took its place" in one for one in breaches("withdrawals"))
