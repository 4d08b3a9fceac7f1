"""The offline check names exactly the file that is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from offcut.certificate import read_jwks
from offcut.verify import Verification, verify_folder
from tests.factories.client import Issuer, dataset_files, write_files


@pytest.fixture
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture
def folder(tmp_path: Path, issuer: Issuer) -> Path:
    return write_files(tmp_path / "dataset", dataset_files(issuer))


def check(folder: Path, issuer: Issuer) -> Verification:
    return verify_folder(folder, read_jwks(issuer.jwks))


def flip(path: Path, at: int = 40) -> None:
    data = bytearray(path.read_bytes())
    data[at % len(data)] ^= 1
    path.write_bytes(data)


def test_a_whole_folder_is_fine(folder: Path, issuer: Issuer) -> None:
    result = check(folder, issuer)
    assert result.problems == []
    assert result.warnings == []
    assert result.ok
    assert result.files == 6
    assert result.trust == "pinned"


def test_without_pinned_keys_the_folder_only_vouches_for_itself(folder: Path) -> None:
    result = verify_folder(folder)
    assert result.ok
    assert result.trust == "folder"


def test_a_forged_folder_with_its_own_key_is_refused_by_pinned_keys(tmp_path: Path, issuer: Issuer) -> None:
    forged = write_files(tmp_path / "forged", dataset_files(Issuer()))
    assert verify_folder(forged).ok
    assert [(p.file, p.code) for p in check(forged, issuer).problems] == [("certificate.jws", "unknown_key")]


@pytest.mark.parametrize(
    "name",
    [
        "README.md", "croissant.json", "manifest.jsonl", "manifest.parquet", "shards/shard-000000.tar",
        "shards/shard-000000.json", "SHA256SUMS", "BLAKE3SUMS", "certificate.jws",
    ],
)  # fmt: skip
def test_a_flipped_byte_names_its_file_and_no_other(folder: Path, issuer: Issuer, name: str) -> None:
    flip(folder / name)
    assert check(folder, issuer).bad_files == [name]


@pytest.mark.parametrize("name", ["README.md", "manifest.jsonl", "SHA256SUMS", "certificate.jws", "jwks.json"])
def test_a_missing_file_is_named(folder: Path, issuer: Issuer, name: str) -> None:
    (folder / name).unlink()
    result = check(folder, issuer)
    assert result.bad_files == [name]
    assert {problem.code for problem in result.problems} == {"missing"}


def test_every_bad_file_is_named(folder: Path, issuer: Issuer) -> None:
    flip(folder / "README.md", 1)
    (folder / "manifest.parquet").unlink()
    assert check(folder, issuer).bad_files == ["README.md", "manifest.parquet"]


def test_a_stranger_among_the_shards_is_a_problem_elsewhere_a_warning(folder: Path, issuer: Issuer) -> None:
    (folder / "notes.txt").write_text("mine")
    result = check(folder, issuer)
    assert result.ok
    assert [warning.file for warning in result.warnings] == ["notes.txt"]
    (folder / "shards" / "shard-000001.tar").write_bytes(b"")
    assert check(folder, issuer).bad_files == ["shards/shard-000001.tar"]


def test_a_link_in_place_of_a_file_is_refused(folder: Path, issuer: Issuer, tmp_path: Path) -> None:
    shard = folder / "shards" / "shard-000000.tar"
    shard.rename(tmp_path / "elsewhere.tar")
    shard.symlink_to(tmp_path / "elsewhere.tar")
    assert [(p.file, p.code) for p in check(folder, issuer).problems] == [("shards/shard-000000.tar", "link")]


def test_samples_that_the_certificate_does_not_commit_to_are_found(tmp_path: Path, issuer: Issuer) -> None:
    samples = {"count": 3, "duration_ms": 6000, "merkle_root": "00" * 32}
    folder = write_files(tmp_path / "d", dataset_files(issuer, changes={"samples": samples}))
    assert [(p.file, p.code) for p in check(folder, issuer).problems] == [("manifest.jsonl", "merkle_root")]


def test_samples_without_a_licence_are_found(tmp_path: Path, issuer: Issuer) -> None:
    folder = write_files(tmp_path / "d", dataset_files(issuer, changes={"licences": []}))
    assert [(p.file, p.code) for p in check(folder, issuer).problems] == [("manifest.jsonl", "unlicensed")]


@pytest.mark.parametrize("path", ["../escape", "/etc/passwd", "a/../../b", "a\\b", "C:evil", ".offcut/state"])
def test_a_list_never_points_outside_its_folder(tmp_path: Path, issuer: Issuer, path: str) -> None:
    files = dataset_files(issuer)
    files["SHA256SUMS"] += f"{'0' * 64}  {path}\n".encode()
    files.pop("certificate.jws")
    result = check(write_files(tmp_path / "d", files), issuer)
    assert ("SHA256SUMS", "malformed") in {(problem.file, problem.code) for problem in result.problems}


def test_a_broken_key_set_in_the_folder_is_named_even_with_pinned_keys(folder: Path, issuer: Issuer) -> None:
    keys = json.loads((folder / "jwks.json").read_bytes())
    keys["keys"][0]["kid"] = "A" * 43
    (folder / "jwks.json").write_text(json.dumps(keys))
    assert check(folder, issuer).bad_files == ["jwks.json"]


def test_a_key_set_that_lost_the_signing_key_or_moved_its_start_is_named(folder: Path, issuer: Issuer) -> None:
    keys = json.loads((folder / "jwks.json").read_bytes())
    for change in ({"kty": "RSA"}, {"nbf": 1}):
        (folder / "jwks.json").write_text(json.dumps({"keys": [keys["keys"][0] | change]}))
        assert check(folder, issuer).bad_files == ["jwks.json"]


def test_the_state_of_a_download_is_not_part_of_the_dataset(folder: Path, issuer: Issuer) -> None:
    (folder / ".offcut").mkdir()
    (folder / ".offcut" / "lock").write_text("1")
    assert check(folder, issuer).warnings == []
