"""Licences as documents over HTTP: ready when the dataset is, the same bytes for ever, for their holder only."""

from __future__ import annotations

import hashlib

import pytest
from django.test import Client

from core.accounts.actions import OrganisationKind
from core.jobs.runner import run_due
from licensing.models import Document
from licensing.services.declarations import clip_declare
from licensing.services.document_checks import document_check, documents_check
from marketplace.catalog.services.listing import listings_create
from marketplace.delivery.models import Dataset
from marketplace.orders.models import Licence
from tests.factories.core import actor_as, key_of
from tests.factories.delivery import clip_from, rush
from tests.factories.documents import pdf_text
from tests.factories.marketplace import NOBODYS, SYSTEM, buyer_as, need, order_paid, studio_signed

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(180)]


def test_the_licence_document_of_an_order(client: Client) -> None:
    studio, buyer = studio_signed(), buyer_as()
    clip = clip_from(studio, rush(0), "rush.mp4")
    clip_declare(actor=studio, clip_id=clip.pk, declared=NOBODYS)
    listings_create(actor=SYSTEM, asset_id=clip.asset_id)
    order = order_paid(buyer, [clip], need(buyer))
    licence = Licence.objects.get(order=order)
    headers = {"Authorization": f"Bearer {key_of(buyer)}"}
    of_order = f"/api/v1/orders/{order.public_id}/licence.pdf"
    of_licence = f"/api/v1/licences/{licence.public_id}/certificate.pdf"
    early = client.get(of_order, headers=headers)
    assert (early.status_code, early.json()["code"]) == (409, "document_not_ready")

    run_due()
    dataset = Dataset.objects.get(order=order)
    assert Document.objects.filter(subject=dataset.public_id).count() == 2
    answers = [client.get(f"{address}?language=fr", headers=headers) for address in (of_order, of_licence, of_order)]
    assert {answer.status_code for answer in answers} == {200}
    (pdf,) = {answer.content for answer in answers}
    assert document_check(pdf).genuine
    text = pdf_text(pdf)
    for wanted in (licence.public_id, clip.public_id, licence.line.asset_sha256, licence.line.agreement_sha256):
        assert wanted in text
    assert dataset.certificate.code in text
    found = client.get(f"/api/v1/verify/documents/{hashlib.sha256(pdf).hexdigest()}").json()
    assert (found["kind"], found["language"]) == ("licence", "fr")
    assert list(documents_check()) == []

    strangers = {"Authorization": f"Bearer {key_of(buyer_as())}"}
    assert client.get(of_order, headers=strangers).status_code == 404
    assert client.get(of_licence, headers=strangers).status_code == 404
    creators = {"Authorization": f"Bearer {key_of(actor_as(OrganisationKind.STUDIO))}"}
    assert client.get(of_licence, headers=creators).status_code in {403, 404}
