"""Versions of a delivered dataset as its buyer's own copy follows them, and a version that was never given out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pytest_django.live_server_helper import LiveServer

from marketplace.delivery.models import Dataset
from marketplace.transparency.adapters.jws import verify_deletion
from marketplace.transparency.services.keys import public_keys
from marketplace.withdrawals.models import Notice
from marketplace.withdrawals.selectors.delivered import samples_delivered
from offcut.cli import main
from offcut.verify import verify_folder
from tests.factories.checked import breaches
from tests.factories.core import key_of
from tests.factories.delivered import bought, everything_done, taken_down
from tests.integration.marketplace.test_dataset_versions import SHARDS, links

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(180)]


def test_taken_down_before_the_first_build_the_clip_is_never_given_out() -> None:
    made = bought()
    taken_down(made.clips[0])
    everything_done()
    assert [(one.version, one.state) for one in Dataset.objects.order_by("version")] == [(1, "ready"), (2, "ready")]
    assert links(made, made.first, SHARDS[0]).json()["code"] == "licence_ended"
    assert links(made, made.version(2), *SHARDS).status_code == 200
    assert breaches("datasets") == []


@pytest.mark.django_db(transaction=True)
def test_sync_leaves_a_verified_folder_and_fetches_only_what_changed(
    live_server: LiveServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    had = bought()
    everything_done()
    monkeypatch.setenv("OFFCUT_CONFIG", str(tmp_path / "config"))
    folder = tmp_path / "coast"

    def run(*words: str) -> int:
        return main(["--url", live_server.url, *words])

    assert run("login", "--token", key_of(had.buyer)) == 0
    assert run("download", had.first.public_id, "-o", str(folder)) == 0
    taken_down(had.clips[2])
    fresh = tmp_path / "fresh"
    assert run("download", had.first.public_id, "-o", str(fresh)) == 4
    assert "offcut sync" in capsys.readouterr().err
    everything_done()
    kept = (folder / SHARDS[0]).stat()
    assert run("sync", str(folder)) == 5
    assert (folder / SHARDS[1]).is_file()
    assert run("sync", str(folder), "--prune") == 0
    assert not (folder / SHARDS[1]).exists()
    assert (folder / SHARDS[0]).stat().st_mtime_ns == kept.st_mtime_ns
    assert (folder / SHARDS[0]).stat().st_ino == kept.st_ino
    assert verify_folder(folder).ok
    capsys.readouterr()
    assert run("--json", "changes", had.first.public_id, "--since", "v1") == 0
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert had.clips[2].public_id in json.dumps(told)
    assert had.version(2).delivered_at is not None
    (notice,) = Notice.objects.all()
    said = ("--name", "A. Officer", "--role", notice.signatory)
    assert run("--json", "attest", notice.public_id, *said, "--method", "burn") == 1
    assert run("--json", "attest", notice.public_id, *said, "--method", notice.method) == 0
    assert json.loads(capsys.readouterr().out)["state"] == "attested"
    (sample,) = samples_delivered(notice.licence)
    assert verify_deletion(notice.attestation.jws, public_keys())["samples"]["hashes"] == [sample.sha256]
    assert breaches("datasets", "withdrawals") == []
