"""The base of every table: a time-ordered id and a creation time set by the database."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from django.db import models
from django.db.models.functions import Now

from core.ids import Prefix, public_id, uuid7


class Record(models.Model):
    """A row with a UUIDv7 key. Subclasses with a public face name their ``PREFIX``."""

    PREFIX: ClassVar[Prefix]

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        """Abstract: no table of its own."""

        abstract = True

    @property
    def public_id(self) -> str:
        """The id as shown outside, such as ``ast_01jd…``."""
        key: UUID = self.id
        return public_id(self.PREFIX, key)
