"""The market as its page shows it: what fits a use case, at what price, and why the rest does not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import gettext

from core.accounts.policy import Actor
from core.errors import DomainError
from core.ids import Prefix, parse_public_id, public_id
from core.money import Money, RatePerMinute, line_amount
from licensing.domain.explain import Verdict
from licensing.domain.facts import Genre
from licensing.domain.obstacles import VERDICTS
from licensing.models import UseCase
from licensing.selectors.pricing import newest_version, use_cases_visible_to
from licensing.selectors.terms import catalogue_under
from marketplace.catalog.domain.query import Filters, parse_query, with_filters
from marketplace.catalog.domain.shown import USABLE
from marketplace.catalog.domain.titles import shown_title
from marketplace.catalog.models import Listing
from marketplace.catalog.selectors.search import Hit
from marketplace.orders.selectors.market import Market, market_hits, market_search
from marketplace.web import said
from marketplace.web.formats import language, ratio_rate_text, typeset
from marketplace.web.pages import key_of
from marketplace.web.refusals import problem_words
from media_ingest.domain.resolution import ResolutionClass, resolution_class
from media_ingest.models import DerivativeKind
from media_ingest.services.links import clip_link

PAGE: Final = 24


@dataclass(frozen=True, slots=True)
class Asked:
    """The search form as it was filled in."""

    use_case: str = ""
    query: str = ""
    size: str = ""
    genre: str = ""
    all: bool = False
    before: str = ""

    @property
    def address(self) -> str:
        """The address of this search, without its page."""
        return f"/market?{self.parameters}"

    @property
    def parameters(self) -> str:
        """The form as parameters of an address."""
        told = {"use_case": self.use_case, "q": self.query, "size": self.size, "genre": self.genre}
        return urlencode({name: value for name, value in told.items() if value} | ({"all": "yes"} if self.all else {}))

    @property
    def command(self) -> str:
        """The same search as a command."""
        words = [self.query, f"class:{self.size}" if self.size else "", f"genre:{self.genre}" if self.genre else ""]
        text = " ".join(word for word in words if word).replace('"', "")
        return f'offcut search "{text}"' + (f" --use-case {self.use_case}" if self.use_case else "")


def asked(data: QueryDict) -> Asked:
    """Return what was asked for."""
    return Asked(
        use_case=data.get("use_case", ""),
        query=data.get("q", "").strip(),
        size=data.get("size", ""),
        genre=data.get("genre", ""),
        all=data.get("all") == "yes",
        before=data.get("before", ""),
    )


def filters_of(wanted: Asked) -> Filters:
    """Return the filters of a search; ``query_syntax`` when its text cannot be read."""
    return with_filters(
        parse_query(wanted.query),
        classes=[ResolutionClass(wanted.size)] if wanted.size in list(ResolutionClass) else [],
        genres=[Genre(wanted.genre)] if wanted.genre in list(Genre) else [],
        verdicts=() if wanted.all else tuple(USABLE),
    )


@dataclass(frozen=True, slots=True)
class Tile:
    """One clip in the results."""

    clip_id: str
    title: str
    poster: str
    preview: str
    duration_ms: int
    resolution: str
    frames: str
    sound: bool
    verdict: said.Badge | None
    usable: bool
    reasons: Sequence[str]
    conditions: Sequence[str]
    rate: RatePerMinute | None
    costs: Money | None


def tile_of(hit: Hit) -> Tile:
    """Return one clip as found, ready to be shown."""
    clip = hit.listing.clip
    asset = clip.asset
    duration = clip.end_ms - clip.start_ms
    judgement, catalogue = hit.judgement, catalogue_under(hit.listing.terms_profile_version)
    return Tile(
        clip.public_id,
        shown_title(clip.title, asset.original_name),
        clip_link(clip, DerivativeKind.POSTER) or "",
        clip_link(clip, DerivativeKind.PREVIEW) or "",
        duration,
        resolution_class(asset.width or 0, asset.height or 0),
        ratio_rate_text(asset.frame_rate_num, asset.frame_rate_den),
        bool(asset.has_audio),
        None if judgement is None else verdict_badge(judgement.answer.verdict),
        judgement is not None and judgement.usable,
        () if judgement is None else tuple(typeset(reason) for reason in judgement.reasons),
        ()
        if judgement is None
        else tuple(said.condition_words(one.code, [], catalogue)[0] for one in judgement.answer.conditions),
        hit.buyer_rate,
        None if hit.buyer_rate is None else line_amount(hit.buyer_rate, duration),
    )


def verdict_badge(verdict: Verdict) -> said.Badge:
    """Return one of the four answers as a badge."""
    tone, icon = said.VERDICT_TONE[verdict]
    return said.Badge(VERDICTS[verdict].in_language(language()), tone, icon)


@dataclass(frozen=True, slots=True)
class Result:
    """One page of a search. ``problem`` says why there is none."""

    market: Market | None = None
    tiles: tuple[Tile, ...] = ()
    older: str = ""
    problem: str = ""


def found(actor: Actor, wanted: Asked, use_case: UseCase | None) -> Result:
    """Search, and show one page of what was found, newest first."""
    try:
        filters = filters_of(wanted)
        market = market_search(
            actor=actor, filters=filters, use_case_id=use_case.id if use_case else None, language=str(language())
        )
    except DomainError as error:
        title, detail = problem_words(error)
        return Result(problem=f"{title}. {detail}")
    rows = market.found.listings.order_by("-pk")
    if wanted.before:
        last = Listing.objects.filter(clip_id=parse_public_id(Prefix.CLIP, wanted.before)).first()
        rows = rows.filter(pk__lt=last.pk) if last else rows.none()
    page = list(rows[: PAGE + 1])
    tiles = tuple(tile_of(hit) for hit in market_hits(market, page[:PAGE]))
    # The last row looked at, not the last shown: a clip that was sold a moment ago leaves the page shorter.
    return Result(market, tiles, public_id(Prefix.CLIP, page[PAGE - 1].clip_id) if len(page) > PAGE else "")


def use_cases_of(actor: Actor) -> list[UseCase]:
    """Return the buyer's use cases, newest first."""
    return list(use_cases_visible_to(actor).order_by("-id")[:100])


def chosen_use_case(use_cases: Sequence[UseCase], text: str) -> UseCase | None:
    """Return the use case a form names, else the newest."""
    if not text:
        return use_cases[0] if use_cases else None
    key = key_of(Prefix.USE_CASE, text)
    return next((one for one in use_cases if one.id == key), None)


def need_sentence(use_case: UseCase) -> str:
    """Return what a use case asks for in one sentence."""
    values = newest_version(use_case).values
    parts = {
        "purposes": said.listed(values["purposes"], said.PURPOSES),
        "models": said.listed(values["model_classes"], said.MODEL_CLASSES),
        "months": values["term_months"],
        "after": said.RETENTIONS.get(str(values["retention"]), ""),
    }
    if values["commercial"]:
        return gettext("For %(models)s: %(purposes)s; commercial, %(months)s months, then %(after)s.") % parts
    return gettext("For %(models)s: %(purposes)s; research only, %(months)s months, then %(after)s.") % parts
