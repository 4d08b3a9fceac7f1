"""A studio's files as its page shows them: state in words, facts, what each earns, what is in the way."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from typing import Final
from uuid import UUID

from django.utils.translation import get_language

from core.accounts.policy import Actor
from core.clock import now
from core.errors import DomainError
from core.jobs.models import JobState
from core.money import Money, line_amount
from licensing.domain.declaration import OBSTACLE_WORDS, Declared, sale_obstacles
from licensing.domain.pricing import Price, price
from licensing.domain.ratecard import RateCard
from licensing.selectors.pricing import clip_facts, declarations_of, rate_in_force
from licensing.selectors.terms import profile_for, signed_terms_for
from marketplace.catalog.models import Listing
from marketplace.web import said
from marketplace.web.formats import is_french, left_range, ratio_rate_text, typeset
from media_ingest.domain.failures import failure_wording
from media_ingest.domain.reasons import Reason, Wording, wording
from media_ingest.domain.resolution import resolution_class
from media_ingest.domain.states import AssetState, UploadState
from media_ingest.models import Asset, Clip, DerivativeKind, Upload
from media_ingest.selectors import assets_visible_to, uploads_visible_to
from media_ingest.services.links import asset_link
from media_ingest.services.progress import Progress, asset_progress

PAGE: Final = 24
_SILENT_AFTER: Final = timedelta(seconds=40)
_ARRIVING: Final = (AssetState.RECEIVED, AssetState.PROBING)


@dataclass(frozen=True, slots=True)
class Terms:
    """What prices need of a studio: the card, and the floor its signed terms set."""

    card: RateCard | None
    floor: Fraction | None
    signed: bool


@dataclass(frozen=True, slots=True)
class Priced:
    """What one clip earns; ``price`` None when no price can be told."""

    price: Price | None = None
    earns: Money | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """How far a file is, in words for somebody who waits."""

    stage: str
    done: int
    total: int
    low: str
    high: str
    measured: bool
    silent: bool
    attempt: int
    stopped: bool


@dataclass(frozen=True, slots=True)
class File:
    """One file on the page."""

    asset: Asset
    badge: said.Badge
    clip: Clip | None = None
    poster: str = ""
    resolution: str = ""
    frames: str = ""
    priced: Priced = Priced()
    obstacles: tuple[str, ...] = ()
    refusal: Wording | None = None
    waiting: Waiting | None = None
    unlisted: bool = False
    """Ready, and a moment away from its place in the catalogue."""

    @property
    def polls(self) -> bool:
        """Whether asking again soon will show something new."""
        return self.unlisted or (self.waiting is not None and not self.waiting.stopped)

    @property
    def title(self) -> str:
        """The clip's title, or the file's name."""
        return (self.clip.title if self.clip else "") or self.asset.original_name


def terms_of(actor: Actor) -> Terms:
    """Return what the studio's prices rest on."""
    try:
        card = rate_in_force()
    except DomainError:
        card = None
    version = signed_terms_for(actor.organisation_id) if actor.organisation_id else None
    return Terms(card, profile_for(version).floor if version else None, version is not None)


def priced(clip: Clip, declared: Declared, terms: Terms) -> Priced:
    """Return what a clip of a ready file earns under the usual grant."""
    if terms.card is None:
        return Priced()
    facts = clip_facts(clip, declared, None, terms.floor)
    try:
        found = price(facts, terms.card)
    except DomainError:
        return Priced()
    return Priced(found, line_amount(found.rate, facts.duration_ms))


def obstacles_of(declared: Declared) -> tuple[str, ...]:
    """Return what stands in the way of a sale, in the reader's language."""
    return tuple(typeset(OBSTACLE_WORDS[item][is_french()]) for item in sale_obstacles(declared))


def files_of(actor: Actor, assets: Sequence[Asset], terms: Terms) -> list[File]:
    """Return these assets as the page shows them, in a fixed number of queries for those that are ready."""
    clips = [clip for asset in assets for clip in asset.clips.all()]
    listings = {row.clip_id: row for row in Listing.objects.filter(clip__in=clips)}
    declared = declarations_of(clip.id for clip in clips)
    return [_file(actor, asset, terms, listings, declared) for asset in assets]


def _file(
    actor: Actor, asset: Asset, terms: Terms, listings: dict[UUID, Listing], declared: dict[UUID, Declared]
) -> File:
    if asset.state in _ARRIVING:
        arriving = waiting_of(asset_progress(actor=actor, asset_id=asset.id))
        return File(asset, _arriving_badge(asset, arriving), waiting=arriving)
    if asset.state == AssetState.REJECTED:
        words = wording(Reason(asset.reason), (get_language() or "en")[:2])
        return File(asset, said.REFUSED, refusal=Wording(typeset(words.text), typeset(words.what_to_do)))
    clip = min(asset.clips.all(), key=lambda one: one.start_ms, default=None)
    poster = asset_link(asset, DerivativeKind.POSTER) or ""
    if clip is None or asset.state != AssetState.READY:
        return File(asset, said.LISTING["withdrawn"], poster=poster)
    listing, says = listings.get(clip.id), declared[clip.id]
    waiting = None if poster else _deriving(actor, asset)
    return File(
        asset,
        said.LISTING[listing.state] if listing else said.PREVIEWING if waiting else said.READY,
        clip,
        poster,
        resolution_class(asset.width or 0, asset.height or 0),
        ratio_rate_text(asset.frame_rate_num, asset.frame_rate_den),
        priced(clip, says, terms),
        obstacles_of(says),
        waiting=waiting,
        unlisted=listing is None,
    )


def _deriving(actor: Actor, asset: Asset) -> Waiting | None:
    """Return how far the preview of a ready file is; None once it is made."""
    progress = asset_progress(actor=actor, asset_id=asset.id)
    return None if progress.stage == "done" else waiting_of(progress)


def _arriving_badge(asset: Asset, waiting: Waiting) -> said.Badge:
    if waiting.stopped:
        return said.STUCK
    return said.WORKING if asset.state == AssetState.PROBING else said.RECEIVED


def waiting_of(progress: Progress) -> Waiting:
    """Return a file's progress for people: a range for the time left, and plain words when nothing moves."""
    measured = progress.seconds_left is not None
    low, high = left_range(progress.seconds_left or 0) if measured else ("", "")
    running = progress.state == JobState.RUNNING
    silent = running and progress.heartbeat_at is not None and now() - progress.heartbeat_at > _SILENT_AFTER
    return Waiting(
        progress.stage,
        progress.done,
        progress.total,
        low,
        high,
        measured,
        silent,
        progress.attempt,
        progress.state in {JobState.DEAD, JobState.FAILED},
    )


@dataclass(frozen=True, slots=True)
class Unfinished:
    """An upload that waits for its bytes."""

    upload: Upload
    percent: int


def unfinished_of(actor: Actor) -> list[Unfinished]:
    """Return uploads that stopped on the way, newest first."""
    rows = uploads_visible_to(actor).filter(state=UploadState.RECEIVING).order_by("-id")[:50]
    return [Unfinished(row, row.received_bytes * 100 // max(1, row.size_bytes)) for row in rows]


@dataclass(frozen=True, slots=True)
class Failed:
    """An upload whose bytes were not what was announced, with what to do."""

    upload: Upload
    text: str
    what_to_do: str


def failed_of(actor: Actor) -> list[Failed]:
    """Return the newest uploads that failed."""
    rows = uploads_visible_to(actor).filter(state=UploadState.FAILED).order_by("-id")[:5]
    return [_failed(row) for row in rows]


def _failed(row: Upload) -> Failed:
    words = failure_wording(row.failure, get_language() or "en")
    return Failed(row, typeset(words["text"]), typeset(words["what_to_do"]))


@dataclass(frozen=True, slots=True)
class Shelf:
    """One page of the library. ``older`` is the id to go on from, empty at the end."""

    files: list[File]
    older: str


def shelf_of(actor: Actor, before: Asset | None = None) -> Shelf:
    """Return a page of the library, newest first."""
    rows = assets_visible_to(actor).exclude(state=AssetState.WITHDRAWN).order_by("-id")
    if before is not None:
        rows = rows.filter(id__lt=before.id)
    found = list(rows[: PAGE + 1])
    files = files_of(actor, found[:PAGE], terms_of(actor))
    return Shelf(files, found[PAGE - 1].public_id if len(found) > PAGE else "")


def counted_waiting(files: Iterable[File]) -> int:
    """Return how many of these are still being worked on."""
    return sum(1 for file in files if file.waiting is not None and not file.waiting.stopped)
