"""The pages of uploads and batches: what is here, what is missing, and whether a card may be erased."""

from __future__ import annotations

import hashlib
import re

import pytest
from django.conf import settings
from django.test import Client

from core.accounts.models import User
from core.accounts.policy import Actor
from media_ingest.models import Batch, Upload
from media_ingest.services.uploads import upload_cancel, upload_pause
from tests.factories.core import actor_as
from tests.factories.uploads import CONTENT, SHA256, SIZE, declared, sent

pytestmark = pytest.mark.django_db


def browser(actor: Actor) -> Client:
    assert actor.user_id is not None
    client = Client(headers={"accept-language": "en"})
    client.force_login(User.objects.get(pk=actor.user_id))
    return client


def html_of(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def words_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def path_of(batch: Batch) -> str:
    return f"/studio/uploads/{batch.public_id}"


def whole(actor: Actor, number: int, batch: str = "Card A", *, proven: bool = True) -> Upload:
    content = CONTENT + bytes([number])
    sha256 = hashlib.sha256(content).hexdigest() if proven else ""
    upload = declared(actor, content, f"A{number:03d}.mov", batch=batch, sha256=sha256)
    return sent(actor, upload, 0, len(content), content)


def test_a_batch_that_is_here_and_verified_may_be_erased() -> None:
    studio = actor_as()
    for number in range(3):
        whole(studio, number)
    client, batch = browser(studio), Batch.objects.get()
    html = html_of(client, path_of(batch))
    assert "Every file is received and verified. You may erase this card." in html
    assert html.count("Received, checksum matches") == 3
    assert "hx-trigger" not in html
    assert "partial" not in html
    assert client.get(f"/api/v1/batches/{batch.public_id}/receipt?format=csv").status_code == 200
    listed = html_of(client, "/studio/uploads")
    assert "May be erased" in listed
    assert "3 of 3 files received" in words_of(listed)


def test_a_batch_with_a_file_missing_says_so_and_looks_again() -> None:
    studio = actor_as()
    whole(studio, 1)
    half = declared(studio, name="B.mov", batch="Card A", sha256=SHA256)
    sent(studio, half, 0, SIZE // 2)
    client, batch = browser(studio), Batch.objects.get()
    html = html_of(client, path_of(batch))
    assert "1 of 2 files are received. Do not erase the card yet." in words_of(html)
    assert "partial=true" in html
    assert 'hx-trigger="every 5s"' in html
    assert html.index("B.mov") < html.index("A001.mov"), "what needs a hand comes first"
    assert 'hx-trigger="every 20s"' in html_of(client, f"{path_of(batch)}/standing?n=30")
    upload_pause(actor=studio, upload_id=half.pk)
    assert "Paused" in html_of(client, path_of(batch))
    assert "Paused" in html_of(client, "/studio/uploads")
    upload_cancel(actor=studio, upload_id=half.pk)
    html = html_of(client, path_of(batch))
    assert "Given up" in html
    assert "hx-trigger" not in html
    assert "You may erase" not in html


def test_bytes_nobody_vouched_for_are_not_called_safe() -> None:
    studio = actor_as()
    whole(studio, 1, proven=False)
    html = html_of(browser(studio), path_of(Batch.objects.get()))
    assert "only 0 of 1 file was compared with a checksum from your side" in words_of(html)
    assert "You may erase" not in html


def test_a_page_of_batches_costs_the_same_for_one_and_for_many(django_assert_max_num_queries: object) -> None:
    studio = actor_as()
    client = browser(studio)
    whole(studio, 1)
    html_of(client, "/studio/uploads")
    counted = []
    for number in range(2, 5):
        with django_assert_max_num_queries(40) as seen:  # type: ignore[operator]  # pytest-django's fixture has no type
            html_of(client, "/studio/uploads")
            html_of(client, path_of(Batch.objects.get(name="Card A")))
        counted.append(len(seen))
        whole(studio, number)
        whole(studio, 10 * number, batch=f"Card {number}")
    assert len(set(counted)) == 1


def test_names_of_files_are_data() -> None:
    studio = actor_as()
    declared(studio, name="<script>alert(1)</script>.mov", batch="<b>Card</b>")
    for path in ("/studio/uploads", path_of(Batch.objects.get())):
        html = html_of(browser(studio), path)
        assert "<script>alert" not in html
        assert "<b>Card" not in html


def test_pages_may_send_to_this_server_only_where_there_is_no_object_store() -> None:
    s3 = settings.OFFCUT.keeping.s3
    policy = browser(actor_as()).get("/studio/uploads")["Content-Security-Policy"]
    connect = next(part.strip() for part in policy.split(";") if part.strip().startswith("connect-src"))
    assert connect == " ".join(["connect-src 'self'", *([s3.public_endpoint] if s3 else [])])
