"""ISCC of what is sold: alike for what looks alike, the same for the same bytes, told with the first delivery."""

from __future__ import annotations

import io
import json
import subprocess
import tarfile
from pathlib import Path

import imageio_ffmpeg
import iscc_core
import pyarrow.parquet as pq
import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction

from core.accounts.policy import Actor
from core.jobs.runner import run_due
from marketplace.delivery.domain.topics import BUILD
from marketplace.delivery.models import Dataset
from marketplace.delivery.services.certifying import certificate_payload
from marketplace.orders.models import Order
from media_ingest.adapters.iscc import content_codes
from media_ingest.adapters.storage import store
from media_ingest.domain.states import AssetState
from media_ingest.models import Asset, ContentCode
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
    with one.open("rb") as file:
        assert first.data == iscc_core.gen_data_code_v0(file, bits=64)["iscc"]
        file.seek(0)
        assert first.instance == iscc_core.gen_instance_code_v0(file, bits=64)["iscc"]
    distance = iscc_core.iscc_compare(first.video, second.video)["content_dist"]
    assert distance < iscc_core.iscc_compare(first.video, third.video)["content_dist"]
    assert distance <= 8
    assert len({first.instance, second.instance, third.instance}) == 3
    assert iscc_core.iscc_validate(first.iscc)
    parts = {iscc_core.iscc_explain(part).split("-")[0] for part in (first.video, first.data, first.instance)}
    assert parts == {"CONTENT", "DATA", "INSTANCE"}


def kept_of(order: Order, path: str) -> bytes:
    with store().open(Dataset.objects.get(order=order).files.get(path=path).storage_key) as source:
        return source.read()


@pytest.mark.django_db
def test_the_first_delivery_names_every_recording_in_rows_manifests_and_certificate() -> None:
    """A code that was there already is used, the others are made before a row is written."""
    sold = sale(clips=2)
    known, _unknown = sold.clips
    before = content_code_ensure(actor=Actor.system(), asset_id=known.asset_id)
    assert before is not None
    run_due([BUILD])
    codes = {clip.public_id: ContentCode.objects.get(asset=clip.asset).iscc for clip in sold.clips}
    assert codes[known.public_id] == before.iscc
    assert len(set(codes.values())) == 2
    assert all(iscc_core.iscc_validate(code) for code in codes.values())

    lines = [json.loads(line) for line in kept_of(sold.order, "manifest.jsonl").splitlines()]
    assert {row["clip_id"]: row["iscc"] for row in lines} == codes
    table = pq.read_table(io.BytesIO(kept_of(sold.order, "manifest.parquet"))).to_pylist()
    assert {row["clip_id"]: row["iscc"] for row in table} == codes
    with tarfile.open(fileobj=io.BytesIO(kept_of(sold.order, "shards/shard-000000.tar"))) as shard:
        members = [shard.extractfile(name) for name in shard.getnames() if name.endswith(".json")]
        sidecars = [json.load(member) for member in members if member is not None]
    assert {row["clip_id"]: row["iscc"] for row in sidecars} == codes
    croissant = json.loads(kept_of(sold.order, "croissant.json"))
    fields = [field["name"] for records in croissant["recordSet"] for field in records["field"]]
    assert "iscc" in fields
    payload = certificate_payload(kept_of(sold.order, "certificate.jws").decode())
    assert {licence["clip"]: licence["iscc"] for licence in payload["licences"]} == codes


@pytest.mark.django_db
def test_a_recording_that_its_creator_took_back_meanwhile_is_delivered_without_a_code() -> None:
    sold = sale(clips=1)
    Asset.objects.update(state=AssetState.WITHDRAWN)
    run_due([BUILD])
    (row,) = [json.loads(line) for line in kept_of(sold.order, "manifest.jsonl").splitlines()]
    (licence,) = certificate_payload(kept_of(sold.order, "certificate.jws").decode())["licences"]
    assert row["iscc"] is None
    assert "iscc" not in licence


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
    assert capsys.readouterr().out.splitlines() == [
        f"{here.public_id}  {made.iscc}",
        f"{gone.public_id}  no code could be made; nothing is lost",
        "codes made: 1; gave none: 1; left for later: 0",
    ]
    for wrong in ("-1", "0", "many"):
        with pytest.raises(CommandError, match="Nothing was computed"):
            call_command("content_codes", "--limit", wrong)
    assert content_code_ensure(actor=Actor.system(), asset_id=here.pk) == made
    assert content_code_ensure(actor=Actor.system(), asset_id=home(sold.studio)) is None
    with pytest.raises(DatabaseError), transaction.atomic():
        ContentCode.objects.update(iscc="ISCC:KAAA")
