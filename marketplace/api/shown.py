"""How clips, prices and conditions look in JSON; nothing here asks the database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from django.utils.translation import get_language

from core.ids import Prefix, public_id
from core.money import RatePerMinute, line_amount
from core.timecode import ratio_text
from licensing.domain.clauses import Catalogue
from licensing.domain.explain import Condition
from licensing.domain.pricing import Price, Step
from licensing.selectors.consent import settled_of
from licensing.selectors.terms import catalogue_under
from marketplace.catalog.domain.query import Orientation
from marketplace.catalog.domain.shown import CODES, Judgement
from marketplace.catalog.domain.titles import shown_title
from marketplace.catalog.models import Listing
from marketplace.catalog.selectors.search import Hit
from media_ingest.domain.resolution import resolution_class
from media_ingest.models import Asset, Clip, DerivativeKind
from media_ingest.services.links import clip_link

Json = dict[str, Any]


def language() -> str:
    """The reader's language: `fr` or `en`."""
    return "fr" if (get_language() or "en").startswith("fr") else "en"


def money_json(amount: RatePerMinute | None) -> Json | None:
    """An exact rate per minute, or null."""
    return None if amount is None else {"amount": amount.text, "currency": amount.currency}


def condition_json(code: str, values: Sequence[str], catalogue: Catalogue, clips: int | None = None) -> Json:
    """A condition to accept, with the title and summary of the clause as these clauses have it."""
    clause = catalogue.get(code)
    french = language() == "fr"
    return {
        "code": code,
        "values": list(values),
        "title": "" if clause is None else (clause.title.fr if french else clause.title.en),
        "text": "" if clause is None else (clause.summary.fr if french else clause.summary.en),
        "clause_version": 0 if clause is None else clause.version,
        "clips": clips,
    }


def conditions_json(conditions: Sequence[Condition], listing: Listing) -> list[Json]:
    """Conditions of one clip, in the words its creator signed."""
    catalogue = catalogue_under(listing.terms_profile_version)
    return [condition_json(one.code, one.values, catalogue) for one in conditions]


def step_json(step: Step) -> Json:
    """One step of a price."""
    return {"label": step.label, "factor": step.factor_text, "adds": step.adds_text, "because": step.because}


def guard_json(price: Price | None) -> Json | None:
    """Set when the price is the ceiling until an admin agrees."""
    if price is None or price.guard is None:
        return None
    return {"computed": price.guard.computed_text, "needs": str(price.guard.needs)}


def _orientation(asset: Asset) -> str:
    width, height = asset.width or 0, asset.height or 0
    if width == height:
        return Orientation.SQUARE
    return Orientation.HORIZONTAL if width > height else Orientation.VERTICAL


def clip_json(clip: Clip) -> Json:
    """What buyers learn about a clip: its picture and sound, its words, never its file's place or a person's name."""
    asset = clip.asset
    return {
        "id": clip.public_id,
        "title": shown_title(clip.title, asset.original_name),
        "description": clip.description,
        "tags": clip.tags,
        "language": clip.language,
        "duration_ms": clip.end_ms - clip.start_ms,
        "width": asset.width,
        "height": asset.height,
        "resolution_class": resolution_class(asset.width or 0, asset.height or 0),
        "orientation": _orientation(asset),
        "frame_rate": ratio_text(Fraction(asset.frame_rate_num or 0, asset.frame_rate_den or 1)),
        "video_codec": asset.video_codec,
        "bit_depth": asset.bit_depth,
        "has_audio": bool(asset.has_audio),
        "poster_url": clip_link(clip, DerivativeKind.POSTER),
        "preview_url": clip_link(clip, DerivativeKind.PREVIEW),
    }


def hit_json(hit: Hit) -> Json:
    """A clip as found: with the answer for the use case and both prices."""
    listing, price = hit.listing, hit.price
    clip = listing.clip
    declared = settled_of(clip.declaration)
    version = listing.terms_profile_version
    return {
        **clip_json(clip),
        "genre": declared.genre,
        "people": declared.people,
        "creator": {
            "id": public_id(Prefix.ORGANISATION, listing.organisation_id),
            "name": listing.organisation.name,
        },
        "terms": None if version is None else {"id": version.profile.public_id, "version": version.number},
        **_answer_json(hit.judgement, listing),
        "rate_per_minute": None if price is None else money_json(price.rate),
        "buyer_pays_per_minute": money_json(hit.buyer_rate),
        "amount": None if price is None else _amount(price, clip),
        "guard": guard_json(price),
        "live_since": listing.went_live_at,
    }


def _amount(price: Price, clip: Clip) -> Mapping[str, str]:
    amount = line_amount(price.rate, clip.end_ms - clip.start_ms)
    return {"amount": amount.amount, "currency": amount.currency}


def _answer_json(judgement: Judgement | None, listing: Listing) -> Json:
    if judgement is None:
        return {"verdict": None, "reasons": [], "conditions": []}
    return {
        "verdict": CODES[judgement.answer.verdict],
        "reasons": list(judgement.reasons),
        "conditions": conditions_json(judgement.answer.conditions, listing),
    }
