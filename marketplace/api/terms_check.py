"""A clip's terms against a use case, line by line."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from core.accounts.actions import Scope
from core.accounts.policy import ROLE_MISSING, SCOPE_MISSING, require
from core.api.fields import PublicIdField
from core.api.operation import Call, Resource, operation
from core.ids import NOT_FOUND, Prefix
from licensing.api.shapes import WordsIO
from licensing.domain.errors import NO_RATE_CARD
from licensing.domain.obstacles import Words
from licensing.domain.terms_lines import TermsLine
from marketplace.actions import CATALOG_VIEW
from marketplace.api.search import ConditionOut
from marketplace.api.shown import conditions_json, language
from marketplace.catalog.domain.shown import CODES
from marketplace.catalog.errors import CLIP_WITHDRAWN, USE_CASE_NEEDED
from marketplace.orders.selectors.terms_check import terms_check


class TermsCheckQuery(serializers.Serializer[Any]):
    """Against which use case."""

    use_case = PublicIdField(Prefix.USE_CASE, required=False)


class TermsLineOut(serializers.Serializer[Any]):
    """One dimension: what is needed, what the terms permit on this clip, whether they meet, and why not."""

    dimension = serializers.CharField()
    name = WordsIO()
    need = WordsIO()
    offer = WordsIO()
    fits = serializers.BooleanField()
    obstacle = WordsIO(allow_null=True)


class TermsCheckOut(serializers.Serializer[Any]):
    """The answer for one clip under the newest version of a use case, and the twelve lines behind it."""

    clip_id = PublicIdField(Prefix.CLIP)
    use_case_id = PublicIdField(Prefix.USE_CASE)
    use_case_version = serializers.IntegerField()
    verdict = serializers.CharField()
    lines = TermsLineOut(many=True)
    conditions = ConditionOut(many=True)


def _words(found: Words) -> dict[str, str]:
    return {"en": found.en, "fr": found.fr}


def _line(line: TermsLine) -> dict[str, object]:
    return {
        "dimension": line.dimension.code,
        "name": _words(line.name),
        "need": _words(line.need),
        "offer": _words(line.offer),
        "fits": line.fits,
        "obstacle": None if line.obstacle is None else _words(line.obstacle),
    }


class ClipTermsCheck(Resource):
    """Terms against a use case."""

    @operation(
        summary="Check a clip's terms against a use case",
        query=TermsCheckQuery,
        output=TermsCheckOut,
        scope=Scope.CATALOG_READ,
        problems=(CLIP_WITHDRAWN, USE_CASE_NEEDED, NO_RATE_CARD, NOT_FOUND, ROLE_MISSING, SCOPE_MISSING),
    )
    def get(self, call: Call) -> dict[str, Any]:
        """Return need and terms side by side; a line that does not fit is one that search counts as an obstacle."""
        require(call.actor, CATALOG_VIEW)
        use_case_id = call.query.get("use_case")
        if use_case_id is None:
            raise USE_CASE_NEEDED("Name the use_case to check against. Nothing was checked.")
        clip_id = call.id("clip_id", Prefix.CLIP)
        found = terms_check(actor=call.actor, clip_id=clip_id, use_case_id=use_case_id, language=language())
        judgement = found.hit.judgement
        return {
            "clip_id": clip_id,
            "use_case_id": use_case_id,
            "use_case_version": found.version,
            "verdict": "" if judgement is None else CODES[judgement.answer.verdict],
            "lines": [_line(line) for line in found.lines],
            "conditions": [] if judgement is None else conditions_json(judgement.answer.conditions, found.hit.listing),
        }
