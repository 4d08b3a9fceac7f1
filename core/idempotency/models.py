"""Remembered answers to requests that must happen once."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from typing_extensions import override

from core.models_base import Record


class IdempotentRequest(Record):
    """The first answer to one actor's key; ``status`` 0 only while that first run is under way."""

    actor = models.CharField(max_length=80)
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    """SHA-256 of method, path and body: the same key with another request is a mistake."""
    status = models.PositiveSmallIntegerField(default=0)
    body = models.TextField(default="")

    class Meta:
        """A key is used once by one actor."""

        constraints: ClassVar = (models.UniqueConstraint(fields=["actor", "key"], name="core_idempotentrequest_once"),)
        indexes: ClassVar = (models.Index(fields=["created_at"], name="core_idempotentrequest_age"),)

    @override
    def __str__(self) -> str:
        """Show the key."""
        return self.key
