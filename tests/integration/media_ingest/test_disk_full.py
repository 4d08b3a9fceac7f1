"""T33: a disk that is really full. The upload stays, the job comes back later, nothing half is ever published."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

from core.clock import now
from core.errors import DomainError
from core.jobs.models import Job, JobState
from core.jobs.runner import run_due
from media_ingest.adapters.scratch import scratch_path
from media_ingest.adapters.storage import store
from media_ingest.domain.states import UploadState
from media_ingest.models import Asset, Upload
from media_ingest.services import receiving, uploads
from media_ingest.services.finishing import RECEIVE
from tests.disks import SMALL_BYTES, SmallDisk, small_disk
from tests.factories.core import actor_as
from tests.factories.straight import sent_straight
from tests.factories.uploads import declared, dies, sent

pytestmark = pytest.mark.django_db

CONTENT = os.urandom(SMALL_BYTES // 2)
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    with small_disk(tmp_path / "small") as found:
        yield found


def filled(disk: SmallDisk, leave: int) -> Path:
    """Take all room but ``leave`` bytes."""
    ballast = disk.folder / "ballast"
    free = shutil.disk_usage(disk.folder).free
    with ballast.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, max(1, free - leave))
    return ballast


def complete(monkeypatch: pytest.MonkeyPatch) -> Upload:
    """An upload whose last byte came, and which nobody stored yet."""
    actor = actor_as()
    upload = declared(actor, CONTENT)
    with monkeypatch.context() as patched:
        patched.setattr(receiving, "upload_finish_now", dies)
        sent(actor, upload, 0, len(CONTENT), CONTENT)
    return upload


def put_back_once(upload: Upload) -> Job:
    """Run the storing job on the full disk: it is to come again, and everything is as before."""
    assert run_due([RECEIVE]) == 1
    upload.refresh_from_db()
    job = Job.objects.get(kind=RECEIVE)
    assert (upload.state, job.state, job.attempt) == (UploadState.STORING, JobState.QUEUED, 1)
    assert not Asset.objects.exists()
    return job


def stored_at_last(upload: Upload, job: Job) -> None:
    Job.objects.filter(pk=job.pk).update(run_after=now() - timedelta(seconds=1))
    assert run_due([RECEIVE]) == 1
    upload.refresh_from_db()
    assert upload.state == UploadState.RECEIVED
    asset = Asset.objects.get()
    assert asset.sha256 == SHA256
    with store().open(asset.storage_key) as opened:
        assert opened.read() == CONTENT
    call_command("verify")


@pytest.mark.local_disk
def test_a_full_storage_disk_postpones_and_publishes_nothing_half(
    disk: SmallDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T33: storage on 8 MiB, with less room than the file needs."""
    scratch = settings.OFFCUT.scratch_root
    monkeypatch.setattr(
        settings, "OFFCUT", dataclasses.replace(settings.OFFCUT, home=disk.folder, scratch_root=scratch)
    )
    upload = complete(monkeypatch)
    ballast = filled(disk, leave=len(CONTENT) // 2)
    job = put_back_once(upload)
    assert scratch_path(upload.id).read_bytes() == CONTENT
    left = [path for path in (disk.folder / "storage").rglob("*") if path.is_file() and path.stat().st_size]
    assert left == []
    ballast.unlink()
    stored_at_last(upload, job)


def test_writing_straight_to_the_final_name_leaves_half_a_file(disk: SmallDisk, tmp_path: Path) -> None:
    """T33, control: this is what the temporary name saves us from."""
    source = tmp_path / "source"
    source.write_bytes(CONTENT)
    filled(disk, leave=len(CONTENT) // 2)
    final = disk.folder / "final"
    with pytest.raises(OSError, match=os.strerror(disk.says)):
        shutil.copyfile(source, final)
    assert 0 < final.stat().st_size < len(CONTENT)


@pytest.mark.local_disk
def test_a_full_scratch_disk_stops_an_upload_which_goes_on_later(
    disk: SmallDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T33: the sender is told, what arrived is kept, and with room the rest follows."""
    monkeypatch.setattr(settings, "OFFCUT", dataclasses.replace(settings.OFFCUT, scratch_root=disk.folder / "scratch"))
    monkeypatch.setattr(uploads, "KEPT_FREE", 0)  # the whole disk is smaller than the room that is kept free
    actor = actor_as()
    upload = declared(actor, CONTENT)
    half = len(CONTENT) // 2
    sent(actor, upload, 0, half, CONTENT)
    ballast = filled(disk, leave=1 << 20)
    with pytest.raises(DomainError) as refused:
        sent(actor, upload, half, len(CONTENT), CONTENT)
    assert refused.value.code == "no_space"
    upload.refresh_from_db()
    assert upload.state == UploadState.RECEIVING
    assert upload.received_bytes >= half
    assert scratch_path(upload.id).read_bytes()[: upload.received_bytes] == CONTENT[: upload.received_bytes]
    ballast.unlink()
    sent(actor, upload, upload.received_bytes, len(CONTENT), CONTENT)
    upload.refresh_from_db()
    assert (upload.state, upload.sha256) == (UploadState.RECEIVED, SHA256)
    call_command("verify")


@pytest.mark.s3
def test_a_full_scratch_disk_postpones_the_reading_of_parts(disk: SmallDisk, monkeypatch: pytest.MonkeyPatch) -> None:
    """T33: parts lie in object storage; the worker that reads them has no room for its copy."""
    monkeypatch.setattr(settings, "OFFCUT", dataclasses.replace(settings.OFFCUT, scratch_root=disk.folder / "scratch"))
    upload = sent_straight(actor_as(), CONTENT)
    ballast = filled(disk, leave=len(CONTENT) // 2)
    job = put_back_once(upload)
    assert not store().exists(f"blobs/{SHA256[:2]}/{SHA256[2:4]}/{SHA256}")
    ballast.unlink()
    stored_at_last(upload, job)
