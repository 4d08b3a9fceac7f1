"""Releases of people, guardians and owners: drafting, sending a link, recording paper, attaching, taking back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from rest_framework import serializers
from typing_extensions import override

from core.accounts.actions import Scope
from core.accounts.policy import ROLE_MISSING, SCOPE_MISSING
from core.api.fields import PublicIdField
from core.api.operation import Call, Resource, operation
from core.api.pagination import CURSOR_UNREADABLE, Page
from core.ids import Prefix
from core.states import ILLEGAL_TRANSITION
from core.transitions import SOMEBODY_WAS_FASTER
from licensing.api.inputs import StrictInput
from licensing.domain.consent import AiAnswer, NodeKind
from licensing.domain.errors import (
    AI_CLAUSE_MISSING,
    CONSENT_INVALID,
    GUARDIAN_NEEDED,
    RELEASE_INVALID,
    RELEASE_KIND,
    RELEASE_OVER,
)
from licensing.domain.release import Given, ReleaseSource, ReleaseState
from licensing.domain.wording import Language
from licensing.models import Release
from licensing.selectors.consent import release_get, releases_visible_to
from licensing.services.consent import Span
from licensing.services.releases import (
    Asked,
    Paper,
    SentLink,
    release_attach,
    release_cancel,
    release_change,
    release_create,
    release_record,
    release_revoke,
    release_send,
)

REFUSED = (ROLE_MISSING, SCOPE_MISSING)
MOVED = (*REFUSED, ILLEGAL_TRANSITION, SOMEBODY_WAS_FASTER)


class SpanIn(StrictInput):
    """A clip, or a stretch of it in its own time."""

    clip_id = PublicIdField(Prefix.CLIP)
    start_ms = serializers.IntegerField(required=False, allow_null=True, min_value=0)
    end_ms = serializers.IntegerField(required=False, allow_null=True, min_value=1)


class PaperIn(StrictInput):
    """What a signed paper says. `ai_training` has to be stated: `silent` when the paper does not mention it."""

    ai_training = serializers.ChoiceField(choices=[str(answer) for answer in AiAnswer], required=False)
    signed_on = serializers.DateField()
    name = serializers.CharField(max_length=120)
    minor_name = serializers.CharField(max_length=120, allow_blank=True, default="")
    guardian_relation = serializers.CharField(max_length=120, allow_blank=True, default="")
    file_name = serializers.CharField(max_length=200)
    sha256 = serializers.RegexField(r"\A[0-9a-f]{64}\Z", help_text="Of the scan, which stays with you.")


class ReleaseIn(StrictInput):
    """Whom or what a release is about. With `paper` it is recorded as signed; without, it is drafted to be sent."""

    kind = serializers.ChoiceField(choices=[str(kind) for kind in NodeKind])
    subject = serializers.CharField(max_length=120)
    occasion = serializers.CharField(max_length=200, allow_blank=True, default="")
    language = serializers.ChoiceField(choices=[str(language) for language in Language], default="en")
    last_day = serializers.DateField(required=False, allow_null=True, default=None)
    shows_pictures = serializers.BooleanField(default=True)
    paper = PaperIn(required=False)


class ReleaseChangeIn(StrictInput):
    """What to reword in a draft; what is left out stays."""

    subject = serializers.CharField(max_length=120, required=False)
    occasion = serializers.CharField(max_length=200, allow_blank=True, required=False)
    language = serializers.ChoiceField(choices=[str(language) for language in Language], required=False)
    last_day = serializers.DateField(required=False, allow_null=True)
    shows_pictures = serializers.BooleanField(required=False)


class AttachIn(StrictInput):
    """People and places that are listed already, and clips on which somebody of the release's kind is to be listed."""

    node_ids = serializers.ListField(child=PublicIdField(Prefix.CONSENT_NODE), max_length=1000, default=list)
    spans = SpanIn(many=True, required=False)


class ReleaseQuery(serializers.Serializer[Any]):
    """Which releases."""

    state = serializers.ChoiceField(choices=[str(state) for state in ReleaseState], required=False)


class ReleaseOut(serializers.Serializer[Any]):
    """A release. `ai_training` is what its signer answered; `silent` until then. Tokens of links are never shown."""

    id = PublicIdField(Prefix.RELEASE)
    kind = serializers.ChoiceField(choices=[str(kind) for kind in NodeKind])
    state = serializers.ChoiceField(choices=[str(state) for state in ReleaseState])
    source = serializers.ChoiceField(choices=[str(one) for one in ReleaseSource])  # type: ignore[assignment]  # a field of the API
    subject = serializers.CharField()
    occasion = serializers.CharField(allow_blank=True)
    language = serializers.CharField()
    shows_pictures = serializers.BooleanField()
    last_day = serializers.DateField(allow_null=True)
    ai_training = serializers.ChoiceField(choices=[str(answer) for answer in AiAnswer], source="ai")
    guardian = serializers.BooleanField()
    clips = serializers.IntegerField()
    link_ends_at = serializers.DateTimeField(allow_null=True)
    signed_at = serializers.DateTimeField(allow_null=True)
    signed_by = serializers.SerializerMethodField()
    text_sha256 = serializers.SerializerMethodField()
    revoked_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()

    def get_signed_by(self, release: Release) -> str:
        """The name as it was signed; empty before."""
        signature = getattr(release, "signature", None)
        return "" if signature is None else str(signature.name)

    def get_text_sha256(self, release: Release) -> str:
        """Of the text as it was signed; empty before."""
        signature = getattr(release, "signature", None)
        return "" if signature is None else str(signature.text_sha256)


class SentOut(serializers.Serializer[Any]):
    """A signing link, shown this once. Pass it on yourself; it works once."""

    release_id = PublicIdField(Prefix.RELEASE)
    sign_url = serializers.CharField()
    ends_at = serializers.DateTimeField()

    @override
    def to_representation(self, instance: SentLink) -> dict[str, Any]:
        """Show the address of the signing page."""
        shown: dict[str, Any] = super().to_representation(
            {
                "release_id": instance.release.pk,
                "sign_url": f"{settings.OFFCUT.public_url}/release/{instance.token}",
                "ends_at": instance.ends_at,
            }
        )
        return shown


def spans_of(said: Mapping[str, Any]) -> list[Span]:
    """The spans of a request."""
    return [Span(one["clip_id"], one.get("start_ms"), one.get("end_ms")) for one in said.get("spans", ())]


def _asked(said: Mapping[str, Any]) -> Asked:
    return Asked(
        kind=NodeKind(said["kind"]),
        subject=said["subject"],
        occasion=said["occasion"],
        language=Language(said["language"]),
        last_day=said["last_day"],
        shows_pictures=said["shows_pictures"],
    )


def _paper(said: Mapping[str, Any]) -> Paper:
    answer = said.get("ai_training")
    given = None
    if answer is not None:
        given = Given(said["name"], AiAnswer(answer), said["minor_name"], said["guardian_relation"])
    return Paper(given, said["signed_on"], said["file_name"], said["sha256"])


class ReleaseCollection(Resource):
    """The studio's releases."""

    @operation(
        summary="List releases",
        query=ReleaseQuery,
        output=ReleaseOut,
        paginated=True,
        scope=Scope.LIBRARY_READ,
        problems=(*REFUSED, CURSOR_UNREADABLE),
    )
    def get(self, call: Call) -> Page[Release]:
        """Return the releases of one's studio, newest first."""
        rows = releases_visible_to(call.actor)
        state = call.query.get("state")
        return call.page(rows.filter(state=state) if state else rows)

    @operation(
        summary="Draft or record a release",
        input=ReleaseIn,
        output=ReleaseOut,
        status=201,
        scope=Scope.LIBRARY_WRITE,
        problems=(*REFUSED, RELEASE_INVALID, AI_CLAUSE_MISSING, GUARDIAN_NEEDED),
    )
    def post(self, call: Call) -> Release:
        """Draft a release to be sent by a link, or record a paper one with its answer on AI training."""
        asked = _asked(call.data)
        if "paper" in call.data:
            made = release_record(actor=call.actor, asked=asked, paper=_paper(call.data["paper"]))
        else:
            made = release_create(actor=call.actor, asked=asked)
        return release_get(call.actor, made.pk)


class ReleaseDetail(Resource):
    """One release."""

    @operation(summary="Read a release", output=ReleaseOut, scope=Scope.LIBRARY_READ, problems=REFUSED)
    def get(self, call: Call) -> Release:
        """Return one release with its state and, once signed, its signature's facts."""
        return release_get(call.actor, call.id("release_id", Prefix.RELEASE))

    @operation(
        summary="Reword a draft",
        input=ReleaseChangeIn,
        output=ReleaseOut,
        scope=Scope.LIBRARY_WRITE,
        problems=(*REFUSED, RELEASE_INVALID, RELEASE_OVER),
    )
    def patch(self, call: Call) -> Release:
        """Change the words of a draft. What was sent stays as it is: cancel it and draft another."""
        now = release_get(call.actor, call.id("release_id", Prefix.RELEASE))
        said = {name: getattr(now, name) for name in ("kind", *ReleaseChangeIn().fields)} | dict(call.data)
        return release_change(actor=call.actor, release_id=now.pk, asked=_asked(said))


class ReleaseSend(Resource):
    """Asking for a signature."""

    @operation(
        summary="Make a signing link",
        output=SentOut,
        scope=Scope.LIBRARY_WRITE,
        problems=MOVED,
    )
    def post(self, call: Call) -> SentLink:
        """Return a link that signs once within 30 days; an earlier link of this release stops working."""
        return release_send(actor=call.actor, release_id=call.id("release_id", Prefix.RELEASE))


class ReleaseAttach(Resource):
    """Hanging a release on clips."""

    @operation(
        summary="Attach a release",
        input=AttachIn,
        output=ReleaseOut,
        scope=Scope.LIBRARY_WRITE,
        problems=(*REFUSED, RELEASE_INVALID, RELEASE_KIND, RELEASE_OVER, CONSENT_INVALID),
    )
    def post(self, call: Call) -> Release:
        """Attach a release to listed people and places, and to clips or spans of them."""
        return release_attach(
            actor=call.actor,
            release_id=call.id("release_id", Prefix.RELEASE),
            spans=spans_of(call.data),
            node_ids=call.data["node_ids"],
        )


class ReleaseRevoke(Resource):
    """Consent taken back."""

    @operation(summary="Take a release back", output=ReleaseOut, scope=Scope.LIBRARY_WRITE, problems=MOVED)
    def post(self, call: Call) -> Release:
        """Record that consent was taken back: nothing new is sold from now on."""
        return release_revoke(actor=call.actor, release_id=call.id("release_id", Prefix.RELEASE))


class ReleaseCancel(Resource):
    """Dropping what nobody signed."""

    @operation(summary="Cancel an unsigned release", output=ReleaseOut, scope=Scope.LIBRARY_WRITE, problems=MOVED)
    def post(self, call: Call) -> Release:
        """Drop a release that nobody signed; its link stops working."""
        return release_cancel(actor=call.actor, release_id=call.id("release_id", Prefix.RELEASE))
