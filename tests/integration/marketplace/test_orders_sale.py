"""Quote, accept, pay, deliver: the buyer gets the quoted snapshot and every cent is where it belongs."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.db.utils import DatabaseError

from core.accounts.actions import OrganisationKind, Role
from core.clock import now
from core.errors import DomainError
from core.jobs.models import Job
from core.jobs.runner import run_due
from core.jobs.services import publish
from core.money import Money
from licensing.domain.declaration import CmoStatus, Declared
from licensing.domain.facts import Genre
from marketplace.ledger.domain import AccountKind, AccountRef, Reason
from marketplace.ledger.selectors import account_balance, creator_balance, transfers_of
from marketplace.models import Licence, Order, Payment, Quote, QuoteLine, Transfer
from marketplace.orders.domain.states import OrderState, QuoteState
from marketplace.orders.selectors.holds import reservations_standing
from marketplace.orders.services.accepting import quote_accept, quote_cancel, quotes_expire
from marketplace.orders.services.fulfilling import order_mark_delivered, order_mark_ready
from marketplace.orders.services.paying import order_pay, payment_follow_up
from marketplace.orders.services.quoting import quote_create
from marketplace.orders.services.reserving import reservations_make
from marketplace.orders.services.verification import ledger_verify
from marketplace.payouts.services import earnings_release, payment_charge, payout_send
from marketplace.withdrawals.services.withdrawing import clip_withdraw
from tests.factories.core import actor_as
from tests.factories.marketplace import (
    EXCLUSIVE,
    SYSTEM,
    buyer_as,
    clip_live,
    clip_of,
    need,
    order_delivered,
    order_of,
    order_paid,
    quote_of,
    studio_signed,
    terms_signed,
)

pytestmark = pytest.mark.django_db

DRONE = Declared(genre=Genre.DRONE, cmo_status=CmoStatus.NONE)
UHD = {"width": 3840, "height": 2160, "duration_ms": 2_400_000}


def test_forty_minutes_of_drone_cost_what_the_rate_card_says() -> None:
    studio, buyer = studio_signed(), buyer_as()
    quote = quote_of(buyer, [clip_live(studio, declared=DRONE, **UHD)])
    line = QuoteLine.objects.get(quote=quote)
    assert (quote.creators.amount, quote.service_fee.amount, quote.total.amount) == ("112.00", "22.40", "134.40")
    assert (line.rate.text, line.amount.amount, line.duration_ms) == ("2.80", "112.00", 2_400_000)
    assert [step["label"] for step in line.steps][:2] == ["Base rate", "Genre"]
    assert quote.state == QuoteState.OPEN
    assert quote.expires_at - now() > timedelta(days=13, hours=23)


def test_a_rate_above_the_ceiling_is_quoted_at_the_ceiling_and_marked() -> None:
    studio = studio_signed(EXCLUSIVE)
    buyer = buyer_as()
    clip = clip_live(studio, declared=DRONE, **UHD)
    quote = quote_of(buyer, [clip], need(buyer, exclusivity="ai_training"))
    line = QuoteLine.objects.get(quote=quote)
    assert quote.creators.amount == "160.00"
    assert line.guard == {"computed": "4.20", "needs": "admin_approval"}


def test_what_cannot_be_quoted_is_left_out_by_name() -> None:
    studio, buyer = studio_signed(), buyer_as()
    fits, not_live = clip_live(studio), clip_of(studio)
    quote = quote_of(buyer, [fits, not_live])
    assert [line.clip for line in quote.lines.all()] == [fits]
    assert [(one["clip"], one["reason"]) for one in quote.left_out] == [(not_live.public_id, "not_on_offer")]
    with pytest.raises(DomainError) as refused:
        quote_of(buyer, [not_live])
    assert refused.value.code == "empty"


def test_a_use_case_beyond_the_terms_is_left_out_with_reasons() -> None:
    studio, buyer = studio_signed(), buyer_as()
    clip = clip_live(studio)
    with pytest.raises(DomainError) as refused:
        quote_of(buyer, [clip], need(buyer, term_months=60))
    assert refused.value.code == "empty"
    errors = refused.value.extra["errors"]
    assert isinstance(errors, list)
    assert [entry["dimensions"] for entry in errors if isinstance(entry, dict)] == ["term"]


def test_conditions_not_stated_in_the_use_case_are_accepted_one_by_one() -> None:
    studio, buyer = studio_signed(), buyer_as()
    quote = quote_of(buyer, [clip_live(studio)], need(buyer, accepts=[]))
    codes = [one["code"] for one in quote.conditions]
    assert "NO_REPLICA" in codes
    with pytest.raises(DomainError) as refused:
        quote_accept(actor=buyer, quote_id=quote.pk, conditions=codes[1:])
    assert refused.value.code == "conditions_not_accepted"
    assert refused.value.extra["errors"] == [{"pointer": "/conditions", "code": codes[0]}]
    assert not Order.objects.exists()
    assert quote_accept(actor=buyer, quote_id=quote.pk, conditions=codes).conditions == sorted(codes)


def test_a_sale_from_quote_to_payable_money() -> None:
    studio, buyer = studio_signed(), buyer_as()
    clips = [clip_live(studio, declared=DRONE, **UHD), clip_live(studio)]
    order = order_paid(buyer, clips)
    buyer_id, creator_id = buyer.organisation_id, studio.organisation_id
    assert buyer_id
    assert creator_id
    assert order.state == OrderState.BUILDING
    total = order.quote.total
    assert account_balance(AccountRef(AccountKind.ESCROW, "USD", buyer_id)) == total
    assert account_balance(AccountRef(AccountKind.CASH_AT_PROVIDER, "USD")) == total
    assert account_balance(AccountRef(AccountKind.BUYER_RECEIVABLE, "USD", buyer_id)) == Money.zero("USD")
    assert Licence.objects.filter(order=order).count() == 2
    assert Job.objects.filter(kind="delivery.build", subject=order.public_id).count() == 1
    assert ledger_verify() == []
    order_mark_ready(actor=SYSTEM, order_id=order.pk)
    order_mark_delivered(actor=SYSTEM, order_id=order.pk)
    assert account_balance(AccountRef(AccountKind.ESCROW, "USD", buyer_id)) == Money.zero("USD")
    assert account_balance(AccountRef(AccountKind.PLATFORM_REVENUE, "USD")) == order.quote.service_fee
    assert creator_balance(creator_id, "USD").held == order.quote.creators
    licence = Licence.objects.get(order=order, clip=clips[0])
    assert transfers_of([licence.public_id], Reason.CREATOR_EARNED)[licence.public_id].amount_minor == 11_200
    assert earnings_release(actor=SYSTEM).earnings == 0
    assert earnings_release(actor=SYSTEM, at=now() + timedelta(days=31)).earnings == 2
    assert earnings_release(actor=SYSTEM, at=now() + timedelta(days=31)).earnings == 0
    assert creator_balance(creator_id, "USD").available == order.quote.creators
    left = payout_send(actor=SYSTEM, organisation_id=creator_id, payout_ref="pay_1", amount=order.quote.creators)
    assert left == Money.zero("USD")
    assert ledger_verify() == []
    call_command("verify_ledger")


def test_paying_twice_is_paying_once() -> None:
    studio, buyer = studio_signed(), buyer_as()
    order = order_paid(buyer, [clip_live(studio)])
    again = order_pay(actor=buyer, order_id=order.pk)
    assert again == order
    assert Payment.objects.count() == 1
    assert Licence.objects.count() == 1
    assert Transfer.objects.count() == 2
    assert order_of(buyer, order.quote) == order


def test_delivering_twice_or_out_of_order_is_delivering_once() -> None:
    studio, buyer = studio_signed(), buyer_as()
    order = order_paid(buyer, [clip_live(studio)])
    for dataset in ("dst_1", "dst_2"):
        payload: dict[str, str | int] = {"order": order.public_id}
        publish(topic="marketplace.dataset.delivered", subject=dataset, payload=payload)
        publish(topic="marketplace.dataset.ready", subject=dataset, payload=payload)
    run_due(["marketplace.order.mark_ready", "marketplace.order.mark_delivered"])
    order.refresh_from_db()
    assert order.state == OrderState.DELIVERED
    assert Transfer.objects.filter(reason=Reason.CREATOR_EARNED).count() == 1
    assert not Job.objects.filter(kind__startswith="marketplace.order").exclude(state="done").exists()
    assert ledger_verify() == []


def test_a_declined_card_loses_nothing_and_another_card_pays() -> None:
    studio, buyer = studio_signed(), buyer_as()
    order = order_of(buyer, quote_of(buyer, [clip_live(studio)]))
    with pytest.raises(DomainError) as refused:
        order_pay(actor=buyer, order_id=order.pk, token="tok_decline")
    assert (refused.value.code, refused.value.extra["reason"]) == ("payment_failed", "card_declined")
    assert not Transfer.objects.exists()
    assert not Licence.objects.exists()
    assert order_pay(actor=buyer, order_id=order.pk, token="tok_visa").state == OrderState.BUILDING
    assert [payment.state for payment in order.payments.order_by("attempt")] == ["declined", "captured"]
    assert ledger_verify() == []


def test_a_payment_nobody_asked_for_frees_after_a_day_what_it_held() -> None:
    """The process dies before the provider is asked, and the buyer comes back a day later or never."""
    studio, buyer = studio_signed(), buyer_as()
    orders = [order_of(buyer, quote_of(buyer, [clip_live(studio)])) for _ in range(2)]
    closing, over = (claimed(order, hours) for order, hours in zip(orders, (23, 24), strict=True))
    with pytest.raises(DomainError) as caught:
        order_pay(actor=buyer, order_id=closing.order_id, token="tok_visa")
    assert caught.value.code == "order_not_payable"
    for payment in (closing, over):
        payment_follow_up(actor=SYSTEM, payment_id=payment.pk)
        payment.refresh_from_db()
    assert (closing.state, over.state, over.decline_code) == ("claimed", "declined", "never_asked")
    held = reservations_standing()
    assert held.filter(order=closing.order).exists()
    assert not held.filter(order=over.order).exists()
    assert order_pay(actor=buyer, order_id=over.order_id, token="tok_visa").state == OrderState.BUILDING
    assert ledger_verify() == []


def claimed(order: Order, hours: int = 0) -> Payment:
    """A payment as it stands before the provider is asked, some hours old, with what it holds."""
    reservations_make(order)
    return Payment.objects.create(
        order=order,
        attempt=1,
        method="test",
        provider_key=f"{order.public_id}:1",
        amount_minor=order.quote.total.minor,
        currency="USD",
        created_at=now() - timedelta(hours=hours),
    )


def test_a_crash_after_the_charge_is_finished_by_the_follow_up() -> None:
    """The process dies between the provider's answer and ours: the claim and the charge exist, nothing else does."""
    studio, buyer = studio_signed(), buyer_as()
    order = order_of(buyer, quote_of(buyer, [clip_live(studio)]))
    payment = claimed(order)
    payment_follow_up(actor=SYSTEM, payment_id=payment.pk)
    order.refresh_from_db()
    assert order.state == OrderState.AWAITING_PAYMENT
    payment_charge(method=payment.method, key=payment.provider_key, amount=payment.amount, token="")  # type: ignore[arg-type]  # stored text
    payment_follow_up(actor=SYSTEM, payment_id=payment.pk)
    payment_follow_up(actor=SYSTEM, payment_id=payment.pk)
    order.refresh_from_db()
    assert order.state == OrderState.BUILDING
    assert order_pay(actor=buyer, order_id=order.pk) == order
    assert Transfer.objects.count() == 2
    assert ledger_verify() == []


def test_a_withdrawn_clip_refuses_the_order_and_names_it() -> None:
    studio, buyer = studio_signed(), buyer_as()
    kept, lost = clip_live(studio), clip_live(studio)
    quote = quote_of(buyer, [kept, lost])
    clip_withdraw(actor=studio, clip_id=lost.pk)
    with pytest.raises(DomainError) as refused:
        order_of(buyer, quote)
    assert refused.value.code == "clips_lost"
    assert refused.value.extra["errors"] == [{"clip": lost.public_id, "code": "clip_withdrawn"}]
    quote.refresh_from_db()
    assert quote.state == QuoteState.OPEN
    assert not Order.objects.exists()


def test_superseded_terms_refuse_the_order_and_a_new_quote_works() -> None:
    studio, buyer = studio_signed(), buyer_as()
    clip = clip_live(studio)
    quote = quote_of(buyer, [clip])
    terms_signed(studio, name="Other", changes={"TERM": {"training_access_months": 36}})
    with pytest.raises(DomainError) as refused:
        order_of(buyer, quote)
    assert refused.value.code == "terms_changed"
    assert order_of(buyer, quote_of(buyer, [clip])).state == OrderState.AWAITING_PAYMENT


def test_withdrawn_between_order_and_payment_charges_nothing() -> None:
    studio, buyer = studio_signed(), buyer_as()
    clip = clip_live(studio)
    order = order_of(buyer, quote_of(buyer, [clip]))
    clip_withdraw(actor=studio, clip_id=clip.pk)
    with pytest.raises(DomainError) as refused:
        order_pay(actor=buyer, order_id=order.pk)
    assert refused.value.code == "clips_lost"
    assert not Payment.objects.exists()


def test_an_old_quote_has_expired() -> None:
    studio, buyer = studio_signed(), buyer_as()
    clip = clip_live(studio)
    use_case = need(buyer)
    quote = quote_of(buyer, [clip], use_case)
    old = Quote(
        **{
            field.attname: getattr(quote, field.attname)
            for field in Quote._meta.concrete_fields
            if field.name not in {"id", "created_at"}
        }
    )
    old.expires_at = now() - timedelta(seconds=1)
    old.save(force_insert=True)
    with pytest.raises(DomainError) as refused:
        quote_accept(actor=buyer, quote_id=old.pk, conditions=[])
    assert refused.value.code == "expired"
    assert quotes_expire(actor=SYSTEM) == 1
    quote_cancel(actor=buyer, quote_id=quote.pk)
    with pytest.raises(DomainError) as closed:
        quote_accept(actor=buyer, quote_id=quote.pk, conditions=[])
    assert closed.value.code == "quote_not_open"


def test_the_fee_falls_with_licensed_hours_and_the_creators_line_never_does() -> None:
    studio, buyer = studio_signed(), buyer_as()
    long = clip_live(studio, width=1920, height=1080, duration_ms=100 * 3_600_000)
    quote = quote_of(buyer, [long])
    assert (quote.fee_share, quote.creators.amount, quote.service_fee.amount) == ("0.18", "6000.00", "1080.00")
    short = clip_live(studio)
    use_case = need(buyer, name="Other")
    assert quote_of(buyer, [short], use_case).fee_share == "0.20"
    order_pay(actor=buyer, order_id=order_of(buyer, quote).pk)
    assert quote_of(buyer, [short], use_case).fee_share == "0.18"


def test_an_exclusive_clip_is_not_sold_again() -> None:
    studio = studio_signed(EXCLUSIVE)
    first, second = buyer_as(), buyer_as()
    clip = clip_live(studio)
    pending = order_of(second, quote_of(second, [clip]))
    order_paid(first, [clip], need(first, exclusivity="ai_training"))
    with pytest.raises(DomainError) as late:
        order_pay(actor=second, order_id=pending.pk)
    assert late.value.code == "under_exclusive"
    with pytest.raises(DomainError) as refused:
        quote_of(second, [clip], need(second, name="Again"))
    assert refused.value.code == "empty"


def test_strangers_and_wrong_roles_change_nothing() -> None:
    studio, buyer = studio_signed(), buyer_as()
    quote = quote_of(buyer, [clip_live(studio)])
    for stranger in (buyer_as(), actor_as(OrganisationKind.STUDIO)):
        with pytest.raises(DomainError) as refused:
            order_of(stranger, quote)
        assert refused.value.code == "not_found"
    colleague = actor_as(OrganisationKind.BUYER, Role.VIEWER, organisation=quote.organisation)
    with pytest.raises(DomainError) as role:
        order_of(colleague, quote)
    assert role.value.code == "role_missing"
    with pytest.raises(DomainError) as kind:
        quote_create(actor=studio, use_case_id=quote.use_case_version.use_case_id, clip_ids=[])
    assert kind.value.code == "role_missing"
    assert not Order.objects.exists()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE marketplace_transfer SET amount_minor = amount_minor + 1",
        "DELETE FROM marketplace_transfer",
        "UPDATE marketplace_quoteline SET amount_minor = 0",
        "DELETE FROM marketplace_quoteline",
        "UPDATE marketplace_quote SET creators_minor = 0",
        "UPDATE marketplace_licence SET exclusivity = 'ai_training'",
        "DELETE FROM marketplace_licence",
        "UPDATE marketplace_payment SET state = 'declined'",
        "UPDATE marketplace_account SET currency = 'EUR'",
    ],
)
def test_the_database_itself_refuses_tampering(statement: str) -> None:
    order_delivered(buyer_as(), [clip_live(studio_signed())])
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert ledger_verify() == []


def test_a_transfer_in_a_foreign_currency_is_refused() -> None:
    order_delivered(buyer_as(), [clip_live(studio_signed())])
    transfer = Transfer.objects.all()[0]
    with pytest.raises(DatabaseError), transaction.atomic():
        Transfer.objects.create(
            debit=transfer.debit,
            credit=transfer.credit,
            amount_minor=1,
            currency="EUR",
            journal_key="x",
            reason=transfer.reason,
            actor_key="system",
        )
