"""T35: an object store that refuses, hangs, breaks off and forgets to answer; behind it a real one."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import time
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client

from core.clock import now
from core.jobs.models import Job, JobState
from core.jobs.runner import run_due
from media_ingest.adapters.s3 import client as s3_client
from media_ingest.adapters.s3.store import S3Store
from media_ingest.adapters.scratch import scratch_path
from media_ingest.adapters.storage import StorageUnavailable, blob_key, store
from media_ingest.domain.states import UploadState
from media_ingest.models import Asset, DerivativeKind
from media_ingest.services import receiving
from media_ingest.services.finishing import RECEIVE
from media_ingest.services.links import media_link
from tests.factories.core import actor_as
from tests.factories.media_ingest import DerivativeFactory
from tests.factories.uploads import declared, dies, sent
from tests.s3_faults import Fault, FaultLine, fault_line

pytestmark = pytest.mark.s3

LONGEST_S = 60.0
PASSING = (Fault.BUSY, Fault.CUT_REQUEST, Fault.HANG)


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultLine]:
    """The installation's store, reached through a line that can be broken."""
    installed = settings.OFFCUT
    assert installed.keeping.s3 is not None
    with fault_line(installed.keeping.s3.endpoint) as proxy:
        s3 = dataclasses.replace(installed.keeping.s3, endpoint=proxy.url)
        keeping = dataclasses.replace(installed.keeping, s3=s3)
        monkeypatch.setattr(settings, "OFFCUT", dataclasses.replace(installed, keeping=keeping))
        yield proxy


@pytest.fixture
def blobs(line: FaultLine) -> S3Store:
    found = store()
    assert isinstance(found, S3Store)
    return found


class Rush:
    """Some bytes that nobody else stored, in a file."""

    def __init__(self, folder: Path, size: int = 3 << 20) -> None:
        self.content = os.urandom(size)
        self.sha256 = hashlib.sha256(self.content).hexdigest()
        self.key = blob_key(self.sha256)
        self.path = folder / self.sha256
        self.path.write_bytes(self.content)

    def put(self, blobs: S3Store) -> str:
        return blobs.put_file(self.path, self.sha256, len(self.content), hashed=True)

    def is_stored_once(self, blobs: S3Store) -> bool:
        """Whether there is one whole object under the right name, and nothing temporary."""
        blobs.cache.drop(self.sha256)
        return blobs.path(self.key).read_bytes() == self.content and temporary(blobs) == []


def temporary(blobs: S3Store) -> list[str]:
    return [key for page in blobs.bucket.pages("incoming/") for key, _, _ in page]


@pytest.mark.parametrize("fault", PASSING)
def test_a_passing_fault_of_a_write_is_overcome(line: FaultLine, blobs: S3Store, tmp_path: Path, fault: Fault) -> None:
    """T35: one object, the right bytes, within a minute, whatever happened to the first PUT."""
    rush = Rush(tmp_path)
    line.arm(fault, method="PUT")
    began = time.monotonic()
    assert rush.put(blobs) == rush.key
    assert time.monotonic() - began < LONGEST_S
    assert rush.is_stored_once(blobs)


@pytest.mark.parametrize("fault", [Fault.LOST_ACK, Fault.SILENT_ACK])
def test_an_answer_that_got_lost_is_found_out_before_anything_is_sent_again(
    line: FaultLine, blobs: S3Store, tmp_path: Path, fault: Fault
) -> None:
    """T35: the bytes go over the line once: one PUT for the file, one for the copy inside the store."""
    rush = Rush(tmp_path)
    line.arm(fault, method="PUT")
    rush.put(blobs)
    assert line.count("PUT") == 2
    assert rush.is_stored_once(blobs)


def test_without_the_look_the_bytes_go_twice(
    line: FaultLine, blobs: S3Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T35, control: the test above counts something that can be otherwise."""
    monkeypatch.setattr(s3_client, "_look", lambda _: None)
    rush = Rush(tmp_path)
    line.arm(Fault.LOST_ACK, method="PUT")
    rush.put(blobs)
    assert line.count("PUT") == 3


@pytest.mark.parametrize(("fault", "method"), [(Fault.BUSY, ""), (Fault.HANG, ""), (Fault.CUT_REQUEST, "PUT")])
def test_a_lasting_fault_of_a_write_ends_in_time_and_loses_nothing(
    line: FaultLine, blobs: S3Store, tmp_path: Path, fault: Fault, method: str
) -> None:
    """T35: typed, within a minute, nothing published, and the file is still there for the next try."""
    rush = Rush(tmp_path)
    line.arm(fault, method=method, times=1000)
    began = time.monotonic()
    with pytest.raises(StorageUnavailable):
        rush.put(blobs)
    assert time.monotonic() - began < LONGEST_S
    line.heal()
    assert not blobs.exists(rush.key)
    assert rush.path.read_bytes() == rush.content
    assert rush.put(blobs) == rush.key
    assert rush.is_stored_once(blobs)


@pytest.mark.parametrize("fault", [Fault.BUSY, Fault.CUT_ANSWER, Fault.LOST_ACK, Fault.HANG])
def test_a_passing_fault_of_a_read_is_overcome(line: FaultLine, blobs: S3Store, tmp_path: Path, fault: Fault) -> None:
    """T35: what a reader gets is whole."""
    rush = Rush(tmp_path)
    rush.put(blobs)
    blobs.cache.drop(rush.sha256)
    line.arm(fault, method="GET")
    began = time.monotonic()
    assert blobs.path(rush.key).read_bytes() == rush.content
    assert time.monotonic() - began < LONGEST_S


def test_an_answer_that_breaks_off_goes_on_from_there(line: FaultLine, blobs: S3Store, tmp_path: Path) -> None:
    """T35: with `Range`, four times in a row, each after more than a block; nothing is read twice but one block."""
    rush = Rush(tmp_path, 12 << 20)
    rush.put(blobs)
    line.arm(Fault.CUT_ANSWER, method="GET", times=4, after=(2 << 20) + 5000)
    with blobs.open(rush.key) as opened:
        assert opened.read() == rush.content
    starts = [int(asked.partition("bytes=")[2].partition("-")[0]) for asked in line.asked if asked.startswith("GET")]
    assert len(starts) == 5
    assert starts == sorted(starts)
    assert all(later - earlier >= 1 << 20 for earlier, later in pairwise(starts))


def test_without_going_on_a_broken_answer_is_an_error(
    line: FaultLine, blobs: S3Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T35, control: the library itself does not go on."""
    rush = Rush(tmp_path)
    rush.put(blobs)
    blobs.cache.drop(rush.sha256)
    monkeypatch.setattr(s3_client, "TRIES", 1)
    line.arm(Fault.CUT_ANSWER, method="GET")
    with pytest.raises(StorageUnavailable):
        blobs.path(rush.key)
    assert blobs.cache.find(rush.sha256) is None


@pytest.mark.parametrize("fault", [Fault.BUSY, Fault.CUT_ANSWER, Fault.HANG])
def test_a_lasting_fault_of_a_read_ends_in_time_and_leaves_no_half_file(
    line: FaultLine, blobs: S3Store, tmp_path: Path, fault: Fault
) -> None:
    """T35: and when the store is back the same call works."""
    rush = Rush(tmp_path)
    rush.put(blobs)
    blobs.cache.drop(rush.sha256)
    line.arm(fault, method="GET", times=1000)
    began = time.monotonic()
    with pytest.raises(StorageUnavailable):
        blobs.path(rush.key)
    assert time.monotonic() - began < LONGEST_S
    assert blobs.cache.find(rush.sha256) is None
    line.heal()
    assert blobs.path(rush.key).read_bytes() == rush.content


def test_a_multipart_write_through_a_bad_line_becomes_one_object(
    line: FaultLine, blobs: S3Store, tmp_path: Path
) -> None:
    """T35: pieces, joining and copying in pieces, every third answer of which is lost or refused."""
    rush = Rush(tmp_path, 70 << 20)
    for fault, method in ((Fault.LOST_ACK, "POST"), (Fault.CUT_REQUEST, "PUT")):
        line.arm(fault, method=method)
        rush.path.write_bytes(rush.content)
        assert rush.put(blobs) == rush.key
        assert rush.is_stored_once(blobs)
        blobs.delete(rush.key)


def test_an_upload_waits_for_a_store_that_is_away_and_loses_nothing(
    db: None, line: FaultLine, blobs: S3Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T35: the last byte came, the store hangs up: the job tries again, then there is one object and one asset."""
    content = os.urandom(1 << 20)
    sha256 = hashlib.sha256(content).hexdigest()
    actor = actor_as()
    upload = declared(actor, content)
    with monkeypatch.context() as patched:
        patched.setattr(receiving, "upload_finish_now", dies)
        sent(actor, upload, 0, len(content), content)
    line.arm(Fault.BUSY, times=1000)
    assert run_due([RECEIVE]) == 1
    upload.refresh_from_db()
    job = Job.objects.get(kind=RECEIVE)
    assert (upload.state, job.state, job.attempt) == (UploadState.STORING, JobState.QUEUED, 1)
    assert scratch_path(upload.id).read_bytes() == content
    line.heal()
    Job.objects.filter(pk=job.pk).update(run_after=now() - timedelta(seconds=1))
    assert run_due([RECEIVE]) == 1
    upload.refresh_from_db()
    assert upload.state == UploadState.RECEIVED
    assert Asset.objects.get().sha256 == sha256
    with blobs.open(blob_key(sha256)) as opened:
        assert opened.read() == content
    call_command("verify")


def test_whoever_looks_at_a_picture_is_told_to_ask_again(
    db: None, line: FaultLine, blobs: S3Store, tmp_path: Path
) -> None:
    """T35: a store that is away is a 503 with our words, and the same link works when it is back."""
    rush = Rush(tmp_path, 1000)
    key = rush.put(blobs)
    picture = DerivativeFactory.create(
        kind=DerivativeKind.POSTER, sha256=rush.sha256, storage_key=key, size_bytes=len(rush.content)
    )
    link = media_link(picture)
    line.arm(Fault.BUSY, times=1000)
    refused = Client().get(link)
    assert (refused.status_code, refused.json()["code"]) == (503, "storage_away")
    line.heal()
    shown: Any = Client().get(link)
    assert b"".join(shown.streaming_content) == rush.content
