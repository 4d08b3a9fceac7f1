"""Contract templates at the desk: from which clause versions a contract is made, and what stands on it.

There is nothing to publish here: approving a clause version, which takes two people and both languages, makes the
next template in the same transaction.
"""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from typing_extensions import override

from core.accounts.actions import Scope
from core.accounts.policy import ROLE_MISSING, SCOPE_MISSING
from core.api.operation import Call, Resource, operation
from core.api.pagination import Page
from core.ids import NOT_FOUND
from licensing.api.shapes import WordsIO
from licensing.domain.states import ClauseState
from licensing.domain.template_words import Part, after_clauses, before_clauses
from licensing.domain.wording import Text
from licensing.models import ClauseVersion
from licensing.selectors.templates import TemplateView, template_get, template_views, templates_visible_to
from licensing.selectors.terms import contract_edition

_ACCESS = (ROLE_MISSING, SCOPE_MISSING)


class ClauseNameOut(serializers.Serializer[Any]):
    """A clause version by name."""

    code = serializers.CharField()
    version = serializers.IntegerField()


class StandingOut(serializers.Serializer[Any]):
    """How many agreements name it: signed and in force, ended, and not signed yet."""

    signed = serializers.IntegerField()
    ended = serializers.IntegerField()
    open = serializers.IntegerField()


class TemplateOut(serializers.Serializer[Any]):
    """A version of the contract. `sha256` is over the hashes of its clauses, in order, and the words around them."""

    version = serializers.IntegerField()
    name = serializers.CharField()
    sha256 = serializers.CharField()
    since = serializers.DateTimeField()
    until = serializers.DateTimeField(allow_null=True, help_text="Null for the one in force.")
    in_force = serializers.BooleanField(help_text="Whether new agreements are made on it.")
    clause_count = serializers.IntegerField()
    changed = ClauseNameOut(many=True, help_text="Clauses that are not as in the version before.")
    agreements = StandingOut()

    @override
    def to_representation(self, instance: TemplateView) -> dict[str, Any]:
        """Show the version."""
        shown: dict[str, Any] = serializers.Serializer.to_representation(self, template_body(instance))
        return shown


def template_body(view: TemplateView) -> dict[str, object]:
    """A version of the template as `TemplateOut` shows it."""
    return {
        "version": view.contract.version,
        "name": view.contract.name,
        "sha256": view.contract.sha256,
        "since": view.contract.created_at,
        "until": view.until,
        "in_force": view.until is None,
        "clause_count": len(view.clauses),
        "changed": [{"code": clause.code, "version": clause.version} for clause in view.changed],
        "agreements": {"signed": view.signed, "ended": view.ended, "open": view.open},
    }


class PlacedClauseOut(ClauseNameOut):
    """A clause version at its place: its words in both languages, parameters in braces."""

    position = serializers.IntegerField()
    sha256 = serializers.CharField()
    state = serializers.ChoiceField(choices=[str(ClauseState.APPROVED), str(ClauseState.RETIRED)])
    approved_at = serializers.DateTimeField(allow_null=True)
    title = WordsIO()
    text = WordsIO()


class TemplatePartOut(serializers.Serializer[Any]):
    """Words around the clauses."""

    heading = WordsIO(allow_null=True)
    paragraphs = WordsIO(many=True)


class TemplateDetailOut(TemplateOut):
    """A version with all of its words, English and French side by side, in the order of the contract."""

    before = TemplatePartOut(many=True)
    clauses = PlacedClauseOut(many=True)
    after = TemplatePartOut(many=True)

    @override
    def to_representation(self, instance: TemplateView) -> dict[str, Any]:
        """Show the version with its words."""
        edition = contract_edition(instance.contract)
        body = {
            **template_body(instance),
            "before": [_part_body(part) for part in before_clauses(edition)],
            "clauses": [_clause_body(place, row) for place, row in enumerate(instance.clauses, start=1)],
            "after": [_part_body(part) for part in after_clauses(edition)],
        }
        shown: dict[str, Any] = serializers.Serializer.to_representation(self, body)
        return shown


def _clause_body(position: int, row: ClauseVersion) -> dict[str, object]:
    return {
        "position": position,
        "code": row.code,
        "version": row.version,
        "sha256": row.sha256,
        "state": row.state,
        "approved_at": row.approved_at,
        "title": {"en": row.title_en, "fr": row.title_fr},
        "text": {"en": row.text_en, "fr": row.text_fr},
    }


def _part_body(part: Part) -> dict[str, object]:
    return {
        "heading": _words(part.heading) if part.heading else None,
        "paragraphs": [_words(text) for text in part.paragraphs],
    }


def _words(text: Text) -> dict[str, str]:
    return {"en": text.en, "fr": text.fr}


class DeskTemplates(Resource):
    """Every version of the contract."""

    @operation(
        summary="List contract templates",
        output=TemplateOut,
        paginated=True,
        scope=Scope.DESK_ADMIN,
        problems=_ACCESS,
    )
    def get(self, call: Call) -> Page[TemplateView]:
        """Return versions of the contract template, newest first: since when, what changed, how many stand on it."""
        page = call.page(templates_visible_to(call.actor))
        return Page(template_views(page.data), page.next_cursor)


class DeskTemplateDetail(Resource):
    """One version of the contract."""

    @operation(
        summary="Read a contract template",
        output=TemplateDetailOut,
        scope=Scope.DESK_ADMIN,
        problems=(*_ACCESS, NOT_FOUND),
    )
    def get(self, call: Call) -> TemplateView:
        """Return a version of the template with its clause versions and all of its words, in both languages."""
        return template_views([template_get(call.actor, int(call.kwargs["template_version"]))])[0]
