"""Withdrawals, the notices they send to holders, what holders attest, and claims of third parties."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from typing_extensions import override

from core.accounts.models import Organisation, User
from core.constraints import check_in
from core.ids import Prefix
from core.models_base import Record
from core.money import Money
from licensing.domain.reasons import FOOTAGE_REASONS
from licensing.models import Release
from marketplace.orders.models import Licence
from marketplace.withdrawals.domain.states import (
    OPEN_NOTICES,
    TAKEN_BACK,
    Cause,
    ClaimKind,
    ClaimState,
    NoticeState,
    WithdrawalState,
)
from media_ingest.models import Clip


class Claim(Record):
    """What somebody without an account says is wrong with a clip. Its words are never changed (trigger)."""

    PREFIX = Prefix.CLAIM

    ref_sha256 = models.CharField(max_length=64, unique=True)
    """Of the reference that lets the claimant follow it; the reference itself is told once and not kept."""
    kind = models.CharField(max_length=8)
    clip = models.ForeignKey(Clip, null=True, on_delete=models.PROTECT, related_name="claims")
    """None when the claimant could only describe it."""
    about = models.CharField(max_length=500)
    name = models.CharField(max_length=120)
    email = models.CharField(max_length=254)
    statement = models.TextField()
    language = models.CharField(max_length=2)
    hid = models.BooleanField()
    """Whether filing it took the clip off sale at once."""
    due_at = models.DateTimeField()
    state = models.CharField(max_length=8, default=ClaimState.OPEN)
    decided_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    note = models.TextField(default="")
    """What the claimant reads about the decision."""
    reason_code = models.CharField(max_length=8, default="", blank=True)
    """What is wrong with the clip, for its creator, when the claim was upheld."""
    reason_version = models.PositiveSmallIntegerField(default=0)
    """Version of the reason's words; 0 without a reason."""

    class Meta:
        """Decided means by whom, when and why; hidden means which clip; what is wrong is said of upheld ones only."""

        constraints: ClassVar = (
            check_in("kind", ClaimKind, "marketplace_claim_kind"),
            check_in("state", ClaimState, "marketplace_claim_state"),
            models.CheckConstraint(
                condition=Q(state=ClaimState.OPEN, decided_at__isnull=True)
                | (~Q(state=ClaimState.OPEN) & Q(decided_at__isnull=False, decided_by__isnull=False) & ~Q(note="")),
                name="marketplace_claim_decided",
            ),
            models.CheckConstraint(condition=Q(hid=False) | Q(clip__isnull=False), name="marketplace_claim_hid"),
            models.CheckConstraint(
                condition=Q(reason_code="", reason_version=0)
                | Q(state=ClaimState.UPHELD, reason_code__in=list(map(str, FOOTAGE_REASONS)), reason_version__gte=1),
                name="marketplace_claim_reason",
            ),
        )
        indexes: ClassVar = (models.Index(fields=["state", "due_at"], name="marketplace_claim_due"),)

    @override
    def __str__(self) -> str:
        """Show kind and state."""
        return f"{self.kind} {self.state}"


class Withdrawal(Record):
    """One clip taken back by its creator, once; by an upheld claim; or a release that licences of a clip rested on."""

    PREFIX = Prefix.WITHDRAWAL

    clip = models.ForeignKey(Clip, on_delete=models.PROTECT, related_name="withdrawals")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="withdrawals")
    """Whose clip it is."""
    cause = models.CharField(max_length=12)
    claim = models.OneToOneField(Claim, null=True, on_delete=models.PROTECT, related_name="withdrawal")
    release = models.ForeignKey(Release, null=True, on_delete=models.PROTECT, related_name="withdrawals")
    asked_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(default="")
    state = models.CharField(max_length=8, default=WithdrawalState.RUNNING)

    class Meta:
        """An upheld claim and nothing else names its claim, a release taken back and nothing else its release."""

        constraints: ClassVar = (
            check_in("cause", Cause, "marketplace_withdrawal_cause"),
            check_in("state", WithdrawalState, "marketplace_withdrawal_state"),
            models.CheckConstraint(
                condition=Q(cause=Cause.CLAIM, claim__isnull=False) | (~Q(cause=Cause.CLAIM) & Q(claim__isnull=True)),
                name="marketplace_withdrawal_has_its_claim",
            ),
            models.CheckConstraint(
                condition=Q(cause__in=TAKEN_BACK, release__isnull=True)
                | (~Q(cause__in=TAKEN_BACK) & Q(release__isnull=False)),
                name="marketplace_withdrawal_has_its_release",
            ),
            models.UniqueConstraint(
                fields=["clip"], condition=Q(cause=Cause.CREATOR), name="marketplace_withdrawal_by_creator_once"
            ),
            models.UniqueConstraint(
                fields=["release", "clip"],
                condition=Q(release__isnull=False),
                name="marketplace_withdrawal_release_once",
            ),
        )

    @override
    def __str__(self) -> str:
        """Show cause and state."""
        return f"{self.cause} {self.state}"


class Notice(Record):
    """What one holder is told about one licence: frozen when written, but for where it stands (trigger).

    A licence has one notice that counts. A later one that goes further takes the earlier one's place.
    """

    PREFIX = Prefix.NOTICE

    withdrawal = models.ForeignKey(Withdrawal, on_delete=models.PROTECT, related_name="notices")
    licence = models.ForeignKey(Licence, on_delete=models.PROTECT, related_name="takedown_notices")
    holder = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="takedown_notices")
    supersedes = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="superseded_by")
    """The notice about the same licence that asked less, or asked it later."""
    rungs = models.JSONField()
    """Values of WITHDRAWAL.effects, from least to most."""
    notice_days = models.PositiveSmallIntegerField()
    effective_at = models.DateTimeField()
    """When the licence ends, where it does."""
    delete_by = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    """When the attestation is due; None when nothing is asked."""
    refund_rule = models.CharField(max_length=8)
    refund_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    signatory = models.CharField(max_length=16)
    method = models.CharField(max_length=16)
    hash_list = models.CharField(max_length=16)
    state = models.CharField(max_length=12)
    took_effect_at = models.DateTimeField(null=True)
    reminders = models.PositiveSmallIntegerField(default=0)
    """How many were sent."""

    class Meta:
        """One notice of a licence counts. Asked means by when; the end comes before the deletion, and the deletion
        before the proof.
        """

        constraints: ClassVar = (
            check_in("state", NoticeState, "marketplace_notice_state"),
            models.UniqueConstraint(
                fields=["licence"], condition=~Q(state=NoticeState.SUPERSEDED), name="marketplace_notice_counts"
            ),
            models.UniqueConstraint(fields=["licence", "withdrawal"], name="marketplace_notice_once"),
            models.CheckConstraint(
                condition=Q(state__in=[NoticeState.INFORMED, NoticeState.SUPERSEDED], due_at__isnull=True)
                | (
                    ~Q(state=NoticeState.INFORMED)
                    & Q(delete_by__gte=F("effective_at"), due_at__gte=F("delete_by"), due_at__isnull=False)
                ),
                name="marketplace_notice_dated",
            ),
            models.CheckConstraint(condition=Q(refund_minor__gte=0), name="marketplace_notice_refund"),
        )
        indexes: ClassVar = (
            models.Index(fields=["holder", "-id"], name="marketplace_notice_holder"),
            models.Index(fields=["due_at"], condition=Q(state__in=list(OPEN_NOTICES)), name="marketplace_notice_open"),
        )

    @override
    def __str__(self) -> str:
        """Show the state."""
        return self.state

    @property
    def refund(self) -> Money:
        """What goes back to the buyer for this clip."""
        return Money(self.refund_minor, self.currency)


class Attestation(Record):
    """What a holder declared, signed as a deletion certificate. Never changed (trigger)."""

    notice = models.OneToOneField(Notice, on_delete=models.PROTECT, related_name="attestation")
    attested_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    signatory = models.CharField(max_length=16)
    samples = models.PositiveIntegerField()
    merkle_root = models.CharField(max_length=64)
    jws = models.TextField()
    """The deletion certificate, a compact JWS."""
    kid = models.CharField(max_length=64)

    class Meta:
        """It has a text."""

        constraints: ClassVar = (
            models.CheckConstraint(condition=~Q(jws="") & ~Q(name=""), name="marketplace_attestation_not_empty"),
        )

    @override
    def __str__(self) -> str:
        """Show who signed."""
        return self.name
