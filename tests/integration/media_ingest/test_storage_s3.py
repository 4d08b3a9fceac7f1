"""The same store in a bucket of a real object store: whole objects under their hash, links that are really checked."""

from __future__ import annotations

import hashlib
import json
import os
import threading
import urllib.error
import urllib.request
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from core.clock import now
from media_ingest.adapters.s3 import store as s3_store
from media_ingest.adapters.s3.bucket import Bucket
from media_ingest.adapters.s3.client import connect
from media_ingest.adapters.s3.parts import S3Parts
from media_ingest.adapters.s3.store import S3Store
from media_ingest.adapters.storage import (
    BlobMismatch,
    BlobMissing,
    StorageUnavailable,
    Tier,
    blob_key,
    incoming_key,
    part_transport,
    store,
)
from media_ingest.adapters.store_cache import StoreCache
from media_ingest.domain.parts import PART_BYTES, part_plan

pytestmark = pytest.mark.s3

CONTENT = b"a rush" * 1000
SHA256 = hashlib.sha256(CONTENT).hexdigest()
KEY = blob_key(SHA256)
DAY = timedelta(hours=24)
HTTP_FORBIDDEN = 403


@pytest.fixture
def blobs(tmp_path: Path) -> S3Store:
    """A store in a folder of the bucket that only this test uses, with a cache of its own."""
    own = store()
    assert isinstance(own, S3Store)
    bucket = Bucket(own.bucket.client, own.bucket.name, f"t-{uuid4().hex[:8]}", "STANDARD_IA")
    return S3Store(bucket, StoreCache(tmp_path / "cache", 1 << 30), own.bucket.client)


@pytest.fixture
def parts(blobs: S3Store) -> S3Parts:
    return S3Parts(blobs, blobs.bucket.client)


def a_file(folder: Path, content: bytes = CONTENT, name: str = "scratch") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def nothing(keys: Sequence[str]) -> set[str]:
    return set()


def everything(keys: Sequence[str]) -> set[str]:
    return set(keys)


@pytest.fixture
def two_days_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """The store's own clock cannot be moved: ours goes ahead instead."""
    monkeypatch.setattr(s3_store, "now", lambda: now() + 2 * DAY)


def names(blobs: S3Store) -> list[str]:
    """Everything of this store in the bucket, temporary objects too."""
    return [key for page in blobs.bucket.pages("") for key, _, _ in page]


def test_a_file_is_stored_under_its_hash_and_nothing_temporary_stays(blobs: S3Store, tmp_path: Path) -> None:
    source = a_file(tmp_path)
    assert blobs.put_file(source, SHA256, len(CONTENT)) == KEY
    assert not source.exists()
    assert names(blobs) == [KEY]
    assert (blobs.exists(KEY), blobs.size(KEY), blobs.tier(KEY)) == (True, len(CONTENT), Tier.HOT)
    with blobs.open(KEY) as opened:
        assert opened.read() == CONTENT


def test_putting_the_same_again_is_one_object(blobs: S3Store, tmp_path: Path) -> None:
    for name in ("one", "two"):
        assert blobs.put_file(a_file(tmp_path, name=name), SHA256, len(CONTENT)) == KEY
    assert names(blobs) == [KEY]


def test_a_repeated_move_of_a_file_already_moved_is_fine(blobs: S3Store, tmp_path: Path) -> None:
    source = a_file(tmp_path)
    assert [blobs.put_file(source, SHA256, len(CONTENT), hashed=True) for _ in range(3)] == [KEY] * 3
    with pytest.raises(BlobMissing):
        blobs.put_file(tmp_path / "nowhere", hashlib.sha256(b"x").hexdigest(), 1)


@pytest.mark.parametrize("hashed", [True, False])
@pytest.mark.parametrize("size", [0, 1, 70 << 20])
def test_any_length_arrives_whole(blobs: S3Store, tmp_path: Path, size: int, hashed: bool) -> None:  # noqa: FBT001 - a parameter of the test
    content = os.urandom(1 << 20) * (size >> 20) if size > 1 else b"x" * size
    sha256 = hashlib.sha256(content).hexdigest()
    key = blobs.put_file(a_file(tmp_path, content), sha256, size, hashed=hashed)
    blobs.cache.clear()
    assert hashlib.sha256(blobs.path(key).read_bytes()).hexdigest() == sha256
    assert names(blobs) == [key]


@pytest.mark.parametrize("wrong", ["size", "hash", "hash, said to be right"])
def test_bytes_other_than_announced_are_never_published(blobs: S3Store, tmp_path: Path, wrong: str) -> None:
    """Also when the caller vouches for the hash: the object store checks it itself."""
    source = a_file(tmp_path)
    sha256 = SHA256 if wrong == "size" else hashlib.sha256(b"other").hexdigest()
    with pytest.raises(BlobMismatch):
        blobs.put_file(source, sha256, len(CONTENT) + (wrong == "size"), hashed=wrong.endswith("right"))
    assert names(blobs) == []
    assert source.exists()


def test_only_regular_files_are_kept(blobs: S3Store, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(a_file(tmp_path))
    with pytest.raises(BlobMismatch):
        blobs.put_file(link, SHA256, len(CONTENT), hashed=True)
    assert names(blobs) == []


def test_a_truncated_object_is_replaced_by_a_whole_one(blobs: S3Store, tmp_path: Path) -> None:
    blobs.bucket.client.put_object(Bucket=blobs.bucket.name, Key=blobs.bucket.full(KEY), Body=CONTENT[:10])
    blobs.put_file(a_file(tmp_path), SHA256, len(CONTENT))
    assert blobs.path(KEY).read_bytes() == CONTENT


def test_a_damaged_object_never_reaches_a_reader_by_path(blobs: S3Store) -> None:
    damaged = CONTENT[:-1] + b"?"
    blobs.bucket.client.put_object(Bucket=blobs.bucket.name, Key=blobs.bucket.full(KEY), Body=damaged)
    with pytest.raises(BlobMismatch):
        blobs.path(KEY)
    assert blobs.cache.files() == []


def test_an_opened_object_can_be_sought_in(blobs: S3Store, tmp_path: Path) -> None:
    content = os.urandom(5 << 20)
    key = blobs.put_file(a_file(tmp_path, content), hashlib.sha256(content).hexdigest(), len(content))
    with blobs.open(key) as opened:
        for start, length in ((0, 10), (4 << 20, 100), (5, 5), (300_000, 9), ((5 << 20) - 3, 50)):
            opened.seek(start)
            assert opened.read(length) == content[start : start + length]
        assert opened.seek(0, os.SEEK_END) == len(content)
        assert opened.read() == b""


@pytest.mark.parametrize("key", ["", "../../etc/passwd", f"/{KEY}", KEY.upper(), f"{KEY}/x", f"blobs/00/00/{SHA256}"])
def test_a_key_can_name_nothing_else(blobs: S3Store, key: str) -> None:
    for attempt in (blobs.open, blobs.path, blobs.exists, blobs.delete, blobs.size, blobs.tier):
        with pytest.raises(BlobMissing):
            attempt(key)


def test_ten_writers_of_one_content_leave_one_whole_object(blobs: S3Store, tmp_path: Path) -> None:
    sources = [a_file(tmp_path, name=f"s{number}") for number in range(10)]
    barrier, failed = threading.Barrier(10), list[Exception]()

    def put(path: Path) -> None:
        barrier.wait(10)
        try:
            blobs.put_file(path, SHA256, len(CONTENT))
        except (OSError, BlobMismatch, BlobMissing) as error:
            failed.append(error)

    threads = [threading.Thread(target=put, args=[path]) for path in sources]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert failed == []
    assert names(blobs) == [KEY]


@pytest.mark.usefixtures("two_days_later")
def test_a_sweep_removes_only_what_is_old_and_needed_by_nobody(blobs: S3Store, tmp_path: Path) -> None:
    """T37: both ages on one store."""
    blobs.put_file(a_file(tmp_path), SHA256, len(CONTENT))
    assert blobs.sweep(nothing, older_than=3 * DAY, dry=False).removed == ()
    assert blobs.sweep(everything, older_than=DAY, dry=False).kept == 1
    assert blobs.sweep(nothing, older_than=DAY, dry=True).removed == (KEY,)
    assert blobs.exists(KEY)
    found = blobs.sweep(nothing, older_than=DAY, dry=False)
    assert (found.removed, found.removed_bytes, names(blobs)) == ((KEY,), len(CONTENT), [])


def test_an_object_put_again_during_a_sweep_is_spared(
    blobs: S3Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T37: the sweep's clock says that the object is old; putting it again makes it young."""
    blobs.put_file(a_file(tmp_path), SHA256, len(CONTENT))
    written = blobs.bucket.head(KEY).changed_at
    # The store tells time in whole seconds: take a limit between the first and the second writing.
    while now() < written + timedelta(seconds=2):
        threading.Event().wait(0.05)
    monkeypatch.setattr(s3_store, "_YOUNG", timedelta(0))

    def put_meanwhile(keys: Sequence[str]) -> set[str]:
        blobs.put_file(a_file(tmp_path), SHA256, len(CONTENT))
        return set()

    age = now() - written - timedelta(seconds=1)
    assert blobs.sweep(nothing, older_than=age, dry=True).removed == (KEY,)
    assert blobs.sweep(put_meanwhile, older_than=age, dry=False).removed == ()
    assert blobs.path(KEY).read_bytes() == CONTENT


@pytest.mark.usefixtures("two_days_later")
def test_leftovers_go_after_a_day_but_not_those_of_open_uploads(blobs: S3Store, parts: S3Parts) -> None:
    """T37: temporary objects and unfinished multipart uploads."""
    alive, dead = uuid4().hex, uuid4().hex
    for upload_key in (alive, dead):
        blobs.bucket.client.put_object(
            Bucket=blobs.bucket.name, Key=blobs.bucket.full(incoming_key(upload_key)), Body=b"half"
        )
        parts.begin(upload_key, 10)
    stray = blobs.bucket.begin_now(KEY)

    def needed(keys: Sequence[str]) -> set[str]:
        return {KEY, incoming_key(alive)} & set(keys)

    assert blobs.sweep(nothing, older_than=3 * DAY, dry=False).aborted == 0
    assert blobs.sweep(needed, older_than=DAY, dry=True).aborted == 2
    found = blobs.sweep(needed, older_than=DAY, dry=False)
    assert (found.removed, found.aborted) == ((incoming_key(dead),), 2)
    left = [(key, upload_id) for key, upload_id, _ in blobs.bucket.unfinished()]
    assert [key for key, _ in left] == [incoming_key(alive)]
    assert stray not in {upload_id for _, upload_id in left}


def test_an_object_moves_to_the_cold_tier_and_back_and_stays_readable(blobs: S3Store, tmp_path: Path) -> None:
    blobs.put_file(a_file(tmp_path), SHA256, len(CONTENT))
    assert blobs.move(KEY, Tier.COLD)
    assert blobs.tier(KEY) is Tier.COLD
    with blobs.open(KEY) as opened:
        assert opened.read() == CONTENT
    assert blobs.move(KEY, Tier.COLD)
    assert blobs.move(KEY, Tier.HOT)
    assert blobs.tier(KEY) is Tier.HOT


def test_a_large_object_is_copied_in_pieces_inside_the_store(
    blobs: S3Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("media_ingest.adapters.s3.bucket._PIECE_BYTES", 5 << 20)
    content = os.urandom(12 << 20)
    key = blobs.put_file(a_file(tmp_path, content), hashlib.sha256(content).hexdigest(), len(content))
    assert blobs.move(key, Tier.COLD)
    blobs.cache.clear()
    assert blobs.path(key).read_bytes() == content
    assert list(blobs.bucket.unfinished()) == []


def fetched(url: str, data: bytes | None = None) -> tuple[int, bytes, str]:
    """Ask as a stranger with a link: status, body, ETag."""
    request = urllib.request.Request(url, data=data, method="GET" if data is None else "PUT")  # noqa: S310 - our own address
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310 - our own address
            return answer.status, answer.read(), answer.headers.get("ETag", "")
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read(), ""


def test_a_signature_is_really_checked(blobs: S3Store, tmp_path: Path) -> None:
    """A changed signature, an ended link, nobody at all, and a wrong key: 403 each. The right link works."""
    blobs.put_file(a_file(tmp_path), SHA256, len(CONTENT))
    link = blobs.link(KEY, expires_in_s=60, filename='my "clip".mov')
    assert link is not None
    assert fetched(link)[:2] == (200, CONTENT)
    assert fetched(link[:-1] + ("0" if link[-1] != "0" else "1"))[0] == HTTP_FORBIDDEN
    assert fetched(link.partition("?")[0])[0] == HTTP_FORBIDDEN
    ended = blobs.link(KEY, expires_in_s=1)
    assert ended is not None
    deadline = now() + timedelta(seconds=3)
    while now() < deadline:
        threading.Event().wait(0.1)
    assert fetched(ended)[0] == HTTP_FORBIDDEN
    named = json.loads(os.environ["OFFCUT_TEST_S3"])
    stranger = connect(
        endpoint=named["OFFCUT_S3_ENDPOINT"],
        region="us-east-1",
        access_key=named["OFFCUT_S3_ACCESS_KEY"],
        secret_key="no",
    )
    with pytest.raises(StorageUnavailable):
        S3Store(Bucket(stranger, blobs.bucket.name, ""), blobs.cache, stranger).exists(KEY)


def test_parts_go_straight_to_the_store_and_become_one_verified_object(blobs: S3Store, parts: S3Parts) -> None:
    first, second = os.urandom(1 << 20) * 64, os.urandom(3 << 20)
    content = first + second
    sha256 = hashlib.sha256(content).hexdigest()
    handle = parts.begin(uuid4().hex, len(content))
    assert parts.begin(handle.partition(".")[0], len(content)) == handle
    links = parts.sign(handle, [1, 2])
    assert [link.size_bytes for link in links] == [PART_BYTES, 3 << 20]
    status, _, etag = fetched(links[1].url, second)
    assert status == 200
    assert parts.held(handle) == {2: etag}
    with pytest.raises(BlobMismatch):
        parts.complete(handle, [(2, etag)])
    assert fetched(links[0].url, first)[0] == 200
    held = sorted(parts.held(handle).items())
    temporary = parts.complete(handle, held)
    assert parts.complete(handle, held) == parts.complete(handle) == temporary
    heard: list[int] = []
    published = parts.publish_incoming(temporary, len(content), expected_sha256=sha256, on_progress=heard.append)
    assert (published.key, published.sha256) == (blob_key(sha256), sha256)
    assert published.sha1 == hashlib.sha1(content, usedforsecurity=False).hexdigest()
    assert heard[-1] == len(content)
    # Again, after a crash before the row was settled; then the last call.
    assert parts.publish_incoming(temporary, len(content)) == published
    assert [path.name for path in blobs.cache.files()] == [sha256]
    for _ in range(2):
        parts.abort(handle)
    assert names(blobs) == [published.key]
    assert list(blobs.bucket.unfinished()) == []


def test_a_link_takes_exactly_its_part(parts: S3Parts) -> None:
    """Length, part and upload are signed: whoever has the link can send nothing else."""
    handle = parts.begin(uuid4().hex, 1000)
    (link,) = parts.sign(handle, [1])
    assert fetched(link.url, b"x" * 1001)[0] == HTTP_FORBIDDEN
    assert fetched(link.url, b"x" * 999)[0] == HTTP_FORBIDDEN
    assert fetched(link.url.replace("partNumber=1", "partNumber=2"), b"x" * 1000)[0] == HTTP_FORBIDDEN
    assert parts.held(handle) == {}
    assert fetched(link.url, b"x" * 1000)[0] == 200
    assert list(parts.held(handle)) == [1]
    for number in (0, 2):
        with pytest.raises(ValueError, match="no part"):
            parts.sign(handle, [number])


def test_a_joined_object_that_is_another_one_is_not_published(blobs: S3Store, parts: S3Parts) -> None:
    handle = parts.begin(uuid4().hex, 1000)
    fetched(parts.sign(handle, [1])[0].url, b"y" * 1000)
    temporary = parts.complete(handle)
    with pytest.raises(BlobMismatch):
        parts.publish_incoming(temporary, 1000, expected_sha256=SHA256)
    with pytest.raises(BlobMismatch):
        parts.publish_incoming(temporary, 999)
    assert names(blobs) == [temporary]
    assert blobs.cache.files() == []


def test_a_transport_forgets_what_was_given_up(parts: S3Parts) -> None:
    handle = parts.begin(uuid4().hex, 1000)
    parts.abort(handle)
    parts.abort("nonsense")
    with pytest.raises(BlobMissing):
        parts.held(handle)
    with pytest.raises(BlobMissing):
        parts.complete(handle, [(1, '"0"')])
    with pytest.raises(BlobMissing):
        parts.publish_incoming(incoming_key(handle.partition(".")[0]), 1000)


def test_the_installation_uses_the_bucket_of_its_settings() -> None:
    assert isinstance(store(), S3Store)
    assert part_transport() is not None


def test_parts_grow_with_the_file() -> None:
    assert part_plan(100 * 10**9).count <= 10_000
    huge = part_plan(5 * 10**12)
    assert (huge.count <= 10_000, huge.part_bytes % (1 << 20)) == (True, 0)
    assert sum(huge.length(number) for number in range(1, huge.count + 1)) == 5 * 10**12
