"""ISCC of what is sold: alike for what looks alike, the same for the same bytes, told with the next delivery."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import imageio_ffmpeg
import iscc_core
import pytest
from django.core.management import call_command
from django.db import DatabaseError, transaction

from core.accounts.policy import Actor
from core.jobs.models import Job, JobState
from core.jobs.runner import run_due
from marketplace.delivery.domain.topics import BUILD, CODES
from marketplace.delivery.models import Dataset
from marketplace.orders.models import Order
from media_ingest.adapters.iscc import content_codes
from media_ingest.adapters.storage import store
from media_ingest.models import ContentCode
from media_ingest.services.coding import content_code_ensure
from tests.factories.delivery import home, rush, sale

pytestmark = pytest.mark.timeout(180)


def ffmpeg(*arguments: str) -> None:
    subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", *arguments], check=True, timeout=60)


def again(source: Path, target: Path) -> Path:
    """The same film, encoded anew and smaller."""
    ffmpeg("-i", str(source), "-vf", "scale=160:-2", "-crf", "30", str(target))
    return target


def test_films_that_look_alike_have_codes_alike_and_only_the_same_bytes_have_the_same(tmp_path: Path) -> None:
    one, other = tmp_path / "one.mp4", tmp_path / "other.mp4"
    one.write_bytes(rush(0))
    ffmpeg("-f", "lavfi", "-i", "mandelbrot=size=320x180:rate=25", "-t", "2", str(other))
    smaller = again(one, tmp_path / "smaller.mp4")
    first, second, third = (content_codes(path, tmp_path, duration_ms=2000) for path in (one, smaller, other))
    assert content_codes(one, tmp_path, duration_ms=2000) == first
    distance = iscc_core.iscc_compare(first.video, second.video)["content_dist"]
    assert distance < iscc_core.iscc_compare(first.video, third.video)["content_dist"]
    assert distance <= 8
    assert len({first.instance, second.instance, third.instance}) == 3
    assert iscc_core.iscc_validate(first.iscc)
    parts = {iscc_core.iscc_explain(part).split("-")[0] for part in (first.video, first.data, first.instance)}
    assert parts == {"CONTENT", "DATA", "INSTANCE"}


def rows_of(order: Order) -> list[dict[str, str | None]]:
    dataset = Dataset.objects.get(order=order)
    with store().open(dataset.files.get(path="manifest.jsonl").storage_key) as source:
        return [json.loads(line) for line in source]


@pytest.mark.django_db
def test_a_delivery_tells_the_codes_there_are_and_has_the_missing_ones_made() -> None:
    sold = sale(clips=2)
    known, unknown = sold.clips
    code = content_code_ensure(actor=Actor.system(), asset_id=known.asset_id)
    assert code is not None
    run_due([BUILD])
    assert {row["clip_id"]: row["iscc"] for row in rows_of(sold.order)} == {
        known.public_id: code.iscc,
        unknown.public_id: None,
    }
    run_due([CODES])
    assert Job.objects.get(kind=CODES).state == JobState.DONE
    assert ContentCode.objects.get(asset=unknown.asset).iscc.startswith("ISCC:K")
    assert ContentCode.objects.count() == 2


@pytest.mark.django_db
def test_a_code_is_made_once_never_changed_and_not_at_all_for_a_file_that_is_away(
    capsys: pytest.CaptureFixture[str],
) -> None:
    sold = sale(clips=2)
    here, gone = (clip.asset for clip in sold.clips)
    store().delete(gone.storage_key)
    call_command("content_codes")
    made = ContentCode.objects.get()
    assert made.asset_id == here.pk
    assert capsys.readouterr().out.splitlines() == [made.iscc, f"{gone.pk}: no code could be made"]
    assert content_code_ensure(actor=Actor.system(), asset_id=here.pk) == made
    assert content_code_ensure(actor=Actor.system(), asset_id=home(sold.studio)) is None
    with pytest.raises(DatabaseError), transaction.atomic():
        ContentCode.objects.update(iscc="ISCC:KAAA")
