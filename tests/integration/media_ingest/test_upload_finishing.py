"""The last byte: into storage and an asset exactly once, whatever crashes when (T28, T36)."""

from __future__ import annotations

import errno
import threading
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.db import connection, transaction

from core.accounts.policy import Actor
from core.audit.models import AuditEvent
from core.audit.services import verify_chain
from core.clock import now
from core.errors import DomainError
from core.jobs.models import Job, JobState
from core.jobs.runner import run_due, run_job
from core.jobs.services import publish
from media_ingest.adapters.scratch import scratch_path
from media_ingest.adapters.storage import store
from media_ingest.domain.ownership import CaseKind
from media_ingest.domain.states import UploadState
from media_ingest.models import Asset, OwnershipCase, Upload
from media_ingest.services import finishing, receiving
from media_ingest.services.finishing import RECEIVE, upload_finish
from tests.factories.core import actor_as
from tests.factories.media_ingest import upload_of
from tests.factories.uploads import CONTENT, SHA256, SIZE, declared, dies, sent


def test_the_same_bytes_again_are_the_same_asset(db: None) -> None:
    actor = actor_as()
    first, second = upload_of(actor, CONTENT), upload_of(actor, CONTENT, name="copy.mov")
    assert second.asset_id == first.asset_id
    assert (first.duplicate, second.duplicate) == (False, True)
    assert Asset.objects.count() == 1
    assert Job.objects.filter(kind="media_ingest.probe").count() == 1


def test_bytes_already_held_are_recognised_by_their_hash_without_sending_them(db: None) -> None:
    actor = actor_as()
    first = upload_of(actor, CONTENT)
    again = declared(actor, sha256=SHA256)
    assert (again.state, again.duplicate, again.asset_id) == (UploadState.RECEIVED, True, first.asset_id)
    stranger = declared(actor_as(), sha256=SHA256)
    assert (stranger.state, stranger.asset_id) == (UploadState.RECEIVING, None)


def test_the_same_bytes_of_another_owner_are_one_object_two_assets_and_a_case(db: None) -> None:
    one, other = actor_as(), actor_as()
    first, second = upload_of(one, CONTENT), upload_of(other, CONTENT)
    assert first.asset_id != second.asset_id
    assert not second.duplicate
    keys = set(Asset.objects.values_list("storage_key", flat=True))
    assert len(keys) == 1
    case = OwnershipCase.objects.get()
    assert (case.kind, case.asset_id, case.other_id) == (CaseKind.SAME_BYTES, second.asset_id, first.asset_id)
    opened = AuditEvent.objects.get(action="ownership_case.opened")
    assert opened.chain not in {one.organisation_id, other.organisation_id}
    assert verify_chain() == []


def test_a_file_that_is_not_what_was_declared_fails_and_nothing_is_kept(db: None) -> None:
    actor = actor_as()
    upload = declared(actor, sha256="0" * 64)
    done = sent(actor, upload, 0, SIZE)
    assert (done.state, done.failure) == (UploadState.FAILED, "checksum_mismatch")
    assert not scratch_path(upload.id).exists()
    assert not Asset.objects.exists()
    with pytest.raises(DomainError) as refused:
        sent(actor, upload, 0, 10)
    assert refused.value.code == "upload_gone"


def test_an_empty_file_is_complete_when_declared(db: None) -> None:
    upload = upload_of(actor_as(), b"")
    assert upload.state == UploadState.RECEIVED
    assert upload.asset is not None
    assert upload.asset.size_bytes == 0


def test_the_same_declaration_twice_is_one_upload(db: None) -> None:
    actor = actor_as()
    first, second = declared(actor, request_key="k1"), declared(actor, request_key="k1")
    assert first.id == second.id
    with pytest.raises(DomainError) as refused:
        declared(actor, name="other.mov", request_key="k1")
    assert refused.value.code == "idempotency_mismatch"
    assert declared(actor_as(), request_key="k1").id != first.id


def test_a_crash_before_storing_is_made_good_by_the_job(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The request that brought the last byte dies: the durable job stores the file."""
    actor = actor_as()
    upload = declared(actor)
    with monkeypatch.context() as patched:
        patched.setattr(receiving, "upload_finish_now", dies)
        assert sent(actor, upload, 0, SIZE).state == UploadState.STORING
    job = Job.objects.get(kind=RECEIVE)
    assert run_job(job.id)
    upload.refresh_from_db()
    assert upload.state == UploadState.RECEIVED
    assert Asset.objects.get().sha256 == SHA256


def test_a_crash_between_storing_and_the_row_is_made_good_by_the_job(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    actor = actor_as()
    upload = declared(actor)
    with monkeypatch.context() as patched:
        patched.setattr(receiving, "upload_finish_now", dies)
        sent(actor, upload, 0, SIZE)
        store().put_file(scratch_path(upload.id), SHA256, SIZE, hashed=True)
    assert run_due([RECEIVE]) == 1
    upload.refresh_from_db()
    assert upload.state == UploadState.RECEIVED


@pytest.mark.local_disk
def test_a_disk_that_refuses_postpones_the_finish_to_the_job(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    actor = actor_as()
    content = b"never stored before " * 50
    upload = declared(actor, content)

    def refuse(path: Path, target: Path) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "rename", refuse)
        assert sent(actor, upload, 0, len(content), content).state == UploadState.STORING
        assert run_due([RECEIVE]) == 1
    job = Job.objects.get(kind=RECEIVE)
    assert (job.state, job.attempt) == (JobState.QUEUED, 1)
    Job.objects.update(run_after=now() - timedelta(seconds=1))
    assert run_due([RECEIVE]) == 1
    upload.refresh_from_db()
    assert upload.state == UploadState.RECEIVED


def test_complete_bytes_that_vanish_before_storing_fail_plainly(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    actor = actor_as()
    content = b"only here " * 100
    upload = declared(actor, content)
    with monkeypatch.context() as patched:
        patched.setattr(receiving, "upload_finish_now", dies)
        sent(actor, upload, 0, len(content), content)
    scratch_path(upload.id).unlink()
    Job.objects.filter(kind=RECEIVE).update(attempt=8)  # a worker elsewhere was patient before
    assert run_due([RECEIVE]) == 1
    upload.refresh_from_db()
    assert (upload.state, upload.failure) == (UploadState.FAILED, "bytes_lost")


def test_ten_deliveries_of_one_finish_have_one_effect(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """T36: the same message, ten times at once."""
    actor = actor_as()
    upload = declared(actor)
    with monkeypatch.context() as patched:
        patched.setattr(receiving, "upload_finish_now", dies)
        sent(actor, upload, 0, SIZE)
    barrier, found, failed = threading.Barrier(10), list[UUID | None](), list[BaseException]()

    def deliver() -> None:
        try:
            barrier.wait(10)
            found.append(upload_finish(actor=Actor.system(), upload_id=upload.id).asset_id)
        except BaseException as error:  # noqa: BLE001 - reported by the test
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=deliver) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert failed == []
    asset = Asset.objects.get()
    assert found == [asset.id] * 10
    assert Job.objects.filter(kind="media_ingest.probe").count() == 1
    assert AuditEvent.objects.filter(action="asset.received").count() == 1


def test_ten_uploads_of_the_same_bytes_at_once_are_one_asset(transactional_db: None) -> None:
    actor = actor_as()
    rows = [declared(actor, name=f"{number}.mov") for number in range(10)]
    barrier, failed = threading.Barrier(10), list[BaseException]()

    def send(upload: Upload) -> None:
        try:
            barrier.wait(10)
            sent(actor, upload, 0, SIZE)
        except BaseException as error:  # noqa: BLE001 - reported by the test
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=send, args=[upload]) for upload in rows]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert failed == []
    assert Asset.objects.count() == 1
    assert sorted(Upload.objects.values_list("duplicate", flat=True)) == [False] + [True] * 9


class Rollback(Exception):
    """Raised to undo a transaction."""


@pytest.mark.parametrize("crash", [True, False])
def test_the_message_commits_with_the_change_or_not_at_all(transactional_db: None, crash: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """T28: raise after the job was inserted."""
    upload = upload_of(actor_as(), b"some bytes")
    assert upload.asset is not None
    Job.objects.all().delete()
    try:
        with transaction.atomic():
            publish(topic=finishing.ASSET_RECEIVED, subject=upload.asset.public_id, payload={})
            if crash:
                raise Rollback
    except Rollback:
        pass
    assert Job.objects.count() == (0 if crash else 1)
