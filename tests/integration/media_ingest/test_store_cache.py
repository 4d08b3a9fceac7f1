"""The cache of stored objects on one machine: bounded, whole, never taken from under a reader."""

from __future__ import annotations

import gc
import hashlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from media_ingest.adapters.storage import BlobMismatch
from media_ingest.adapters.store_cache import StoreCache
from tests.disks import SMALL_BYTES, small_disk
from tests.services import wait_until

MIB = 1 << 20


def content_of(number: int, size: int = MIB) -> bytes:
    return number.to_bytes(4, "big") * (size // 4)


def sha256_of(number: int, size: int = MIB) -> str:
    return hashlib.sha256(content_of(number, size)).hexdigest()


@pytest.fixture
def cache(tmp_path: Path) -> StoreCache:
    return StoreCache(tmp_path / "cache", 4 * MIB)


def fetched(cache: StoreCache, number: int) -> Path:
    return cache.fetch(sha256_of(number), MIB, lambda: iter([content_of(number)]))


def aged(path: Path, seconds: int) -> None:
    os.utime(path, (path.stat().st_mtime - seconds,) * 2)


def test_an_object_is_fetched_once_and_found_again(cache: StoreCache) -> None:
    path = fetched(cache, 1)
    assert path.read_bytes() == content_of(1)

    def never() -> Iterator[bytes]:
        raise AssertionError

    assert cache.fetch(sha256_of(1), MIB, never) == path == cache.find(sha256_of(1))


def test_the_least_recently_used_goes_first(cache: StoreCache) -> None:
    for number in range(4):
        aged(fetched(cache, number), 100 - number)
    gc.collect()
    assert cache.find(sha256_of(0)) is not None  # used again: number 1 is the oldest now
    fetched(cache, 4)
    assert [cache.find(sha256_of(number)) is not None for number in range(5)] == [True, False, True, True, True]


def test_a_file_in_use_is_never_evicted_and_goes_when_it_is_let_go(cache: StoreCache) -> None:
    held = [fetched(cache, number) for number in range(4)]
    more = fetched(cache, 4)  # more than fits: nothing could be evicted
    assert [path.exists() for path in [*held, more]] == [True] * 5
    aged(held[2], 1000)
    gone = Path(held[2])
    del held[2]
    gc.collect()
    fetched(cache, 5)
    assert not gone.exists()
    assert [path.exists() for path in [*held, more]] == [True] * 4


def test_a_path_without_its_pin_would_be_evicted(cache: StoreCache) -> None:
    """Control: it is the pin that protects, not luck."""
    plain = [Path(fetched(cache, number)) for number in range(4)]
    gc.collect()
    fetched(cache, 4)
    assert [path.exists() for path in plain].count(False) == 1


def test_bytes_that_are_others_leave_nothing(cache: StoreCache, tmp_path: Path) -> None:
    with pytest.raises(BlobMismatch):
        cache.fetch(sha256_of(1), MIB, lambda: iter([content_of(2)]))
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_an_object_larger_than_the_cache_is_hashed_and_not_kept(cache: StoreCache) -> None:
    size = 5 * MIB
    blocks = (content_of(1) for _ in range(5))
    sha256, read, path = cache.take_in(blocks, size)
    assert (sha256, read, path) == (sha256_of(1, size), size, None)
    small, _, kept = cache.take_in(iter([content_of(7)]), MIB)
    assert kept is not None
    assert kept == cache.find(small)


def test_a_full_disk_leaves_no_half_file(tmp_path: Path) -> None:
    """T33: the cache on 8 MiB; the same object fits when the disk is larger."""
    size = SMALL_BYTES + MIB
    for root, fits in ((tmp_path / "small", False), (tmp_path / "large", True)):
        if fits:
            path = StoreCache(root, 100 * MIB).fetch(sha256_of(1, size), size, lambda: iter([content_of(1, size)]))
            assert path.stat().st_size == size
            continue
        with small_disk(root) as disk:
            cache = StoreCache(disk.folder / "cache", 100 * MIB)
            with pytest.raises(OSError) as full:  # noqa: PT011 - its number is asked next
                cache.fetch(sha256_of(1, size), size, lambda: iter([content_of(1, size)]))
            assert full.value.errno == disk.says
            assert [found for found in disk.folder.rglob("*") if found.is_file()] == []


def test_ten_readers_at_once_fetch_one_time(cache: StoreCache) -> None:
    asked, failed, barrier = list[int](), list[BaseException](), threading.Barrier(10)

    def blocks() -> Iterator[bytes]:
        asked.append(1)
        yield content_of(1)

    def read() -> None:
        try:
            barrier.wait(10)
            assert cache.fetch(sha256_of(1), MIB, blocks).read_bytes() == content_of(1)
        except BaseException as error:  # noqa: BLE001 - reported by the test
            failed.append(error)

    threads = [threading.Thread(target=read) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert (failed, len(asked)) == ([], 1)


WORKER = """
import hashlib, random, sys
from pathlib import Path
from media_ingest.adapters.store_cache import StoreCache
cache, seed = StoreCache(Path(sys.argv[1]), 4 << 20), random.Random(sys.argv[2])
content = lambda number: number.to_bytes(4, "big") * (1 << 18)
print("ready", flush=True)
for _ in range(int(sys.argv[3])):
    number = seed.randrange(12)
    sha256 = hashlib.sha256(content(number)).hexdigest()
    path = cache.fetch(sha256, 1 << 20, lambda: iter([content(number)[:500_000], content(number)[500_000:]]))
    assert hashlib.sha256(path.read_bytes()).hexdigest() == sha256, number
    assert path.exists()
"""


def test_processes_share_a_cache_that_is_too_small_for_all_of_them(tmp_path: Path, repository: Path) -> None:
    """Four processes, twelve objects, room for four; two are killed on the way: every read is whole."""
    root = tmp_path / "cache"

    def started(seed: int, rounds: int) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-c", WORKER, str(root), str(seed), str(rounds)]
        return subprocess.Popen(command, cwd=repository, stdout=subprocess.PIPE)

    killed, working = [started(seed, 10_000) for seed in (1, 2)], [started(seed, 150) for seed in (3, 4)]
    for process in killed:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
    wait_until(lambda: any(root.rglob("??/*")), within_s=20, what="a first object")
    for process in killed:
        process.send_signal(signal.SIGKILL)
        process.communicate()
    for process in working:
        process.communicate(timeout=60)
        assert process.returncode == 0
    cache = StoreCache(root, 4 * MIB)
    fetched(cache, 3)
    gc.collect()
    assert sum(path.stat().st_size for path in cache.files()) <= 5 * MIB
    assert all(hashlib.sha256(path.read_bytes()).hexdigest() == path.name for path in cache.files())
