"""Terms tried out: a few switches, and what they would change in price and in reach."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.http import QueryDict
from django.utils.translation import gettext as _

from core.accounts.policy import Actor
from core.clock import now
from core.errors import DomainError
from core.money import Money
from licensing.domain.clauses import Catalogue, clause_of
from licensing.domain.composition import Stored
from licensing.domain.obstacles import NAMES
from licensing.domain.presets import Preset
from licensing.domain.preview import Preview, PriceEffect, Range, Reach
from licensing.selectors.terms import catalogue_in_force
from licensing.services.previews import terms_preview, terms_tried_from
from marketplace.orders.selectors.demand import asked_ms_lately
from marketplace.web.contract import Field, fields_of, read_fields
from marketplace.web.formats import language, money_text, span_text
from marketplace.web.refusals import problem_words

SWITCHES: Final = (
    ("FIELD_OF_USE", "purposes"),
    ("MODEL_CLASS", "classes"),
    ("TERM", "training_access_months"),
    ("EXCLUSIVITY", "kind"),
    ("SUBLICENSE", "level"),
    ("DATA_SUBJECT", "people"),
    ("PRICE", "floor"),
)
"""Clause and value of each switch: those that move price or reach most."""
_EXCLUSIVE_DAYS: Final = 365
"""An exclusivity needs an end; one that is only tried out has a year."""


@dataclass(frozen=True, slots=True)
class Row:
    """One example: what it earns under the terms as they are and as drafted, and which clauses make the difference."""

    words: str
    before: str
    after: str
    because: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reached:
    """One line of the reach effect: what is counted, and the figures of both."""

    words: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Tryout:
    """The form and its answer. With a problem there is no answer, and the form keeps what can be kept."""

    preset: str
    fields: tuple[Field, ...]
    rows: tuple[Row, ...] = ()
    reached: tuple[Reached, ...] = ()
    costs_most: str = ""
    needs_person: tuple[str, ...] = ()
    problem: tuple[str, str] | None = None


def _typed(query: QueryDict) -> dict[str, dict[str, object]]:
    """The switches as changes; nothing when the form was not sent, or sent to start from other terms."""
    if query.get("from") != query.get("preset", ""):
        return {}
    changes: dict[str, dict[str, object]] = {}
    catalogue = catalogue_in_force()
    for code, name in SWITCHES:
        clause = clause_of(catalogue, code)
        changes.setdefault(code, {})[name] = read_fields(clause, query)[name]
    if changes["EXCLUSIVITY"]["kind"] != "none":
        changes["EXCLUSIVITY"]["ends"] = (now() + timedelta(days=_EXCLUSIVE_DAYS)).date().isoformat()
    return changes


def _fields(values: Stored) -> tuple[Field, ...]:
    catalogue = catalogue_in_force()
    return tuple(
        field
        for code, name in SWITCHES
        for field in fields_of(clause_of(catalogue, code), values[code])
        if field.name == name
    )


def _range(found: Range | None) -> str:
    if found is None:
        return _("nothing could be sold")
    if found.low == found.high:
        return money_text(found.high)
    return _("%(low)s to %(high)s") % {"low": money_text(found.low), "high": money_text(found.high)}


def _signed(money: Money) -> str:
    return f"+{money_text(money)}" if money.minor > 0 else money_text(money)


def _row(effect: PriceEffect, catalogue: Catalogue) -> Row:
    reader = language()
    because = tuple(
        f"{clause_of(catalogue, step.clause).title.of(reader)} ({_signed(step.high if step.high.minor else step.low)})"
        for step in effect.steps
    )
    return Row(effect.example.words.of(reader), _range(effect.before), _range(effect.after), because)


def _share(reach: Reach) -> str:
    return reach.share_words.of(language())


def _hours(reach: Reach) -> str:
    told = {
        "fits": span_text((reach.fits_ms + reach.fits_if_accepted_ms) // 1000),
        "all": span_text(reach.asked_ms // 1000),
    }
    return _("%(fits)s of %(all)s") % told


def _reached(found: Preview) -> tuple[Reached, ...]:
    return (
        Reached(_("Approved use cases of buyers"), _share(found.before), _share(found.after)),
        Reached(_("Footage asked for in the last 90 days"), _hours(found.before), _hours(found.after)),
    )


def _costs_most(reach: Reach) -> str:
    worst = reach.costs_most
    if not (reach.use_cases or reach.asked_ms):
        return _("Nobody asks for footage yet, so nothing can be said about reach.")
    if worst is None:
        return _("Nothing keeps a buyer out.")
    what = NAMES[worst.dimension].in_language(str(language()))
    if not reach.use_cases:
        told = {"what": what, "time": span_text(worst.asked_ms // 1000)}
        return _("What costs most reach: %(what)s. It keeps out %(time)s of the footage asked for.") % told
    return _("What costs most reach: %(what)s. It keeps out %(count)s of %(all)s approved use cases.") % {
        "what": what,
        "count": worst.use_cases,
        "all": reach.use_cases,
    }


def tried(actor: Actor, query: QueryDict) -> Tryout:
    """Answer the form; a refusal becomes words beside it. Nothing is stored either way."""
    preset = query.get("preset", "")
    preset = preset if preset in list(Preset) else ""
    start = terms_tried_from(actor=actor, preset=preset or None)
    try:
        found = terms_preview(actor=actor, asked_ms=asked_ms_lately(), preset=preset or None, changes=_typed(query))
    except DomainError as refused:
        return Tryout(preset, _fields(start), problem=problem_words(refused))
    reader, catalogue = language(), catalogue_in_force()
    return Tryout(
        preset,
        _fields({code: dict(values) for code, values in found.values.items()}),
        rows=tuple(_row(effect, catalogue) for effect in found.prices),
        reached=_reached(found),
        costs_most=_costs_most(found.after),
        needs_person=tuple(clause_of(catalogue, code).title.of(reader) for code in found.needs_amendment),
    )
