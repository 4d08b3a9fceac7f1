"""A studio's batches as their pages show them: each file's state in words, and whether the card may be erased."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from core.accounts.policy import Actor
from core.ids import Prefix, public_id
from marketplace.web.formats import typeset
from marketplace.web.said import Badge
from media_ingest.domain.failures import failure_wording
from media_ingest.domain.states import UploadState
from media_ingest.models import Batch, Upload
from media_ingest.selectors import batches_visible_to
from media_ingest.services.batches import BatchStanding, batch_standings, batch_uploads

PAGE: Final = 50
FILES_SHOWN: Final = 1000
_VERIFIED: Final = Badge(_("Received, checksum matches"), "ok", "✓")
_BADGES: Final = {
    UploadState.RECEIVING: Badge(_("Arriving"), "info", "…"),
    UploadState.STORING: Badge(_("Being verified and stored"), "info", "…"),
    UploadState.RECEIVED: Badge(_("Received"), "ok", "✓"),
    UploadState.FAILED: Badge(_("Upload failed"), "danger", "✕"),
    UploadState.CANCELLED: Badge(_("Given up"), "warn", "!"),
    UploadState.EXPIRED: Badge(_("Expired"), "warn", "!"),
}
_PAUSED: Final = Badge(_("Paused"), "", "‖")
_MOVING: Final = (UploadState.RECEIVING, UploadState.STORING)


@dataclass(frozen=True, slots=True)
class Arrival:
    """One file of a batch."""

    upload: Upload
    badge: Badge
    percent: int
    failure: str = ""

    @property
    def path(self) -> str:
        """Its place on its owner's card."""
        return f"{self.upload.folder}/{self.upload.name}" if self.upload.folder else self.upload.name

    @property
    def arriving(self) -> bool:
        """Whether a bar says more than its state."""
        return self.upload.state == UploadState.RECEIVING


@dataclass(frozen=True, slots=True)
class Arrivals:
    """A batch and its files. ``more`` counts those that are only in the receipt."""

    standing: BatchStanding
    files: tuple[Arrival, ...]
    more: int

    @property
    def public_id(self) -> str:
        """The batch's id in addresses."""
        return public_id(Prefix.BATCH, self.standing.id)

    @property
    def percent(self) -> int:
        """How much of it is here."""
        return self.standing.received_bytes * 100 // max(1, self.standing.bytes)

    @property
    def polls(self) -> bool:
        """Whether asking again soon will show something new."""
        return any(file.upload.state in _MOVING for file in self.files)


@dataclass(frozen=True, slots=True)
class Listed:
    """One batch in the list."""

    standing: BatchStanding
    public_id: str
    percent: int


@dataclass(frozen=True, slots=True)
class Batches:
    """A page of batches; ``older`` is the id to go on from, empty at the end."""

    rows: tuple[Listed, ...]
    older: str


def batches_of(actor: Actor, before: Batch | None = None) -> Batches:
    """Return a page of the studio's batches, newest first."""
    rows = batches_visible_to(actor).order_by("-id")
    if before is not None:
        rows = rows.filter(id__lt=before.id)
    found = list(rows[: PAGE + 1])
    listed = tuple(_listed(one) for one in batch_standings(found[:PAGE]))
    return Batches(listed, listed[-1].public_id if len(found) > PAGE else "")


def _listed(standing: BatchStanding) -> Listed:
    share = standing.received_bytes * 100 // max(1, standing.bytes)
    return Listed(standing, public_id(Prefix.BATCH, standing.id), share)


def arrivals_of(batch: Batch) -> Arrivals:
    """Return a batch with its files, by their place on the card; those that need a hand come first."""
    standing = batch_standings([batch])[0]
    rows = list(batch_uploads([batch.pk]).select_related("asset").order_by("folder", "name", "pk")[:FILES_SHOWN])
    rows.sort(key=lambda row: row.state == UploadState.RECEIVED)
    return Arrivals(standing, tuple(map(_arrival, rows)), max(0, standing.files - len(rows)))


def _arrival(upload: Upload) -> Arrival:
    failure = ""
    if upload.failure:
        words = failure_wording(upload.failure, get_language() or "en")
        failure = typeset(f"{words['text']} {words['what_to_do']}")
    share = upload.received_bytes * 100 // max(1, upload.size_bytes)
    return Arrival(upload, _badge(upload), share, failure)


def _badge(upload: Upload) -> Badge:
    if upload.state == UploadState.RECEIVED and upload.verified:
        return _VERIFIED
    if upload.state == UploadState.RECEIVING and upload.paused_at:
        return _PAUSED
    return _BADGES[UploadState(upload.state)]
