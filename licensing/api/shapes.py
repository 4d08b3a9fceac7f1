"""How clauses, amendments and texts look in JSON: shared by the creator's and the desk's operations."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from licensing.domain.clauses import AmendmentClass
from licensing.domain.desk_policy import DeskPolicy, Policies
from licensing.domain.diff import Op
from licensing.domain.states import AmendmentState
from licensing.domain.wording import Language, Text
from licensing.models import Agreement, CounterProposal
from licensing.selectors.agreements import (
    AmendmentView,
    ChangeView,
    amendment_view,
    change_view,
    live_amendments,
)
from licensing.selectors.cases import counters_waiting
from licensing.selectors.policies import policy_of
from licensing.selectors.terms import clause_for


class WordsIO(serializers.Serializer[Any]):
    """The same words in English and in French."""

    en = serializers.CharField()
    fr = serializers.CharField()


class RunOut(serializers.Serializer[Any]):
    """Consecutive words that were kept, added or removed."""

    op = serializers.ChoiceField(choices=[str(op) for op in Op])
    text = serializers.CharField()


class DiffOut(serializers.Serializer[Any]):
    """Word diff of the canonical clause text in each language."""

    en = RunOut(many=True)
    fr = RunOut(many=True)


class ValueChangeOut(serializers.Serializer[Any]):
    """One value before and after, in words."""

    name = serializers.CharField()
    title = WordsIO()
    before = WordsIO()
    after = WordsIO()


class NearestOut(serializers.Serializer[Any]):
    """The approved fallback that reads most like the proposal."""

    rank = serializers.IntegerField()
    same_words_percent = serializers.IntegerField()


class AmendmentOut(serializers.Serializer[Any]):
    """One proposed change of one clause."""

    clause = serializers.CharField()
    number = serializers.IntegerField()
    title = WordsIO()
    amendment_class = serializers.ChoiceField(choices=[str(kind) for kind in AmendmentClass])
    because = serializers.CharField()
    passes_by_policy = serializers.BooleanField()
    state = serializers.ChoiceField(choices=[str(state) for state in AmendmentState])
    own_wording = serializers.BooleanField()
    fallback = serializers.IntegerField(allow_null=True)
    nearest_fallback = NearestOut(allow_null=True)
    values = serializers.DictField()
    changes = ValueChangeOut(many=True)
    diff = DiffOut()


def words(text: Text) -> dict[str, str]:
    """Both languages of a text."""
    return {"en": text.en, "fr": text.fr}


def _compared_body(view: ChangeView) -> dict[str, object]:
    """What differs between two readings of a clause: values in words, and the text word by word."""
    return {
        "clause": view.clause.code,
        "number": view.clause.number,
        "title": words(view.clause.title),
        "changes": [
            {"name": item.name, "title": words(item.label), "before": words(item.before), "after": words(item.after)}
            for item in view.changes
        ],
        "diff": {
            str(language): [{"op": str(run.op), "text": run.text} for run in view.diff[language]]
            for language in Language
        },
    }


def _amendment_body(view: AmendmentView, policy: DeskPolicy) -> dict[str, object]:
    row = view.row
    return {
        **_compared_body(view),
        "amendment_class": row.kind,
        "because": row.because,
        "passes_by_policy": not policy.people(view.clause.code, AmendmentClass(row.kind)),
        "state": row.state,
        "own_wording": bool(row.own_wording),
        "fallback": row.fallback,
        "nearest_fallback": (
            {"rank": view.nearest[0], "same_words_percent": view.nearest[1]} if view.nearest is not None else None
        ),
        "values": row.values,
    }


def counters_body(agreement: Agreement, policies: Policies) -> list[dict[str, object]]:
    """The counter-proposals a creator can accept, as they read them."""
    policy = policy_of(agreement, policies)
    return [_counter_body(agreement, row, policy) for row in counters_waiting(agreement)]


def _counter_body(agreement: Agreement, row: CounterProposal, policy: DeskPolicy) -> dict[str, object]:
    return {
        **_compared_body(change_view(agreement, clause_for(row.clause_version), row.values, row.own_wording)),
        "amendment_class": row.kind,
        "because": row.because,
        "passes_by_policy": not policy.people(row.clause_version.code, AmendmentClass(row.kind)),
        "fallback": row.fallback,
        "values": row.values,
    }


def amendments_body(agreement: Agreement, policies: Policies, *, refused: bool = False) -> list[dict[str, object]]:
    """The live amendments of an agreement (with `refused`, the refused ones too), in clause order."""
    rows = live_amendments(agreement)
    if refused:
        rows += [row for row in agreement.amendments.all() if row.state == AmendmentState.REFUSED]
    policy = policy_of(agreement, policies)
    return [_amendment_body(amendment_view(agreement, row), policy) for row in rows]
