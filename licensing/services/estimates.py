"""Telling a price before anything is stored."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from core.accounts.policy import Actor
from licensing.domain.facts import read_facts
from licensing.domain.pricing import Estimate
from licensing.domain.pricing import estimate as price_and_explain
from licensing.selectors.pricing import declared_for, measured_facts, rate_in_force
from media_ingest.selectors import asset_get


def estimate(*, facts: Mapping[str, object]) -> Estimate:
    """Price facts by the card in force and explain it. Public: needs nobody, stores nothing.

    `facts` are the members `read_facts` reads; refused with `unknown_kind`, `facts_invalid`, `above_hard_maximum`.
    """
    return price_and_explain(read_facts(facts), rate_in_force())


def estimate_asset(*, actor: Actor, asset_id: UUID, facts: Mapping[str, object]) -> Estimate:
    """Price one's own file: measured facts, then what its clip declares, then the `facts` given here over both.

    Measured facts cannot be given. `not_found` for somebody else's file, `asset_not_ready` before it was read.
    """
    asset = asset_get(actor, asset_id)
    measured = measured_facts(asset)
    clip = asset.clips.order_by("start_ms").first()
    declared: dict[str, object] = {}
    if clip is not None:
        said = declared_for(clip.id)
        declared = {
            "genre": str(said.genre),
            "tech": sorted(said.tech),
            "published": said.published,
            "release": str(said.release),
        }
    return estimate(facts={**declared, **facts, **measured})
