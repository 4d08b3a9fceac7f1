"""Claims of third parties: filing and following one without an account, deciding one at the desk."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.throttling import ScopedRateThrottle

from core.accounts.actions import Scope
from core.accounts.policy import ROLE_MISSING, SCOPE_MISSING
from core.api.fields import PublicIdField
from core.api.operation import Call, Resource, operation
from core.api.pagination import CURSOR_UNREADABLE, Page
from core.api.problems import RATE_LIMITED
from core.ids import NOT_FOUND, Prefix
from licensing.domain.reasons import FOOTAGE_REASONS
from marketplace.withdrawals.domain.errors import CLAIM_CHANGED, CLAIM_INVALID, OWN_CLAIM
from marketplace.withdrawals.domain.states import ClaimKind
from marketplace.withdrawals.models import Claim
from marketplace.withdrawals.selectors.visible import claim_followed, claim_get, claims_visible_to
from marketplace.withdrawals.services.claims import Filed, Filing, claim_decide, claim_file

REFUSED = (ROLE_MISSING, SCOPE_MISSING)
_TEXT = 5_000


class ClaimIn(serializers.Serializer[Any]):
    """What is wrong, with what, and who says so."""

    kind = serializers.ChoiceField(choices=list(ClaimKind))
    about = serializers.CharField(max_length=500)
    """Which footage: a link, a title, a description."""
    clip_id = PublicIdField(Prefix.CLIP, required=False, allow_null=True)
    name = serializers.CharField(max_length=120)
    email = serializers.EmailField(max_length=254)
    statement = serializers.CharField(max_length=_TEXT)
    language = serializers.ChoiceField(choices=["en", "fr"], required=False, default="en")


class ClaimShownOut(serializers.Serializer[Claim]):
    """Where a claim stands, for its claimant."""

    kind = serializers.CharField()
    state = serializers.CharField()
    about = serializers.CharField()
    created_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)
    note = serializers.CharField()


class ClaimFiledOut(serializers.Serializer[Filed]):
    """A claim just filed, with the reference to follow it by. It is told once."""

    ref = serializers.CharField()
    claim = ClaimShownOut()


class ClaimOut(ClaimShownOut):
    """A claim as the desk sees it."""

    id = PublicIdField(Prefix.CLAIM)
    clip_id = PublicIdField(Prefix.CLIP, allow_null=True)
    hid = serializers.BooleanField()
    name = serializers.CharField()
    email = serializers.CharField()
    statement = serializers.CharField()
    language = serializers.CharField()
    reason_code = serializers.CharField()
    reason_version = serializers.IntegerField()


class ClaimDecideIn(serializers.Serializer[Any]):
    """The decision, and what the claimant reads about it."""

    uphold = serializers.BooleanField()
    note = serializers.CharField(max_length=_TEXT)
    reason = serializers.ChoiceField(choices=list(FOOTAGE_REASONS), required=False, allow_blank=True, default="")
    """What is wrong with the clip, for its creator; needed to uphold, and not read otherwise."""


class ClaimFile(Resource):
    """`/takedowns`: anybody may say that footage should not be here."""

    throttle_classes = (ScopedRateThrottle,)
    throttle_scope = "claim"

    @operation(
        summary="File a takedown claim",
        input=ClaimIn,
        output=ClaimFiledOut,
        status=201,
        public=True,
        problems=(CLAIM_INVALID, RATE_LIMITED),
    )
    def post(self, call: Call) -> Filed:
        """File a claim without an account. Keep the reference: it is the only way to follow the claim."""
        data = call.data
        return claim_file(
            filing=Filing(
                kind=ClaimKind(data["kind"]),
                about=data["about"],
                name=data["name"],
                email=data["email"],
                statement=data["statement"],
                clip_id=data.get("clip_id"),
                language=data["language"],
            )
        )


class ClaimFollow(Resource):
    """`/takedowns/{ref}`."""

    throttle_classes = (ScopedRateThrottle,)
    throttle_scope = "estimate"

    @operation(summary="Follow a takedown claim", output=ClaimShownOut, public=True, problems=(NOT_FOUND, RATE_LIMITED))
    def get(self, call: Call) -> Claim:
        """Return where a claim stands and why it was decided so."""
        return claim_followed(call.kwargs["ref"])


class DeskClaimCollection(Resource):
    """`/desk/takedowns`."""

    @operation(
        summary="List takedown claims",
        output=ClaimOut,
        paginated=True,
        scope=Scope.DESK_REVIEW,
        problems=(*REFUSED, CURSOR_UNREADABLE),
    )
    def get(self, call: Call) -> Page[Claim]:
        """Return every claim, newest first."""
        return call.page(claims_visible_to(call.actor))


class DeskClaimDetail(Resource):
    """`/desk/takedowns/{claim_id}`."""

    @operation(summary="See a takedown claim", output=ClaimOut, scope=Scope.DESK_REVIEW, problems=REFUSED)
    def get(self, call: Call) -> Claim:
        """Return one claim."""
        return claim_get(call.actor, call.id("claim_id", Prefix.CLAIM))


class DeskClaimDecide(Resource):
    """`/desk/takedowns/{claim_id}/decide`."""

    @operation(
        summary="Decide a takedown claim",
        input=ClaimDecideIn,
        output=ClaimOut,
        idempotent=True,
        scope=Scope.DESK_REVIEW,
        problems=(*REFUSED, CLAIM_CHANGED, CLAIM_INVALID, OWN_CLAIM),
    )
    def post(self, call: Call) -> Claim:
        """Uphold a claim, which takes the clip down and tells every holder, or reject it."""
        claim_decide(
            actor=call.actor,
            claim_id=call.id("claim_id", Prefix.CLAIM),
            uphold=call.data["uphold"],
            note=call.data["note"],
            reason=call.data["reason"],
        )
        return claim_get(call.actor, call.id("claim_id", Prefix.CLAIM))
