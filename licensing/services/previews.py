"""Trying out terms before they are stored."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from core.accounts.policy import Actor, require
from licensing.domain.actions import TERMS_WRITE
from licensing.domain.amendments import unoffered
from licensing.domain.composition import Stored, compose
from licensing.domain.preview import Demand, Preview, preview
from licensing.selectors.approvals import use_cases_approved
from licensing.selectors.policies import policy_in_force
from licensing.selectors.pricing import needs_standing, rate_in_force
from licensing.selectors.terms import (
    catalogue_in_force,
    effective_values,
    newest_chosen,
    signed_terms_for,
    terms_profile_get,
)
from licensing.services.profiles import Changes, terms_standing, terms_values


def _standing(actor: Actor, terms_profile_id: UUID | None) -> Stored:
    """What the draft would replace: the named terms, else those signed, else the creator's defaults."""
    if terms_profile_id is not None:
        return effective_values(newest_chosen(terms_profile_get(actor, terms_profile_id)))
    signed = signed_terms_for(actor.organisation_id) if actor.organisation_id else None
    return effective_values(signed) if signed is not None else compose(catalogue_in_force(), {})


def terms_tried_from(*, actor: Actor, preset: str | None = None) -> Stored:
    """Return the values a draft starts from: a preset's, else those of the terms it would replace."""
    require(actor, TERMS_WRITE)
    return terms_values(preset, {}, _standing(actor, None))


def terms_preview(
    *,
    actor: Actor,
    asked_ms: Mapping[UUID, int],
    terms_profile_id: UUID | None = None,
    preset: str | None = None,
    changes: Changes | None = None,
) -> Preview:
    """Tell what a draft would change in price and in reach; nothing is stored.

    The draft is a preset, changes over it (else over the terms it would replace), or both. `asked_ms` says how much
    footage was asked for under each use case lately; needs nobody named there count with no time. Time counts for
    every need, the share for approved use cases only. Refused like storing: `terms_invalid`, `unknown_clause`,
    `invalid_parameter`, `contradiction`. A value that only a person may agree to is not refused but named.
    """
    require(actor, TERMS_WRITE)
    before = _standing(actor, terms_profile_id)
    after = terms_values(preset, changes or {}, before)
    standing = terms_standing(preset, before)
    needs_person = list(unoffered(catalogue_in_force(), after, standing, policy_in_force()))
    approved = use_cases_approved()
    demand = [
        Demand(need, asked_ms.get(use_case_id, 0), approved=use_case_id in approved)
        for use_case_id, need in needs_standing(approved | asked_ms.keys()).items()
    ]
    return preview(before, after, card=rate_in_force(), demand=demand, needs_amendment=needs_person)
