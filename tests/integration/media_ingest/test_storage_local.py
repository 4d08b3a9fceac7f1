"""The local blob store: whole objects under their hash, safe to repeat, swept only when nothing needs them."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
import threading
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from media_ingest.adapters.storage import BlobMismatch, BlobMissing, LocalStore, blob_key

CONTENT = b"a rush" * 1000
SHA256 = hashlib.sha256(CONTENT).hexdigest()
KEY = blob_key(SHA256)
DAY = timedelta(hours=24)


@pytest.fixture
def blobs(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "storage")


def a_file(folder: Path, content: bytes = CONTENT, name: str = "scratch") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def nothing(keys: Sequence[str]) -> set[str]:
    return set()


def everything(keys: Sequence[str]) -> set[str]:
    return set(keys)


def test_a_file_is_moved_under_its_hash_and_made_read_only(blobs: LocalStore, tmp_path: Path) -> None:
    source = a_file(tmp_path)
    assert blobs.put_file(source, SHA256, len(CONTENT)) == KEY == f"blobs/{SHA256[:2]}/{SHA256[2:4]}/{SHA256}"
    assert not source.exists()
    path = blobs.path(KEY)
    assert path.read_bytes() == CONTENT
    assert (stat.S_IMODE(path.stat().st_mode), path.stat().st_nlink) == (0o440, 1)
    assert (blobs.exists(KEY), blobs.size(KEY)) == (True, len(CONTENT))


def test_putting_the_same_again_is_one_object(blobs: LocalStore, tmp_path: Path) -> None:
    for name in ("one", "two"):
        source = a_file(tmp_path, name=name)
        assert blobs.put_file(source, SHA256, len(CONTENT)) == KEY
        assert not source.exists()
    assert list(blobs.keys()) == [KEY]


def test_a_repeated_move_of_a_file_already_moved_is_fine(blobs: LocalStore, tmp_path: Path) -> None:
    source = a_file(tmp_path)
    for _ in range(3):
        assert blobs.put_file(source, SHA256, len(CONTENT), hashed=True) == KEY


def test_a_kept_file_stays_where_it_is(blobs: LocalStore, tmp_path: Path) -> None:
    source = a_file(tmp_path)
    assert blobs.put_file(source, SHA256, len(CONTENT), keep=True) == KEY
    assert source.read_bytes() == CONTENT
    source.write_bytes(b"changed later")
    assert blobs.path(KEY).read_bytes() == CONTENT


@pytest.mark.parametrize("wrong", ["size", "hash"])
def test_bytes_other_than_announced_are_never_published(blobs: LocalStore, tmp_path: Path, wrong: str) -> None:
    source = a_file(tmp_path)
    sha256 = SHA256 if wrong == "size" else hashlib.sha256(b"other").hexdigest()
    with pytest.raises(BlobMismatch):
        blobs.put_file(source, sha256, len(CONTENT) + (wrong == "size"))
    assert list(blobs.keys()) == []
    assert source.exists()


@pytest.mark.parametrize("kind", ["symlink", "fifo", "directory"])
def test_only_regular_files_are_kept(blobs: LocalStore, tmp_path: Path, kind: str) -> None:
    source = tmp_path / "odd"
    if kind == "symlink":
        source.symlink_to(a_file(tmp_path))
    elif kind == "fifo":
        os.mkfifo(source)
    else:
        source.mkdir()
    with pytest.raises(BlobMismatch):
        blobs.put_file(source, SHA256, len(CONTENT), hashed=True)
    assert list(blobs.keys()) == []


def test_a_truncated_object_is_replaced_by_a_whole_one(blobs: LocalStore, tmp_path: Path) -> None:
    blobs.put_file(a_file(tmp_path), SHA256, len(CONTENT))
    damaged = blobs.path(KEY)
    damaged.chmod(0o640)
    os.truncate(damaged, 10)
    blobs.put_file(a_file(tmp_path), SHA256, len(CONTENT))
    assert blobs.path(KEY).read_bytes() == CONTENT


def test_a_file_on_another_disk_is_copied_and_checked(
    blobs: LocalStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, original = a_file(tmp_path), Path.rename

    def across(path: Path, target: Path) -> Path:
        if path == source:
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        return original(path, target)

    monkeypatch.setattr(Path, "rename", across)
    assert blobs.put_file(source, SHA256, len(CONTENT), hashed=True) == KEY
    assert blobs.path(KEY).read_bytes() == CONTENT
    assert not source.exists()


def test_neither_file_nor_object_is_said_plainly(blobs: LocalStore, tmp_path: Path) -> None:
    with pytest.raises(BlobMissing):
        blobs.put_file(tmp_path / "nowhere", SHA256, len(CONTENT))


@pytest.mark.parametrize(
    "key",
    ["", "../../etc/passwd", "blobs/aa/bb/../../../x", f"/{KEY}", KEY.upper(), f"{KEY}/x", f"blobs/00/00/{SHA256}"],
)
def test_a_key_can_name_nothing_outside_the_store(blobs: LocalStore, key: str) -> None:
    for attempt in (blobs.open, blobs.path, blobs.exists, blobs.delete, blobs.size):
        with pytest.raises(BlobMissing):
            attempt(key)


def test_ten_writers_of_one_content_leave_one_whole_object(blobs: LocalStore, tmp_path: Path) -> None:
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
    assert list(blobs.keys()) == [KEY]
    assert blobs.path(KEY).read_bytes() == CONTENT


def aged(path: Path, age: timedelta) -> None:
    then = path.stat().st_mtime - age.total_seconds()
    os.utime(path, (then, then))


def test_a_sweep_removes_only_what_is_old_and_needed_by_nobody(blobs: LocalStore, tmp_path: Path) -> None:
    blobs.put_file(a_file(tmp_path), SHA256, len(CONTENT))
    assert blobs.sweep(nothing, older_than=DAY, dry=False).removed == ()
    aged(blobs.path(KEY), 2 * DAY)
    assert blobs.sweep(everything, older_than=DAY, dry=False).kept == 1
    assert blobs.sweep(nothing, older_than=DAY, dry=True).removed == (KEY,)
    assert blobs.exists(KEY)
    found = blobs.sweep(nothing, older_than=DAY, dry=False)
    assert (found.removed, found.removed_bytes) == ((KEY,), len(CONTENT))
    assert not blobs.exists(KEY)


def test_an_object_put_again_during_a_sweep_is_spared(blobs: LocalStore, tmp_path: Path) -> None:
    blobs.put_file(a_file(tmp_path), SHA256, len(CONTENT))
    aged(blobs.path(KEY), 2 * DAY)

    def put_meanwhile(keys: Sequence[str]) -> set[str]:
        blobs.put_file(a_file(tmp_path), SHA256, len(CONTENT))
        return set()

    assert blobs.sweep(put_meanwhile, older_than=DAY, dry=False).removed == ()
    assert blobs.exists(KEY)


def test_leftovers_of_interrupted_copies_go_after_a_day(blobs: LocalStore, tmp_path: Path) -> None:
    blobs.put_file(a_file(tmp_path), SHA256, len(CONTENT), keep=True)
    leftover = tmp_path / "storage" / ".incoming" / "half"
    leftover.write_bytes(b"half")
    assert blobs.sweep(everything, older_than=DAY, dry=False).removed == ()
    aged(leftover, 2 * DAY)
    assert blobs.sweep(everything, older_than=DAY, dry=False).removed == (".incoming/half",)
