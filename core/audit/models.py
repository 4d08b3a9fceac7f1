"""The audit trail: append-only rows, chained by hash per organisation."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from typing_extensions import override

from core.ids import Prefix
from core.models_base import Record


class AuditHead(models.Model):
    """The end of one chain: the row that is locked to append the next event."""

    chain = models.UUIDField(primary_key=True)
    sequence = models.BigIntegerField(default=0)
    digest = models.CharField(max_length=64)

    @override
    def __str__(self) -> str:
        """Show chain and length."""
        return f"{self.chain}:{self.sequence}"


class AuditEvent(Record):
    """Who did what to which thing, chained to the event before it."""

    PREFIX = Prefix.EVENT

    chain = models.UUIDField()
    sequence = models.BigIntegerField()
    body = models.TextField()
    """Canonical JSON: actor, action, subject, before, after, time."""
    action = models.CharField(max_length=80)
    subject = models.CharField(max_length=80)
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)

    class Meta:
        """One event per place in a chain."""

        constraints: ClassVar = (models.UniqueConstraint(fields=["chain", "sequence"], name="core_auditevent_place"),)
        indexes: ClassVar = (models.Index(fields=["subject"], name="core_auditevent_subject"),)

    @override
    def __str__(self) -> str:
        """Show action and subject."""
        return f"{self.action} {self.subject}"
