"""The effect of a proposed agreement on open offers, for whoever has to decide about it."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from core.clock import now
from licensing.domain.composition import profile_of
from licensing.domain.matching import Profile, UseCase
from licensing.models import Agreement
from licensing.selectors.agreements import amended_values
from licensing.selectors.pricing import need_of
from marketplace.catalog.domain.shown import Group, judge
from marketplace.catalog.selectors.search import group_of, listings_by_clip
from marketplace.catalog.selectors.terms import profiles_of
from marketplace.orders.domain.effects import Effect, Held, effect_of
from marketplace.orders.domain.states import QuoteState
from marketplace.orders.models import QuoteLine


def agreement_effect(agreement: Agreement) -> Effect:
    """What open offers of a studio's clips would lose were the agreement signed as it is proposed.

    Judged once per use case and group of clips, as search does: the terms each line was quoted under against those
    the agreement would put in their place.
    """
    return effect_of(_held(agreement, profile_of(amended_values(agreement))))


def _held(agreement: Agreement, proposed: Profile) -> Iterator[Held]:
    rows = QuoteLine.objects.filter(
        licensor_id=agreement.organisation_id, quote__state=QuoteState.OPEN, quote__expires_at__gt=now()
    )
    lines = list(rows.select_related("quote__use_case_version__use_case").order_by("quote_id", "number"))
    listings = listings_by_clip({line.clip_id for line in lines})
    profiles = profiles_of({line.terms_profile_version_id for line in lines})
    needs: dict[UUID, UseCase] = {}
    fits: dict[tuple[UUID, Group, bool], bool] = {}
    for line in lines:
        version = line.quote.use_case_version
        need = needs.setdefault(version.pk, needs.get(version.pk) or need_of(version))
        listing = listings.get(line.clip_id)
        quoted = group_of(listing) if listing and listing.terms_profile_version_id else None
        answers = []
        for then in (False, True):
            if quoted is None:
                answers.append(False)
                continue
            group = Group(line.terms_profile_version_id, quoted.has_audio, quoted.people, cleared=quoted.cleared)
            profile = proposed if then else profiles[line.terms_profile_version_id]
            key = (version.pk, group, then)
            if key not in fits:
                fits[key] = judge(profile, group, need).usable
            answers.append(fits[key])
        yield Held(line.quote_id, line.duration_ms, line.amount, *answers)
