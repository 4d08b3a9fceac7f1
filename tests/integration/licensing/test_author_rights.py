"""The author's rights of a contract over HTTP: the grid of L131-3, the consent of L121-2, the switch of L131-6."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from core.accounts.policy import Actor
from licensing.services.agreements import agreement_amend, agreement_draft
from tests.factories.core import key_of
from tests.factories.documents import pdf_text, squeezed
from tests.factories.licensing import creator, terms

pytestmark = pytest.mark.django_db


def rights_of(client: Client, actor: Actor, agreement: str) -> dict[str, Any]:
    """Return the rights as the API tells them."""
    headers = {"Authorization": f"Bearer {key_of(actor)}"}
    rights: dict[str, Any] = client.get(f"/api/v1/agreements/{agreement}", headers=headers).json()["author_rights"]
    return rights


def test_each_right_stands_alone_with_extent_purpose_place_and_duration(client: Client) -> None:
    actor = creator()
    draft = agreement_draft(actor=actor, terms_profile_id=terms(actor).id, language="fr")
    rights = rights_of(client, actor, draft.public_id)
    granted = [row for row in rights["grid"] if row["granted"]]
    assert [row["right"]["fr"] for row in rights["grid"]][-1] == "Représentation"
    assert rights["grid"][-1]["kept"] == {"en": "Not granted.", "fr": "Non cédée."}
    assert len(granted) == 3
    for row in granted:
        for cell in ("extent", "purpose", "place", "duration"):
            assert row[cell]["en"]
            assert row[cell]["fr"]
            assert "{" not in row[cell]["fr"]
        assert "ci-dessus" not in row["purpose"]["fr"]
    assert rights["first_disclosure"] == "training_only_no_publication"
    assert (rights["future_forms"], rights["profit_share_percent"]) == (False, 0)


def test_the_document_shows_the_same_table_and_follows_the_clauses(client: Client) -> None:
    actor = creator()
    draft = agreement_draft(actor=actor, terms_profile_id=terms(actor).id, language="fr")
    express = {"express": True, "profit_share_percent": 12}
    agreement_amend(actor=actor, agreement_id=draft.id, clause_code="FUTURE_FORMS", parameters=express)
    rights = rights_of(client, actor, draft.public_id)
    assert (rights["future_forms"], rights["profit_share_percent"]) == (True, 12)
    assert rights["future_forms_words"]["fr"] == "sont expressément cédées"
    headers = {"Authorization": f"Bearer {key_of(actor)}"}
    pdf = client.get(f"/api/v1/agreements/{draft.public_id}/document.pdf?language=fr", headers=headers).content
    text = pdf_text(pdf)
    for row in rights["grid"]:
        for cell in ("right", "extent", "purpose", "place", "duration", "kept"):
            assert all(squeezed(word) in text for word in row[cell]["fr"].split())
    for wanted in ("article L131-3", "article L121-2", "article L131-6", "12\u202f%", "sans aucune publication"):
        assert squeezed(wanted) in text
