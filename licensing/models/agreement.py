"""A creator's contract with the platform, and the changes proposed to it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from typing_extensions import override

from core.accounts.models import Organisation, User
from core.constraints import check_in
from core.ids import Prefix
from core.models_base import Record
from licensing.domain.clauses import AmendmentClass
from licensing.domain.states import AgreementState, AmendmentState
from licensing.domain.wording import Language
from licensing.models.clause import ClauseVersion
from licensing.models.contract import ContractVersion
from licensing.models.terms import TermsProfileVersion

_FROZEN = (AgreementState.SIGNED, AgreementState.ENDED)


class Agreement(Record):
    """Template version + terms + amendments. Once signed only its end may still be recorded (trigger)."""

    PREFIX = Prefix.AGREEMENT

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="agreements")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    """Who drafted it; never reviews it."""
    contract_version = models.ForeignKey(ContractVersion, on_delete=models.PROTECT, related_name="+")
    terms_version = models.ForeignKey(TermsProfileVersion, on_delete=models.PROTECT, related_name="+")
    """The creator's own choice that the amendments change."""
    effective_version = models.ForeignKey(
        TermsProfileVersion, on_delete=models.PROTECT, related_name="agreements", null=True, blank=True
    )
    """Terms with all approved amendments in them: what search, quotes and licences read."""
    language = models.CharField(max_length=2)
    state = models.CharField(max_length=16, default=AgreementState.DRAFT)
    revision = models.PositiveIntegerField(default=1)
    """Grows with every change of the proposal."""
    submitted_at = models.DateTimeField(null=True, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)
    text_en = models.TextField(default="", blank=True)
    text_fr = models.TextField(default="", blank=True)
    sha256 = models.CharField(max_length=64, default="", blank=True)
    """Of both texts as signed."""
    signed_at = models.DateTimeField(null=True, blank=True)
    signatory = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    signatory_name = models.CharField(max_length=120, default="", blank=True)
    ip_hash = models.CharField(max_length=64, default="", blank=True)
    """Keyed hash of the address it was signed from; empty when not known."""
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """Signed means: who, when, which text, which terms."""

        constraints: ClassVar = (
            check_in("state", AgreementState, "licensing_agreement_state"),
            check_in("language", Language, "licensing_agreement_language"),
            models.CheckConstraint(
                condition=~models.Q(state__in=_FROZEN)
                | (
                    models.Q(signed_at__isnull=False, effective_version__isnull=False, signatory__isnull=False)
                    & ~models.Q(sha256="")
                    & ~models.Q(signatory_name="")
                    & ~models.Q(text_en="")
                    & ~models.Q(text_fr="")
                ),
                name="licensing_agreement_signed_complete",
            ),
        )
        indexes: ClassVar = (models.Index(fields=["organisation", "state"], name="licensing_agreement_org_state"),)

    @override
    def __str__(self) -> str:
        """Show the public id."""
        return self.public_id


class Amendment(Record):
    """One proposed change of one clause."""

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="amendments")
    clause_version = models.ForeignKey(ClauseVersion, on_delete=models.PROTECT, related_name="+")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    values = models.JSONField()
    """All values of the clause as proposed."""
    own_wording = models.JSONField(default=dict)
    """Language → proposed text in place of the clause's own; empty when its own text stays."""
    kind = models.CharField(max_length=16)
    because = models.CharField(max_length=200)
    """Why it was classed so."""
    fallback = models.PositiveSmallIntegerField(null=True, blank=True)
    """Rung of the fallback ladder it equals."""
    state = models.CharField(max_length=16, default=AmendmentState.PROPOSED)

    class Meta:
        """One live proposal a clause."""

        constraints: ClassVar = (
            check_in("kind", AmendmentClass, "licensing_amendment_kind"),
            check_in("state", AmendmentState, "licensing_amendment_state"),
            models.UniqueConstraint(
                fields=["agreement", "clause_version"],
                condition=models.Q(state__in=[AmendmentState.PROPOSED, AmendmentState.APPROVED]),
                name="licensing_amendment_one_live",
            ),
        )

    @override
    def __str__(self) -> str:
        """Show class and state."""
        return f"{self.kind} {self.state}"
