"""Rate cards at the desk: draft one, see what it would change in the real library, publish somebody else's."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from typing_extensions import override

from core.accounts.actions import Scope
from core.accounts.policy import ROLE_MISSING, SCOPE_MISSING
from core.api.fields import MoneyField, PublicIdField
from core.api.operation import Call, Resource, operation
from core.ids import NOT_FOUND, Prefix
from core.money import decimal_text
from core.states import ILLEGAL_TRANSITION
from core.transitions import SOMEBODY_WAS_FASTER
from licensing.api.inputs import StrictInput
from licensing.domain.card_states import RateCardState
from licensing.domain.errors import NO_RATE_CARD, RATE_CARD_INVALID, SECOND_PERSON
from licensing.domain.publishing_errors import NOTICE_TOO_SHORT, RATE_CARD_DATE_TAKEN, RATE_CARD_VERSION_TAKEN
from licensing.domain.simulation import FeeStep, Simulation
from licensing.selectors.ratecards import DeskCard, card_simulated, desk_card_get, desk_cards
from licensing.services.ratecards import ratecard_draft, ratecard_publish, ratecard_return, ratecard_submit

_ACCESS = (ROLE_MISSING, SCOPE_MISSING)
_STEP = (*_ACCESS, NOT_FOUND, ILLEGAL_TRANSITION, SOMEBODY_WAS_FASTER)


class RateCardIn(StrictInput):
    """A card and when it is to count; `organisation` for a card agreed with one buyer."""

    card = serializers.DictField()
    valid_from = serializers.DateTimeField()
    valid_until = serializers.DateTimeField(required=False, allow_null=True)
    organisation = PublicIdField(Prefix.ORGANISATION, required=False, allow_null=True)


class RateCardReturnIn(StrictInput):
    """Why it comes back."""

    note = serializers.CharField(max_length=4_000)


class DeskRateCardOut(serializers.Serializer[Any]):
    """A card, published or on its way."""

    version = serializers.CharField()
    state = serializers.ChoiceField(choices=[str(state) for state in RateCardState])
    organisation_id = PublicIdField(Prefix.ORGANISATION, allow_null=True)
    organisation = serializers.CharField(allow_null=True)
    valid_from = serializers.DateTimeField()
    valid_until = serializers.DateTimeField(allow_null=True)
    in_force = serializers.BooleanField()
    sha256 = serializers.CharField()
    card = serializers.DictField()
    author = serializers.CharField(allow_null=True)
    reviewer = serializers.CharField(allow_null=True)
    created_at = serializers.DateTimeField()


class SideOut(serializers.Serializer[Any]):
    """The library under one card; what it refuses counts as nothing."""

    creators = MoneyField()
    service_fee = MoneyField()
    refused = serializers.IntegerField()
    needs_admin = serializers.IntegerField()


class ClassTotalsOut(serializers.Serializer[Any]):
    """One resolution class under both cards."""

    resolution_class = serializers.CharField()
    clips = serializers.IntegerField()
    duration_ms = serializers.IntegerField()
    before = MoneyField()
    after = MoneyField()


class FeeStepOut(serializers.Serializer[Any]):
    """The service fee's share from these licensed hours on."""

    from_hours = serializers.IntegerField()
    before = serializers.CharField()
    after = serializers.CharField()

    @override
    def to_representation(self, instance: FeeStep) -> dict[str, Any]:
        """Show the shares as exact decimals."""
        return {
            "from_hours": instance.from_hours,
            "before": decimal_text(instance.before),
            "after": decimal_text(instance.after),
        }


class MovedClipOut(serializers.Serializer[Any]):
    """A clip whose price would change."""

    clip_id = PublicIdField(Prefix.CLIP, source="subject_id")
    before = MoneyField()
    after = MoneyField()
    change = MoneyField()


class MovedCreatorOut(serializers.Serializer[Any]):
    """A creator whose library would be worth more or less."""

    organisation_id = PublicIdField(Prefix.ORGANISATION, source="subject_id")
    before = MoneyField()
    after = MoneyField()
    change = MoneyField()


class SimulationOut(serializers.Serializer[Any]):
    """What a card would change in the real library, for the usual grant: generative, 24 months, not exclusive."""

    clips = serializers.IntegerField()
    duration_ms = serializers.IntegerField()
    changed = serializers.IntegerField()
    before = SideOut()
    after = SideOut()
    classes = ClassTotalsOut(many=True)
    fees = FeeStepOut(many=True)
    winners = MovedClipOut(many=True)
    losers = MovedClipOut(many=True)
    creators_winning = MovedCreatorOut(many=True)
    creators_losing = MovedCreatorOut(many=True)


class DeskRateCards(Resource):
    """Every card, published and drafted."""

    @operation(
        summary="List rate cards at the desk",
        output=DeskRateCardOut,
        many=True,
        scope=Scope.DESK_ADMIN,
        problems=_ACCESS,
    )
    def get(self, call: Call) -> list[DeskCard]:
        """Return every card, the one that begins last first; `in_force` marks what holds now."""
        return desk_cards(call.actor)

    @operation(
        summary="Draft a rate card",
        input=RateCardIn,
        output=DeskRateCardOut,
        status=201,
        scope=Scope.DESK_ADMIN,
        problems=(
            *_ACCESS,
            NOT_FOUND,
            NO_RATE_CARD,
            RATE_CARD_INVALID,
            NOTICE_TOO_SHORT,
            RATE_CARD_DATE_TAKEN,
            RATE_CARD_VERSION_TAKEN,
        ),
    )
    def post(self, call: Call) -> DeskCard:
        """Draft a card for everybody, or for one buyer. Drafting a version again replaces the draft."""
        return ratecard_draft(
            actor=call.actor,
            raw=call.data["card"],
            valid_from=call.data["valid_from"],
            valid_until=call.data.get("valid_until"),
            organisation_id=call.data.get("organisation"),
        )


class DeskRateCardDetail(Resource):
    """One card."""

    @operation(
        summary="Read a rate card at the desk",
        output=DeskRateCardOut,
        scope=Scope.DESK_ADMIN,
        problems=(*_ACCESS, NOT_FOUND),
    )
    def get(self, call: Call) -> DeskCard:
        """Return one card by its version."""
        return desk_card_get(call.actor, call.kwargs["card_version"])


class DeskRateCardSimulate(Resource):
    """What a card would change."""

    @operation(
        summary="Simulate a rate card on the library",
        output=SimulationOut,
        scope=Scope.DESK_ADMIN,
        problems=(*_ACCESS, NOT_FOUND, NO_RATE_CARD),
    )
    def post(self, call: Call) -> Simulation:
        """Price every clip that could be licensed by this card and by the one in force; nothing is stored."""
        return card_simulated(call.actor, call.kwargs["card_version"])


class DeskRateCardSubmit(Resource):
    """Handing a draft over."""

    @operation(summary="Submit a rate card", output=DeskRateCardOut, scope=Scope.DESK_ADMIN, problems=_STEP)
    def post(self, call: Call) -> DeskCard:
        """Hand a drafted card to a second person."""
        return ratecard_submit(actor=call.actor, version=call.kwargs["card_version"])


class DeskRateCardPublish(Resource):
    """Publishing somebody else's draft."""

    @operation(
        summary="Publish a rate card",
        output=DeskRateCardOut,
        scope=Scope.DESK_ADMIN,
        problems=(*_STEP, SECOND_PERSON, RATE_CARD_INVALID, NOTICE_TOO_SHORT, RATE_CARD_DATE_TAKEN),
    )
    def post(self, call: Call) -> DeskCard:
        """Publish a card that somebody else drafted. It counts for quotes made from its first day on."""
        return ratecard_publish(actor=call.actor, version=call.kwargs["card_version"])


class DeskRateCardReturn(Resource):
    """Giving a draft back."""

    @operation(
        summary="Return a rate card",
        input=RateCardReturnIn,
        output=DeskRateCardOut,
        scope=Scope.DESK_ADMIN,
        problems=_STEP,
    )
    def post(self, call: Call) -> DeskCard:
        """Give a submitted card back with a note."""
        return ratecard_return(actor=call.actor, version=call.kwargs["card_version"], note=call.data["note"])
