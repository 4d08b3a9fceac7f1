"""Taking a clip back: the effect, the notices it sends, what holders attest, what changed in a dataset."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.accounts.actions import Scope
from core.accounts.policy import ROLE_MISSING, SCOPE_MISSING
from core.api.fields import MoneyField, PublicIdField
from core.api.operation import Call, Resource, operation
from core.api.pagination import CURSOR_UNREADABLE, Page
from core.ids import Prefix
from core.states import ILLEGAL_TRANSITION
from core.transitions import SOMEBODY_WAS_FASTER
from marketplace.orders.selectors.orders import licensee_told
from marketplace.repayments.selectors.shown import refund_shown
from marketplace.withdrawals.domain.deletion import Declared
from marketplace.withdrawals.domain.errors import ATTESTATION_INCOMPLETE, HELD_EXCLUSIVELY, NOTHING_TO_ATTEST
from marketplace.withdrawals.domain.ladder import Rung
from marketplace.withdrawals.domain.states import NoticeState
from marketplace.withdrawals.models import Notice, Withdrawal
from marketplace.withdrawals.selectors.effect import Effect, Reached
from marketplace.withdrawals.selectors.visible import (
    notice_get,
    notices_overdue,
    notices_visible_to,
    withdrawal_get,
    withdrawals_visible_to,
)
from marketplace.withdrawals.services.attesting import notice_attest
from marketplace.withdrawals.services.withdrawing import Withdrawn, clip_withdraw, withdrawal_foresee

REFUSED = (ROLE_MISSING, SCOPE_MISSING)
_TEXT = 2_000


class ReachedOut(serializers.Serializer[Reached]):
    """One licence and what its own frozen terms make of the withdrawal."""

    licence_id = PublicIdField(Prefix.LICENCE, source="licence.pk")
    licensee = serializers.CharField(source="holder", help_text="Empty where the licence's terms keep the name back.")
    exclusivity = serializers.CharField(source="licence.exclusivity")
    effects = serializers.ListField(child=serializers.CharField(), source="plan.rungs")
    notice_days = serializers.IntegerField(source="plan.notice_days")
    effective_at = serializers.DateTimeField(source="plan.effective_at")
    delete_by = serializers.DateTimeField(source="plan.delete_by", allow_null=True)
    due_at = serializers.DateTimeField(source="plan.due_at", allow_null=True)
    refund_rule = serializers.CharField(source="plan.refund_rule")
    refund = MoneyField()


class WithdrawalEffectOut(serializers.Serializer[Effect]):
    """What taking a clip back does: open offers that lose it, licences it reaches."""

    open_quotes = serializers.IntegerField(source="quotes")
    unpaid_orders = serializers.IntegerField(source="orders")
    duration_ms = serializers.IntegerField()
    lost = serializers.ListField(child=MoneyField())
    refunds = serializers.ListField(child=MoneyField())
    held_exclusively = serializers.BooleanField()
    licences = ReachedOut(many=True, source="reached")


class NoticeOut(serializers.Serializer[Notice]):
    """What the holder of a licence is told, and by when what is due."""

    id = PublicIdField(Prefix.NOTICE)
    state = serializers.CharField()
    cause = serializers.CharField(source="withdrawal.cause")
    licence_id = PublicIdField(Prefix.LICENCE)
    clip_id = PublicIdField(Prefix.CLIP, source="licence.clip_id")
    order_id = PublicIdField(Prefix.ORDER, source="licence.order_id")
    effects = serializers.ListField(child=serializers.CharField(), source="rungs")
    notice_days = serializers.IntegerField()
    told_at = serializers.DateTimeField(source="created_at")
    effective_at = serializers.DateTimeField()
    delete_by = serializers.DateTimeField(allow_null=True)
    due_at = serializers.DateTimeField(allow_null=True)
    refund_rule = serializers.CharField()
    refund = MoneyField()
    credited_at = serializers.SerializerMethodField(help_text="When the refund was credited: with the licence's end.")
    refund_stage = serializers.SerializerMethodField(
        help_text="`none`, `promised` (credited when the licence ends), `credited` (on its way to where the money came "
        "from), `sent`, or `delayed` (it could not be sent that way; the platform sees to it).",
    )
    refund_sent_at = serializers.SerializerMethodField()
    signatory = serializers.CharField()
    method = serializers.CharField()
    hash_list = serializers.CharField()
    supersedes_id = PublicIdField(Prefix.NOTICE, allow_null=True)
    superseded_by_id = serializers.SerializerMethodField(help_text="The notice that counts instead of this one.")
    certificate = serializers.SerializerMethodField()

    @extend_schema_field(serializers.DateTimeField(allow_null=True))
    def get_credited_at(self, notice: Notice) -> datetime | None:
        counts = notice.state != NoticeState.SUPERSEDED
        return notice.took_effect_at if counts and notice.refund_minor else None

    def get_refund_stage(self, notice: Notice) -> str:
        return refund_shown(notice).stage

    @extend_schema_field(serializers.DateTimeField(allow_null=True))
    def get_refund_sent_at(self, notice: Notice) -> datetime | None:
        return refund_shown(notice).sent_at

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_superseded_by_id(self, notice: Notice) -> str | None:
        further = getattr(notice, "superseded_by", None)
        return None if further is None else further.public_id

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_certificate(self, notice: Notice) -> str | None:
        attestation = getattr(notice, "attestation", None)
        return None if attestation is None else attestation.jws


class HolderOut(serializers.Serializer[Notice]):
    """Where one holder stands, as the creator sees it."""

    id = PublicIdField(Prefix.NOTICE)
    holder = serializers.SerializerMethodField(help_text="Empty where the licence's terms keep the name back.")
    state = serializers.CharField()
    effective_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField(allow_null=True)

    def get_holder(self, notice: Notice) -> str:
        """The holder's name, as far as the studio learns it."""
        return licensee_told(notice.licence)


class WithdrawalOut(serializers.Serializer[Withdrawal]):
    """One clip taken back, and where each holder stands."""

    id = PublicIdField(Prefix.WITHDRAWAL)
    clip_id = PublicIdField(Prefix.CLIP)
    cause = serializers.CharField()
    state = serializers.CharField()
    reason = serializers.CharField()
    reason_code = serializers.SerializerMethodField(help_text="What is wrong with it, when a claim was upheld.")
    created_at = serializers.DateTimeField()
    notices = HolderOut(many=True, source="notices.all")

    def get_reason_code(self, withdrawal: Withdrawal) -> str:
        """The code, for `/reason_codes`."""
        return "" if withdrawal.claim is None else withdrawal.claim.reason_code


class WithdrawIn(serializers.Serializer[Any]):
    """How to take a clip back."""

    reason = serializers.CharField(max_length=_TEXT, required=False, allow_blank=True, default="")
    despite_exclusive = serializers.BooleanField(required=False, default=False)
    """That somebody holds the clip exclusively is known."""


class WithdrawnOut(serializers.Serializer[Withdrawn]):
    """Where the clip stands now, and what taking it back did."""

    clip_id = PublicIdField(Prefix.CLIP, source="listing.clip_id")
    state = serializers.CharField(source="listing.state")
    withdrawal_id = PublicIdField(Prefix.WITHDRAWAL, source="withdrawal.pk")
    effect = WithdrawalEffectOut()


class AttestIn(serializers.Serializer[Any]):
    """What the holder declares. `done` names each effect that was carried out, `hashes` each file deleted."""

    name = serializers.CharField(max_length=120)
    role = serializers.CharField(max_length=16)
    method = serializers.CharField(max_length=16)
    done = serializers.ListField(child=serializers.ChoiceField(choices=list(Rung)), max_length=len(Rung))
    hashes = serializers.ListField(child=serializers.RegexField(r"^[0-9a-f]{64}$"), max_length=10_000)
    places = serializers.CharField(max_length=_TEXT, required=False, allow_blank=True, default="")


class ClipWithdraw(Resource):
    """Taking a clip back."""

    @operation(
        summary="Withdraw a clip",
        input=WithdrawIn,
        output=WithdrawnOut,
        scope=Scope.LIBRARY_WRITE,
        problems=(*REFUSED, HELD_EXCLUSIVELY, ILLEGAL_TRANSITION, SOMEBODY_WAS_FASTER),
    )
    def post(self, call: Call) -> Withdrawn:
        """Take a clip back for good: no new sales at once, a notice to every holder as their licence's terms say."""
        return clip_withdraw(
            actor=call.actor,
            clip_id=call.id("clip_id", Prefix.CLIP),
            despite_exclusive=call.data["despite_exclusive"],
            reason=call.data["reason"],
        )


class ClipWithdrawalEffect(Resource):
    """What taking a clip back would do."""

    @operation(summary="Foresee a withdrawal", output=WithdrawalEffectOut, scope=Scope.LIBRARY_WRITE, problems=REFUSED)
    def get(self, call: Call) -> Effect:
        """Return open offers that would lose the clip, and each licence with what its terms make of it."""
        return withdrawal_foresee(actor=call.actor, clip_id=call.id("clip_id", Prefix.CLIP))


class WithdrawalCollection(Resource):
    """What my studio took back."""

    @operation(
        summary="List withdrawals",
        output=WithdrawalOut,
        paginated=True,
        scope=Scope.LIBRARY_READ,
        problems=(*REFUSED, CURSOR_UNREADABLE),
    )
    def get(self, call: Call) -> Page[Withdrawal]:
        """Return withdrawals, newest first, with where each holder stands."""
        return call.page(withdrawals_visible_to(call.actor))


class WithdrawalDetail(Resource):
    """One withdrawal."""

    @operation(summary="See a withdrawal", output=WithdrawalOut, scope=Scope.LIBRARY_READ, problems=REFUSED)
    def get(self, call: Call) -> Withdrawal:
        """Return one withdrawal with where each holder stands."""
        return withdrawal_get(call.actor, call.id("withdrawal_id", Prefix.WITHDRAWAL))


class NoticeCollection(Resource):
    """Takedown notices my organisation was given."""

    @operation(
        summary="List takedown notices",
        output=NoticeOut,
        paginated=True,
        scope=Scope.LICENCES_READ,
        problems=(*REFUSED, CURSOR_UNREADABLE),
    )
    def get(self, call: Call) -> Page[Notice]:
        """Return notices, newest first."""
        return call.page(notices_visible_to(call.actor))


class NoticeDetail(Resource):
    """One takedown notice."""

    @operation(summary="See a takedown notice", output=NoticeOut, scope=Scope.LICENCES_READ, problems=REFUSED)
    def get(self, call: Call) -> Notice:
        """Return what is asked, by when, and the deletion certificate once it is attested."""
        return notice_get(call.actor, call.id("notice_id", Prefix.NOTICE))


class OverdueNotices(Resource):
    """`/desk/takedown_notices`: deadlines that passed."""

    @operation(
        summary="List overdue notices",
        output=NoticeOut,
        paginated=True,
        scope=Scope.DESK_REVIEW,
        problems=(*REFUSED, CURSOR_UNREADABLE),
    )
    def get(self, call: Call) -> Page[Notice]:
        """Return notices whose deadline passed without an attestation, newest first."""
        return call.page(notices_overdue(call.actor))


class NoticeAttest(Resource):
    """Confirming removal."""

    @operation(
        summary="Attest removal",
        input=AttestIn,
        output=NoticeOut,
        idempotent=True,
        durable=True,
        scope=Scope.LICENCES_READ,
        problems=(*REFUSED, ATTESTATION_INCOMPLETE, NOTHING_TO_ATTEST),
    )
    def post(self, call: Call) -> Notice:
        """Declare that everything asked was done, with the hashes of what was deleted; signs a deletion certificate."""
        data = call.data
        notice_attest(
            actor=call.actor,
            notice_id=call.id("notice_id", Prefix.NOTICE),
            declared=Declared(
                name=data["name"],
                role=data["role"],
                method=data["method"],
                done=tuple(data["done"]),
                hashes=tuple(data["hashes"]),
                places=data["places"],
            ),
        )
        return notice_get(call.actor, call.id("notice_id", Prefix.NOTICE))
