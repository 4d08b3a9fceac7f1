"""Read-only pages for contract reviewers: decisions are made through the desk, which asks the policy."""

from __future__ import annotations

from typing import ClassVar

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from typing_extensions import override

from licensing.models import (
    Agreement,
    Amendment,
    ClauseVersion,
    ContractVersion,
    PolicyVersion,
    RateCard,
    ReasonVersion,
    ReviewCase,
    ReviewDecision,
    TermsProfile,
    TermsProfileVersion,
    UseCaseApproval,
    UseCaseVersion,
)


class ReadOnly(admin.ModelAdmin):  # type: ignore[type-arg]  # the runtime class takes no parameters
    """Everything can be looked at and nothing changed."""

    ordering: ClassVar[tuple[str, ...]] = ("-id",)
    list_per_page = 50

    @override
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    @override
    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    @override
    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(ClauseVersion)
class ClauseVersionAdmin(ReadOnly):
    """The clause library."""

    ordering: ClassVar[tuple[str, ...]] = ("number", "version")
    list_display = ("number", "code", "version", "state", "critical", "title_en")
    list_filter: ClassVar = ("state", "critical")
    search_fields = ("code", "title_en", "title_fr", "text_en", "text_fr")


@admin.register(ContractVersion)
class ContractVersionAdmin(ReadOnly):
    """Contract templates."""

    list_display = ("name", "version", "sha256", "created_at")


class TermsVersionInline(admin.TabularInline):  # type: ignore[type-arg]  # the runtime class takes no parameters
    """Versions of a profile."""

    model = TermsProfileVersion
    fields: ClassVar = ("number", "origin", "sha256", "created_at")
    readonly_fields: ClassVar = fields
    can_delete = False
    extra = 0


@admin.register(TermsProfile)
class TermsProfileAdmin(ReadOnly):
    """What creators permit."""

    list_display = ("public_id", "organisation", "name", "preset", "created_at")
    list_filter: ClassVar = ("preset",)
    list_select_related = ("organisation",)
    search_fields = ("name", "organisation__name")
    inlines: ClassVar = (TermsVersionInline,)


class AmendmentInline(admin.TabularInline):  # type: ignore[type-arg]  # the runtime class takes no parameters
    """Changes proposed to an agreement."""

    model = Amendment
    fields: ClassVar = ("clause_version", "kind", "because", "state", "values", "own_wording")
    readonly_fields: ClassVar = fields
    can_delete = False
    extra = 0


@admin.register(Agreement)
class AgreementAdmin(ReadOnly):
    """Creators' contracts."""

    list_display = ("public_id", "organisation", "state", "language", "revision", "signed_at", "sha256")
    list_filter: ClassVar = ("state", "language")
    list_select_related = ("organisation",)
    search_fields = ("organisation__name", "sha256")
    date_hierarchy = "created_at"
    inlines: ClassVar = (AmendmentInline,)


class DecisionInline(admin.TabularInline):  # type: ignore[type-arg]  # the runtime class takes no parameters
    """What reviewers decided."""

    model = ReviewDecision
    fields: ClassVar = ("reviewer", "decision", "reason_code", "note", "case_version", "created_at")
    readonly_fields: ClassVar = fields
    can_delete = False
    extra = 0


@admin.register(ReviewCase)
class ReviewCaseAdmin(ReadOnly):
    """The contract desk's cases."""

    ordering: ClassVar[tuple[str, ...]] = ("due_at",)
    list_display = ("public_id", "state", "approvals_needed", "revision", "claimed_by", "due_at")
    list_filter: ClassVar = ("state", "approvals_needed")
    list_select_related = ("claimed_by",)
    inlines: ClassVar = (DecisionInline,)


@admin.register(RateCard)
class RateCardAdmin(ReadOnly):
    """Published rate cards."""

    list_display = ("version", "currency", "valid_from", "sha256")


@admin.register(UseCaseVersion)
class UseCaseVersionAdmin(ReadOnly):
    """What buyers need."""

    list_display = ("use_case", "number", "sha256", "created_at")
    list_select_related = ("use_case",)


@admin.register(UseCaseApproval)
class UseCaseApprovalAdmin(ReadOnly):
    """What buyers' own legal people were asked and answered."""

    list_display = ("version", "state", "asked_by", "decided_by", "decided_at")
    list_filter: ClassVar = ("state",)
    list_select_related = ("version", "asked_by", "decided_by")


@admin.register(ReasonVersion)
class ReasonVersionAdmin(ReadOnly):
    """The desk's reasons."""

    ordering: ClassVar[tuple[str, ...]] = ("code", "version")
    list_display = ("code", "version", "state", "words_en", "author", "reviewer")
    list_filter: ClassVar = ("state",)
    list_select_related = ("author", "reviewer")


@admin.register(PolicyVersion)
class PolicyVersionAdmin(ReadOnly):
    """Who has to agree to what at the desk, and by when."""

    ordering: ClassVar[tuple[str, ...]] = ("version",)
    list_display = ("version", "state", "author", "reviewer", "published_at")
    list_filter: ClassVar = ("state",)
    list_select_related = ("author", "reviewer")
