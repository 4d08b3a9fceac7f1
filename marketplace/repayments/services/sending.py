"""Sending a credited refund: claim, ask the provider outside any transaction, settle. Safe to repeat at every step."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.db.models import Sum

from core.accounts.policy import Actor, require
from core.audit.services import record
from core.clock import now
from core.ids import NOT_FOUND
from core.money import Money
from core.transitions import advance
from marketplace.actions import MONEY_MOVE
from marketplace.ledger.refunds import repayment_posting
from marketplace.ledger.selectors import refunds_of
from marketplace.ledger.services import transfers_post
from marketplace.orders.domain.states import PAID_STATES, OrderState, PaymentState
from marketplace.orders.models import Licence, Order, Payment
from marketplace.payouts.domain import Method, Returned
from marketplace.payouts.services import payment_return
from marketplace.repayments.domain.errors import NOT_REFUSED
from marketplace.repayments.domain.states import REPAYMENT, RepaymentEvent, RepaymentState, refusal_of
from marketplace.repayments.models import Repayment


def repayment_send(*, actor: Actor, licence_id: UUID) -> Repayment | None:
    """Send what was credited for a licence to the buyer's card, once; None when nothing was credited.

    What is refused waits for a person (`repayment_again`, `repayment_by_hand`). Killed at any point and asked again, it
    goes on where it was: the provider is asked under the same key. Never call it inside a transaction.
    """
    require(actor, MONEY_MOVE)
    with transaction.atomic():
        licence, last = _locked(licence_id)
        repayment = last or _claim(actor, licence, attempt=1)
    return _ask(actor, repayment)


def repayment_again(*, actor: Actor, licence_id: UUID) -> Repayment | None:
    """Try once more to send what was refused, as a new attempt. Refused: `repayment_not_refused`."""
    require(actor, MONEY_MOVE)
    with transaction.atomic():
        licence, last = _locked(licence_id)
        repayment = _claim(actor, licence, attempt=_refused(last).attempt + 1)
    return _ask(actor, repayment)


def repayment_by_hand(*, actor: Actor, licence_id: UUID, reference: str) -> Repayment:
    """Write down that a person sent the buyer what was refused, and under which reference of the provider or bank.

    Refused: `repayment_not_refused`.
    """
    require(actor, MONEY_MOVE)
    with transaction.atomic():
        licence, last = _locked(licence_id)
        refused = _refused(last)
        repayment = Repayment.objects.create(
            licence=licence,
            attempt=refused.attempt + 1,
            payment_id=refused.payment_id,
            provider_key=_key(licence, refused.attempt + 1),
            state=RepaymentState.SENT,
            by_hand=True,
            amount_minor=refused.amount_minor,
            currency=refused.currency,
            reference=reference,
            sent_at=now(),
        )
        _book(actor, licence, repayment)
    return repayment


def repayment_settle(*, actor: Actor, repayment_id: UUID, answer: Returned) -> Repayment:
    """Write down the provider's answer and the money that left, in one transaction. Settling again changes nothing."""
    with transaction.atomic():
        licence, _ = _locked(Repayment.objects.values_list("licence_id", flat=True).get(pk=repayment_id))
        repayment = Repayment.objects.select_for_update(of=("self",)).get(pk=repayment_id)
        if repayment.state != RepaymentState.CLAIMED:
            return repayment
        if answer.sent:
            advance(repayment, REPAYMENT, RepaymentEvent.SENT, reference=answer.reference, sent_at=now())
            _book(actor, licence, repayment)
        else:
            advance(repayment, REPAYMENT, RepaymentEvent.REFUSED, refusal_code=answer.refusal_code)
            _audit(actor, licence, "licence.refund_refused", repayment)
    return repayment


def _locked(licence_id: UUID) -> tuple[Licence, Repayment | None]:
    """A licence, its order locked, and the last attempt to send what it gives back."""
    licence = Licence.objects.filter(pk=licence_id).first()
    if licence is None:
        raise NOT_FOUND("There is no licence with this id.")
    licence.order = Order.objects.select_for_update(of=("self",)).get(pk=licence.order_id)
    return licence, Repayment.objects.filter(licence=licence).order_by("-attempt").first()


def _refused(last: Repayment | None) -> Repayment:
    if last is None or last.state != RepaymentState.REFUSED:
        raise NOT_REFUSED(f"It is {'not begun' if last is None else last.state}. Nothing was changed.")
    return last


def _claim(actor: Actor, licence: Licence, *, attempt: int) -> Repayment | None:
    """Write down that we are about to ask the provider, or why that would be wrong."""
    amount = refunds_of([licence.public_id]).get(licence.public_id)
    if amount is None:
        return None
    captured = list(Payment.objects.filter(order=licence.order_id, state=PaymentState.CAPTURED))
    payment = captured[0] if len(captured) == 1 else None
    refused = refusal_of(
        paid=OrderState(licence.order.state) in PAID_STATES,
        captured=[one.amount for one in captured],
        gone=Money.zero(amount.currency) if payment is None else _gone(payment),
        amount=amount,
    )
    repayment = Repayment.objects.create(
        licence=licence,
        attempt=attempt,
        payment=payment,
        provider_key=_key(licence, attempt),
        state=RepaymentState.CLAIMED if refused is None else RepaymentState.REFUSED,
        amount_minor=amount.minor,
        currency=amount.currency,
        refusal_code=refused or "",
    )
    if refused is not None:
        _audit(actor, licence, "licence.refund_refused", repayment)
    return repayment


def _gone(payment: Payment) -> Money:
    """What of a payment went back, or is about to."""
    asked = Repayment.objects.filter(payment=payment, by_hand=False).exclude(state=RepaymentState.REFUSED)
    return Money(asked.aggregate(minor=Sum("amount_minor"))["minor"] or 0, payment.currency)


def _ask(actor: Actor, repayment: Repayment | None) -> Repayment | None:
    if repayment is None or repayment.state != RepaymentState.CLAIMED:
        return repayment
    payment = Payment.objects.get(repayments=repayment)
    answer = payment_return(
        method=Method(payment.method),
        key=repayment.provider_key,
        charge_key=payment.provider_key,
        amount=repayment.amount,
    )
    return repayment_settle(actor=actor, repayment_id=repayment.pk, answer=answer)


def _key(licence: Licence, attempt: int) -> str:
    return f"{licence.public_id}:refund:{attempt}"


def _book(actor: Actor, licence: Licence, repayment: Repayment) -> None:
    """Take what was sent off what the buyer is owed."""
    posting = repayment_posting(
        licence_ref=licence.public_id,
        order_ref=licence.order.public_id,
        buyer_id=licence.licensee_id,
        amount=repayment.amount,
    )
    transfers_post(actor=actor, postings=[posting])
    _audit(actor, licence, "licence.refund_sent", repayment)


def _audit(actor: Actor, licence: Licence, action: str, repayment: Repayment) -> None:
    record(
        actor=actor,
        action=action,
        subject=licence.public_id,
        organisation_id=licence.licensee_id,
        after={
            "amount": str(repayment.amount),
            "attempt": repayment.attempt,
            "reference": repayment.reference,
            "refusal_code": repayment.refusal_code,
            "by_hand": repayment.by_hand,
        },
    )
