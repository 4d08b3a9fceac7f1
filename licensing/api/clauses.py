"""The clause library, open to everybody: what is in force, what was, and what changed between two versions."""

from __future__ import annotations

from typing import Any, Final

from rest_framework import serializers
from typing_extensions import override

from core.api.operation import Call, Resource, operation
from core.ids import NOT_FOUND
from licensing.api.shapes import DiffOut, WordsIO
from licensing.domain.clause_changes import changed_parameters
from licensing.domain.diff import word_diff
from licensing.domain.states import ClauseState
from licensing.domain.wording import Language
from licensing.models import ClauseVersion
from licensing.selectors.terms import (
    clause_for,
    clause_version_get,
    clause_version_named,
    clause_versions_published,
)

_MOST: Final = 2**31 - 1
"""The largest number a version's column holds."""


class FallbackOut(serializers.Serializer[Any]):
    """One rung of a clause's ladder of wordings agreed beforehand."""

    rank = serializers.IntegerField()
    summary = WordsIO()
    values = serializers.DictField()
    text = WordsIO(allow_null=True)


class ClauseOut(serializers.Serializer[Any]):
    """One clause version. `text` holds parameters in braces; `parameters` says what each may be."""

    code = serializers.CharField()
    number = serializers.IntegerField()
    version = serializers.IntegerField()
    state = serializers.ChoiceField(choices=[str(state) for state in ClauseState])
    critical = serializers.BooleanField()
    title = WordsIO()
    summary = WordsIO()
    text = WordsIO()
    parameters = serializers.ListField(child=serializers.DictField())
    needs = serializers.ListField(child=serializers.ListField())
    fallbacks = FallbackOut(many=True)
    sha256 = serializers.CharField()
    approved_at = serializers.DateTimeField(allow_null=True)

    @override
    def to_representation(self, instance: ClauseVersion) -> dict[str, Any]:
        """Show the stored version."""
        shown: dict[str, Any] = super().to_representation(clause_body(instance))
        return shown


def clause_body(row: ClauseVersion) -> dict[str, object]:
    """A stored version as `ClauseOut` shows it."""
    return {
        "code": row.code,
        "number": row.number,
        "version": row.version,
        "state": row.state,
        "critical": row.critical,
        "title": {"en": row.title_en, "fr": row.title_fr},
        "summary": {"en": row.summary_en, "fr": row.summary_fr},
        "text": {"en": row.text_en, "fr": row.text_fr},
        "parameters": row.facts["parameters"],
        "needs": row.facts["needs"],
        "fallbacks": row.facts["fallbacks"],
        "sha256": row.sha256,
        "approved_at": row.approved_at,
    }


def diff_body(before: ClauseVersion, after: ClauseVersion) -> dict[str, object]:
    """What changed between two versions as `ClauseDiffOut` shows it."""
    old, new = clause_for(before), clause_for(after)
    return {
        "code": after.code,
        "from": before.version,
        "to": after.version,
        "text": {
            str(language): [
                {"op": str(run.op), "text": run.text} for run in word_diff(old.text.of(language), new.text.of(language))
            ]
            for language in Language
        },
        "parameters": changed_parameters(old, new),
    }


class ClauseDiffOut(serializers.Serializer[Any]):
    """What changed between two versions: the text word by word, and the parameters that are not as they were."""

    code = serializers.CharField()
    to = serializers.IntegerField()
    text = DiffOut()
    parameters = serializers.ListField(child=serializers.CharField())

    @override
    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """`from` is a word of Python, so the field is added by name."""
        return {"from": serializers.IntegerField(), **super().get_fields()}


class DiffQuery(serializers.Serializer[Any]):
    """Which versions to compare."""

    to = serializers.IntegerField(min_value=1, max_value=_MOST)

    @override
    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """`from` is a word of Python, so the field is added by name."""
        return {"from": serializers.IntegerField(min_value=1, max_value=_MOST), **super().get_fields()}


class ClauseCollection(Resource):
    """The clause library."""

    @operation(summary="List clauses", output=ClauseOut, many=True, public=True)
    def get(self, call: Call) -> list[ClauseVersion]:
        """Return the newest approved version of every clause: legal text and plain words in both languages."""
        newest = {version.code: version for version in clause_versions_published()}
        return list(newest.values())


class ClauseDetail(Resource):
    """One clause."""

    @operation(summary="Read a clause", output=ClauseOut, public=True, problems=(NOT_FOUND,))
    def get(self, call: Call) -> ClauseVersion:
        """Return the newest approved version of a clause by its code, such as `TERM`."""
        return clause_version_get(call.kwargs["code"])


class ClauseVersionDetail(Resource):
    """One version of a clause."""

    @operation(summary="Read a version of a clause", output=ClauseOut, public=True, problems=(NOT_FOUND,))
    def get(self, call: Call) -> ClauseVersion:
        """Return a version that was once approved, retired ones too: what a licence names stays readable."""
        return clause_version_named(call.kwargs["slug"], int(call.kwargs["version"]))


class ClauseDiff(Resource):
    """Two versions of a clause side by side."""

    @operation(
        summary="Compare two versions of a clause",
        query=DiffQuery,
        output=ClauseDiffOut,
        public=True,
        problems=(NOT_FOUND,),
    )
    def get(self, call: Call) -> dict[str, object]:
        """Return the word diff of the canonical text in each language, and the parameters that changed."""
        slug = call.kwargs["slug"]
        before, after = (clause_version_named(slug, call.query[name]) for name in ("from", "to"))
        return diff_body(before, after)
