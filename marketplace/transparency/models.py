"""The log of licence events: what waits to be logged, what is logged, both trees, and every head ever signed."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from typing_extensions import override

from core.constraints import check_in
from core.models_base import Record
from marketplace.transparency.domain.entry import LogEvent

_DIGEST = 64
_KEY = 120
_SUBJECT = 80


class LogPending(Record):
    """An event on its way into the log, written by the transaction that made it true; sealing moves it."""

    key = models.CharField(max_length=_KEY, unique=True)
    """Event and subject, such as ``issued:lic_…``: the same event is logged once."""
    event = models.CharField(max_length=20)
    subject = models.CharField(max_length=_SUBJECT)
    body = models.TextField()
    salt = models.CharField(max_length=_DIGEST, default="", blank=True)

    class Meta:
        """Events are known."""

        constraints: ClassVar = (check_in("event", LogEvent, "marketplace_logpending_event"),)

    @override
    def __str__(self) -> str:
        """Show the key."""
        return self.key


class LogEntry(Record):
    """One leaf of the log. Positions have no gaps: the database refuses any but the next."""

    position = models.BigIntegerField(unique=True)
    key = models.CharField(max_length=_KEY, unique=True)
    event = models.CharField(max_length=20)
    subject = models.CharField(max_length=_SUBJECT)
    """Public id of the licence, or code of the certificate. Never published."""
    body = models.TextField()
    """The leaf's data: canonical JSON, published as it is."""
    salt = models.CharField(max_length=_DIGEST, default="", blank=True)
    """Opens the body's commitment, as hex; told to the parties of the licence only."""

    class Meta:
        """Events are known, positions count from zero."""

        constraints: ClassVar = (
            check_in("event", LogEvent, "marketplace_logentry_event"),
            models.CheckConstraint(condition=Q(position__gte=0), name="marketplace_logentry_position"),
        )
        indexes: ClassVar = (models.Index(fields=["subject", "position"], name="marketplace_logentry_subject"),)

    @override
    def __str__(self) -> str:
        """Show position and key."""
        return f"{self.position} {self.key}"


class LogNode(Record):
    """Hash of one complete subtree of the log: ``2 ** level`` leaves from ``index << level`` on."""

    level = models.PositiveSmallIntegerField()
    index = models.BigIntegerField()
    digest = models.CharField(max_length=_DIGEST)

    class Meta:
        """A subtree has one hash."""

        constraints: ClassVar = (models.UniqueConstraint(fields=["level", "index"], name="marketplace_lognode_place"),)

    @override
    def __str__(self) -> str:
        """Show the place."""
        return f"{self.level}/{self.index}"


class MapNode(Record):
    """A node of the map from things to their latest entry, found by its own hash. Old versions stay."""

    digest = models.CharField(max_length=_DIGEST, unique=True)
    left = models.CharField(max_length=_DIGEST, default="", blank=True)
    right = models.CharField(max_length=_DIGEST, default="", blank=True)
    key = models.CharField(max_length=_DIGEST, default="", blank=True)
    position = models.BigIntegerField(null=True)

    class Meta:
        """Either a branch with two children or a leaf with a key and a position."""

        constraints: ClassVar = (
            models.CheckConstraint(
                condition=(~Q(left="") & ~Q(right="") & Q(key="", position__isnull=True))
                | (Q(left="", right="", position__gte=0) & ~Q(key="")),
                name="marketplace_mapnode_branch_or_leaf",
            ),
        )

    @override
    def __str__(self) -> str:
        """Show the hash."""
        return self.digest


class LogHead(Record):
    """A signed statement of how long the log was and what it held. All of them are kept."""

    number = models.BigIntegerField(unique=True)
    size = models.BigIntegerField()
    root = models.CharField(max_length=_DIGEST)
    map_root = models.CharField(max_length=_DIGEST)
    signed_at = models.BigIntegerField()
    """Seconds since 1970, as the text says."""
    kid = models.CharField(max_length=64)
    """Thumbprint of the key that signed it."""
    text = models.TextField()
    """The checkpoint with its signature."""

    class Meta:
        """Numbers count from zero."""

        constraints: ClassVar = (
            models.CheckConstraint(condition=Q(number__gte=0, size__gte=0), name="marketplace_loghead_counts"),
        )
        indexes: ClassVar = (models.Index(fields=["size", "number"], name="marketplace_loghead_size"),)

    @override
    def __str__(self) -> str:
        """Show number and size."""
        return f"head {self.number} of {self.size} entries"


class LogTip(Record):
    """The row that is locked to append: one log, one writer at a time."""

    name = models.CharField(max_length=40, unique=True)
    origin = models.CharField(max_length=200)
    """The log's own name, the first line of every head; it never changes."""

    @override
    def __str__(self) -> str:
        """Show the origin."""
        return self.origin
