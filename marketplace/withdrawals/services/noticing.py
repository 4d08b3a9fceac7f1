"""Telling holders, and moving each notice on when its time has come. Part of the caller's transaction, or a job."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from core.accounts.policy import Actor
from core.audit.services import Facts, record
from core.clock import now
from core.ids import NOT_FOUND
from core.jobs.services import enqueue, publish
from core.transitions import advance
from marketplace.catalog.models import Listing
from marketplace.orders.domain.states import LICENCE, LicenceEvent
from marketplace.orders.models import Licence
from marketplace.orders.selectors.orders import STANDING
from marketplace.orders.services.reserving import reservations_release
from marketplace.withdrawals.domain.ladder import next_look, reminders_due
from marketplace.withdrawals.domain.states import (
    FURTHEST,
    NOTICE,
    OPEN_NOTICES,
    WITHDRAWAL,
    Cause,
    NoticeEvent,
    NoticeState,
    WithdrawalEvent,
    WithdrawalState,
)
from marketplace.withdrawals.domain.topics import (
    LICENCE_TERMINATED,
    LICENCE_WITHDRAWN,
    NOTICE_LOOK,
    NOTICE_OVERDUE,
    NOTICE_REMINDER,
)
from marketplace.withdrawals.models import Notice, Withdrawal
from marketplace.withdrawals.selectors.effect import Reached
from marketplace.withdrawals.selectors.resting import reached_untold
from marketplace.withdrawals.services.refunding import refund_credit


def notices_give(*, actor: Actor, withdrawal: Withdrawal, at: datetime) -> list[Notice]:
    """Tell every holder whom a withdrawal reaches and who was not told of it, nor of one that goes as far; the listing
    is locked by the caller. A notice that goes further takes the place of the licence's earlier one.
    """
    running = Withdrawal.objects.select_for_update(of=("self",)).filter(clip_id=withdrawal.clip_id).order_by("pk")
    others = [other for other in running if other.pk != withdrawal.pk]
    list(Notice.objects.select_for_update(of=("self",)).filter(withdrawal__in=others).order_by("pk"))
    given = []
    for reached in reached_untold(withdrawal, at=at):
        if reached.earlier is not None:
            advance(reached.earlier, NOTICE, NoticeEvent.SUPERSEDE)
        given.append(_give(actor, withdrawal, reached, at))
    for other in others:
        withdrawal_close_when_done(actor=actor, withdrawal=other)
    return given


def _give(actor: Actor, withdrawal: Withdrawal, reached: Reached, at: datetime) -> Notice:
    plan, earlier, licence = reached.plan, reached.earlier, reached.licence
    ended_at = earlier.took_effect_at if earlier is not None else None
    asked = NoticeState.NOTICED if ended_at is None else NoticeState.IN_EFFECT
    notice = Notice.objects.create(
        withdrawal=withdrawal,
        licence=licence,
        holder_id=licence.licensee_id,
        supersedes=earlier,
        rungs=[str(rung) for rung in plan.rungs],
        notice_days=plan.notice_days,
        effective_at=plan.effective_at,
        delete_by=plan.delete_by,
        due_at=plan.due_at,
        refund_rule=plan.refund_rule,
        refund_minor=reached.refund.minor,
        currency=reached.refund.currency,
        signatory=plan.signatory,
        method=plan.method,
        hash_list=plan.hash_list,
        state=NoticeState.INFORMED if plan.due_at is None else asked,
        took_effect_at=ended_at,
    )
    subject = licence.public_id if earlier is None else f"{licence.public_id}:{notice.public_id}"
    publish(topic=LICENCE_WITHDRAWN, subject=subject, payload={"notice": notice.public_id})
    after = {"licence": licence.public_id, "rungs": notice.rungs, "effective_at": plan.effective_at.isoformat()}
    if earlier is not None:
        after["supersedes"] = earlier.public_id
    _audit(actor, notice, "notice.given", after)
    _advance(actor, notice, at)
    return notice


def notice_look(*, actor: Actor, notice_id: UUID, at: datetime | None = None) -> Notice:
    """Do what a notice's dates call for by a moment (now): end the licence, remind, fall overdue. Looking twice, or
    late, does each once.
    """
    with transaction.atomic():
        notice = Notice.objects.select_for_update(of=("self",)).select_related("licence").filter(pk=notice_id).first()
        if notice is None:
            raise NOT_FOUND("There is no notice with this id.")
        _advance(actor, notice, at or now())
    return notice


def licence_end(*, actor: Actor, notice: Notice, at: datetime) -> None:
    """End the licence of a notice, let go of its hold on the clip, and credit what its terms give back; once."""
    licence = Licence.objects.select_for_update(of=("self",)).get(pk=notice.licence_id)
    if licence.state not in STANDING:
        return
    advance(licence, LICENCE, LicenceEvent.TERMINATED)
    reservations_release(order_id=licence.order_id, clip_ids=[licence.clip_id])
    publish(topic=LICENCE_TERMINATED, subject=licence.public_id, payload={"notice": notice.public_id})
    record(
        actor=actor,
        action="licence.terminated",
        subject=licence.public_id,
        organisation_id=licence.licensee_id,
        after={"notice": notice.public_id, "at": at.isoformat()},
    )
    refund_credit(actor=actor, notice=notice)


def late_licences_notice(*, actor: Actor, order_id: UUID) -> int:
    """Tell the buyer whose payment was under way while a clip was withdrawn; return how many notices were given.

    The listings are locked first: a withdrawal that is being written is waited for.
    """
    with transaction.atomic():
        clips = Licence.objects.filter(order_id=order_id).values("clip_id")
        list(Listing.objects.select_for_update(of=("self",)).filter(clip_id__in=clips).order_by("pk"))
        late = Withdrawal.objects.select_for_update(of=("self",)).filter(clip_id__in=clips).order_by("pk")
        given = 0
        for withdrawal in sorted(late, key=lambda one: FURTHEST.index(Cause(one.cause))):  # so that each is told once
            told = notices_give(actor=actor, withdrawal=withdrawal, at=now())
            if told and withdrawal.state == WithdrawalState.CLOSED:
                advance(withdrawal, WITHDRAWAL, WithdrawalEvent.REOPEN)
            withdrawal_close_when_done(actor=actor, withdrawal=withdrawal)
            given += len(told)
    return given


def withdrawal_close_when_done(*, actor: Actor, withdrawal: Withdrawal) -> None:
    """Close a running withdrawal when nobody has anything left to do."""
    if withdrawal.state != WithdrawalState.RUNNING or withdrawal.notices.filter(state__in=OPEN_NOTICES).exists():
        return
    advance(withdrawal, WITHDRAWAL, WithdrawalEvent.CLOSE)
    record(
        actor=actor,
        action="withdrawal.closed",
        subject=withdrawal.public_id,
        organisation_id=withdrawal.organisation_id,
    )


def _advance(actor: Actor, notice: Notice, at: datetime) -> None:
    if notice.state not in OPEN_NOTICES or notice.due_at is None:
        return
    if notice.state == NoticeState.NOTICED and at >= notice.effective_at:
        _take_effect(actor, notice, at)
    if notice.state == NoticeState.IN_EFFECT and at >= notice.due_at:
        advance(notice, NOTICE, NoticeEvent.FALL_DUE)
        publish(topic=NOTICE_OVERDUE, subject=notice.public_id)
        _audit(actor, notice, "notice.overdue", {"due_at": notice.due_at.isoformat()})
    elif reminders_due(due_at=notice.due_at, at=at) > notice.reminders:
        _remind(actor, notice, at)
    moment = next_look(effective_at=notice.effective_at, due_at=notice.due_at, at=at)
    if moment is not None:
        subject = f"{notice.public_id}:{moment:%Y%m%dT%H%M%S.%f}"
        enqueue(kind=NOTICE_LOOK, subject=subject, payload={"notice": notice.public_id}, delay=moment - at)


def _take_effect(actor: Actor, notice: Notice, at: datetime) -> None:
    advance(notice, NOTICE, NoticeEvent.TAKE_EFFECT, took_effect_at=at)
    licence_end(actor=actor, notice=notice, at=at)
    _audit(actor, notice, "notice.took_effect", {})


def _remind(actor: Actor, notice: Notice, at: datetime) -> None:
    sent = reminders_due(due_at=notice.due_at or at, at=at)
    Notice.objects.filter(pk=notice.pk).update(reminders=sent)
    notice.reminders = sent
    publish(topic=NOTICE_REMINDER, subject=f"{notice.public_id}:{sent}", payload={"notice": notice.public_id})
    _audit(actor, notice, "notice.reminded", {"reminder": sent})


def _audit(actor: Actor, notice: Notice, action: str, after: Facts) -> None:
    record(actor=actor, action=action, subject=notice.public_id, organisation_id=notice.holder_id, after=after)
