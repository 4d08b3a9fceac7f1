"""Datasets over HTTP: seen by their buyer only, downloaded in parts, confirmed once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.accounts.actions import OrganisationKind, Role, Scope
from core.accounts.models import Organisation
from core.accounts.policy import Actor
from core.audit.models import AuditEvent
from core.clock import now
from core.jobs.models import Job
from core.jobs.runner import run_due
from marketplace.delivery.domain.sums import UNLISTED
from marketplace.delivery.domain.topics import BUILD
from marketplace.delivery.models import Certificate, Dataset
from marketplace.delivery.services import links
from marketplace.orders.domain.states import OrderState
from marketplace.orders.models import Order
from marketplace.transparency.adapters.jws import sign
from media_ingest.adapters.storage import store
from tests.factories.core import actor_as, key_of
from tests.factories.delivery import Sale, home, sale

pytestmark = pytest.mark.django_db

SHARD = "shards/shard-000000.tar"
UNKNOWN = "dst_00000000000000000000000000"


def headers(actor: Actor, scopes: frozenset[Scope] | None = None) -> dict[str, str]:
    return {"Authorization": f"Bearer {key_of(actor, scopes)}"}


def built() -> Sale:
    """A paid order whose dataset is built."""
    made = sale(clips=1)
    run_due([BUILD])
    return made


@pytest.fixture(scope="module")
def sold(made_once: Callable[[Callable[[], Sale]], Sale]) -> Sale:
    return made_once(built)


@pytest.fixture
def dataset(sold: Sale) -> Dataset:
    return Dataset.objects.get(order=sold.order)


def post(client: Client, path: str, body: dict[str, Any], actor: Actor) -> Any:
    return client.post(path, body, content_type="application/json", headers=headers(actor))


def link(client: Client, sold: Sale, dataset: Dataset, name: str = SHARD) -> str:
    answer = post(client, f"/api/v1/datasets/{dataset.public_id}/files/links", {"names": [name]}, sold.buyer)
    assert answer.status_code == 200, answer.content
    url: str = answer.json()["data"][0]["url"]
    return url


def content(dataset: Dataset, name: str = SHARD) -> bytes:
    with store().open(dataset.files.get(path=name).storage_key) as source:
        return source.read()


def body_of(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def test_a_buyer_sees_the_dataset_with_its_figures(client: Client, sold: Sale, dataset: Dataset) -> None:
    asked = headers(sold.buyer)
    seen = client.get(f"/api/v1/datasets/{dataset.public_id}", headers=asked).json()
    assert seen["order_id"] == sold.order.public_id
    assert (seen["state"], seen["version"], seen["reason"]) == ("ready", 1, None)
    assert (seen["samples"], seen["shards"], seen["duration_ms"]) == (1, 1, 2000)
    assert seen["size_bytes"] == sum(dataset.files.values_list("size_bytes", flat=True))
    assert seen["certificate"] == dataset.certificate.code
    assert (seen["delivered_at"], seen["name"]) == (None, f"offcut-{dataset.public_id}".replace("_", "-"))
    listed = client.get(f"/api/v1/datasets?order_id={sold.order.public_id}", headers=asked).json()
    assert listed["data"] == [seen]
    assert client.get(f"/api/v1/datasets?order_id=ord_{UNKNOWN[4:]}", headers=asked).json()["data"] == []
    progress = client.get(f"/api/v1/datasets/{dataset.public_id}/progress", headers=asked).json()
    assert (progress["state"], progress["stage"], progress["seconds_left"]) == ("ready", "ready", None)
    assert progress["stages"] == ["selecting", "transforming", "packing", "verifying"]


def test_the_files_are_listed_with_the_hashes_of_their_bytes(client: Client, sold: Sale, dataset: Dataset) -> None:
    answer = client.get(f"/api/v1/datasets/{dataset.public_id}/files?limit=200", headers=headers(sold.buyer)).json()
    files = {file["name"]: file for file in answer["data"]}
    assert {name for name in files if not name.startswith("compliance/")} == {
        "README.md", "croissant.json", "manifest.jsonl", "manifest.parquet", SHARD, "shards/shard-000000.json",
        "SHA256SUMS", "BLAKE3SUMS", "certificate.jws", "jwks.json", "proof.json",
        "odrl.json", "media-root.pem",
    }  # fmt: skip
    for name, file in files.items():
        data = content(dataset, name)
        assert (file["size_bytes"], file["sha256"]) == (len(data), hashlib.sha256(data).hexdigest())
        assert file["etag"] == f'"{file["sha256"]}"'


def test_a_dataset_that_is_not_ready_offers_nothing(client: Client) -> None:
    sold = sale(clips=1)
    dataset = Dataset.objects.create(order=sold.order)
    path = f"/api/v1/datasets/{dataset.public_id}"
    assert client.get(f"{path}/files", headers=headers(sold.buyer)).json()["data"] == []
    refused = post(client, f"{path}/files/links", {"names": [SHARD]}, sold.buyer)
    assert (refused.status_code, refused.json()["code"]) == (409, "dataset_not_ready")
    report = post(client, f"{path}/verify_report", {"ok": True, "files": 0, "bytes": 0}, sold.buyer)
    assert (report.status_code, report.json()["code"]) == (409, "dataset_not_ready")
    progress = client.get(f"{path}/progress", headers=headers(sold.buyer)).json()
    assert (progress["state"], progress["done"]) == ("queued", 0)


OPERATIONS: dict[str, dict[str, Any] | None] = {
    "": None,
    "/progress": None,
    "/files": None,
    "/files/links": {"names": [SHARD]},
    "/verify_report": {"ok": True, "files": 6, "bytes": 1},
}


def test_another_organisation_finds_nothing_and_nobody_gets_in_without_a_key(
    client: Client, sold: Sale, dataset: Dataset
) -> None:
    stranger = actor_as(OrganisationKind.BUYER)
    narrow = headers(sold.buyer, frozenset({Scope.CATALOG_READ}))
    for tail, body in OPERATIONS.items():
        path = f"/api/v1/datasets/{dataset.public_id}{tail}"
        answers = []
        for given in (headers(stranger), headers(sold.studio), {}, narrow):
            if body is None:
                answer = client.get(path, headers=given)
            else:
                answer = client.post(path, body, content_type="application/json", headers=given)
            answers.append(answer.status_code)
        assert answers == [404, 404, 401, 403], tail
    assert client.get("/api/v1/datasets", headers=headers(stranger)).json()["data"] == []
    dataset.refresh_from_db()
    assert dataset.delivered_at is None


def test_listing_asks_the_database_the_same_number_of_times_however_many_there_are(
    client: Client, sold: Sale, dataset: Dataset, django_assert_num_queries: Any
) -> None:
    given = headers(sold.buyer)
    client.get("/api/v1/datasets", headers=given)  # the first use of a key is noted
    with CaptureQueriesContext(connection) as once:
        client.get("/api/v1/datasets", headers=given)
    for version in (2, 3, 4):
        Dataset.objects.create(order=sold.order, version=version)
    with django_assert_num_queries(len(once)):
        answer = client.get("/api/v1/datasets", headers=given)
    assert len(answer.json()["data"]) == 4


def test_a_viewer_may_look_and_an_engineer_may_download(client: Client, sold: Sale, dataset: Dataset) -> None:
    buyer = Organisation.objects.get(pk=home(sold.buyer))
    viewer = actor_as(OrganisationKind.BUYER, Role.VIEWER, buyer)
    engineer = actor_as(OrganisationKind.BUYER, Role.ENGINEER, buyer)
    path = f"/api/v1/datasets/{dataset.public_id}"
    assert client.get(path, headers=headers(viewer)).status_code == 200
    refused = post(client, f"{path}/files/links", {"names": [SHARD]}, viewer)
    assert (refused.status_code, refused.json()["code"]) == (403, "role_missing")
    assert post(client, f"{path}/files/links", {"names": [SHARD]}, engineer).status_code == 200


def test_a_file_comes_whole_in_parts_and_not_again(client: Client, sold: Sale, dataset: Dataset) -> None:
    url, data = link(client, sold, dataset), content(dataset)
    etag = f'"{hashlib.sha256(data).hexdigest()}"'
    whole = client.get(url)
    assert (whole.status_code, whole["ETag"], whole["Accept-Ranges"]) == (200, etag, "bytes")
    assert whole["Content-Length"] == str(len(data))
    assert body_of(whole) == data
    assert "attachment" in whole["Content-Disposition"]
    assert whole["X-Content-Type-Options"] == "nosniff"

    part = client.get(url, headers={"Range": "bytes=1000-1999"})
    assert (part.status_code, part["Content-Range"]) == (206, f"bytes 1000-1999/{len(data)}")
    assert (part["Content-Length"], body_of(part)) == ("1000", data[1000:2000])
    tail = client.get(url, headers={"Range": "bytes=-5", "If-Range": etag})
    assert (tail.status_code, body_of(tail)) == (206, data[-5:])
    changed = client.get(url, headers={"Range": "bytes=5-", "If-Range": '"something else"'})
    assert (changed.status_code, body_of(changed)) == (200, data)
    outside = client.get(url, headers={"Range": f"bytes={len(data)}-"})
    assert (outside.status_code, outside["Content-Range"]) == (416, f"bytes */{len(data)}")
    assert client.get(url, headers={"If-None-Match": etag}).status_code == 304
    head = client.head(url)
    assert (head.status_code, head["Content-Length"], head.content) == (200, str(len(data)), b"")


def test_a_changed_or_borrowed_link_opens_nothing(client: Client, sold: Sale, dataset: Dataset) -> None:
    url = link(client, sold, dataset)
    start, token = url.removesuffix(f"/{SHARD}").rsplit("/", 1)
    for changed in (
        f"{start}/{token[:-1]}{'A' if token[-1] != 'A' else 'B'}/{SHARD}",
        f"{start}/x{token}/{SHARD}",
        f"{start}/{token}/README.md",
        f"{start}/{token}/../{SHARD}",
        f"{start}/:/{SHARD}",
    ):
        refused = client.get(changed)
        assert refused.status_code in {403, 404}, changed


def test_a_link_lasts_fifteen_minutes(
    client: Client, sold: Sale, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = link(client, sold, dataset)
    later = now() + timedelta(minutes=14, seconds=58)
    monkeypatch.setattr(links, "now", lambda: later)
    assert client.head(url).status_code == 200
    monkeypatch.setattr(links, "now", lambda: later + timedelta(seconds=3))
    refused = client.head(url)
    assert refused.status_code == 403


def test_links_die_with_the_order(client: Client, sold: Sale, dataset: Dataset) -> None:
    url = link(client, sold, dataset)
    Order.objects.filter(pk=sold.order.pk).update(state=OrderState.REFUNDED)
    refused = client.get(url)
    assert (refused.status_code, refused.json()["code"]) == (403, "licence_ended")
    again = post(client, f"/api/v1/datasets/{dataset.public_id}/files/links", {"names": [SHARD]}, sold.buyer)
    assert (again.status_code, again.json()["code"]) == (403, "licence_ended")


def test_links_are_for_known_files_and_at_most_five_hundred(client: Client, sold: Sale, dataset: Dataset) -> None:
    path = f"/api/v1/datasets/{dataset.public_id}/files/links"
    unknown = post(client, path, {"names": ["../../etc/passwd"]}, sold.buyer)
    assert (unknown.status_code, unknown.json()["code"]) == (422, "file_unknown")
    for names in ([], ["a"] * 501):
        assert post(client, path, {"names": names}, sold.buyer).status_code == 422


def test_a_clean_report_delivers_once(client: Client, sold: Sale, dataset: Dataset) -> None:
    listed = dataset.files.exclude(path__in=UNLISTED)
    report = {"ok": True, "files": listed.count(), "bytes": sum(listed.values_list("size_bytes", flat=True))}
    path = f"/api/v1/datasets/{dataset.public_id}/verify_report"
    damaged = post(client, path, {**report, "ok": False, "bad_files": ["README.md"]}, sold.buyer)
    assert (damaged.status_code, damaged.json()["delivered_at"]) == (200, None)
    short = post(client, path, {**report, "files": 1}, sold.buyer)
    assert (short.status_code, short.json()["code"]) == (409, "report_mismatch")
    first = post(client, path, report, sold.buyer).json()["delivered_at"]
    assert first is not None
    assert post(client, path, report, sold.buyer).json()["delivered_at"] == first
    assert AuditEvent.objects.filter(body__contains="dataset.delivered").count() == 1
    assert Job.objects.filter(kind="marketplace.order.mark_delivered").count() <= 1


def test_anybody_can_check_a_certificate_and_learns_no_name(client: Client, sold: Sale, dataset: Dataset) -> None:
    code = dataset.certificate.code
    answer = client.get(f"/api/v1/verify/{code.lower()}")
    assert answer.status_code == 200
    checked = answer.json()
    assert (checked["code"], checked["status"], checked["samples"]) == (code, "genuine", 1)
    assert checked["grant"]["term_months"] == 24
    buyer = Organisation.objects.get(pk=home(sold.buyer))
    for name in (buyer.name, buyer.public_id, sold.order.public_id, dataset.public_id):
        assert name.encode() not in answer.content
    unknown = client.get("/api/v1/verify/OC-00000-00000-00000-00000")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "certificate_unknown")


def test_a_certificate_changed_in_the_database_is_called_invalid(client: Client, dataset: Dataset) -> None:
    genuine = dataset.certificate
    forged = sign({"iat": 1, "jti": genuine.code}, private_key=Ed25519PrivateKey.generate())
    other = Dataset.objects.create(order=dataset.order, version=2)
    Certificate.objects.create(dataset=other, code="OC-11111-11111-11111-11111", jws=forged, kid="somebody")
    checked = client.get("/api/v1/verify/OC-11111-11111-11111-11111").json()
    assert (checked["status"], checked["grant"]) == ("invalid", None)


def test_the_public_keys_are_public_and_hold_no_secret(client: Client, dataset: Dataset) -> None:
    answer = client.get("/.well-known/jwks.json")
    assert answer.status_code == 200
    keys = answer.json()["keys"]
    assert {frozenset(key) for key in keys} == {frozenset({"kty", "crv", "x", "kid", "alg", "use", "nbf", "exp"})}
    assert keys[-1]["kid"] == dataset.certificate.kid
