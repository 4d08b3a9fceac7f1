"""Signed links to posters and previews: bound to one path, short-lived, and never a way to run anything (T15, T57)."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from core.errors import DomainError
from media_ingest.adapters.storage import store
from media_ingest.domain.states import AssetState
from media_ingest.models import Asset, Derivative, DerivativeKind
from media_ingest.services.links import LONGEST_S, PATH, media_link, media_link_open
from tests.factories.media_ingest import AssetFactory, DerivativeFactory

pytestmark = pytest.mark.django_db

PICTURE = b"\xff\xd8\xff\xe0" + b"<script>alert(1)</script>" * 100


@pytest.fixture
def poster(tmp_path: Path) -> Derivative:
    return stored(tmp_path, DerivativeKind.POSTER)


def stored(folder: Path, kind: DerivativeKind) -> Derivative:
    path = folder / "made"
    path.write_bytes(PICTURE)
    sha256 = hashlib.sha256(PICTURE).hexdigest()
    key = store().put_file(path, sha256, len(PICTURE))
    made: Derivative = DerivativeFactory.create(kind=kind, sha256=sha256, storage_key=key, size_bytes=len(PICTURE))
    return made


def body(response: Any) -> bytes:
    content: bytes = b"".join(response.streaming_content) if response.streaming else response.content
    return content


def token_of(link: str) -> str:
    return link.removeprefix(PATH)


@pytest.mark.parametrize(
    ("kind", "content_type"), [(DerivativeKind.POSTER, "image/jpeg"), (DerivativeKind.SPRITE, "image/webp")]
)
def test_a_link_shows_the_picture_and_lets_nothing_run(tmp_path: Path, kind: DerivativeKind, content_type: str) -> None:
    response = Client().get(media_link(stored(tmp_path, kind)))
    assert (response.status_code, response["Content-Type"]) == (200, content_type)
    assert body(response) == PICTURE
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert response["Content-Disposition"].startswith("inline; filename=")
    assert response["ETag"] == f'"{hashlib.sha256(PICTURE).hexdigest()}"'


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [("bytes=0-9", 0, 10), ("bytes=5-", 5, len(PICTURE)), ("bytes=-7", len(PICTURE) - 7, len(PICTURE))],
)
def test_a_player_may_ask_for_a_part(poster: Derivative, asked: str, start: int, end: int) -> None:
    response = Client().get(media_link(poster), headers={"Range": asked})
    assert response.status_code == 206
    assert body(response) == PICTURE[start:end]
    assert response["Content-Range"] == f"bytes {start}-{end - 1}/{len(PICTURE)}"
    assert response["Content-Length"] == str(end - start)


def test_a_part_beyond_the_end_is_refused(poster: Derivative) -> None:
    response = Client().get(media_link(poster), headers={"Range": "bytes=999999-"})
    assert (response.status_code, response.json()["code"]) == (416, "range_unmet")


def test_a_part_of_another_version_is_answered_with_the_whole(poster: Derivative) -> None:
    response = Client().get(media_link(poster), headers={"Range": "bytes=0-9", "If-Range": '"another"'})
    assert response.status_code == 200
    assert body(response) == PICTURE


def test_what_the_browser_has_is_not_sent_again(poster: Derivative) -> None:
    first = Client().get(media_link(poster))
    body(first)
    assert Client().get(media_link(poster), headers={"If-None-Match": first["ETag"]}).status_code == 304


def test_head_tells_the_length_only(poster: Derivative) -> None:
    response = Client().head(media_link(poster))
    assert (response.status_code, response["Content-Length"], response.content) == (200, str(len(PICTURE)), b"")


def test_no_character_of_a_link_can_be_changed(poster: Derivative) -> None:
    token = token_of(media_link(poster))
    for place, character in enumerate(token):
        other = "A" if character != "A" else "B"
        with pytest.raises(DomainError) as refused:
            media_link_open(token=token[:place] + other + token[place + 1 :])
        assert refused.value.code == "link_refused"


@pytest.mark.parametrize("token", ["x", ".", "a.b", "a" * 500, "é.é"])
def test_a_made_up_link_is_refused(token: str) -> None:
    response = Client().get(f"{PATH}{token}")
    assert (response.status_code, response.json()["code"]) == (403, "link_refused")


def test_a_link_of_another_picture_does_not_open_this_one(poster: Derivative) -> None:
    other = DerivativeFactory.create(asset=AssetFactory.create())
    body_part, signature = token_of(media_link(poster)).split(".")
    other_part, other_signature = token_of(media_link(other)).split(".")
    for token in (f"{body_part}.{other_signature}", f"{other_part}.{signature}"):
        assert Client().get(f"{PATH}{token}").status_code == 403


@pytest.mark.parametrize("moment", [1_800_000_000, 1_800_000_299, 1_800_000_001.5])
def test_a_link_lives_ten_to_fifteen_minutes(poster: Derivative, moment: float) -> None:
    token = token_of(media_link(poster, at=moment))
    assert media_link_open(token=token, at=moment + LONGEST_S - 300).id == poster.id
    with pytest.raises(DomainError) as refused:
        media_link_open(token=token, at=moment + LONGEST_S)
    assert refused.value.code == "link_refused"


def test_the_link_of_withdrawn_footage_ends_at_once(poster: Derivative) -> None:
    link = media_link(poster)
    Asset.objects.filter(pk=poster.asset_id).update(state=AssetState.WITHDRAWN)
    assert Client().get(link).status_code == 404


def test_an_original_is_never_reachable_by_a_link(poster: Derivative) -> None:
    """Only derivatives have links: an id of something else opens nothing."""
    link = media_link(Derivative(id=poster.asset_id, kind=DerivativeKind.POSTER))
    assert Client().get(link).status_code == 404
