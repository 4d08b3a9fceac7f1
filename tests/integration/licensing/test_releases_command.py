"""`offcut releases` as a creator runs it: draft, send, record paper, attach, take back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer

from core.accounts.policy import Actor
from licensing.models import Declaration, Release
from offcut.cli import main
from tests.factories.core import key_of
from tests.factories.marketplace import clip_live, studio_signed

Ran = tuple[int, list[Any]]


@pytest.fixture
def studio(transactional_db: None) -> Actor:
    return studio_signed()


@pytest.fixture
def run(
    live_server: LiveServer,
    studio: Actor,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Callable[..., Ran]:
    """Run a command and read what it said, line by line."""
    monkeypatch.setenv("OFFCUT_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("OFFCUT_TOKEN", key_of(studio))

    def ran(*words: str) -> Ran:
        code = main(["--url", live_server.url, "--json", "--quiet", "releases", *words])
        said = capsys.readouterr()
        return code, [json.loads(line) for line in (said.out or said.err).splitlines()]

    return ran


def test_a_release_is_drafted_attached_and_sent_in_one_command(run: Callable[..., Ran], studio: Actor) -> None:
    clip = clip_live(studio)
    code, (link,) = run("new", "Ada", "--occasion", "Pier, May", "--on", clip.public_id, "--send")
    assert code == 0
    assert "/release/" in link["sign_url"]
    code, (listed,) = run("ls", "--state", "sent")
    assert (code, listed["subject"], listed["clips"], listed["ai_training"]) == (0, "Ada", 1, "silent")
    assert run("cancel", listed["id"])[1][0]["state"] == "cancelled"
    code, (refused,) = run("send", listed["id"])
    assert (code, refused["error"]["code"]) == (1, "illegal_transition")


def test_paper_is_recorded_by_its_digest_and_taken_back(run: Callable[..., Ran], studio: Actor, tmp_path: Path) -> None:
    clip = clip_live(studio)
    scan = tmp_path / "ada.pdf"
    scan.write_bytes(b"signed")
    paper = ("record", "Ada", "--scan", str(scan), "--signed-on", "2026-05-01", "--signed-by", "Ada Bell")
    code, (made,) = run(*paper, "--ai-training", "generative", "--on", clip.public_id)
    assert (code, made["state"], made["ai_training"], made["signed_by"]) == (0, "signed", "generative", "Ada Bell")
    assert Release.objects.get().paper_sha256 == hashlib.sha256(b"signed").hexdigest()
    assert Declaration.objects.get(clip=clip).cleared == "generative"
    assert run("revoke", made["id"])[1][0]["state"] == "revoked"
    assert Declaration.objects.get(clip=clip).cleared == "none"
    assert run("show", made["id"])[1][0]["id"] == made["id"]


def test_a_scan_that_is_not_there_records_nothing(run: Callable[..., Ran], tmp_path: Path) -> None:
    empty = tmp_path / "empty.pdf"
    empty.touch()
    for scan in (empty, tmp_path / "none.pdf"):
        words = ("record", "Ada", "--scan", str(scan), "--signed-on", "2026-05-01", "--signed-by", "Ada Bell")
        code, (refused,) = run(*words, "--ai-training", "no")
        assert (code, refused["error"]["code"]) == (2, "usage")
        assert "Nothing was recorded." in refused["error"]["detail"]
    assert not Release.objects.exists()


def test_paper_that_is_stored_but_on_no_clip_is_told_as_such_and_not_recorded_twice(
    run: Callable[..., Ran], tmp_path: Path
) -> None:
    scan = tmp_path / "ada.pdf"
    scan.write_bytes(b"signed")
    paper = ("record", "Ada", "--scan", str(scan), "--signed-on", "2026-05-01", "--signed-by", "Ada Bell")
    code, (refused,) = run(*paper, "--ai-training", "no", "--on", "clp_nothing")
    assert (code, refused["error"]["code"]) == (1, "invalid")
    assert f"stored as {Release.objects.get().public_id}" in refused["error"]["detail"]
    assert "Nothing was changed" not in refused["error"]["detail"]
    code, (unnamed,) = run(*paper, "--ai-training", "no", "--guardian-relation", "mother")
    assert (code, unnamed["error"]["code"]) == (2, "usage")
    assert "--kind minor" in unnamed["error"]["detail"]
    assert Release.objects.count() == 1
