"""What detectors say about a clip. A label informs; it never refuses."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from typing_extensions import override

from core.accounts.models import User
from core.constraints import check_in
from core.models_base import Record
from media_ingest.domain.detections import Label, LabelState
from media_ingest.models.clip import Clip


class Detection(Record):
    """One label that one detector gave one clip, with what it rests on."""

    clip = models.ForeignKey(Clip, on_delete=models.PROTECT, related_name="detections")
    detector = models.CharField(max_length=40)
    version = models.CharField(max_length=40)
    label = models.CharField(max_length=32)
    score = models.PositiveSmallIntegerField()
    """How sure the detector is, in thousandths."""
    evidence = models.JSONField(default=list, blank=True)
    """Moments that show it, in milliseconds from the start of the recording."""
    note = models.CharField(max_length=200, default="", blank=True)
    """What was found, such as the name of a tag; no text of the file's owner."""
    state = models.CharField(max_length=12, default=LabelState.SHOWN)
    disputed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    disputed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """A detector gives a label once."""

        constraints: ClassVar = (
            models.UniqueConstraint(fields=["clip", "detector", "label"], name="media_ingest_detection_once"),
            check_in("label", Label, "media_ingest_detection_label"),
            check_in("state", LabelState, "media_ingest_detection_state"),
            models.CheckConstraint(condition=Q(score__lte=1000), name="media_ingest_detection_score"),
            models.CheckConstraint(
                condition=Q(state=str(LabelState.DISPUTED), disputed_at__isnull=False)
                | Q(state=str(LabelState.SHOWN), disputed_at__isnull=True),
                name="media_ingest_detection_disputed_says_when",
            ),
        )

    @override
    def __str__(self) -> str:
        """Show label and score."""
        return f"{self.label} {self.score}"
