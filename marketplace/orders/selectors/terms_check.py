"""A clip's terms beside one of the buyer's use cases, line by line."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from core.accounts.policy import Actor
from licensing.domain.terms_lines import TermsLine, terms_lines
from licensing.models import UseCase
from licensing.selectors.pricing import need_of, newest_version, use_case_get
from licensing.selectors.terms import catalogue_under
from marketplace.catalog.selectors.search import Hit
from marketplace.orders.selectors.market import market_clip


@dataclass(frozen=True, slots=True)
class TermsCheck:
    """The clip with its answer, the use case it was asked for, and the twelve lines."""

    hit: Hit
    use_case: UseCase
    version: int
    lines: tuple[TermsLine, ...]


def terms_check(*, actor: Actor, clip_id: UUID, use_case_id: UUID, language: str = "en") -> TermsCheck:
    """Compare a clip on offer with a use case; the lines that do not fit are those search counts as obstacles.

    Refused with `not_found` for a clip that was never offered or somebody else's use case, `withdrawn` for one that
    was taken back.
    """
    use_case = use_case_get(actor, use_case_id)
    hit = market_clip(actor=actor, clip_id=clip_id, use_case_id=use_case_id, language=language)
    version = newest_version(use_case)
    return TermsCheck(hit, use_case, version.number, check_lines(hit, use_case))


def check_lines(hit: Hit, use_case: UseCase) -> tuple[TermsLine, ...]:
    """The lines of a clip that was judged under this use case; none when it was not."""
    if hit.judgement is None:
        return ()
    words = catalogue_under(hit.listing.terms_profile_version)
    return terms_lines(hit.judgement.profile, need_of(newest_version(use_case)), words)
