"""`offcut verify` of one document or one video, as somebody runs it who has only the file and the certificates."""

from __future__ import annotations

import json
import random
import tarfile
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from core.jobs.runner import run_due
from licensing.adapters.seal import pdf_seal
from licensing.adapters.seal_keys import seal_certificates, sealer_from_file
from licensing.adapters.typesetting import paper_pdf
from licensing.domain.documents.agreement import agreement_paper
from licensing.domain.wording import Language
from marketplace.delivery.domain.topics import BUILD
from marketplace.delivery.models import Dataset
from media_ingest.adapters.storage import store
from offcut.cli import main
from tests.factories.delivery import sale
from tests.factories.documents import agreement_document_with


@pytest.fixture
def pdf(tmp_path: Path) -> Path:
    """Return a sealed agreement, with the installation's certificates beside it as trust.pem."""
    keys = tmp_path / "keys.json"
    sealer = sealer_from_file(keys, name="Offcut documents", at=datetime(2026, 9, 1, tzinfo=UTC))
    path = tmp_path / "agreement.pdf"
    paper = paper_pdf(agreement_paper(agreement_document_with(), Language.EN))
    path.write_bytes(pdf_seal(paper, sealer, reason="Agreement", stamp_url=""))
    (tmp_path / "trust.pem").write_text("".join(seal_certificates(keys)))
    return path


@pytest.fixture
def video(db: None, tmp_path: Path) -> Path:
    """Return a delivered video, with the root certificate that came along."""
    sale(clips=1)
    run_due([BUILD])
    files = Dataset.objects.get().files

    def content(path: str) -> bytes:
        with store().open(files.get(path=path).storage_key) as source:
            return source.read()

    with tarfile.open(fileobj=BytesIO(content("shards/shard-000000.tar"))) as shard:
        name = next(name for name in shard.getnames() if name.endswith(".mp4"))
        member = shard.extractfile(name)
        assert member is not None
        path = tmp_path / name
        path.write_bytes(member.read())
    (tmp_path / "media-root.pem").write_bytes(content("media-root.pem"))
    return path


def verified(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, Any]:
    code = main(["--json", "verify", *words])
    said = capsys.readouterr()
    return code, json.loads(said.out or said.err)


def flipped(path: Path, copy: Path, place: int) -> str:
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    copy.write_bytes(data)
    return str(copy)


def places(path: Path, count: int) -> list[int]:
    """Return where to flip: the ends, and some places in between that are the same each time."""
    size = path.stat().st_size
    return [0, size - 1, *random.Random(4).sample(range(size), count)]


def test_a_document_is_whole_or_refused(pdf: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    trust = ["--trust", str(tmp_path / "trust.pem")]
    code, told = verified(capsys, "--pdf", str(pdf), *trust)
    assert (code, told["ok"], told["signer"]) == (0, True, "Offcut documents")
    for place in places(pdf, 40):
        code, told = verified(capsys, "--pdf", flipped(pdf, tmp_path / "changed.pdf", place), *trust)
        assert (code, told["error"]["code"]) == (5, "verify_mismatch"), place


def test_a_video_is_whole_or_refused(video: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, told = verified(capsys, "--video", str(video))
    assert (code, told["ok"]) == (0, True), told
    for place in places(video, 12):
        code, told = verified(capsys, "--video", flipped(video, tmp_path / "changed.mp4", place))
        assert (code, told["error"]["code"]) == (5, "verify_mismatch"), place


def test_what_is_missing_is_said_and_nothing_is_believed(
    pdf: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty.pem").write_text("nothing")
    for words in (
        ["--pdf", str(pdf)],
        ["--pdf", str(pdf), "--trust", str(tmp_path / "nowhere.pem")],
        ["--pdf", str(pdf), "--trust", str(tmp_path / "empty.pem")],
        ["--pdf", str(tmp_path / "nowhere.pdf"), "--trust", str(tmp_path / "trust.pem")],
        ["--video", str(tmp_path / "nowhere.mp4")],
    ):
        code, told = verified(capsys, *words)
        assert (code, told["error"]["code"]) == (2, "usage"), words
