"""A paid order becomes a folder that people's tools read, the same bytes however often its worker dies."""

from __future__ import annotations

import gc
import hashlib
import json
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import mlcroissant
import pyarrow.parquet as pq
import pytest
import rfc8785
import webdataset
from django.db import IntegrityError, transaction

from core.clock import now
from core.jobs.models import Job, JobState
from core.jobs.runner import run_due
from marketplace.delivery.domain.certificate import leaf
from marketplace.delivery.domain.states import DatasetState
from marketplace.delivery.domain.sums import PROOF, UNLISTED
from marketplace.delivery.domain.topics import BUILD
from marketplace.delivery.models import Certificate, Dataset, SignedCopy
from marketplace.transparency.adapters import jws
from marketplace.transparency.domain import merkle
from marketplace.transparency.services.keys import jwks
from media_ingest.adapters.ffmpeg import probe_file
from media_ingest.adapters.storage import store
from media_ingest.domain.footage import Footage
from media_ingest.domain.probe import parse
from tests.factories.delivery import Sale, rush, sale

pytestmark = pytest.mark.django_db


def folder_of(dataset: Dataset, target: Path) -> Path:
    """The dataset as a buyer has it on disk."""
    for file in dataset.files.all():
        path = target / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        with store().open(file.storage_key) as source:
            path.write_bytes(source.read())
    return target


def read_shards(folder: Path) -> list[dict[str, Any]]:
    """All samples as the webdataset library reads them (it leaves closing its files to the collector)."""
    shards = sorted(str(path) for path in (folder / "shards").glob("*.tar"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        samples = list(webdataset.WebDataset(shards, shardshuffle=False))
        gc.collect()
    return samples


def hashes_of(dataset: Dataset) -> dict[str, str]:
    return dict(dataset.files.values_list("path", "sha256"))


def built(sold: Sale) -> Dataset:
    run_due([BUILD])
    dataset = Dataset.objects.get(order=sold.order)
    job = Job.objects.get(kind=BUILD)
    assert (dataset.state, job.state) == (DatasetState.READY, JobState.DONE), (dataset.reason, job.last_error)
    return dataset


def test_the_folder_is_read_by_webdataset_pyarrow_and_mlcroissant(tmp_path: Path) -> None:
    sold = sale(clips=3)
    folder = folder_of(built(sold), tmp_path / "dataset")
    keys = sorted(clip.public_id for clip in sold.clips)

    samples = read_shards(folder)
    assert [sample["__key__"] for sample in samples] == keys
    for sample in samples:
        row = json.loads(sample["json"])
        assert hashlib.sha256(sample["mp4"]).hexdigest() == row["sha256"]
        assert (row["width"], row["height"], row["frame_rate"], row["video_codec"]) == (320, 180, "25/1", "h264")
        assert (row["price"], row["currency"], row["duration_ms"], row["cut"]) == ("1.12", "USD", 2000, "whole")

    table = pq.read_table(folder / "manifest.parquet")
    lines = [json.loads(line) for line in (folder / "manifest.jsonl").read_bytes().splitlines()]
    assert table.to_pylist() == lines == [json.loads(sample["json"]) for sample in samples]

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of the libraries that mlcroissant uses
        dataset = mlcroissant.Dataset(str(folder / "croissant.json"))
        records = list(dataset.records("samples"))
    assert [record["samples/key"].decode() for record in records] == keys
    assert [record["samples/duration_ms"] for record in records] == [2000, 2000, 2000]


@pytest.mark.once
def test_croissant_passes_the_official_validator_and_describes_the_grant(tmp_path: Path) -> None:
    folder = folder_of(built(sale(clips=1)), tmp_path / "dataset")
    tool = Path(sys.executable).with_name("mlcroissant")
    argv = [str(tool), "validate", "--jsonld", str(folder / "croissant.json")]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert "Done" in done.stderr + done.stdout
    document = json.loads((folder / "croissant.json").read_bytes())
    assert document["conformsTo"] == "http://mlcommons.org/croissant/1.1"
    assert document["usageInfo"]["@type"] == "odrl:Agreement"
    named = {entry["@id"]: entry["sha256"] for entry in document["distribution"] if "sha256" in entry}
    assert named["manifest.parquet"] == hashlib.sha256((folder / "manifest.parquet").read_bytes()).hexdigest()


def test_sums_cover_everything_and_the_certificate_covers_the_sums(tmp_path: Path) -> None:
    sold = sale()
    dataset = built(sold)
    folder = folder_of(dataset, tmp_path / "dataset")
    listed = dict(line.split("  ")[::-1] for line in (folder / "SHA256SUMS").read_text().splitlines())
    on_disk = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert set(listed) == on_disk - UNLISTED
    assert all(hashlib.sha256((folder / path).read_bytes()).hexdigest() == digest for path, digest in listed.items())

    token = (folder / "certificate.jws").read_text()
    keys = json.loads((folder / "jwks.json").read_bytes())["keys"]
    payload = jws.verify(token, [jws.Jwk(x=key["x"], nbf=key["nbf"], exp=key["exp"]) for key in keys])
    assert keys == jwks()["keys"]
    assert payload["files"]["sha256sums"] == hashlib.sha256((folder / "SHA256SUMS").read_bytes()).hexdigest()
    assert payload["files"]["blake3sums"] == hashlib.sha256((folder / "BLAKE3SUMS").read_bytes()).hexdigest()
    assert payload["order"] == sold.order.public_id
    assert payload["price"] == {"creators": "2.24", "service_fee": "0.40", "total": "2.64", "currency": "USD"}
    assert payload["grant"]["field_of_use"] == ["finetune", "pretrain"]
    assert payload["samples"]["count"] == 2
    assert payload["samples"]["duration_ms"] == 4000
    rows = [json.loads(line) for line in (folder / "manifest.jsonl").read_bytes().splitlines()]
    members = ("key", "clip_id", "licence_id", "sha256", "start_ms", "end_ms")
    leaves = [merkle.leaf_hash(rfc8785.dumps(leaf(**{name: row[name] for name in members}))) for row in rows]
    assert payload["samples"]["merkle_root"] == merkle.root(leaves).hex()
    assert {(entry["id"], entry["clip"]) for entry in payload["licences"]} == {
        (row["licence_id"], row["clip_id"]) for row in rows
    }


def test_delivered_samples_carry_no_metadata_and_last_as_long_as_licensed(tmp_path: Path) -> None:
    sold = sale(clips=1)
    folder = folder_of(built(sold), tmp_path / "dataset")
    source = rush(0)
    sample = read_shards(folder)[0]
    for told in (b"Do not tell", b"loci"):
        assert told in source
        assert told not in sample["mp4"]
    clean = tmp_path / "clean.mp4"
    clean.write_bytes(sample["mp4"])
    footage = parse(probe_file(clean), size_bytes=clean.stat().st_size)
    assert isinstance(footage, Footage)
    assert (footage.duration_ms, footage.has_audio, footage.audio_codec) == (2000, True, "aac")


def test_building_again_gives_the_same_bytes_and_never_a_second_dataset() -> None:
    sold = sale()
    Dataset.objects.create(order=sold.order, issued_at=now().replace(microsecond=0))
    with transaction.atomic():
        dataset = built(sold)
        first = hashes_of(dataset)
        del first[PROOF]  # its salts and its head are made once, and rolled back here
        signed = list(SignedCopy.objects.all())  # signatures are made once, and kept
        for file in dataset.files.all():
            store().delete(file.storage_key)
        transaction.set_rollback(True)
    SignedCopy.objects.bulk_create(signed)
    assert {"README.md", "croissant.json", "manifest.parquet", "manifest.jsonl", "certificate.jws"} <= set(first)
    again = hashes_of(built(sold))
    del again[PROOF]
    assert again == first
    Job.objects.filter(kind=BUILD).update(state=JobState.QUEUED, finished_at=None)
    built(sold)
    assert (Dataset.objects.count(), Certificate.objects.count()) == (1, 1)
    with pytest.raises(IntegrityError), transaction.atomic():
        Dataset.objects.create(order=sold.order)


def test_a_large_order_is_split_into_shards_in_key_order(tmp_path: Path) -> None:
    sold = sale(clips=3)
    Dataset.objects.create(order=sold.order, version=1, shard_bytes=1)
    folder = folder_of(built(sold), tmp_path / "dataset")
    shards = sorted((folder / "shards").glob("*.tar"))
    assert [shard.name for shard in shards] == [f"shard-{number:06d}.tar" for number in range(3)]
    samples = read_shards(folder)
    assert [sample["__key__"] for sample in samples] == sorted(clip.public_id for clip in sold.clips)
    index = json.loads((folder / "shards" / "shard-000001.json").read_bytes())
    data = shards[1].read_bytes()
    for member in index["members"]:
        piece = data[member["offset"] : member["offset"] + member["size"]]
        assert hashlib.sha256(piece).hexdigest() == member["sha256"]
