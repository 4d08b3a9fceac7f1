"""A studio's files as its page shows them: state in words, facts, what each earns, what is in the way."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final
from uuid import UUID

from django.utils.translation import get_language

from core.accounts.policy import Actor
from core.errors import DomainError
from core.money import Money, RatePerMinute, line_amount
from licensing.domain.declaration import OBSTACLE_WORDS, Declared, sale_obstacles
from licensing.domain.facts import GENRE_OF_GUESS
from licensing.domain.pricing import Estimate, Price, price
from licensing.domain.ratecard import RateCard
from licensing.domain.societies import STANDING_WORDS, UNANSWERED, Societies, Standing
from licensing.selectors.pricing import clip_facts, declarations_of, measured_facts, rate_in_force
from licensing.selectors.societies import societies_of
from licensing.selectors.terms import profile_for, signed_terms_for
from licensing.services.estimates import estimate
from marketplace.catalog.domain.states import ListingState
from marketplace.catalog.models import Listing
from marketplace.web import said
from marketplace.web.formats import is_french, language, ratio_rate_text, typeset
from marketplace.web.shots import LeftOut, Segment, left_out_of, segments_of
from marketplace.web.waiting import Waiting, waiting_of
from media_ingest.domain.failures import failure_wording
from media_ingest.domain.ownership import Hold, hold_wording
from media_ingest.domain.progress import Life
from media_ingest.domain.reasons import Reason, Wording, wording
from media_ingest.domain.resolution import resolution_class
from media_ingest.domain.states import AssetState, UploadState
from media_ingest.models import Asset, Clip, DerivativeKind, Upload
from media_ingest.selectors import assets_visible_to, holds_of, uploads_visible_to
from media_ingest.services.links import asset_link
from media_ingest.services.progress import progress_of

PAGE: Final = 24
_FIRST: Final = (ListingState.NEEDS_YOU, ListingState.LIVE)
_ARRIVING: Final = (AssetState.RECEIVED, AssetState.PROBING)


@dataclass(frozen=True, slots=True)
class Terms:
    """What prices need of a studio: the card, and the floor its signed terms set."""

    card: RateCard | None
    floor: Fraction | None
    signed: bool
    societies: Societies = UNANSWERED

    @property
    def societies_stop(self) -> bool:
        """Whether the answer about collecting societies stops every sale of a studio that has signed, or waits."""
        waits = self.societies.standing is Standing.UNANSWERED and not self.signed
        return waits or self.societies.standing is Standing.UNAUTHORISED

    @property
    def societies_follow(self) -> str:
        """What follows from the answer, in the reader's language."""
        return STANDING_WORDS[self.societies.standing].of(language())


@dataclass(frozen=True, slots=True)
class Priced:
    """What one clip earns; ``price`` None when no price can be told."""

    price: Price | None = None
    earns: Money | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """One file on the page."""

    asset: Asset
    badge: said.Badge
    clip: Clip | None = None
    """The first clip that can be offered, where its page begins."""
    clips: tuple[Segment, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    usable_ms: int = 0
    poster: str = ""
    resolution: str = ""
    frames: str = ""
    guess: said.Words = ""
    earns: Money | None = None
    """All usable clips together; an estimate from the first guess while there are none."""
    rate: RatePerMinute | None = None
    """A minute; None where the clips differ."""
    estimated: bool = False
    obstacles: tuple[str, ...] = ()
    undeclared: Clip | None = None
    """The first clip that something has to be declared of."""
    hold: Wording | None = None
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
        """The clip's title where there is one clip, or the file's name."""
        single = self.clip is not None and len(self.clips) == 1
        return (self.clip.title if single and self.clip else "") or self.asset.original_name


def terms_of(actor: Actor) -> Terms:
    """Return what the studio's prices rest on."""
    try:
        card = rate_in_force()
    except DomainError:
        card = None
    version = signed_terms_for(actor.organisation_id) if actor.organisation_id else None
    societies = societies_of(actor.organisation_id) if actor.organisation_id else UNANSWERED
    return Terms(card, profile_for(version).floor if version else None, version is not None, societies)


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


def obstacles_of(declared: Declared, studio: Societies) -> tuple[str, ...]:
    """Return what stands in the way of a sale, in the reader's language."""
    return tuple(typeset(OBSTACLE_WORDS[item][is_french()]) for item in sale_obstacles(declared, studio))


@dataclass(frozen=True, slots=True)
class Around:
    """What the tiles of a page need, fetched for all of them at once."""

    terms: Terms
    listings: dict[UUID, Listing]
    declared: dict[UUID, Declared]
    holds: dict[UUID, Hold]


def files_of(assets: Sequence[Asset], terms: Terms) -> list[File]:
    """Return these assets as the page shows them, in a fixed number of queries for those that are ready."""
    clips = [clip for asset in assets for clip in asset.clips.all()]
    around = Around(
        terms,
        {row.clip_id: row for row in Listing.objects.filter(clip__in=clips)},
        declarations_of(clip.id for clip in clips),
        holds_of(asset.id for asset in assets),
    )
    return [_file(asset, around) for asset in assets]


def _file(asset: Asset, around: Around) -> File:
    if asset.state in _ARRIVING:
        arriving = waiting_of(progress_of(asset))
        return File(asset=asset, badge=_arriving_badge(asset, arriving), waiting=arriving)
    if asset.state == AssetState.REJECTED:
        words = wording(Reason(asset.reason), (get_language() or "en")[:2])
        refusal = Wording(typeset(words.text), typeset(words.what_to_do))
        return File(asset=asset, badge=said.REFUSED, refusal=refusal)
    poster = asset_link(asset, DerivativeKind.POSTER) or ""
    if asset.state != AssetState.READY:
        return File(asset=asset, badge=said.LISTING["withdrawn"], poster=poster)
    return _ready(asset, around, poster)


def _ready(asset: Asset, around: Around, poster: str) -> File:
    """Return a ready file: watched, or on its way."""
    clips = sorted(asset.clips.all(), key=lambda one: one.start_ms)
    usable = [clip for clip in clips if clip.usable]
    listings = [around.listings[clip.id] for clip in usable if clip.id in around.listings]
    hold = around.holds.get(asset.id)
    unlisted = hold is None and len(listings) < len(usable)
    progress = progress_of(asset) if unlisted or not clips or not poster else None
    waiting = waiting_of(progress) if progress is not None and progress.life is not Life.DONE else None
    found = [priced(clip, around.declared[clip.id], around.terms) for clip in usable]
    rates = {one.price.rate for one in found if one.price}
    undeclared = [clip for clip in usable if sale_obstacles(around.declared[clip.id], around.terms.societies)]
    estimate = guessed(asset) if not clips else None
    return File(
        asset=asset,
        badge=_ready_badge(clips, usable, listings, hold, waiting),
        clip=usable[0] if usable else clips[0] if clips else None,
        clips=tuple(segments_of(clips)),
        left_out=tuple(left_out_of(clips)),
        usable_ms=sum(clip.duration_ms for clip in usable),
        poster=poster,
        resolution=resolution_class(asset.width or 0, asset.height or 0),
        frames=ratio_rate_text(asset.frame_rate_num, asset.frame_rate_den),
        guess=said.GUESSES.get(asset.guess, ""),
        earns=estimate.earns if estimate else _together(found),
        rate=estimate.price.rate if estimate else rates.pop() if len(rates) == 1 else None,
        estimated=estimate is not None,
        obstacles=obstacles_of(around.declared[undeclared[0].id], around.terms.societies) if undeclared else (),
        undeclared=undeclared[0] if undeclared else None,
        hold=held_words(hold),
        waiting=waiting,
        unlisted=unlisted,
    )


def _together(found: Sequence[Priced]) -> Money | None:
    """Return what all clips earn together; None when one has no price."""
    earned = [one.earns for one in found if one.earns is not None]
    if not earned or len(earned) < len(found):
        return None
    return sum(earned[1:], earned[0])


def guessed(asset: Asset) -> Estimate | None:
    """Return what a ready file may earn, told from its facts and its first guess before it was watched."""
    try:
        return estimate(facts={**measured_facts(asset), "genre": GENRE_OF_GUESS.get(asset.guess, "generic")})
    except DomainError:
        return None


def held_words(hold: Hold | None) -> Wording | None:
    """Return why a file is held in the reader's language, with what to do."""
    if hold is None:
        return None
    words = hold_wording(hold, get_language() or "en")
    return Wording(typeset(words["text"]), typeset(words["what_to_do"]))


def _ready_badge(
    clips: Sequence[Clip],
    usable: Sequence[Clip],
    listings: Sequence[Listing],
    hold: Hold | None,
    waiting: Waiting | None,
) -> said.Badge:
    if hold is not None:
        return said.HELD
    if waiting is not None:
        return said.STUCK if waiting.stopped else said.WORKING if not clips else said.PREVIEWING
    if clips and not usable:
        return said.NOTHING_USABLE
    states = [listing.state for listing in listings]
    # What needs its owner is said first, even when the other clips are on offer.
    first = next((state for state in _FIRST if state in states), states[0] if states else None)
    return said.LISTING[first] if first else said.READY


def _arriving_badge(asset: Asset, waiting: Waiting) -> said.Badge:
    if waiting.stopped:
        return said.STUCK
    return said.WORKING if asset.state == AssetState.PROBING else said.RECEIVED


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
    files = files_of(found[:PAGE], terms_of(actor))
    return Shelf(files, found[PAGE - 1].public_id if len(found) > PAGE else "")


def counted_waiting(files: Iterable[File]) -> int:
    """Return how many of these are still being worked on."""
    return sum(1 for file in files if file.waiting is not None and not file.waiting.stopped)
