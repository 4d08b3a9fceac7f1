"""The question about collecting societies, over HTTP."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from typing_extensions import override

from core.accounts.actions import Scope
from core.accounts.policy import ROLE_MISSING, SCOPE_MISSING
from core.api.operation import Call, Resource, operation
from licensing.api.inputs import StrictInput
from licensing.api.shapes import WordsIO, words
from licensing.domain.declaration import CmoStatus
from licensing.domain.errors import INVALID_PARAMETER
from licensing.domain.societies import STANDING_WORDS, Societies, Standing
from licensing.selectors.societies import own_societies
from licensing.services.societies import societies_answer

_CODES = [str(status) for status in CmoStatus if status is not CmoStatus.UNDECLARED]


class SocietiesIn(StrictInput):
    """Which societies, and the reference under which they authorise generative AI training."""

    societies = serializers.ListField(child=serializers.ChoiceField(choices=_CODES), allow_empty=False)
    authorisation = serializers.CharField(max_length=80, allow_blank=True, default="")


class SocietiesOut(serializers.Serializer[Any]):
    """The answer and what follows from it. Nothing is sold while `sellable` is false."""

    societies = serializers.ListField(child=serializers.CharField())
    authorisation = serializers.CharField(allow_blank=True)
    standing = serializers.ChoiceField(choices=[str(standing) for standing in Standing])
    sellable = serializers.BooleanField()
    what_follows = WordsIO()

    @override
    def to_representation(self, instance: Societies) -> dict[str, Any]:
        """Show the answer with its consequence."""
        shown: dict[str, Any] = super().to_representation(
            {
                "societies": [*instance.members],
                "authorisation": instance.authorisation,
                "standing": instance.standing,
                "sellable": instance.standing in {Standing.FREE, Standing.AUTHORISED},
                "what_follows": words(STANDING_WORDS[instance.standing]),
            }
        )
        return shown


class CollectingSocieties(Resource):
    """What my studio answered."""

    @operation(
        summary="Read the answer about collecting societies",
        output=SocietiesOut,
        scope=Scope.TERMS_WRITE,
        problems=(ROLE_MISSING, SCOPE_MISSING),
    )
    def get(self, call: Call) -> Societies:
        """Return the newest answer of one's studio, and what follows from it."""
        return own_societies(call.actor)

    @operation(
        summary="Answer about collecting societies",
        input=SocietiesIn,
        output=SocietiesOut,
        scope=Scope.TERMS_WRITE,
        problems=(ROLE_MISSING, SCOPE_MISSING, INVALID_PARAMETER),
    )
    def put(self, call: Call) -> Societies:
        """Answer for the whole studio. Offers follow within seconds; licences already granted stay."""
        return societies_answer(
            actor=call.actor, societies=call.data["societies"], authorisation=call.data["authorisation"]
        )
