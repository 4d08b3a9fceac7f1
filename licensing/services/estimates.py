"""Telling a price before anything is stored."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from core.accounts.policy import Actor
from licensing.domain.declaration import Declared
from licensing.domain.facts import GENRE_OF_GUESS, Genre, read_facts
from licensing.domain.pricing import Estimate
from licensing.domain.pricing import estimate as price_and_explain
from licensing.selectors.pricing import declarations_of, measured_facts, rate_in_force
from media_ingest.selectors import asset_get


def estimate(*, facts: Mapping[str, object]) -> Estimate:
    """Price facts by the card in force and explain it. Public: needs nobody, stores nothing.

    `facts` are the members `read_facts` reads; refused with `unknown_kind`, `facts_invalid`, `above_hard_maximum`.
    """
    return price_and_explain(read_facts(facts), rate_in_force())


def estimate_asset(*, actor: Actor, asset_id: UUID, facts: Mapping[str, object]) -> Estimate:
    """Price one's own file: measured facts, then what its clips declare, then the `facts` given here over both.

    Seconds after its last byte, before anybody watched it, the kind is the first guess and the length all of it;
    later only what can be offered counts. Measured facts cannot be given. `not_found` for somebody else's file,
    `asset_not_ready` before it was read.
    """
    asset = asset_get(actor, asset_id)
    measured = measured_facts(asset)
    usable = [clip for clip in sorted(asset.clips.all(), key=lambda clip: clip.start_ms) if clip.usable]
    if usable:
        measured["duration_ms"] = sum(clip.duration_ms for clip in usable)
    declared: dict[str, object] = {"genre": str(GENRE_OF_GUESS.get(asset.guess, Genre.GENERIC))}
    said = declarations_of([usable[0].id])[usable[0].id] if usable else None
    if said is not None and said != Declared():
        declared = {
            "genre": str(said.genre),
            "tech": sorted(said.tech),
            "published": said.published,
            "release": str(said.release),
        }
    return estimate(facts={**declared, **facts, **measured})
