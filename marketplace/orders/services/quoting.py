"""Making an offer: judge, price and freeze. Once per clip rounded, once per order the fee."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db import transaction

from core.accounts.policy import Actor, require
from core.audit.services import record
from core.clock import now
from core.ids import Prefix, public_id
from core.money import decimal_text
from core.transitions import advance
from licensing.domain.matching import UseCase
from licensing.domain.pricing import Step, Totals, totals
from licensing.domain.ratecard import RateCard
from licensing.domain.use_case_values import grant_exclusivity
from marketplace.actions import QUOTE_WRITE
from marketplace.catalog.domain.query import Filters
from marketplace.catalog.domain.shown import Judgement
from marketplace.catalog.models import Listing
from marketplace.catalog.selectors.listings import is_offered, listings_live, matching
from marketplace.catalog.selectors.search import group_of, judged, listings_by_clip
from marketplace.catalog.selectors.terms import (
    agreement_sha256,
    card_in_force,
    price_of,
    profiles_of,
    use_case_in_force,
)
from marketplace.orders.domain.drafting import (
    LEFT_OUT_KEPT,
    DraftLine,
    LeftOut,
    LeftOutReason,
    conditions_of,
    draft_line,
    left_out,
)
from marketplace.orders.domain.offers import MAX_CLIPS, VALID_FOR
from marketplace.orders.domain.states import QUOTE, QuoteEvent
from marketplace.orders.errors import QUOTE_EMPTY, QUOTE_TOO_LARGE
from marketplace.orders.models import Quote, QuoteLine
from marketplace.orders.selectors.holds import taken, windows_over
from marketplace.orders.selectors.orders import licensed_ms


@dataclass(slots=True)
class _Draft:
    """What a quote will hold."""

    lines: list[tuple[Listing, DraftLine]] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)


def quote_create(
    *,
    actor: Actor,
    use_case_id: UUID,
    clip_ids: Sequence[UUID] | None = None,
    filters: Filters | None = None,
    language: str = "en",
) -> Quote:
    """Offer the named clips, or everything a search finds, under the newest version of a use case.

    Clips that do not fit, or are not on offer, are named in `left_out`; a price above the automatic ceiling is quoted
    at the ceiling and marked. Refused: `empty` when nothing remains, `quote_too_large`. Valid 14 days.
    """
    require(actor, QUOTE_WRITE)
    need = use_case_in_force(actor, use_case_id)
    card = card_in_force(now(), buyer_id=need.organisation_id)
    with transaction.atomic():
        rows, missing = _candidates(clip_ids, filters, need.use_case)
        draft = _drafted(rows, missing, need.use_case, card, language)
        if not draft.lines:
            raise QUOTE_EMPTY(
                "None of these clips can be quoted for this use case. Nothing was stored.",
                errors=[_left_out_json(one) for one in draft.left_out[:LEFT_OUT_KEPT]],
            )
        before_ms = licensed_ms(need.organisation_id)
        duration_ms = sum(line.duration_ms for _, line in draft.lines)
        sums = totals(
            [line.amount for _, line in draft.lines], duration_ms=duration_ms, licensed_before_ms=before_ms, card=card
        )
        quote = Quote.objects.create(
            organisation_id=need.organisation_id,
            created_by_id=actor.user_id,
            use_case_version_id=need.version_id,
            expires_at=now() + VALID_FOR,
            exclusivity=grant_exclusivity(need.use_case),
            term_months=need.use_case.term_months,
            licensed_before_ms=before_ms,
            duration_ms=duration_ms,
            conditions=conditions_of(line for _, line in draft.lines),
            left_out=[_left_out_json(one) for one in draft.left_out[:LEFT_OUT_KEPT]],
            **_figures(sums, card, before_ms + duration_ms),
        )
        QuoteLine.objects.bulk_create(
            [_line(quote, number, listing, line, card) for number, (listing, line) in enumerate(draft.lines, 1)],
            batch_size=500,
        )
        advance(quote, QUOTE, QuoteEvent.OPENED)
        record(
            actor=actor,
            action="quote.opened",
            subject=quote.public_id,
            after={"clips": len(draft.lines), "total": str(quote.total), "left_out": len(draft.left_out)},
        )
    return quote


def _candidates(
    clip_ids: Sequence[UUID] | None, filters: Filters | None, use_case: UseCase
) -> tuple[list[Listing], list[UUID]]:
    """The listings to consider, each once, and the asked-for clips that are not on offer."""
    if clip_ids is None:
        rows = matching(listings_live(taken(use_case).exclusively), filters or Filters()).order_by("-pk")
        found = list(rows[: MAX_CLIPS + 1])
    else:
        wanted = list(dict.fromkeys(clip_ids))
        by_clip = listings_by_clip(wanted[: MAX_CLIPS + 1])
        found = [by_clip[clip] for clip in wanted if clip in by_clip]
    if len(found) > MAX_CLIPS or (clip_ids is not None and len(set(clip_ids)) > MAX_CLIPS):
        raise QUOTE_TOO_LARGE(f"One quote takes at most {MAX_CLIPS} clips. Nothing was stored; narrow it down.")
    live = [row for row in found if is_offered(row)]
    offered = {row.clip_id for row in live}
    return live, [clip for clip in dict.fromkeys(clip_ids or ()) if clip not in offered]


def _drafted(
    rows: Sequence[Listing], missing: Iterable[UUID], use_case: UseCase, card: RateCard, language: str
) -> _Draft:
    draft = _Draft(left_out=[left_out(clip, LeftOutReason.NOT_ON_OFFER) for clip in missing])
    now_taken = taken(use_case)
    clips = {row.clip_id for row in rows}
    exclusive = set(now_taken.exclusively.filter(clip_id__in=clips).values_list("clip_id", flat=True))
    licensed = set(now_taken.licensed.filter(clip_id__in=clips).values_list("clip_id", flat=True))
    groups = {row.clip_id: group_of(row, licensed=row.clip_id in licensed) for row in rows}
    judgements = judged(groups.values(), use_case, language)
    terms = {group.terms_version_id for group in groups.values()}
    profiles, over = profiles_of(terms), windows_over(terms, use_case)
    for row in rows:
        group = groups[row.clip_id]
        judgement = judgements.of(group)
        if row.clip_id in exclusive:
            draft.left_out.append(left_out(row.clip_id, LeftOutReason.UNDER_EXCLUSIVE))
        elif group.terms_version_id in over:
            draft.left_out.append(left_out(row.clip_id, LeftOutReason.EXCLUSIVITY_OVER))
        elif not judgement.usable:
            draft.left_out.append(_unfit(row.clip_id, judgement))
        else:
            profile = profiles[group.terms_version_id]
            price = price_of(row, profile=profile, use_case=use_case, card=card)
            line = draft_line(
                clip_id=row.clip_id,
                duration_ms=row.clip.end_ms - row.clip.start_ms,
                price=price,
                answer=judgement.answer,
                max_rate=use_case.max_rate,
            )
            if isinstance(line, LeftOut):
                draft.left_out.append(line)
            else:
                draft.lines.append((row, line))
    return draft


def _unfit(clip_id: UUID, judgement: Judgement) -> LeftOut:
    dimensions = tuple(dimension.code for dimension in judgement.answer.obstacles)
    return LeftOut(clip_id, LeftOutReason.TERMS, "; ".join(judgement.reasons), dimensions)


def _left_out_json(one: LeftOut) -> dict[str, str]:
    return {
        "clip": public_id(Prefix.CLIP, one.clip_id),
        "reason": str(one.reason),
        "dimensions": ",".join(one.dimensions),
        "text": one.text,
    }


def _figures(sums: Totals, card: RateCard, licensed_with_this_ms: int) -> dict[str, str | int]:
    return {
        "rate_card_version": card.version,
        "rate_card_sha256": card.sha256,
        "currency": card.currency,
        "creators_minor": sums.creators.minor,
        "service_fee_minor": sums.service_fee.minor,
        "fee_share": decimal_text(card.fee_share(licensed_with_this_ms)),
    }


def _step_json(step: Step) -> dict[str, str]:
    return {"label": step.label, "factor": step.factor_text, "adds": step.adds_text, "because": step.because}


def _line(quote: Quote, number: int, listing: Listing, line: DraftLine, card: RateCard) -> QuoteLine:
    clip, guard = listing.clip, line.price.guard
    return QuoteLine(
        quote=quote,
        number=number,
        clip=clip,
        licensor_id=listing.organisation_id,
        start_ms=clip.start_ms,
        end_ms=clip.end_ms,
        duration_ms=line.duration_ms,
        rate_per_minute=line.price.rate.text,
        steps=[_step_json(step) for step in line.price.steps],
        guard=None if guard is None else {"computed": guard.computed_text, "needs": str(guard.needs)},
        amount_minor=line.amount.minor,
        currency=card.currency,
        terms_profile_version=listing.terms_profile_version,
        agreement=listing.agreement,
        agreement_sha256=agreement_sha256(listing),
        rate_card_version=card.version,
        rate_card_sha256=card.sha256,
        asset_sha256=clip.asset.sha256,
        conditions=[condition.code for condition in line.answer.conditions],
    )
