"""``manage.py verify`` sees what went wrong in the library; each check is seen red."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from core.clock import now
from core.jobs.models import Job
from media_ingest.adapters.scratch import scratch_path
from media_ingest.adapters.storage import store
from media_ingest.domain.states import UploadState
from media_ingest.models import Quota, Upload
from tests.factories.core import actor_as
from tests.factories.media_ingest import upload_of
from tests.factories.uploads import declared

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_home(settings: Settings, tmp_path: Path) -> None:
    """A disk that only these rows use."""
    settings.OFFCUT = replace(settings.OFFCUT, home=tmp_path)


def verify() -> str:
    out = io.StringIO()
    try:
        call_command("verify", stdout=out)
    except CommandError:
        return out.getvalue()
    return ""


def test_a_library_in_order_passes() -> None:
    upload_of(actor_as(), b"in order")
    assert verify() == ""


def test_a_lost_object_is_named() -> None:
    upload = upload_of(actor_as(), b"to be lost")
    assert upload.asset is not None
    store().delete(upload.asset.storage_key)
    assert f"{upload.asset.storage_key} is not in storage" in verify()


def test_a_received_file_without_a_job_is_named() -> None:
    upload = upload_of(actor_as(), b"without a job")
    assert upload.asset is not None
    Job.objects.filter(kind="media_ingest.probe").delete()
    assert f"{upload.asset.public_id} waits for a job of kind media_ingest.probe, and there is none" in verify()


def test_a_complete_upload_without_a_job_is_named() -> None:
    upload = upload_of(actor_as(), b"complete")
    Upload.objects.filter(pk=upload.pk).update(state=UploadState.STORING, asset=None)
    Job.objects.filter(kind="media_ingest.receive").delete()
    assert f"{upload.public_id} waits for a job of kind media_ingest.receive, and there is none" in verify()
    assert not scratch_path(upload.id).exists()


def test_an_upload_that_is_open_long_after_its_end_is_named() -> None:
    upload = declared(actor_as())
    assert verify() == ""
    Upload.objects.filter(pk=upload.pk).update(expires_at=now() - timedelta(days=3))
    assert f"{upload.public_id} ended" in verify()


def test_sums_that_are_not_those_of_the_rows_are_named() -> None:
    upload = upload_of(actor_as(), b"12345678")
    Quota.objects.filter(organisation_id=upload.organisation_id).update(used_bytes=7)
    assert "uses 7 + 0 bytes, and its rows say 8 + 0" in verify()


def test_the_sweep_command_counts_without_touching() -> None:
    out = io.StringIO()
    call_command("sweep_storage", "--dry-run", stdout=out)
    assert "objects would be removed: 0" in out.getvalue()
