"""Documents that were issued: set, sealed and stored once, never changed."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from typing_extensions import override

from core.accounts.models import Organisation
from core.constraints import check_in
from core.models_base import Record
from licensing.domain.documents.kinds import DocumentKind
from licensing.domain.wording import Language


class Document(Record):
    """One document in one language. Rows never change (trigger); their hashes are in the audit chain too."""

    kind = models.CharField(max_length=12)
    subject = models.CharField(max_length=40)
    """Public id of what it is about: an agreement, a dataset."""
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="documents")
    language = models.CharField(max_length=2)
    facts_sha256 = models.CharField(max_length=64)
    """Of everything it was made from."""
    rendered_sha256 = models.CharField(max_length=64)
    """Of the document before it was sealed; the same facts give the same."""
    rendered_bytes = models.PositiveIntegerField()
    rendered_key = models.CharField(max_length=200)
    sealed_sha256 = models.CharField(max_length=64)
    sealed_bytes = models.PositiveIntegerField()
    sealed_key = models.CharField(max_length=200)
    certificate_sha256 = models.CharField(max_length=64)
    """Of the certificate it was sealed with."""
    sealed_at = models.DateTimeField()
    stamped_at = models.DateTimeField(null=True, blank=True)
    """The time stamping authority's time; null without one."""

    class Meta:
        """A document is issued once a language, and found by the hash of its bytes."""

        constraints: ClassVar = (
            check_in("kind", DocumentKind, "licensing_document_kind"),
            check_in("language", Language, "licensing_document_language"),
            models.UniqueConstraint(fields=["subject", "language"], name="licensing_document_once"),
            models.UniqueConstraint(fields=["sealed_sha256"], name="licensing_document_sealed"),
        )
        indexes: ClassVar = (models.Index(fields=["rendered_sha256"], name="licensing_document_rendered"),)

    @override
    def __str__(self) -> str:
        """Show what it is about and the language."""
        return f"{self.subject} {self.language}"
