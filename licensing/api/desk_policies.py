"""The desk's policy: every version, trying a draft on what was submitted, proposing one, a second person publishing."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from typing_extensions import override

from core.accounts.actions import Scope
from core.accounts.policy import ROLE_MISSING, SCOPE_MISSING
from core.api.fields import PublicIdField
from core.api.operation import Call, Resource, operation
from core.ids import NOT_FOUND, Prefix
from core.states import ILLEGAL_TRANSITION
from core.transitions import SOMEBODY_WAS_FASTER
from licensing.api.inputs import StrictInput
from licensing.domain.desk_policy import BOUNDS, PolicyState
from licensing.domain.errors import SECOND_PERSON
from licensing.domain.publishing_errors import POLICY_CHANGED, POLICY_INVALID, POLICY_PROPOSED, POLICY_UNCHANGED
from licensing.domain.quality import SampleCount
from licensing.domain.replay import Counts, Replay
from licensing.models import PolicyVersion
from licensing.selectors.policies import policy_in_force, policy_versions_visible_to
from licensing.selectors.quality import sample_counts
from licensing.services.policies import policy_propose, policy_publish, policy_try, policy_withdraw

_ACCESS = (ROLE_MISSING, SCOPE_MISSING)
_STEP = (*_ACCESS, NOT_FOUND, ILLEGAL_TRANSITION, SOMEBODY_WAS_FASTER)
_FALLBACK = "Who has to agree to a rung of a clause's ladder: 0 nobody, 1 a person."
_CUSTOM = "How many have to agree to own wording and to values outside what passes: 1 or 2."
_TWO = "Clauses of which every change but a rung needs two people, besides what always does."
_SHOWN = 50
_COLUMNS = ("version", *BOUNDS, "two_people", "state", "published_at", "sha256")
_SAMPLE = "How many of a thousand submissions that passed by themselves are looked at again: 10 to 1000."


class PolicyDraftIn(StrictInput):
    """The members that are to change; what is left out stays as it is in force."""

    fallback_people = serializers.IntegerField(required=False, help_text=_FALLBACK)
    custom_people = serializers.IntegerField(required=False, help_text=_CUSTOM)
    two_people = serializers.ListField(
        child=serializers.CharField(max_length=40), required=False, max_length=100, help_text=_TWO
    )
    days_one = serializers.IntegerField(required=False, help_text="Working days of one person: 1 to 5.")
    days_two = serializers.IntegerField(required=False, help_text="Working days of two: 1 to 10.")
    sample_per_mille = serializers.IntegerField(required=False, help_text=_SAMPLE)


class SampleCountOut(serializers.Serializer[Any]):
    """How the sample of one version came out: what passed by itself and was looked at again."""

    agreed = serializers.IntegerField()
    disagreed = serializers.IntegerField()
    waiting = serializers.IntegerField()
    disagreed_per_mille = serializers.IntegerField(allow_null=True)


class PolicyVersionOut(serializers.Serializer[Any]):
    """A version with who proposed and who published it; nobody when it came with the product."""

    version = serializers.IntegerField()
    in_force = serializers.BooleanField()
    fallback_people = serializers.IntegerField()
    custom_people = serializers.IntegerField()
    two_people = serializers.ListField(child=serializers.CharField())
    days_one = serializers.IntegerField()
    days_two = serializers.IntegerField()
    sample_per_mille = serializers.IntegerField()
    state = serializers.ChoiceField(choices=[str(state) for state in PolicyState])
    author = serializers.CharField(allow_null=True)
    reviewer = serializers.CharField(allow_null=True)
    published_at = serializers.DateTimeField(allow_null=True)
    sha256 = serializers.CharField()


class PolicyHistoryOut(PolicyVersionOut):
    """A version with how its sample came out."""

    sample = SampleCountOut()


def _version_body(row: PolicyVersion, in_force: int) -> dict[str, object]:
    return {
        **{name: getattr(row, name) for name in _COLUMNS},
        "in_force": row.version == in_force,
        "author": row.author.name if row.author else None,
        "reviewer": row.reviewer.name if row.reviewer else None,
    }


def _shown(row: PolicyVersion) -> dict[str, object]:
    return _version_body(row, policy_in_force().version)


class RoutedOut(serializers.Serializer[Any]):
    """How many submissions went to nobody, to one person, to two."""

    automatic = serializers.IntegerField()
    one_person = serializers.IntegerField()
    two_people = serializers.IntegerField()


class OtherwiseOut(serializers.Serializer[Any]):
    """A submission the draft would have let pass and people did not; `disagree`: the sample's reviewer."""

    agreement_id = PublicIdField(Prefix.AGREEMENT)
    case_id = PublicIdField(Prefix.CASE, allow_null=True)
    clauses = serializers.ListField(child=serializers.CharField())
    objection = serializers.CharField()


class ReplayOut(serializers.Serializer[Any]):
    """The submissions of the last 30 days, as they went and as the draft would have had them.

    `without_time`: those the draft sends to people and nobody decided, so that no deadline can be checked.
    """

    submissions = serializers.IntegerField()
    really = RoutedOut()
    draft = RoutedOut()
    more_people = serializers.IntegerField()
    fewer_people = serializers.IntegerField()
    late_really = serializers.IntegerField()
    late_draft = serializers.IntegerField()
    without_time = serializers.IntegerField()
    decided_otherwise = serializers.IntegerField()
    otherwise = OtherwiseOut(many=True)

    @override
    def to_representation(self, instance: Replay) -> dict[str, Any]:
        """Show the counts, and the first of what people decided otherwise."""
        names = ("submissions", "more_people", "fewer_people", "late_really", "late_draft", "without_time")
        shown: dict[str, Any] = super().to_representation(
            {
                **{name: getattr(instance, name) for name in names},
                "really": _routed(instance.really),
                "draft": _routed(instance.draft),
                "decided_otherwise": len(instance.otherwise),
                "otherwise": instance.otherwise[:_SHOWN],
            }
        )
        return shown


def _routed(counts: Counts) -> dict[str, int]:
    return dict(zip(("automatic", "one_person", "two_people"), (counts[n] for n in range(3)), strict=True))


class DeskPolicies(Resource):
    """The policy with its history."""

    @operation(
        summary="List all versions of the desk's policy",
        output=PolicyHistoryOut,
        many=True,
        scope=Scope.DESK_ADMIN,
        problems=_ACCESS,
    )
    def get(self, call: Call) -> list[dict[str, object]]:
        """Return every version, proposals too, each with how its sample came out; a case names its version."""
        in_force, counts = policy_in_force().version, sample_counts(call.actor)
        return [
            {**_version_body(row, in_force), "sample": counts.get(row.version, SampleCount())}
            for row in policy_versions_visible_to(call.actor)
        ]

    @operation(
        summary="Propose a version of the desk's policy",
        input=PolicyDraftIn,
        output=PolicyVersionOut,
        status=201,
        scope=Scope.DESK_ADMIN,
        problems=(*_ACCESS, POLICY_INVALID, POLICY_UNCHANGED, POLICY_PROPOSED, POLICY_CHANGED),
    )
    def post(self, call: Call) -> dict[str, object]:
        """Propose who has to agree to what, and by when; a second person publishes it.

        Critical values need two people and own wording needs one under every policy.
        """
        return _shown(policy_propose(actor=call.actor, draft=call.data))


class DeskPolicyDryRun(Resource):
    """Trying a draft."""

    @operation(
        summary="Try a draft of the desk's policy on the last 30 days",
        input=PolicyDraftIn,
        output=ReplayOut,
        scope=Scope.DESK_ADMIN,
        problems=(*_ACCESS, POLICY_INVALID),
    )
    def post(self, call: Call) -> Replay:
        """Route what was submitted in the last 30 days once more, by the draft; nothing is stored."""
        return policy_try(actor=call.actor, draft=call.data)


class DeskPolicyPublish(Resource):
    """Publishing somebody else's proposal."""

    @operation(
        summary="Publish a version of the desk's policy",
        output=PolicyVersionOut,
        scope=Scope.DESK_ADMIN,
        problems=(*_STEP, SECOND_PERSON),
    )
    def post(self, call: Call) -> dict[str, object]:
        """Publish a version that somebody else proposed: it routes what is submitted from now on, and never changes."""
        return _shown(policy_publish(actor=call.actor, version=int(call.kwargs["version"])))


class DeskPolicyWithdraw(Resource):
    """Taking a proposal back."""

    @operation(
        summary="Withdraw a proposed version of the desk's policy",
        output=PolicyVersionOut,
        scope=Scope.DESK_ADMIN,
        problems=_STEP,
    )
    def post(self, call: Call) -> dict[str, object]:
        """Take a proposal back, so that another one can be made."""
        return _shown(policy_withdraw(actor=call.actor, version=int(call.kwargs["version"])))
