"""Who and what clips show, and what each of them signed."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from typing_extensions import override

from core.accounts.models import Organisation
from core.constraints import check_in
from core.ids import Prefix
from core.models_base import Record
from licensing.domain.consent import AiAnswer, Consent, NodeKind, NoReleaseReason
from licensing.domain.release import ReleaseSource, ReleaseState, end_of
from licensing.domain.wording import Language
from media_ingest.models import Clip

_GIVEN = (ReleaseState.SIGNED, ReleaseState.REVOKED)


class Release(Record):
    """The consent of one person, guardian or owner, asked for by a link or recorded from paper; or a permit."""

    PREFIX = Prefix.RELEASE

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="releases")
    kind = models.CharField(max_length=12)
    subject = models.CharField(max_length=120)
    """Who or what it is about, as the studio calls them. Never shown to buyers."""
    occasion = models.CharField(max_length=200, default="", blank=True)
    """What was filmed, where and when: part of the text that is signed."""
    language = models.CharField(max_length=2, default=Language.EN)
    """In which language the link opens; the signer may choose the other."""
    shows_pictures = models.BooleanField(default=True)
    """Whether the signing page shows stills of the clips."""
    state = models.CharField(max_length=12, default=ReleaseState.DRAFT)
    source = models.CharField(max_length=8, default=ReleaseSource.LINK)
    last_day = models.DateField(null=True, blank=True)
    """The last day on which new licences may rest on it; null: until taken back."""
    link_digest = models.CharField(max_length=64, default="", blank=True)
    """SHA-256 of the token in the signing link; empty when there is none to use."""
    link_ends_at = models.DateTimeField(null=True, blank=True)
    kept_digest = models.CharField(max_length=64, default="", blank=True)
    """SHA-256 of the token in the signer's own link: to the receipt, and to take it back."""
    ai = models.CharField(max_length=16, default=AiAnswer.SILENT)
    signed_at = models.DateTimeField(null=True, blank=True)
    guardian = models.BooleanField(default=False)
    """Signed by a guardian for a minor."""
    paper_sha256 = models.CharField(max_length=64, default="", blank=True)
    """Of the scan of a paper release, which its studio keeps."""
    paper_name = models.CharField(max_length=200, default="", blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """Signed means: when, and an answer on AI training that nobody chose for them."""

        constraints: ClassVar = (
            check_in("kind", NodeKind, "licensing_release_kind"),
            check_in("state", ReleaseState, "licensing_release_state"),
            check_in("source", ReleaseSource, "licensing_release_source"),
            check_in("language", Language, "licensing_release_language"),
            check_in("ai", AiAnswer, "licensing_release_ai"),
            models.CheckConstraint(
                condition=~Q(state__in=_GIVEN) | Q(signed_at__isnull=False), name="licensing_release_signed_when"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=_GIVEN) | ~Q(kind=NodeKind.MINOR) | Q(guardian=True),
                name="licensing_release_minor_has_guardian",
            ),
            models.CheckConstraint(
                condition=~Q(state=ReleaseState.REVOKED) | Q(revoked_at__isnull=False),
                name="licensing_release_revoked_when",
            ),
            models.CheckConstraint(
                condition=Q(state=ReleaseState.SENT) | Q(link_digest=""), name="licensing_release_link_only_sent"
            ),
            models.UniqueConstraint(
                fields=["link_digest"], condition=~Q(link_digest=""), name="licensing_release_link_once"
            ),
            models.UniqueConstraint(
                fields=["kept_digest"], condition=~Q(kept_digest=""), name="licensing_release_kept_once"
            ),
        )
        indexes: ClassVar = (models.Index(fields=["organisation", "state"], name="licensing_release_org_state"),)

    @property
    def ends_at(self) -> datetime | None:
        """When new licences can no longer rest on it."""
        return end_of(self.last_day)

    @property
    def consent(self) -> Consent:
        """What it says, as the graph weighs it."""
        return Consent(
            ai=AiAnswer(self.ai),
            signed=self.state in _GIVEN,
            guardian=self.guardian,
            expires_at=self.ends_at,
            revoked=self.state == ReleaseState.REVOKED,
        )

    @override
    def __str__(self) -> str:
        """Show the public id, never a name."""
        return self.public_id


class ReleaseSignature(Record):
    """What was signed, by whom, when: written once, never changed (trigger)."""

    release = models.OneToOneField(Release, on_delete=models.PROTECT, related_name="signature")
    language = models.CharField(max_length=2)
    text = models.TextField()
    """The whole text with the answers; for paper, the facts that were entered."""
    text_version = models.PositiveSmallIntegerField()
    text_sha256 = models.CharField(max_length=64)
    name = models.CharField(max_length=120)
    """As the signer typed it, or as it stands on the paper."""
    ai = models.CharField(max_length=16)
    minor_name = models.CharField(max_length=120, default="", blank=True)
    guardian_relation = models.CharField(max_length=120, default="", blank=True)
    signed_at = models.DateTimeField()
    ip_hash = models.CharField(max_length=64, default="", blank=True)
    """Keyed hash of the address it was signed from; empty for paper."""

    class Meta:
        """A signature has a name, a text and its digest."""

        constraints: ClassVar = (
            check_in("language", Language, "licensing_signature_language"),
            check_in("ai", AiAnswer, "licensing_signature_ai"),
            models.CheckConstraint(
                condition=~Q(name="") & ~Q(text="") & ~Q(text_sha256=""), name="licensing_signature_complete"
            ),
        )

    @override
    def __str__(self) -> str:
        """Show the digest, never the name."""
        return self.text_sha256


class ConsentNode(Record):
    """One person, voice, minor, place, mark or permit of a studio's clips, with a release or a reason for none."""

    PREFIX = Prefix.CONSENT_NODE

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="consent_nodes")
    kind = models.CharField(max_length=12)
    label = models.CharField(max_length=120)
    """How the studio tells them apart: "woman in the red coat". Never shown to buyers."""
    reason = models.CharField(max_length=20, null=True, blank=True)
    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="nodes", null=True, blank=True)

    class Meta:
        """A reason or a release, not both."""

        constraints: ClassVar = (
            check_in("kind", NodeKind, "licensing_node_kind"),
            check_in("reason", NoReleaseReason, "licensing_node_reason"),
            models.CheckConstraint(
                condition=Q(reason__isnull=True) | Q(release__isnull=True), name="licensing_node_reason_or_release"
            ),
        )
        indexes: ClassVar = (models.Index(fields=["organisation", "kind"], name="licensing_node_org_kind"),)

    @override
    def __str__(self) -> str:
        """Show the public id."""
        return self.public_id


class ConsentPlace(Record):
    """Where a node is seen or heard: a whole clip, or a span of it in the clip's own time."""

    node = models.ForeignKey(ConsentNode, on_delete=models.PROTECT, related_name="places")
    clip = models.ForeignKey(Clip, on_delete=models.PROTECT, related_name="consent_places")
    start_ms = models.BigIntegerField(null=True, blank=True)
    """From the clip's beginning; null with `end_ms`: all of it."""
    end_ms = models.BigIntegerField(null=True, blank=True)

    class Meta:
        """A span has two ends; a node hangs on one clip once."""

        constraints: ClassVar = (
            models.UniqueConstraint(fields=["node", "clip"], name="licensing_place_once"),
            models.CheckConstraint(
                condition=Q(start_ms__isnull=True, end_ms__isnull=True)
                | Q(start_ms__gte=0, end_ms__isnull=False, end_ms__gt=F("start_ms")),
                name="licensing_place_span",
            ),
        )
        indexes: ClassVar = (models.Index(fields=["clip"], name="licensing_place_clip"),)

    @override
    def __str__(self) -> str:
        """Show where."""
        return f"{self.node_id} on {self.clip_id}"
