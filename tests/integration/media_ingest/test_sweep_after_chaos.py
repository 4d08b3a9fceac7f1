"""T37: writers killed at any moment, on either store; then the sweep, and every byte is accounted for."""

from __future__ import annotations

import hashlib
import io
import json
import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from core.accounts.policy import Actor
from core.invariants import invariants
from core.jobs.runner import run_due
from media_ingest.adapters.local_store import LocalStore
from media_ingest.adapters.s3.store import S3Store
from media_ingest.adapters.storage import blob_key, incoming_key, store
from media_ingest.domain.reasons import Reason
from media_ingest.domain.states import AssetState
from media_ingest.models import Asset, Upload
from media_ingest.services import sweeping
from media_ingest.services.finishing import RECEIVE
from media_ingest.services.sweeping import storage_references, storage_sweep
from media_ingest.services.uploads import upload_cancel
from tests.factories.clock import Clock, clock
from tests.factories.core import actor_as
from tests.factories.media_ingest import AssetFactory
from tests.factories.straight import declared_straight, sent_straight
from tests.services import wait_until

__all__ = ["clock"]
pytestmark = pytest.mark.django_db

ROOT = Path(__file__).resolve().parents[3]
WRITERS = 6
DAY = timedelta(days=1)
WRITER = """
import hashlib, json, sys
from pathlib import Path
told, seed = json.loads(sys.argv[1]), sys.argv[2]
if "root" in told:
    from media_ingest.adapters.local_store import LocalStore
    blobs = LocalStore(Path(told["root"]))
else:
    from media_ingest.adapters.s3.bucket import Bucket
    from media_ingest.adapters.s3.client import connect
    from media_ingest.adapters.s3.store import S3Store
    from media_ingest.adapters.store_cache import StoreCache
    client = connect(**told["client"])
    blobs = S3Store(Bucket(client, *told["bucket"]), StoreCache(Path(told["cache"]), 1 << 30), client)
for number in range(1000):
    size = (1 << 20) * (70 if number % 3 == 1 else 1)
    content = f"{seed} {number} ".encode().ljust(64, b".") * (size // 64)
    path = Path(told["folder"]) / f"{seed}-{number}"
    path.write_bytes(content)
    sha256 = hashlib.sha256(content).hexdigest()
    print("begun", sha256, len(content), flush=True)
    blobs.put_file(path, sha256, len(content), hashed=True, keep=number % 2 == 0)
    print("kept", sha256, len(content), flush=True)
"""


def told(folder: Path) -> str:
    """What a writer must know of this installation's store."""
    s3 = settings.OFFCUT.keeping.s3
    if s3 is None:
        return json.dumps({"folder": str(folder), "root": str(settings.OFFCUT.media_root)})
    client = {name: getattr(s3, name) for name in ("endpoint", "region", "access_key", "secret_key")}
    where = {"client": client, "bucket": [s3.bucket, s3.prefix], "cache": str(folder / "cache")}
    return json.dumps({"folder": str(folder), **where})


def killed_writers(folder: Path, luck: random.Random) -> list[tuple[str, int]]:
    """Start processes that store one file after the other, kill each at some moment, return what they say is stored."""
    seeds = [f"{os.getpid()}-{writer}" for writer in range(WRITERS)]
    running = {}
    for seed in seeds:
        with (folder / f"{seed}.log").open("wb") as said:
            command = [sys.executable, "-c", WRITER, told(folder), seed]
            running[seed] = subprocess.Popen(command, stdout=said, cwd=ROOT)
    for seed, process in running.items():
        log, target = folder / f"{seed}.log", luck.randrange(1, 5)
        wait_until(
            lambda log=log, target=target: log.read_bytes().count(b"begun") >= target,  # type: ignore[misc]  # this round's
            within_s=60,
            what="a busy writer",
            every_s=0.002,
        )
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(luck.random() * 0.1)
        process.send_signal(signal.SIGKILL)
        process.wait()
    lines = [line.split() for seed in seeds for line in (folder / f"{seed}.log").read_text().splitlines()]
    return [(words[1], int(words[2])) for words in lines if words[0] == "kept"]


def at_rest() -> bool:
    """Whether nothing changes any more: a store may still finish what a killed writer asked of it."""
    before = (everything(), leftovers())
    threading.Event().wait(1)
    return (everything(), leftovers()) == before


def everything() -> set[str]:
    """All objects, whatever they are for."""
    return {key for key, _ in store().listing()}


def leftovers() -> list[str]:
    """What interrupted writing left: temporary objects, unfinished multipart uploads, half-copied files."""
    blobs = store()
    if isinstance(blobs, S3Store):
        temporary = [key for page in blobs.bucket.pages("incoming/") for key, _, _ in page]
        return temporary + [key for key, _, _ in blobs.bucket.unfinished()]
    assert isinstance(blobs, LocalStore)
    return [str(path) for path in blobs._leftovers()]


def kept_by_a_row(sha256: str, size: int) -> None:
    """Write the row of a file with which nobody has anything left to do."""
    AssetFactory.create(
        sha256=sha256, size_bytes=size, storage_key=blob_key(sha256), state=AssetState.REJECTED, reason=Reason.NOT_MEDIA
    )


def referenced_by_rows() -> set[str]:
    return set(Asset.objects.values_list("storage_key", flat=True))


def test_after_killed_writers_the_sweep_leaves_exactly_what_rows_need(tmp_path: Path, clock: Clock) -> None:
    """T37: blobs == references after a day; before it nothing goes; what a row needs never goes."""
    stored = killed_writers(tmp_path, random.Random(20261122))
    assert stored
    wait_until(at_rest, within_s=30, what="the store is at rest")
    for sha256, size in stored[::2]:
        kept_by_a_row(sha256, size)
    before = everything()
    assert referenced_by_rows() < before
    young = storage_sweep(actor=Actor.system()).blobs
    assert (young.removed, young.aborted, everything()) == ((), 0, before)
    clock.ahead(2 * DAY)
    dry = storage_sweep(actor=Actor.system(), dry=True).blobs
    assert everything() == before
    found = storage_sweep(actor=Actor.system()).blobs
    assert (set(found.removed), found.aborted) == (set(dry.removed), dry.aborted)
    assert everything() == referenced_by_rows()
    assert leftovers() == []
    for key in referenced_by_rows():
        with store().open(key) as opened:
            assert blob_key(hashlib.sha256(opened.read()).hexdigest()) == key
    assert storage_sweep(actor=Actor.system()).blobs.removed == ()
    call_command("verify")


def test_a_sweep_that_forgets_to_ask_would_lose_footage(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T37, control: the invariant checker sees it."""
    (tmp_path / "rush").write_bytes(b"precious")
    sha256 = hashlib.sha256(b"precious").hexdigest()
    key = store().put_file(tmp_path / "rush", sha256, 8)
    kept_by_a_row(sha256, 8)
    clock.ahead(2 * DAY)

    def forgetful(keys: Sequence[str]) -> set[str]:
        return set()

    sources: list[Callable[[Sequence[str]], set[str]]] = [forgetful]
    monkeypatch.setattr(sweeping, "_sources", sources)
    assert key in storage_sweep(actor=Actor.system()).blobs.removed
    said = io.StringIO()
    with pytest.raises(CommandError):
        call_command("verify", stdout=said)
    assert key in said.getvalue()


@pytest.mark.s3
def test_uploads_in_parts_that_nobody_finishes_are_aborted_and_open_ones_are_not(clock: Clock) -> None:
    """T37: of four uploads one is open, one was cancelled while the store was away, one has no row, one is stored."""
    actor, blobs = actor_as(), store()
    assert isinstance(blobs, S3Store)
    alive = declared_straight(actor, b"a" * 1000)
    cancelled = declared_straight(actor, b"b" * 1000)
    Upload.objects.filter(pk=cancelled.pk).update(part_handle="")  # so that giving up cannot reach the store
    upload_cancel(actor=actor, upload_id=cancelled.id)
    stray = blobs.bucket.begin_now(incoming_key("0" * 32))
    done = sent_straight(actor, b"d" * 1000)
    assert run_due([RECEIVE]) == 1
    done.refresh_from_db()
    assert done.asset is not None
    open_keys = {key for key, _, _ in blobs.bucket.unfinished()}
    assert {incoming_key(one.id.hex) for one in (alive, cancelled)} <= open_keys
    assert storage_sweep(actor=Actor.system()).blobs.aborted == 0
    clock.ahead(2 * DAY + timedelta(hours=1))
    assert any("uploads in parts" in breach for one in invariants() for breach in one.check())
    assert storage_sweep(actor=Actor.system()).blobs.aborted >= 2
    left = list(blobs.bucket.unfinished())
    assert incoming_key(alive.id.hex) in {key for key, _, _ in left}
    assert incoming_key(cancelled.id.hex) not in {key for key, _, _ in left}
    assert stray not in {upload_id for _, upload_id, _ in left}
    assert blobs.exists(done.asset.storage_key)
    assert storage_references([incoming_key(alive.id.hex), incoming_key(cancelled.id.hex)]) == {
        incoming_key(alive.id.hex)
    }
    call_command("verify")
