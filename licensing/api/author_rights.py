"""The author's rights as the contract states them, in JSON: the same table as in the document."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from licensing.api.shapes import WordsIO
from licensing.domain.author_rights import AuthorRights, GridRow, author_rights
from licensing.domain.wording import Language
from licensing.models import Agreement
from licensing.selectors.agreements import amended_values
from licensing.selectors.terms import contract_catalogue, contract_edition

_CELLS = ("right", "extent", "purpose", "place", "duration", "kept")


class GrantedRightOut(serializers.Serializer[Any]):
    """One right with its extent, purpose, place and duration (article L131-3); `kept` tells why it is not granted."""

    right = WordsIO()
    granted = serializers.BooleanField()
    extent = WordsIO()
    purpose = WordsIO()
    place = WordsIO()
    duration = WordsIO()
    kept = WordsIO()


class AuthorRightsOut(serializers.Serializer[Any]):
    """What the author grants, consents to (articles L121-2 and L131-6) and keeps."""

    grid = GrantedRightOut(many=True)
    first_disclosure = serializers.CharField()
    first_disclosure_words = WordsIO()
    name_credit_words = WordsIO()
    future_forms = serializers.BooleanField()
    future_forms_words = WordsIO()
    profit_share_percent = serializers.IntegerField()


def author_rights_body(agreement: Agreement) -> dict[str, object]:
    """An agreement's rights as `AuthorRightsOut` shows them."""
    catalogue, values = contract_catalogue(agreement.contract_version), amended_values(agreement)
    edition = contract_edition(agreement.contract_version)
    en, fr = (author_rights(catalogue, values, language, edition) for language in (Language.EN, Language.FR))
    return {
        "grid": [_row(*pair) for pair in zip(en.grid, fr.grid, strict=True)],
        "first_disclosure": en.first_disclosure,
        "future_forms": en.future_forms,
        "profit_share_percent": en.profit_share_percent,
        **{name: _both(en, fr, name) for name in ("first_disclosure_words", "name_credit_words", "future_forms_words")},
    }


def _row(en: GridRow, fr: GridRow) -> dict[str, object]:
    return {"granted": en.granted, **{name: _both(en, fr, name) for name in _CELLS}}


def _both(en: AuthorRights | GridRow, fr: AuthorRights | GridRow, name: str) -> dict[str, str]:
    return {"en": getattr(en, name), "fr": getattr(fr, name)}
