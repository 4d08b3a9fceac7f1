"""An operator's import of a folder: the same services, nothing lost, nothing followed, nothing deleted unproven."""

from __future__ import annotations

import hashlib
import io
import json
import os
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from core.accounts.actions import OrganisationKind
from core.accounts.models import Organisation
from core.accounts.policy import Actor
from core.errors import DomainError
from media_ingest.adapters import scratch
from media_ingest.adapters.storage import store
from media_ingest.domain.importing import Fate, ImportedFile, left_alone, seconds_left
from media_ingest.domain.sampled import sampled_sha256
from media_ingest.domain.states import UploadState
from media_ingest.models import Asset, Batch, Upload
from media_ingest.services import importing
from media_ingest.services.batches import batch_standings
from media_ingest.services.importing import ImportPlan, ImportStep, folder_import
from media_ingest.services.quotas import quota_limit_set
from media_ingest.services.receiving import upload_append
from media_ingest.services.uploads import Declared, upload_declare
from tests.factories.checked import breaches
from tests.factories.core import OrganisationFactory

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system()


@pytest.fixture
def studio() -> Organisation:
    return OrganisationFactory.create()


@pytest.fixture
def card(tmp_path: Path) -> Path:
    """A card with two clips in folders, and what cameras and computers leave beside them."""
    root = tmp_path / "card"
    for name, content in {
        "CLIP/A001.mov": b"first" * 1000,
        "CLIP/B/A002.mov": b"second" * 1000,
        "C003.mov": b"third" * 1000,
        ".DS_Store": b"x",
        "CLIP/._A001.mov": b"x",
        ".Trashes/deleted.mov": b"x",
        "Thumbs.db": b"x",
        "CLIP/empty.mov": b"",
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)
    return root


def brought(studio: Organisation, folder: Path, **plan: Any) -> dict[str, ImportedFile]:
    told: list[ImportStep] = []
    wanted = ImportPlan(organisation_id=studio.pk, **plan)
    files = folder_import(actor=SYSTEM, folder=folder, plan=wanted, tell=told.append)
    assert [step.finished for step in told if step.finished] == files
    return {file.path: file for file in files}


def fates(files: dict[str, ImportedFile]) -> dict[str, str]:
    return {path: file.code or str(file.fate) for path, file in files.items()}


def test_every_file_is_brought_in_and_what_is_left_alone_is_said(studio: Organisation, card: Path) -> None:
    found = brought(studio, card, batch="card 1")
    assert fates(found) == {
        "CLIP/A001.mov": "imported",
        "CLIP/B/A002.mov": "imported",
        "C003.mov": "imported",
        ".DS_Store": "hidden",
        "CLIP/._A001.mov": "hidden",
        ".Trashes": "hidden",
        "Thumbs.db": "system",
        "CLIP/empty.mov": "empty",
    }
    asset = Asset.objects.get(original_name="A002.mov")
    with store().open(asset.storage_key) as stored:
        assert stored.read() == b"second" * 1000
    upload = Upload.objects.get(asset=asset)
    assert (upload.folder, upload.verified, upload.created_by_id) == ("CLIP/B", True, None)
    assert batch_standings([Batch.objects.get()])[0].safe_to_erase
    assert all((card / path).exists() for path in found)
    assert breaches("uploads", "storage") == []


def test_a_dry_run_changes_nothing(studio: Organisation, card: Path) -> None:
    found = brought(studio, card, dry=True, move=True, batch="card 1")
    assert [file.fate for file in found.values()].count(Fate.WOULD_IMPORT) == 3
    assert not Upload.objects.exists()
    assert not Batch.objects.exists()
    assert (card / "C003.mov").exists()


def test_a_second_run_brings_nothing_twice(studio: Organisation, card: Path) -> None:
    first = brought(studio, card)
    again = brought(studio, card)
    assert [file.fate for file in again.values()].count(Fate.ALREADY_HERE) == 3
    assert again["C003.mov"].asset_id == first["C003.mov"].asset_id
    assert Upload.objects.count() == 3


def test_files_that_are_here_join_another_batch_without_their_bytes(studio: Organisation, card: Path) -> None:
    brought(studio, card)
    again = brought(studio, card, batch="card 1")
    assert [file.fate for file in again.values()].count(Fate.ALREADY_HERE) == 3
    assert Asset.objects.count() == 3
    assert batch_standings([Batch.objects.get()])[0].safe_to_erase


def sparse(path: Path) -> None:
    path.touch()
    os.truncate(path, 5 << 20)


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda path, other: path.symlink_to(other), "symlink"),
        (lambda path, other: path.hardlink_to(other), "hardlink"),
        (lambda path, other: path.symlink_to(other.parent), "symlink"),
        (lambda path, _: os.mkfifo(path), "special_file"),
        (lambda path, _: sparse(path), "sparse_file"),
    ],
    ids=["symlink", "hardlink", "folder link", "fifo", "sparse"],
)
def test_links_and_special_files_are_refused_and_never_opened(
    studio: Organisation, tmp_path: Path, make: Any, code: str
) -> None:
    """T11: what is not a plain file of its own is not imported."""
    outside = tmp_path / "outside" / "secret.mov"
    outside.parent.mkdir()
    outside.write_bytes(b"secret" * 1000)
    card = tmp_path / "card"
    card.mkdir()
    make(card / "A001.mov", outside)
    assert fates(brought(studio, card)) == {"A001.mov": code}
    assert not Upload.objects.exists()


def begun(studio: Organisation, content: bytes, sample_of: bytes, name: str = "C003.mov") -> Upload:
    """Leave an upload behind as an import that was killed does: its first 700 bytes are here."""
    actor = Actor(None, studio.pk, OrganisationKind.STUDIO, None, SYSTEM.scopes)
    sample = sampled_sha256(io.BytesIO(sample_of), len(sample_of))
    upload = upload_declare(actor=actor, declared=Declared(name=name, size_bytes=len(sample_of), sample_sha256=sample))
    part = content[:700]
    return upload_append(actor=actor, upload_id=upload.pk, offset=0, stream=io.BytesIO(part), length=len(part))


def test_an_interrupted_import_goes_on_where_it_stopped(studio: Organisation, card: Path) -> None:
    content = (card / "C003.mov").read_bytes()
    upload = begun(studio, content, content)
    found = brought(studio, card)["C003.mov"]
    assert (found.fate, found.resumed_at) == (Fate.IMPORTED, 700)
    upload.refresh_from_db()
    assert upload.state == UploadState.RECEIVED
    assert upload.sha256 == hashlib.sha256(content).hexdigest()


def test_a_prefix_of_another_file_is_given_up_never_mixed(studio: Organisation, card: Path) -> None:
    """T39: the same name, size and sample, but other bytes were sent before."""
    content = (card / "C003.mov").read_bytes()
    upload = begun(studio, b"?" * 700, content)
    found = brought(studio, card)["C003.mov"]
    assert (found.fate, found.resumed_at) == (Fate.IMPORTED, 0)
    assert found.sha256 == hashlib.sha256(content).hexdigest()
    upload.refresh_from_db()
    assert upload.state == UploadState.CANCELLED
    assert breaches("storage: what an organisation") == []


def test_a_file_that_changes_while_it_is_read_fails_and_the_next_run_takes_it(
    studio: Organisation, card: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T39: a changed file."""
    monkeypatch.setattr(importing, "_CHUNK", 2000)
    path = card / "C003.mov"
    calls: list[ImportStep] = []

    def change(step: ImportStep) -> None:
        if step.path == "C003.mov" and step.finished is None and not calls:
            calls.append(step)
            path.write_bytes(b"other" * 1000)

    plan = ImportPlan(organisation_id=studio.pk)
    files = folder_import(actor=SYSTEM, folder=card, plan=plan, tell=change)
    assert {file.path: file.code for file in files}["C003.mov"] == "file_changed"
    assert not Asset.objects.filter(original_name="C003.mov").exists()
    monkeypatch.undo()
    assert brought(studio, card)["C003.mov"].sha256 == hashlib.sha256(b"other" * 1000).hexdigest()


def test_moving_removes_only_what_was_read_back_and_is_equal(studio: Organisation, card: Path) -> None:
    found = brought(studio, card, move=True)
    assert {path for path, file in found.items() if file.moved} == {"CLIP/A001.mov", "CLIP/B/A002.mov", "C003.mov"}
    assert not (card / "C003.mov").exists()
    assert (card / ".DS_Store").exists()


@pytest.mark.local_disk
def test_a_file_whose_stored_bytes_are_damaged_is_not_removed(studio: Organisation, card: Path) -> None:
    brought(studio, card)
    asset = Asset.objects.get(original_name="C003.mov")
    stored = store().path(asset.storage_key)
    stored.chmod(0o600)
    stored.write_bytes(b"X" + stored.read_bytes()[1:])
    found = brought(studio, card, move=True)["C003.mov"]
    stored.unlink()  # other tests store the same content
    assert (found.code, found.moved) == ("kept_unequal", False)
    assert (card / "C003.mov").exists()


def test_what_is_recognised_by_samples_only_is_not_removed_when_its_bytes_differ(
    studio: Organisation, tmp_path: Path
) -> None:
    """Equal samples, another byte between them: recognised as here, kept when asked to move."""
    size = 5 << 20
    content = bytearray(os.urandom(size))
    card = tmp_path / "card"
    card.mkdir()
    (card / "A.mov").write_bytes(content)
    brought(studio, card)
    content[(1 << 20) + 5] ^= 1
    (card / "A.mov").write_bytes(content)
    assert brought(studio, card, move=True)["A.mov"].code == "kept_unequal"
    assert (card / "A.mov").exists()
    joined = brought(studio, card, batch="card 1")["A.mov"]
    assert joined.fate == Fate.IMPORTED
    assert joined.sha256 == hashlib.sha256(content).hexdigest()


def test_a_full_quota_stops_no_other_file(studio: Organisation, card: Path) -> None:
    quota_limit_set(actor=SYSTEM, organisation_id=studio.pk, limit_bytes=5500)
    found = fates(brought(studio, card))
    assert (found["C003.mov"], found["CLIP/A001.mov"], found["CLIP/B/A002.mov"]) == (
        "imported",
        "quota_exceeded",
        "quota_exceeded",
    )
    assert breaches("storage: what an organisation") == []


def test_folders_of_the_installation_and_other_owners_are_refused(card: Path, studio: Organisation) -> None:
    for folder in (settings.OFFCUT.home, settings.OFFCUT.home.parent, scratch.scratch_folder(), card / "C003.mov"):
        with pytest.raises(DomainError) as refused:
            brought(studio, folder)
        assert refused.value.code == "import_refused"
    with pytest.raises(DomainError) as refused:
        brought(OrganisationFactory.create(kind=OrganisationKind.BUYER), card)
    assert refused.value.code == "import_refused"


def test_the_command_sums_up_in_json_and_fails_when_a_file_did(
    studio: Organisation, card: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("import_folder", str(card), organisation=studio.public_id, json=True)
    told = json.loads(capsys.readouterr().out)
    assert told["fates"] == {"imported": 3, "skipped": 5}
    assert told["skipped"] == {"hidden": 3, "system": 1, "empty": 1}
    assert (told["imported_bytes"], told["moved"], len(told["files"])) == (16_000, 0, 8)
    quota_limit_set(actor=SYSTEM, organisation_id=studio.pk, limit_bytes=1)
    (card / "new.mov").write_bytes(b"new")
    with pytest.raises(CommandError):
        call_command("import_folder", str(card), organisation=studio.public_id)
    assert "failed (quota_exceeded" in capsys.readouterr().out


def test_a_name_cannot_steer_the_operators_terminal(
    studio: Organisation, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "card").mkdir()
    (tmp_path / "card" / "a\x1b[2J\n.mov").write_bytes(b"x")
    call_command("import_folder", str(tmp_path / "card"), organisation=studio.public_id)
    told = capsys.readouterr()
    assert "\x1b" not in told.out + told.err


def test_names_decide_what_is_left_alone() -> None:
    assert [left_alone(name) for name in ("A001.mov", "thumbs.DB", ".x")] == [None, "system", "hidden"]
    assert seconds_left(0, 100, 1.0) is None
    assert seconds_left(25, 100, 10.0) == 30
