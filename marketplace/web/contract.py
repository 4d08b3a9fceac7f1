"""Terms and agreements as pages show them: sentences, forms for a clause's values, differences word by word."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.http import QueryDict

from licensing.domain.clauses import AmendmentClass, Catalogue, Clause, Values, clause_of
from licensing.domain.composition import Stored
from licensing.domain.desk_policy import DeskPolicy
from licensing.domain.diff import Op, Run
from licensing.domain.parameters import Choice, Choices, Flag, Parameter, Value, Whole
from licensing.domain.reasons import reason_of
from licensing.domain.wording import Language
from licensing.models import Agreement, Amendment, ReviewDecision
from licensing.selectors.agreements import AmendmentView, ValueChange, amendment_view, change_view, live_amendments
from licensing.selectors.cases import counters_waiting
from licensing.selectors.policies import policies_published, policy_in_force, policy_of
from licensing.selectors.reasons import reasons_published
from licensing.selectors.terms import clause_for
from marketplace.web import said
from marketplace.web.formats import language, number_text

_TELLING: Final = (
    ("FIELD_OF_USE", "purposes"),
    ("MODEL_CLASS", "classes"),
    ("TERM", "training_access_months"),
    ("SURVIVAL", "model"),
    ("TERRITORY", "processing"),
    ("SUBLICENSE", "level"),
    ("DATA_SUBJECT", "people"),
    ("NO_SCENE_MIMICRY", "scope"),
    ("REPUTATION", "topics"),
    ("PRICE", "floor"),
)
"""The values a creator reads first."""
_COMMAS: Final = re.compile(r"[,;\n]")
_WHOLE: Final = re.compile(r"-?[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Sentence:
    """One thing the terms say: what about, and the words."""

    label: str
    words: str


def sentences(values: Stored, catalogue: Catalogue) -> list[Sentence]:
    """Return what a version of terms says, in the few lines that matter most and the words of its own clauses."""
    reader = language()
    told = []
    for code, name in _TELLING:
        clause = clause_of(catalogue, code)
        label = next(item.label.of(reader) for item in clause.parameters if item.name == name)
        told.append(Sentence(label, clause.spoken(values[code], reader)[name]))
    return told


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer a field offers."""

    code: str
    words: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Field:
    """One value of a clause as a form field. ``kind`` picks the control."""

    name: str
    label: str
    kind: str
    value: str
    answers: tuple[Answer, ...] = ()
    low: int | None = None
    high: int | None = None
    unit: str = ""


def fields_of(clause: Clause, values: Values) -> list[Field]:
    """Return a clause's values as form fields."""
    reader = language()
    return [_field(item, values[item.name], reader) for item in clause.parameters]


def fields_typed(clause: Clause, form: QueryDict) -> list[Field]:
    """Return a clause's fields with what was typed into them, right or not."""
    typed = read_fields(clause, form)
    kept: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in typed.items()}
    return fields_of(clause, kept)


def _field(item: Parameter, value: Value, reader: Language) -> Field:
    label = item.label.of(reader)
    match item:
        case Choice():
            answers = tuple(Answer(one.code, one.words.of(reader), one.code == value) for one in item.options)
            return Field(item.name, label, "choice", str(value), answers)
        case Choices():
            chosen = value if isinstance(value, tuple) else ()
            answers = tuple(Answer(one.code, one.words.of(reader), one.code in chosen) for one in item.options)
            return Field(item.name, label, "choices", "", answers)
        case Flag():
            answers = (
                Answer("yes", item.yes.of(reader), value is True),
                Answer("no", item.no.of(reader), value is not True),
            )
            return Field(item.name, label, "flag", "", answers)
        case Whole():
            unit = item.unit.of(reader).rpartition("|")[2]
            allowed = tuple(Answer(str(one), f"{one} {unit}", one == value) for one in item.allowed)
            kind = "choice" if allowed else "whole"
            return Field(item.name, label, kind, str(value), allowed, item.low, item.high, unit)
        case _:
            text = ", ".join(value) if isinstance(value, tuple) else str(value or "")
            text = number_text(text) if item.kind == "ratio" else text
            return Field(item.name, label, "date" if item.kind == "day" else "text", text)


def read_fields(clause: Clause, form: QueryDict) -> dict[str, object]:
    """Return what was typed into a clause's fields, as its parameters read it; the domain checks it."""
    return {item.name: _typed(item, form) for item in clause.parameters}


def _typed(item: Parameter, form: QueryDict) -> object:
    text = form.get(item.name, "").strip()
    match item:
        case Choices():
            return form.getlist(item.name)
        case Flag():
            return text == "yes"
        case Whole():
            return int(text) if _WHOLE.fullmatch(text) else text
        case Choice():
            return text
        case _:
            if item.kind in {"countries", "references"}:
                return [part.strip() for part in _COMMAS.split(text) if part.strip()]
            return text.replace(",", ".") if item.kind == "ratio" and text else text or None


@dataclass(frozen=True, slots=True)
class Compared:
    """One proposed change, ready to be read: what, how it is treated, and both texts with their differences."""

    row: Amendment
    number: int
    title: str
    summary: str
    kind: said.Badge
    state: said.Badge
    changes: Sequence[ValueChange]
    before: tuple[Run, ...]
    after: tuple[Run, ...]
    runs: tuple[Run, ...]
    nearest: tuple[int, int] | None
    ladder: tuple[tuple[int, str], ...]
    """Wording agreed beforehand: rank and summary."""


def compared(agreement: Agreement, shown: Language) -> list[Compared]:
    """Return the amendments that count, each beside what it changes, in a language."""
    policy = policy_of(agreement, policies_published())
    return [_compared(agreement, row, shown, policy) for row in live_amendments(agreement)]


def _compared(agreement: Agreement, row: Amendment, shown: Language, policy: DeskPolicy) -> Compared:
    view: AmendmentView = amendment_view(agreement, row)
    runs = tuple(view.diff[shown])
    people = policy.people(view.clause.code, AmendmentClass(row.kind))
    return Compared(
        row,
        view.clause.number,
        view.clause.title.of(language()),
        view.clause.summary.of(language()),
        said.AMENDMENT_KIND[row.kind, people],
        said.AMENDMENT[row.state],
        view.changes,
        tuple(run for run in runs if run.op is not Op.ADD),
        tuple(run for run in runs if run.op is not Op.REMOVE),
        runs,
        view.nearest,
        tuple((rung.rank, rung.summary.of(language())) for rung in view.clause.fallbacks),
    )


@dataclass(frozen=True, slots=True)
class Countered:
    """What the reviewers propose for one clause, ready to be read."""

    title: str
    changes: Sequence[ValueChange]
    runs: tuple[Run, ...]
    passes: bool


def countered(agreement: Agreement) -> list[Countered]:
    """Return the counter-proposals a creator can accept, in the agreement's language."""
    shown = Language(agreement.language)
    found = []
    policy = policy_in_force()
    for row in counters_waiting(agreement):
        view = change_view(agreement, clause_for(row.clause_version), row.values, row.own_wording)
        title = f"{view.clause.number}. {view.clause.title.of(language())}"
        passes = not policy.people(row.clause_version.code, AmendmentClass(row.kind))
        found.append(Countered(title, view.changes, tuple(view.diff[shown]), passes))
    return found


def decisions_of(agreement: Agreement) -> list[tuple[ReviewDecision, said.Words, tuple[str, str] | None]]:
    """Return what reviewers decided on an agreement and can no longer undo, newest first.

    Each with its words, and with its reason and what to do about it in the words of the version it was given in.
    """
    rows = ReviewDecision.objects.filter(case__agreement=agreement, effected_at__isnull=False)
    published, found = reasons_published(), []
    for row in rows.select_related("reviewer", "case").order_by("-id"):
        reason = reason_of(published, row.reason_code, row.reason_version) if row.reason_code else None
        told = (reason.words.of(language()), reason.fix.of(language())) if reason else None
        found.append((row, said.DECISION[row.decision], told))
    return found


def clause_choices(catalogue: Catalogue) -> Mapping[str, str]:
    """Return every clause's code with its number and title, in the order of the contract."""
    reader = language()
    return {clause.code: f"{clause.number}. {clause.title.of(reader)}" for clause in catalogue.values()}
