"""What creators declare about their clips."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from typing_extensions import override

from core.constraints import check_in
from core.models_base import Record
from licensing.domain.declaration import CmoStatus, PeopleShown
from licensing.domain.facts import Genre, ReleaseStatus
from licensing.domain.matching import Cleared
from media_ingest.models import Clip


class Declaration(Record):
    """One clip's declaration, replaced as a whole; the audit trail keeps what was said before."""

    clip = models.OneToOneField(Clip, on_delete=models.PROTECT, related_name="declaration")
    genre = models.CharField(max_length=16)
    tech = models.JSONField(default=list)
    """Codes of `licensing.domain.facts.Tech`, sorted, each once."""
    published = models.BooleanField()
    release = models.CharField(max_length=16)
    people = models.CharField(max_length=16)
    minors = models.BooleanField()
    cmo_status = models.CharField(max_length=16)
    """Must be something other than `undeclared` before a sale."""
    cmo_authorisation = models.CharField(max_length=80, default="", blank=True)
    """The society's reference for its consent to AI training."""
    updated_at = models.DateTimeField(null=True, blank=True)
    """When it was last replaced; null when it never was."""
    cleared = models.CharField(max_length=16, default=Cleared.GENERATIVE)
    """How far everybody and everything shown agreed. This and the next three are the answer of the consent graph,
    written with every change of it (ADR 0008); `consent_settle` computes them anew.
    """
    settled_people = models.CharField(max_length=16, null=True, blank=True)
    settled_release = models.CharField(max_length=16, null=True, blank=True)
    settled_until = models.DateTimeField(null=True, blank=True)
    """From then on the answer is old and counts as no use."""

    class Meta:
        """Each word is one the domain knows."""

        constraints: ClassVar = (
            check_in("genre", Genre, "licensing_declaration_genre"),
            check_in("release", ReleaseStatus, "licensing_declaration_release"),
            check_in("people", PeopleShown, "licensing_declaration_people"),
            check_in("cmo_status", CmoStatus, "licensing_declaration_cmo_status"),
            check_in("cleared", Cleared, "licensing_declaration_cleared"),
            check_in("settled_people", PeopleShown, "licensing_declaration_settled_people"),
            check_in("settled_release", ReleaseStatus, "licensing_declaration_settled_release"),
        )

    @override
    def __str__(self) -> str:
        """Show the genre."""
        return self.genre
