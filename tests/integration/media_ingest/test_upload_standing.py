"""Uploads that wait: paused, warned about, found again."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from typing_extensions import override

from core.accounts.policy import Actor
from core.audit.models import AuditEvent
from core.clock import now
from core.errors import DomainError
from core.jobs import registry
from core.jobs.models import Job
from core.jobs.registry import subscribe
from media_ingest.adapters.scratch import scratch_path
from media_ingest.domain.expiry import next_warning
from media_ingest.domain.sampled import sampled_sha256
from media_ingest.domain.states import AssetState, UploadState
from media_ingest.models import Asset, Upload
from media_ingest.services import receiving
from media_ingest.services.expiring import UPLOAD_EXPIRING, uploads_expire, uploads_warn
from media_ingest.services.matching_files import FileMatch, MatchResult, WantedFile, uploads_match
from media_ingest.services.progress import PROBE
from media_ingest.services.quotas import quota_room
from media_ingest.services.receiving import upload_append, upload_resume
from media_ingest.services.uploads import Declared, upload_declare, upload_pause, upload_unpause
from tests.factories.checked import breaches
from tests.factories.core import actor_as
from tests.factories.uploads import CONTENT, SHA256, SIZE, declared, sent

SAMPLE = sampled_sha256(io.BytesIO(CONTENT), SIZE)


def sampled(actor: Actor, name: str = "A001.mov", sample: str = SAMPLE) -> Upload:
    return upload_declare(actor=actor, declared=Declared(name=name, size_bytes=SIZE, sample_sha256=sample))


def test_a_paused_upload_takes_no_bytes_and_keeps_what_it_has(db: None) -> None:
    actor = actor_as()
    upload = declared(actor)
    sent(actor, upload, 0, 1000)
    before = upload_pause(actor=actor, upload_id=upload.id).paused_at
    assert upload_pause(actor=actor, upload_id=upload.id).paused_at == before
    with pytest.raises(DomainError) as refused:
        sent(actor, upload, 1000, 2000)
    assert (refused.value.code, refused.value.kind) == ("upload_paused", "conflict")
    assert actor.organisation_id is not None
    assert quota_room(actor.organisation_id).reserved_bytes == SIZE
    assert scratch_path(upload.id).read_bytes() == CONTENT[:1000]
    assert upload_unpause(actor=actor, upload_id=upload.id).paused_at is None
    assert sent(actor, upload, 1000, SIZE).sha256 == SHA256
    assert AuditEvent.objects.filter(action__in=["upload.paused", "upload.resumed"]).count() == 2
    assert breaches("uploads", "storage") == []


def test_pausing_ends_a_request_under_way_and_loses_none_of_its_bytes(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiving, "_LOOK_EVERY_S", 0.0)
    monkeypatch.setattr(receiving, "_BLOCK", 4096)
    actor = actor_as()
    upload = declared(actor)

    class PausesMidway(io.BytesIO):
        @override
        def read(self, size: int | None = -1) -> bytes:
            if self.tell() == 3 * 4096:
                upload_pause(actor=actor, upload_id=upload.id)
            return super().read(size)

    with pytest.raises(DomainError) as refused:
        upload_append(actor=actor, upload_id=upload.id, offset=0, stream=PausesMidway(CONTENT), length=SIZE)
    assert refused.value.code == "upload_paused"
    upload_unpause(actor=actor, upload_id=upload.id)
    kept = upload_resume(actor=actor, upload_id=upload.id).received_bytes
    assert kept == 4 * 4096
    assert sent(actor, upload, kept, SIZE).sha256 == SHA256


def test_the_idle_time_of_a_paused_upload_runs(db: None) -> None:
    actor = actor_as()
    upload = declared(actor)
    upload_pause(actor=actor, upload_id=upload.id)
    Upload.objects.filter(pk=upload.pk).update(expires_at=now() - timedelta(seconds=1))
    assert [found.pk for found in uploads_expire(actor=Actor.system())] == [upload.pk]
    for change in (upload_pause, upload_unpause):
        with pytest.raises(DomainError) as refused:
            change(actor=actor, upload_id=upload.id)
        assert refused.value.code == "upload_gone"


def left(upload: Upload, **time: int) -> None:
    Upload.objects.filter(pk=upload.pk).update(expires_at=now() + timedelta(**time))


def warned() -> list[int]:
    """Warn; return how many warnings each warned upload has had."""
    return [upload.warnings_sent for upload in uploads_warn(actor=Actor.system())]


def test_two_warnings_come_before_the_end_each_once(db: None) -> None:
    actor = actor_as()
    upload = declared(actor)
    assert warned() == []
    left(upload, days=7, hours=12)
    assert (warned(), warned()) == ([1], [])
    left(upload, days=1, hours=12)
    assert (warned(), warned()) == ([2], [])
    told = AuditEvent.objects.filter(action="upload.expiring", subject=upload.public_id)
    assert told.count() == 2
    upload.refresh_from_db()
    assert next_warning(upload.expires_at, upload.warnings_sent) is None


def test_an_upload_in_its_last_day_gets_the_last_warning_only(db: None) -> None:
    upload = declared(actor_as())
    left(upload, hours=3)
    assert (warned(), warned()) == ([2], [])


def test_bytes_that_come_begin_the_warnings_anew(db: None) -> None:
    actor = actor_as()
    upload = declared(actor)
    left(upload, days=7)
    assert warned() == [1]
    sent(actor, upload, 0, 1000)
    upload.refresh_from_db()
    assert (upload.warnings_sent, next_warning(upload.expires_at, 0)) == (0, upload.expires_at - timedelta(days=7))
    assert warned() == []


def test_a_floor_above_hears_every_warning(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name, value in vars(registry).items() if isinstance(value, dict)]:
        monkeypatch.setattr(registry, name, {**vars(registry)[name]})
    subscribe(UPLOAD_EXPIRING, PROBE)
    upload = declared(actor_as())
    left(upload, days=7)
    warned()
    left(upload, hours=20)
    warned()
    told = Job.objects.filter(kind=PROBE, payload__upload=upload.public_id)
    assert sorted(job.payload["days"] for job in told) == [1, 7]


def match(actor: Actor, name: str = "A001.mov", size: int = SIZE, sample: str = SAMPLE) -> FileMatch:
    return uploads_match(actor=actor, files=[WantedFile(name, size, sample)])[0]


def test_a_file_is_found_again_by_name_size_and_sample(db: None) -> None:
    actor = actor_as()
    assert match(actor).result == MatchResult.UNKNOWN
    upload = sampled(actor)
    sent(actor, upload, 0, 1000)
    begun = match(actor)
    assert (begun.result, begun.upload_id, begun.offset, begun.asset_id) == ("continue", upload.pk, 1000, None)
    sent(actor, upload, 1000, SIZE)
    here = match(actor)
    assert (here.result, here.asset_id) == (MatchResult.RECEIVED, Asset.objects.get().pk)


@pytest.mark.parametrize(
    "other", [{"name": "A002.mov"}, {"size": SIZE - 1}, {"sample": "0" * 64}, {"sample": ""}], ids=str
)
def test_anything_that_differs_makes_a_file_unknown(db: None, other: dict[str, str]) -> None:
    """T39: a file that changed under its name is never gone on with."""
    actor = actor_as()
    sent(actor, sampled(actor), 0, 1000)
    assert match(actor).result == MatchResult.CONTINUE
    assert match(actor, **other).result == MatchResult.UNKNOWN  # type: ignore[arg-type]  # names of its arguments


def test_an_upload_declared_without_a_sample_is_never_gone_on_with(db: None) -> None:
    actor = actor_as()
    sampled(actor, sample="")
    assert match(actor, sample="").result == MatchResult.UNKNOWN


def test_only_what_is_kept_and_ones_own_is_found(db: None) -> None:
    actor = actor_as()
    upload = sampled(actor)
    assert match(actor_as()).result == MatchResult.UNKNOWN
    left(upload, seconds=-1)
    assert match(actor).result == MatchResult.UNKNOWN
    left(upload, days=1)
    sent(actor, upload, 0, SIZE)
    Asset.objects.update(state=AssetState.WITHDRAWN)
    assert match(actor).result == MatchResult.UNKNOWN


def test_answers_come_in_the_order_asked_and_a_received_file_wins(db: None) -> None:
    actor = actor_as()
    sent(actor, sampled(actor), 0, SIZE)
    sampled(actor)
    asked = [WantedFile("x.mov", 5, "1" * 64), WantedFile("A001.mov", SIZE, SAMPLE), WantedFile("y.mov", 6)]
    assert [found.result for found in uploads_match(actor=actor, files=asked)] == ["unknown", "received", "unknown"]


def test_a_state_is_enough_to_know_whether_bytes_are_wanted(db: None) -> None:
    actor = actor_as()
    upload = sampled(actor)
    Upload.objects.filter(pk=upload.pk).update(state=UploadState.STORING, sha256=SHA256, received_bytes=SIZE)
    found = match(actor)
    assert (found.result, found.offset) == (MatchResult.CONTINUE, SIZE)
