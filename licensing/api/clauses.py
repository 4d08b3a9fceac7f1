"""The clause library, open to everybody."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from typing_extensions import override

from core.api.operation import Call, Resource, operation
from core.ids import NOT_FOUND
from licensing.api.shapes import WordsIO
from licensing.models import ClauseVersion
from licensing.selectors.terms import clause_version_get, clause_versions_published


class FallbackOut(serializers.Serializer[Any]):
    """One rung of a clause's ladder of wordings agreed beforehand."""

    rank = serializers.IntegerField()
    summary = WordsIO()
    values = serializers.DictField()


class ClauseOut(serializers.Serializer[Any]):
    """One clause version. `text` holds parameters in braces; `parameters` says what each may be."""

    code = serializers.CharField()
    number = serializers.IntegerField()
    version = serializers.IntegerField()
    critical = serializers.BooleanField()
    title = WordsIO()
    summary = WordsIO()
    text = WordsIO()
    parameters = serializers.ListField(child=serializers.DictField())
    fallbacks = FallbackOut(many=True)
    sha256 = serializers.CharField()

    @override
    def to_representation(self, instance: ClauseVersion) -> dict[str, Any]:
        """Show the stored version."""
        shown: dict[str, Any] = super().to_representation(
            {
                "code": instance.code,
                "number": instance.number,
                "version": instance.version,
                "critical": instance.critical,
                "title": {"en": instance.title_en, "fr": instance.title_fr},
                "summary": {"en": instance.summary_en, "fr": instance.summary_fr},
                "text": {"en": instance.text_en, "fr": instance.text_fr},
                "parameters": instance.facts["parameters"],
                "fallbacks": instance.facts["fallbacks"],
                "sha256": instance.sha256,
            }
        )
        return shown


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
