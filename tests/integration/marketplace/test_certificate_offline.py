"""What the server builds, the client's offline check accepts, and one flipped byte it does not (acceptance 3)."""

from __future__ import annotations

import importlib
import json
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.accounts.policy import Actor
from core.jobs.runner import run_due
from marketplace.delivery.domain.certificate import LicensedClip
from marketplace.delivery.domain.topics import BUILD
from marketplace.delivery.models import Dataset
from marketplace.transparency.services.keys import jwks, signing_key_rotate
from media_ingest.adapters.storage import store
from offcut.certificate import read_jwks
from offcut.verify import verify_folder
from tests.factories.delivery import sale

pytestmark = pytest.mark.django_db


@pytest.fixture
def second_opinion(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], object]:
    """The verifier of docs, found as by somebody who copied it, with the published keys."""
    monkeypatch.syspath_prepend(str(Path(__file__).resolve().parents[3] / "docs"))
    verifier = importlib.import_module("verify_offcut")
    return lambda path: verifier.folder(path, jwks()["keys"])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A dataset as a buyer has it on disk."""
    return built(tmp_path)


def built(tmp_path: Path) -> Path:
    sale(clips=2)
    run_due([BUILD])
    target = tmp_path / "dataset"
    for file in Dataset.objects.get().files.all():
        path = target / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        with store().open(file.storage_key) as source:
            path.write_bytes(source.read())
    return target


def test_an_untouched_folder_verifies_with_the_published_and_with_its_own_keys(folder: Path) -> None:
    pinned = verify_folder(folder, read_jwks(jwks()))
    assert (pinned.ok, pinned.problems, pinned.warnings) == (True, [], [])
    assert verify_folder(folder).ok
    signing_key_rotate(actor=Actor.system())
    assert verify_folder(folder, read_jwks(jwks())).ok


def test_a_certificate_from_before_recordings_were_named_in_it_still_verifies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, second_opinion: Callable[[Path], object]
) -> None:
    named = LicensedClip.as_json

    def as_it_was(clip: LicensedClip) -> dict[str, Any]:
        return {name: value for name, value in named(clip).items() if name != "iscc"}

    monkeypatch.setattr(LicensedClip, "as_json", as_it_was)
    folder = built(tmp_path)
    assert b"iscc" not in b64decode((folder / "certificate.jws").read_bytes().split(b".")[1] + b"==", b"-_")
    assert verify_folder(folder, read_jwks(jwks())).ok
    assert second_opinion(folder)


def test_rows_that_call_a_recording_something_else_than_the_certificate_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, second_opinion: Callable[[Path], object]
) -> None:
    """In a folder that is sound but for that: whoever signed it contradicts itself."""
    named = LicensedClip.as_json
    monkeypatch.setattr(LicensedClip, "as_json", lambda clip: named(clip) | {"iscc": "ISCC:KUAA"})
    folder = built(tmp_path)
    problems = [(found.file, found.code) for found in verify_folder(folder, read_jwks(jwks())).problems]
    assert problems == [("manifest.jsonl", "iscc")]
    with pytest.raises(SystemExit, match="another ISCC than certified"):
        second_opinion(folder)


def test_one_flipped_byte_is_found_and_named(folder: Path) -> None:
    for name in (
        "shards/shard-000000.tar", "shards/shard-000000.json", "manifest.jsonl", "manifest.parquet", "croissant.json",
        "README.md", "SHA256SUMS", "BLAKE3SUMS", "certificate.jws",
    ):  # fmt: skip
        path = folder / name
        whole = path.read_bytes()
        data = bytearray(whole)
        data[len(data) // 2] ^= 1
        path.write_bytes(data)
        checked = verify_folder(folder, read_jwks(jwks()))
        assert not checked.ok, name
        assert name in checked.bad_files
        path.write_bytes(whole)
    assert verify_folder(folder, read_jwks(jwks())).ok, "each time it was that byte"


def test_another_datasets_manifest_is_not_accepted_even_with_matching_sums(folder: Path) -> None:
    rows = (folder / "manifest.jsonl").read_bytes().splitlines()
    row = json.loads(rows[0])
    row["licence_id"] = "lic_00000000000000000000000000"
    (folder / "manifest.jsonl").write_bytes(b"\n".join([json.dumps(row).encode(), *rows[1:]]) + b"\n")
    checked = verify_folder(folder, read_jwks(jwks()))
    assert "manifest.jsonl" in checked.bad_files
