"""Who and what clips show: listing people, places and marks, and how far each clip may be sold."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from typing_extensions import override

from core.accounts.actions import Scope
from core.accounts.policy import ROLE_MISSING, SCOPE_MISSING, require
from core.api.fields import PublicIdField
from core.api.operation import Call, Resource, operation
from core.api.pagination import CURSOR_UNREADABLE, Page
from core.ids import Prefix
from licensing.api.inputs import StrictInput
from licensing.api.releases import SpanIn, spans_of
from licensing.domain.actions import RELEASE_VIEW
from licensing.domain.consent import Finding, NodeKind, NoReleaseReason, Weighed
from licensing.domain.consent_words import ISSUES
from licensing.domain.errors import CONSENT_INVALID
from licensing.domain.matching import Cleared
from licensing.models import ConsentNode
from licensing.selectors.consent import node_get, nodes_visible_to, weighed_of
from licensing.services.consent import node_add, node_change, node_remove
from media_ingest.selectors import clip_get

REFUSED = (ROLE_MISSING, SCOPE_MISSING)
KINDS = [str(kind) for kind in NodeKind]
REASONS = [str(reason) for reason in NoReleaseReason]
USES = [str(use) for use in Cleared if use is not Cleared.NONE]


class PlaceOut(serializers.Serializer[Any]):
    """Where a node is seen or heard; both instants null: all of the clip."""

    clip_id = PublicIdField(Prefix.CLIP)
    start_ms = serializers.IntegerField(allow_null=True)
    end_ms = serializers.IntegerField(allow_null=True)


class NodeOut(serializers.Serializer[Any]):
    """Somebody or something on clips, with a release, a reason why none is needed, or neither yet."""

    id = PublicIdField(Prefix.CONSENT_NODE)
    kind = serializers.ChoiceField(choices=KINDS)
    label = serializers.CharField()  # type: ignore[assignment]  # DRF fields have a label of their own
    reason = serializers.ChoiceField(choices=REASONS, allow_null=True)
    release_id = PublicIdField(Prefix.RELEASE, allow_null=True)
    places = serializers.SerializerMethodField()

    @extend_schema_field(PlaceOut(many=True))
    def get_places(self, node: ConsentNode) -> list[dict[str, Any]]:
        """The clips it hangs on."""
        return [PlaceOut(place).data for place in node.places.all()]


class NodeIn(StrictInput):
    """Somebody or something to list on one or many clips."""

    kind = serializers.ChoiceField(choices=KINDS)
    label = serializers.CharField(max_length=120)  # type: ignore[assignment]  # DRF fields have a label of their own
    reason = serializers.ChoiceField(choices=REASONS, required=False, allow_null=True, default=None)
    spans = SpanIn(many=True)


class NodeChangeIn(StrictInput):
    """A new label, more clips, or a reason; `reason` null takes the reason back."""

    label = serializers.CharField(max_length=120, required=False)  # type: ignore[assignment]  # DRF fields have a label of their own
    reason = serializers.ChoiceField(choices=REASONS, required=False, allow_null=True)
    spans = SpanIn(many=True, required=False)


class NodeQuery(serializers.Serializer[Any]):
    """Which of them."""

    kind = serializers.ChoiceField(choices=KINDS, required=False)
    clip_id = PublicIdField(Prefix.CLIP, required=False)


class IssueOut(serializers.Serializer[Any]):
    """A node that keeps the clip from some use, why, and what to do."""

    code = serializers.CharField()
    name = serializers.CharField()
    node_id = serializers.CharField(allow_blank=True)
    label = serializers.CharField(allow_blank=True)  # type: ignore[assignment]  # DRF fields have a label of their own
    kind = serializers.ChoiceField(choices=KINDS)
    allows = serializers.ChoiceField(choices=[str(step) for step in Cleared])
    text = serializers.DictField(child=serializers.CharField())
    what_to_do = serializers.DictField(child=serializers.CharField())
    action = serializers.CharField()


class ClipConsentOut(serializers.Serializer[Any]):
    """How far a clip may be sold: the weakest node decides. `issues` are weakest first, empty when nothing is in the
    way of any use.
    """

    cleared = serializers.ChoiceField(choices=[str(step) for step in Cleared])
    uses = serializers.DictField(child=serializers.BooleanField())
    people = serializers.CharField()
    release = serializers.CharField()
    holds_until = serializers.DateTimeField(allow_null=True)
    issues = IssueOut(many=True)

    @override
    def to_representation(self, instance: Weighed) -> dict[str, Any]:
        """Show the answer with its reasons in both languages."""
        shown: dict[str, Any] = super().to_representation(
            {
                "cleared": instance.cleared,
                "uses": {use: instance.allows(Cleared(use)) for use in USES},
                "people": instance.people,
                "release": instance.release,
                "holds_until": instance.until,
                "issues": [_issue(one) for one in instance.findings],
            }
        )
        return shown


def _issue(found: Finding) -> dict[str, Any]:
    issue = ISSUES[found.code]
    return {
        "code": found.code,
        "name": issue.name,
        "node_id": found.node.key,
        "label": found.node.label,
        "kind": found.node.kind,
        "allows": found.cleared,
        "text": {"en": issue.words.en, "fr": issue.words.fr},
        "what_to_do": {"en": issue.fix.en, "fr": issue.fix.fr},
        "action": issue.action,
    }


class NodeCollection(Resource):
    """People, voices, minors, premises, marks and permits."""

    @operation(
        summary="List people and places",
        query=NodeQuery,
        output=NodeOut,
        paginated=True,
        scope=Scope.LIBRARY_READ,
        problems=(*REFUSED, CURSOR_UNREADABLE),
    )
    def get(self, call: Call) -> Page[ConsentNode]:
        """Return who and what one's clips show, newest first."""
        rows = nodes_visible_to(call.actor)
        if kind := call.query.get("kind"):
            rows = rows.filter(kind=kind)
        if clip_id := call.query.get("clip_id"):
            rows = rows.filter(places__clip_id=clip_id)
        return call.page(rows)

    @operation(
        summary="List somebody or something",
        input=NodeIn,
        output=NodeOut,
        status=201,
        scope=Scope.LIBRARY_WRITE,
        problems=(*REFUSED, CONSENT_INVALID),
    )
    def post(self, call: Call) -> ConsentNode:
        """Hang a person, voice, minor, place, mark or permit on clips or spans of them."""
        said = call.data
        made = node_add(
            actor=call.actor,
            kind=NodeKind(said["kind"]),
            label=said["label"],
            spans=spans_of(said),
            reason=NoReleaseReason(said["reason"]) if said["reason"] else None,
        )
        return node_get(call.actor, made.pk)


class NodeDetail(Resource):
    """One of them."""

    @operation(
        summary="Change what is listed",
        input=NodeChangeIn,
        output=NodeOut,
        scope=Scope.LIBRARY_WRITE,
        problems=(*REFUSED, CONSENT_INVALID),
    )
    def patch(self, call: Call) -> ConsentNode:
        """Rename it, hang it on more clips, or say why it needs no release."""
        said = call.data
        reason = said.get("reason")
        changed = node_change(
            actor=call.actor,
            node_id=call.id("node_id", Prefix.CONSENT_NODE),
            label=said.get("label"),
            spans=spans_of(said),
            reason=NoReleaseReason(reason) if reason else None,
            no_reason="reason" in said and reason is None,
        )
        return node_get(call.actor, changed.pk)

    @operation(summary="Take it off", status=204, scope=Scope.LIBRARY_WRITE, problems=REFUSED)
    def delete(self, call: Call) -> None:
        """Take it off all clips: it was listed by mistake. The audit trail keeps that it was."""
        node_remove(actor=call.actor, node_id=call.id("node_id", Prefix.CONSENT_NODE))


class ClipConsent(Resource):
    """One clip's consent."""

    @operation(
        summary="See how far a clip may be sold", output=ClipConsentOut, scope=Scope.LIBRARY_READ, problems=REFUSED
    )
    def get(self, call: Call) -> Weighed:
        """Return how far everybody and everything on a clip agreed, why no further, and what to do."""
        clip = clip_get(call.actor, call.id("clip_id", Prefix.CLIP))
        require(call.actor, RELEASE_VIEW, clip.asset.organisation_id)
        return weighed_of([clip.pk])[clip.pk]
