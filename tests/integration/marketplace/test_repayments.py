"""What was credited to a buyer is sent the way the money came: once, and booked; what cannot be waits for a person."""

from __future__ import annotations

import errno
import io
from typing import Any, cast

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from core.accounts.actions import OrganisationKind, Role
from core.accounts.policy import Actor
from core.errors import DomainError
from core.jobs.models import Job
from core.jobs.runner import run_due
from core.money import Money
from marketplace.ledger.domain import AccountKind, AccountRef
from marketplace.ledger.refunds import repayment_posting
from marketplace.ledger.selectors import account_balance
from marketplace.ledger.services import transfers_post
from marketplace.models import Licence, Order, Payment, Repayment, Transfer
from marketplace.orders.services.verification import ledger_verify
from marketplace.payouts.adapters.test_provider import provider
from marketplace.payouts.domain import TOKEN_CLOSED
from marketplace.repayments.domain.topics import REPAYMENT_SEND
from marketplace.repayments.services.sending import repayment_again, repayment_by_hand, repayment_send
from marketplace.repayments.services.sweeping import repayments_sweep
from tests.factories.checked import breaches
from tests.factories.core import actor_as
from tests.factories.delivery import home
from tests.factories.marketplace import SYSTEM
from tests.factories.taken_down import ended

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(120)]


def one_ended(**told: Any) -> tuple[Actor, Order, Licence]:
    """An order one of whose licences has ended early; all of its price is credited."""
    buyer, order, (licence,) = ended(**told)
    assert owed(buyer) == licence.line.amount
    return buyer, order, licence


def owed(buyer: Actor) -> Money:
    return account_balance(AccountRef(AccountKind.REFUNDS, "USD", home(buyer)))


def cash() -> Money:
    return account_balance(AccountRef(AccountKind.CASH_AT_PROVIDER, "USD"))


def sound() -> None:
    assert ledger_verify() == []
    assert breaches("repayments", "withdrawals", "money", "audit") == []
    assert unsent() == []


def unsent() -> list[str]:
    """What `verify` says about refunds that no job sends; the assets here were never watched, and it says that too."""
    return [one for one in breaches("jobs: whatever") if REPAYMENT_SEND in one]


def sent(licence: Licence) -> Repayment:
    repayment = repayment_send(actor=SYSTEM, licence_id=licence.pk)
    assert repayment is not None
    return repayment


class Away:
    """A provider that cannot be reached, or answers and is not heard."""

    def __init__(self, *, answers: bool) -> None:
        self._answers = answers

    def find_refund(self, **asked: Any) -> None:
        if not self._answers:
            raise OSError(errno.ECONNREFUSED, "nobody listens")

    def refund(self, **asked: Any) -> None:
        provider().refund(**asked)
        raise OSError(errno.ECONNRESET, "the answer was lost")


@pytest.mark.parametrize("delivered", [False, True])
def test_a_credited_refund_leaves_the_way_the_money_came_once(*, delivered: bool) -> None:
    buyer, order, licence = one_ended(clips=2, delivered=delivered)
    back = licence.line.amount
    sound()
    assert run_due([REPAYMENT_SEND]) == 1
    repayment = Repayment.objects.select_related("payment").get(licence=licence)
    assert (repayment.state, repayment.amount, repayment.attempt) == ("sent", back, 1)
    assert (owed(buyer).minor, cash()) == (0, order.quote.total - back)
    assert repayment.payment is not None
    answer = provider().find_refund(key=repayment.provider_key, charge_key=repayment.payment.provider_key)
    assert answer is not None
    assert (answer.sent, answer.amount, answer.reference) == (True, back, repayment.reference)
    before = Transfer.objects.count()
    for _ in range(3):
        assert sent(licence) == repayment
        assert repayments_sweep() == 0
    assert (Transfer.objects.count(), Repayment.objects.count(), Job.objects.filter(kind=REPAYMENT_SEND).count()) == (
        before,
        1,
        1,
    )
    sound()


def test_nothing_is_sent_for_a_licence_that_nothing_was_credited_for() -> None:
    _, order, _ = one_ended(clips=2)
    standing = Licence.objects.get(order=order, state="active")
    assert repayment_send(actor=SYSTEM, licence_id=standing.pk) is None
    assert Repayment.objects.count() == 0


def test_a_closed_card_leaves_it_owed_and_to_a_person() -> None:
    buyer, _, licence = one_ended(token=TOKEN_CLOSED)
    assert run_due([REPAYMENT_SEND]) == 1
    refused = Repayment.objects.get()
    assert (refused.state, refused.refusal_code) == ("refused", "card_closed")
    assert (owed(buyer), sent(licence), repayments_sweep()) == (licence.line.amount, refused, 0)
    sound()
    again = repayment_again(actor=SYSTEM, licence_id=licence.pk)
    assert again is not None
    assert (again.state, again.attempt) == ("refused", 2)
    by_hand = repayment_by_hand(actor=SYSTEM, licence_id=licence.pk, reference="bank 4711")
    assert (by_hand.state, by_hand.attempt, by_hand.by_hand, owed(buyer).minor) == ("sent", 3, True, 0)
    for call in (repayment_again, repayment_by_hand):
        more = {"reference": "bank 4712"} if call is repayment_by_hand else {}
        with pytest.raises(DomainError) as stopped:
            cast("Any", call)(actor=SYSTEM, licence_id=licence.pk, **more)
        assert stopped.value.code == "repayment_not_refused"
    sound()


def test_the_operator_lists_tries_again_and_writes_down() -> None:
    _, _, licence = one_ended(token=TOKEN_CLOSED)

    def said(*words: str) -> str:
        out = io.StringIO()
        call_command("repayments", *words, stdout=out)
        return out.getvalue()

    assert said() == ""
    run_due([REPAYMENT_SEND])
    assert f"{licence.public_id}  {licence.line.amount} to " in said()
    assert "refused (card_closed)" in said("--again", licence.public_id)
    with pytest.raises(CommandError, match="--reference"):
        said("--by-hand", licence.public_id)
    assert "sent (bank 1)" in said("--by-hand", licence.public_id, "--reference", "bank 1")
    with pytest.raises(CommandError, match="It is sent"):
        said("--again", licence.public_id)
    assert said() == ""
    sound()


def test_more_than_is_left_of_the_payment_is_not_asked_for() -> None:
    buyer, order, licence = one_ended(clips=2)
    payment, other = Payment.objects.get(order=order), Licence.objects.get(order=order, state="active")
    whole = order.quote.total
    Repayment.objects.create(
        licence=other, attempt=1, payment=payment, provider_key="other", amount_minor=whole.minor, currency="USD"
    )
    assert (sent(licence).state, sent(licence).refusal_code) == ("refused", "more_than_is_left")
    assert provider().find_refund(key=sent(licence).provider_key, charge_key=payment.provider_key) is None
    assert owed(buyer) == licence.line.amount


@pytest.mark.parametrize("answers", [False, True])
def test_while_the_provider_is_away_it_stays_claimed_and_is_sent_once_when_it_is_back(*, answers: bool) -> None:
    buyer, _, licence = one_ended()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("marketplace.payouts.services.test_provider", lambda: Away(answers=answers))
        assert run_due([REPAYMENT_SEND]) == 1
    job = Job.objects.get(kind=REPAYMENT_SEND)
    assert (job.state, job.attempt, job.max_attempts) == ("queued", 1, 7)
    assert (Repayment.objects.get().state, owed(buyer)) == ("claimed", licence.line.amount)
    sound()
    Job.objects.filter(pk=job.pk).update(run_after="2026-01-01T00:00:00Z")
    assert run_due([REPAYMENT_SEND]) == 1
    assert (Repayment.objects.get().state, owed(buyer).minor) == ("sent", 0)
    sound()


def test_refunds_that_no_job_sends_are_found_and_asked_for_by_night() -> None:
    """Those credited before refunds were sent, and those whose job was given up."""
    buyer, _, licence = one_ended()
    Job.objects.filter(kind=REPAYMENT_SEND).delete()
    assert [licence.public_id in one for one in unsent()] == [True]
    assert repayments_sweep() == 1
    sound()
    Job.objects.filter(kind=REPAYMENT_SEND).update(state="dead", attempt=6)
    call_command("close_day", stdout=io.StringIO())
    assert run_due([REPAYMENT_SEND]) == 1
    assert (Repayment.objects.get().state, owed(buyer).minor) == ("sent", 0)
    sound()


def test_the_control_money_that_left_otherwise_is_found() -> None:
    buyer, order, licence = one_ended()
    posting = repayment_posting(
        licence_ref=licence.public_id, order_ref=order.public_id, buyer_id=home(buyer), amount=Money(7, "USD")
    )
    transfers_post(actor=SYSTEM, postings=[posting])
    of_owed, of_sent = breaches("repayments")
    assert f"nothing was sent back for {licence.public_id}, the ledger says 0.07 USD" in of_sent
    assert f"is owed {licence.line.amount - Money(7, 'USD')}, and 0.00 USD is still to be sent" in of_owed


def test_the_control_a_row_without_money_and_a_payment_given_back_twice_are_found() -> None:
    _, order, licence = one_ended(clips=2)
    other = Licence.objects.get(order=order, state="active")
    payment = Payment.objects.get(order=order)
    for of, state in ((licence, "claimed"), (other, "claimed")):
        Repayment.objects.create(
            licence=of,
            attempt=1,
            payment=payment,
            provider_key=of.public_id,
            state=state,
            amount_minor=order.quote.total.minor,
            currency="USD",
        )
    Repayment.objects.filter(licence=other).update(state="sent", sent_at="2026-01-01T00:00:00Z", reference="r")
    found = breaches("repayments")
    assert any(f"was sent back for {other.public_id}, the ledger says nothing" in one for one in found)
    assert any(f"more of payment {payment.provider_key}" in one for one in found)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE marketplace_repayment SET amount_minor = amount_minor + 1",
        "UPDATE marketplace_repayment SET state = 'claimed', sent_at = NULL",
        "UPDATE marketplace_repayment SET reference = 'another'",
        "DELETE FROM marketplace_repayment",
    ],
)
def test_what_was_sent_is_never_rewritten(statement: str) -> None:
    _, _, licence = one_ended()
    sent(licence)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize(
    ("kind", "role", "code"),
    [
        (OrganisationKind.BUYER, Role.OWNER, "role_missing"),
        (OrganisationKind.STUDIO, Role.OWNER, "role_missing"),
        (OrganisationKind.PLATFORM, Role.LEAD, "role_missing"),
        (OrganisationKind.PLATFORM, Role.FINANCE, ""),
    ],
)
def test_only_finance_moves_money(kind: OrganisationKind, role: Role, code: str) -> None:
    buyer, _, licence = one_ended(token=TOKEN_CLOSED)
    actor, told = actor_as(kind, role), ""
    try:
        repayment_send(actor=actor, licence_id=licence.pk)
        repayment_by_hand(actor=actor, licence_id=licence.pk, reference="bank 1")
    except DomainError as refused:
        told = refused.code
    assert (told, owed(buyer).minor == 0) == (code, not code)
    assert Repayment.objects.count() == (0 if code else 2)
