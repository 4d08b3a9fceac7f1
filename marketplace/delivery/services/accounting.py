"""Counting what the tables say about a set of licences, for the papers a regulator reads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet

from core.money import Money
from licensing.adapters.typesetting import paper_pdf
from licensing.domain.wording import Language
from licensing.models import Declaration
from licensing.selectors.consent import clips_with_minors, settled_of
from marketplace.delivery.domain.compliance.facts import Facts, Party, Span
from marketplace.delivery.domain.compliance.pack import COMPLIANCE, PAPERS
from marketplace.delivery.domain.compliance.printed import printed
from marketplace.delivery.models import Dataset
from marketplace.delivery.selectors import licences_in
from marketplace.orders.domain.states import LicenceState
from marketplace.orders.models import Licence, Order

_JOINED = (
    "clip__asset",
    "licensor",
    "licensee",
    "line__terms_profile_version",
    "order__quote__use_case_version__use_case",
)


def facts_of(licences: QuerySet[Licence], datasets: Iterable[Dataset] = ()) -> Facts | None:
    """What is known of these licences of one buyer, counted; None when there is none."""
    rows = list(licences.select_related(*_JOINED).order_by("pk"))
    if not rows:
        return None
    declared = {one.clip_id: one for one in Declaration.objects.filter(clip_id__in={row.clip_id for row in rows})}
    orders = {row.order_id: row.order for row in rows}
    needs = [order.quote.use_case_version.values for order in orders.values()]
    licensee = rows[0].licensee
    return Facts(
        site=settings.OFFCUT.public_url,
        platform="Offcut",
        orders=tuple(sorted(order.public_id for order in orders.values())),
        datasets=tuple(sorted(f"{dataset.public_id}@v{dataset.version}" for dataset in datasets)),
        licensee=Party(licensee.public_id, licensee.name),
        licensors=_parties(rows),
        use_cases=_each(order.quote.use_case_version.use_case.name for order in orders.values()),
        purposes=_each(purpose for need in needs for purpose in need["purposes"]),
        model_classes=_each(kind for need in needs for kind in need["model_classes"]),
        commercial=any(need["commercial"] for need in needs),
        territories=_each(_territory(need["territory"]) for need in needs),
        storage=_each(_territory(need["storage"]) for need in needs),
        sublicense=_each(need["sublicense"] for need in needs),
        exclusivity=_each(row.exclusivity for row in rows),
        starts=min(row.starts_at for row in rows).astimezone(UTC).date().isoformat(),
        ends=max(row.ends_at for row in rows).astimezone(UTC).date().isoformat(),
        price=_paid(orders.values()),
        clips=len(rows),
        duration_ms=sum(row.line.duration_ms for row in rows),
        withdrawn=sum(row.state == LicenceState.TERMINATED for row in rows),
        agreements=len({row.line.agreement_id for row in rows}),
        **_footage(rows),
        **_declared(rows, declared),
        **_vouched(rows),
    )


def facts_of_order(order: Order, dataset: Dataset) -> Facts:
    """What is known of one order that is being built; it holds licences."""
    facts = facts_of(licences_in(dataset), [dataset])
    if facts is None:
        message = f"{order.public_id} has no licence that its dataset holds"
        raise ValueError(message)
    return facts


def _each(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(texts)))


def _counted(texts: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(texts).items()))


def _parties(rows: list[Licence]) -> tuple[Party, ...]:
    found = {row.licensor.public_id: row.licensor.name for row in rows}
    return tuple(Party(key, found[key]) for key in sorted(found))


def _territory(territory: Mapping[str, Any]) -> str:
    allowed, denied = territory["allow"], territory["deny"]
    text = "worldwide" if allowed is None else " ".join(allowed)
    return f"{text} except {' '.join(denied)}" if denied else text


def _paid(orders: Iterable[Order]) -> dict[str, str]:
    sums: dict[str, Money] = {}
    for order in orders:
        total = order.quote.total
        sums[total.currency] = sums.get(total.currency, Money.zero(total.currency)) + total
    return {currency: sums[currency].amount for currency in sorted(sums)}


def _footage(rows: list[Licence]) -> dict[str, Any]:
    days = [_day(row.clip.asset.recorded_at) for row in rows]
    known = sorted(day for day in days if day is not None)
    languages = [row.clip.language for row in rows]
    return {
        "with_audio": sum(bool(row.clip.asset.has_audio) for row in rows),
        "recorded": Span(
            known[0].isoformat() if known else None,
            known[-1].isoformat() if known else None,
            sum(day is None for day in days),
        ),
        "languages": _counted(text for text in languages if text),
        "unknown_language": sum(not text for text in languages),
    }


def _day(moment: datetime | None) -> date | None:
    return None if moment is None else moment.date()


def _declared(rows: list[Licence], declared: Mapping[UUID, Declaration]) -> dict[str, Any]:
    found = [declared.get(row.clip_id) for row in rows]
    settled = [None if one is None else settled_of(one) for one in found]
    minors = clips_with_minors(row.clip_id for row in rows)
    return {
        "genres": _counted("undeclared" if one is None else one.genre for one in found),
        "people": _counted("undeclared" if one is None else str(one.people) for one in settled),
        "releases": _counted("undeclared" if one is None else str(one.release) for one in settled),
        "societies": _counted("undeclared" if one is None else one.cmo_status for one in found),
        "minors": sum(one is not None and (one.minors or one.clip_id in minors) for one in found),
        "published_before": sum(one is not None and one.published for one in found),
    }


def _vouched(rows: list[Licence]) -> dict[str, Any]:
    given = [set(row.line.terms_profile_version.values.get("WARRANTIES", {}).get("given", ())) for row in rows]
    return {
        "vouched_not_generated": sum("not_ai_generated" in one for one in given),
        "vouched_no_third_party": sum("no_third_party_content" in one for one in given),
    }


def papers_printed(facts: Facts, *, reference: str, made_at: datetime) -> dict[str, bytes]:
    """Every paper of the pack as PDF/A in both languages, by its path; equal facts and moment give equal bytes."""
    return {
        f"{COMPLIANCE}/{paper.code}{ending}.pdf": paper_pdf(
            printed(paper, facts, language, reference=reference, made_at=made_at)
        )
        for paper in PAPERS
        for language, ending in ((Language.EN, ""), (Language.FR, ".fr"))
    }
