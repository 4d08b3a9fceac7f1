"""Bytes arriving through the services: resumed anywhere, never a mixed file, seen by their owner only (T12, T39)."""

from __future__ import annotations

import errno
import hashlib
import io
import os
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import settings
from typing_extensions import override

from core.accounts.actions import OrganisationKind, Role
from core.accounts.policy import Actor
from core.audit.models import AuditEvent
from core.clock import now
from core.errors import DomainError
from core.jobs.models import Job
from media_ingest.adapters import scratch
from media_ingest.adapters.scratch import RUNNING_HASHES, scratch_open, scratch_path
from media_ingest.adapters.storage import store
from media_ingest.domain.checksum import Checksum
from media_ingest.domain.states import UploadState
from media_ingest.models import Asset, Upload
from media_ingest.services import receiving, uploads
from media_ingest.services.expiring import uploads_expire
from media_ingest.services.receiving import upload_append, upload_resume
from media_ingest.services.uploads import upload_cancel, upload_create
from tests.factories.core import OrganisationFactory, actor_as
from tests.factories.media_ingest import upload_of
from tests.factories.uploads import CONTENT, SHA256, SIZE, Vanishing, declared, sent


def test_a_file_arrives_and_becomes_an_asset(db: None) -> None:
    actor = actor_as()
    upload = upload_of(actor, CONTENT, batch="card 1")
    assert upload.state == UploadState.RECEIVED
    assert upload.sha256 == SHA256
    asset = Asset.objects.get()
    assert (asset.organisation_id, asset.sha256, asset.size_bytes) == (actor.organisation_id, SHA256, SIZE)
    assert asset.batch is not None
    assert asset.batch.name == "card 1"
    assert asset.storage_key == f"blobs/{SHA256[:2]}/{SHA256[2:4]}/{SHA256}"
    assert store().path(asset.storage_key).read_bytes() == CONTENT
    assert not scratch_path(upload.id).exists()
    assert Job.objects.filter(kind="media_ingest.probe", subject=asset.public_id).count() == 1
    assert set(AuditEvent.objects.values_list("action", flat=True)) >= {"upload.declared", "asset.received"}


@pytest.mark.parametrize("cut", [1, 255, 4096, SIZE // 2, SIZE - 1])
@pytest.mark.parametrize("cache", ["kept", "lost"])
def test_an_upload_goes_on_after_a_cut_at_any_byte(db: None, cut: int, cache: str) -> None:
    actor = actor_as()
    upload = declared(actor)
    upload_append(actor=actor, upload_id=upload.id, offset=0, stream=Vanishing(CONTENT, cut), length=SIZE)
    assert upload_resume(actor=actor, upload_id=upload.id).received_bytes == cut
    if cache == "lost":
        RUNNING_HASHES.forget((upload.id, 0))
    done = sent(actor, upload, cut, SIZE)
    assert (done.state, done.sha256) == (UploadState.RECEIVED, SHA256)


def test_another_process_that_knows_an_older_prefix_reads_only_what_is_missing(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    actor = actor_as()
    upload = declared(actor)
    sent(actor, upload, 0, 1000)
    here, elsewhere = RUNNING_HASHES, scratch.RunningHashes()
    monkeypatch.setattr(receiving, "RUNNING_HASHES", elsewhere)
    sent(actor, upload, 1000, 5000)
    monkeypatch.setattr(receiving, "RUNNING_HASHES", here)
    read: list[tuple[int, int]] = []
    original = scratch.ScratchFile.hash_on

    def watched(self: scratch.ScratchFile, state: object, start: int, end: int) -> None:
        read.append((start, end))
        original(self, state, start, end)  # type: ignore[arg-type]  # hashlib's own object

    monkeypatch.setattr(scratch.ScratchFile, "hash_on", watched)
    assert sent(actor, upload, 5000, SIZE).sha256 == SHA256
    assert read == [(1000, 5000)]


@pytest.mark.parametrize("offset", [0, 99, 101, SIZE])
def test_bytes_at_a_wrong_place_are_refused_and_nothing_changes(db: None, offset: int) -> None:
    actor = actor_as()
    upload = declared(actor)
    sent(actor, upload, 0, 100)
    with pytest.raises(DomainError) as refused:
        upload_append(actor=actor, upload_id=upload.id, offset=offset, stream=io.BytesIO(b"x"), length=1)
    assert refused.value.code == "offset_mismatch"
    assert refused.value.extra["offset"] == 100
    assert scratch_path(upload.id).read_bytes() == CONTENT[:100]


def test_more_bytes_than_declared_are_refused_before_any_is_kept(db: None) -> None:
    actor = actor_as()
    upload = declared(actor)
    with pytest.raises(DomainError) as refused:
        upload_append(actor=actor, upload_id=upload.id, offset=0, stream=io.BytesIO(CONTENT + b"!"), length=SIZE + 1)
    assert refused.value.code == "too_many_bytes"
    assert upload_resume(actor=actor, upload_id=upload.id).received_bytes == 0


def test_a_second_writer_is_told_to_wait(db: None) -> None:
    actor = actor_as()
    upload = declared(actor)
    with scratch_open(upload.id, create=True), pytest.raises(DomainError) as refused:
        sent(actor, upload, 0, 100)
    assert refused.value.code == "upload_busy"
    assert sent(actor, upload, 0, SIZE).state == UploadState.RECEIVED


def checksum_of(content: bytes) -> Checksum:
    return Checksum("sha256", hashlib.sha256(content).digest())


def test_a_damaged_chunk_is_thrown_away_whole(db: None) -> None:
    actor = actor_as()
    upload = declared(actor)
    sent(actor, upload, 0, 100)
    damaged = b"X" + CONTENT[101:5000]
    with pytest.raises(DomainError) as refused:
        upload_append(
            actor=actor,
            upload_id=upload.id,
            offset=100,
            stream=io.BytesIO(damaged),
            length=len(damaged),
            checksum=checksum_of(CONTENT[100:5000]),
        )
    assert refused.value.code == "chunk_damaged"
    assert upload_resume(actor=actor, upload_id=upload.id).received_bytes == 100
    assert sent(actor, upload, 100, SIZE).sha256 == SHA256


def test_a_cut_chunk_with_a_checksum_is_thrown_away_whole(db: None) -> None:
    actor = actor_as()
    upload = declared(actor)
    sent(actor, upload, 0, 100)
    after = upload_append(
        actor=actor,
        upload_id=upload.id,
        offset=100,
        stream=Vanishing(CONTENT[100:], 700),
        length=5000,
        checksum=checksum_of(CONTENT[100:5100]),
    )
    assert after.received_bytes == 100
    assert sent(actor, upload, 100, SIZE).sha256 == SHA256


def test_bytes_noted_nowhere_but_on_disk_count(db: None) -> None:
    """A process killed after the last byte and before the row was written: the next look finishes the file."""
    actor = actor_as()
    upload = declared(actor)
    with scratch_open(upload.id, create=True) as file:
        file.write_at(0, CONTENT[:700])
    assert upload_resume(actor=actor, upload_id=upload.id).received_bytes == 700
    with scratch_open(upload.id, create=False) as file:
        file.write_at(700, CONTENT[700:])
    found = upload_resume(actor=actor, upload_id=upload.id)
    assert (found.state, found.sha256) == (UploadState.RECEIVED, SHA256)


def test_a_look_while_the_last_byte_is_being_written_down_waits_for_nobody(db: None) -> None:
    actor = actor_as()
    upload = declared(actor)
    with scratch_open(upload.id, create=True) as file:
        file.write_at(0, CONTENT)
        seen = upload_resume(actor=actor, upload_id=upload.id)
        assert (seen.state, seen.received_bytes) == (UploadState.RECEIVING, SIZE)
    assert upload_resume(actor=actor, upload_id=upload.id).state == UploadState.RECEIVED


@pytest.mark.parametrize("left", [None, 0, 300])
def test_bytes_lost_from_the_disk_are_sent_again_and_never_mixed(db: None, left: int | None) -> None:
    actor = actor_as()
    upload = declared(actor)
    sent(actor, upload, 0, 1000)
    if left is None:
        scratch_path(upload.id).unlink()
    else:
        os.truncate(scratch_path(upload.id), left)
    with pytest.raises(DomainError) as refused:
        sent(actor, upload, 1000, 2000)
    assert refused.value.code == "offset_mismatch"
    offset = upload_resume(actor=actor, upload_id=upload.id).received_bytes
    assert offset == (left or 0)
    assert sent(actor, upload, offset, SIZE).sha256 == SHA256


def test_a_full_disk_refuses_the_chunk_and_keeps_what_came_before(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    actor = actor_as()
    upload = declared(actor)
    sent(actor, upload, 0, 1000)
    original = os.pwrite

    def full(descriptor: int, content: bytes, offset: int) -> int:
        original(descriptor, content[:7], offset)
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "pwrite", full)
        with pytest.raises(DomainError) as refused:
            sent(actor, upload, 1000, 2000)
    assert refused.value.code == "no_space"
    assert upload_resume(actor=actor, upload_id=upload.id).received_bytes == 1000
    assert sent(actor, upload, 1000, SIZE).sha256 == SHA256


def test_a_cancelled_upload_keeps_nothing_and_takes_nothing_more(db: None) -> None:
    actor = actor_as()
    upload = declared(actor)
    sent(actor, upload, 0, 1000)
    assert upload_cancel(actor=actor, upload_id=upload.id).state == UploadState.CANCELLED
    assert upload_cancel(actor=actor, upload_id=upload.id).state == UploadState.CANCELLED
    assert not scratch_path(upload.id).exists()
    with pytest.raises(DomainError) as refused:
        sent(actor, upload, 1000, 2000)
    assert refused.value.code == "upload_gone"


def test_cancelling_while_bytes_arrive_leaves_no_asset(db: None) -> None:
    actor = actor_as()
    upload = declared(actor)

    class CancelsMidway(io.BytesIO):
        @override
        def read(self, size: int | None = -1) -> bytes:
            if self.tell() and Upload.objects.get(pk=upload.pk).state == UploadState.RECEIVING:
                upload_cancel(actor=actor, upload_id=upload.id)
            return super().read(size)

    with pytest.raises(DomainError) as refused:
        upload_append(actor=actor, upload_id=upload.id, offset=0, stream=CancelsMidway(CONTENT), length=SIZE)
    assert refused.value.code == "upload_gone"
    assert not Asset.objects.exists()
    assert not scratch_path(upload.id).exists()


def test_a_received_file_is_not_undone_by_cancelling(db: None) -> None:
    actor = actor_as()
    upload = upload_of(actor, CONTENT)
    with pytest.raises(DomainError) as refused:
        upload_cancel(actor=actor, upload_id=upload.id)
    assert refused.value.code == "upload_closed"


def test_an_upload_idle_for_fourteen_days_is_forgotten(db: None) -> None:
    actor = actor_as()
    idle, busy = declared(actor), declared(actor)
    sent(actor, idle, 0, 1000)
    sent(actor, busy, 0, 1000)
    Upload.objects.filter(pk=idle.pk).update(expires_at=now() - timedelta(seconds=1))
    with pytest.raises(DomainError) as refused:
        sent(actor, idle, 1000, 2000)
    assert refused.value.code == "upload_gone"
    assert [upload.id for upload in uploads_expire(actor=Actor.system())] == [idle.id]
    assert not scratch_path(idle.id).exists()
    assert scratch_path(busy.id).exists()
    busy.refresh_from_db()
    assert timedelta(days=13, hours=23) < busy.expires_at - now() <= timedelta(days=14)


def test_a_file_larger_than_accepted_is_refused_when_declared(db: None) -> None:
    with pytest.raises(DomainError) as refused:
        upload_create(actor=actor_as(), name="a.mov", size_bytes=settings.OFFCUT.upload_max_bytes + 1)
    assert refused.value.code == "too_large"
    assert not Upload.objects.exists()


def test_files_under_way_count_as_taken_space(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    actor = actor_as()
    monkeypatch.setattr(uploads, "scratch_free", lambda: uploads.KEPT_FREE + 2500)
    upload_create(actor=actor, name="a.mov", size_bytes=1000)
    upload_create(actor=actor, name="b.mov", size_bytes=1000)
    with pytest.raises(DomainError) as refused:
        upload_create(actor=actor, name="c.mov", size_bytes=1000)
    assert refused.value.code == "no_space"


def test_a_hostile_name_makes_no_file_of_that_name(db: None) -> None:
    """T12: stored under ids and hashes only; the name is data."""
    actor = actor_as()
    home = settings.OFFCUT.home
    upload = upload_of(actor, b"bytes of a hostile name", name="../../\x1b[31m%03d\n-i concat:x.mov")
    assert upload.name == "\ufffd[31m%03d\ufffd-i concat:x.mov"
    for path in home.rglob("*"):
        assert "concat" not in path.name
        assert "%03d" not in path.name


def outsiders() -> dict[str, Actor]:
    studio = OrganisationFactory.create()
    return {
        "another studio": actor_as(),
        "an accountant": actor_as(role=Role.ACCOUNTANT, organisation=studio),
        "a buyer": actor_as(kind=OrganisationKind.BUYER, role=Role.ENGINEER),
        "the desk": actor_as(kind=OrganisationKind.PLATFORM, role=Role.LEAD),
    }


@pytest.mark.parametrize("who", ["another studio", "an accountant", "a buyer", "the desk"])
def test_only_the_owners_hands_can_send_or_cancel(db: None, who: str) -> None:
    owner = actor_as()
    upload = declared(owner)
    sent(owner, upload, 0, 1000)
    outsider = outsiders()[who]
    before = scratch_path(upload.id).read_bytes()
    attempts: list[Callable[[], Upload]] = [
        lambda: sent(outsider, upload, 1000, 2000),
        lambda: upload_cancel(actor=outsider, upload_id=upload.id),
    ]
    for attempt in attempts:
        with pytest.raises(DomainError) as refused:
            attempt()
        assert refused.value.code == ("not_found" if who == "another studio" else "role_missing")
    assert scratch_path(upload.id).read_bytes() == before
    upload.refresh_from_db()
    assert upload.state == UploadState.RECEIVING
