"""The `offcut` command as people and scripts run it: what it prints and what it ends with."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from offcut.cli import main
from tests.factories.client import Issuer, dataset_files, write_files
from tests.factories.client_server import House

SOURCE = Path(__file__).resolve().parents[3] / "client" / "src"
SHARD = "shards/shard-000000.tar"


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines() if line.strip()]


@pytest.fixture
def signed_in(house: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Issuer:
    issuer = Issuer()
    house.jwks = issuer.jwks
    monkeypatch.setenv("OFFCUT_PASSWORD", "right")
    assert main(["login", "--url", house.address, "--email", "a@example.test"]) == 0
    capsys.readouterr()
    return issuer


def test_sign_in_is_saved_for_its_owner_only_and_pins_the_keys(
    signed_in: Issuer, config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = config / "profiles" / "default.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert json.loads(path.read_text())["jwks"]["keys"][0]["kid"] == signed_in.kid
    assert main(["whoami"]) == 0
    assert lines(capsys.readouterr().out)[0]["email"] == "a@example.test"
    assert main(["logout"]) == 0
    assert not path.exists()
    assert main(["whoami"]) == 3


def test_a_wrong_password_ends_with_3(
    house: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OFFCUT_PASSWORD", "wrong")
    assert main(["login", "--url", house.address, "--email", "a@example.test"]) == 3
    assert lines(capsys.readouterr().err)[0]["error"]["code"] == "wrong_password"


def test_a_token_is_not_sent_to_another_server(signed_in: Issuer, capsys: pytest.CaptureFixture[str]) -> None:
    assert signed_in
    assert main(["whoami", "--url", "http://127.0.0.1:9"]) == 3
    assert "not_signed_in" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [
        ["nonsense"],
        [],
        ["upload"],
        ["upload", "x", "--limit-rate", "fast"],
        ["estimate"],
        ["verify", "/nowhere"],
        ["api", "GET"],
    ],
)
def test_a_wrong_command_line_ends_with_2(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 2
    assert capsys.readouterr().err


@pytest.mark.usefixtures("signed_in")
def test_upload_with_wait_tells_each_files_fate_and_ends_with_4_when_some_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_files(tmp_path / "rushes", {"good.mp4": b"good", "deep/bad.mp4": b"bad"})
    assert main(["upload", str(tmp_path / "rushes"), "--wait"]) == 4
    found = {Path(line["path"]).name: line for line in lines(capsys.readouterr().out)}
    assert found["good.mp4"]["asset"]["state"] == "ready"
    assert found["bad.mp4"]["asset"]["reason"]["what_to_do"] == "Copy it again from the card."
    assert main(["upload", str(tmp_path / "rushes" / "good.mp4"), "--wait"]) == 0
    assert lines(capsys.readouterr().out)[0]["state"] == "recognised"
    assert main(["upload", str(tmp_path / "rushes" / "deep"), "--wait"]) == 1


@pytest.mark.usefixtures("signed_in")
def test_a_dry_run_sends_nothing(house: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_files(tmp_path, {"a.mp4": b"12345"})
    assert main(["upload", str(tmp_path / "a.mp4"), "--dry-run"]) == 0
    assert lines(capsys.readouterr().out)[0]["size_bytes"] == 5
    assert house.uploads == {}


def test_download_then_verify_then_a_flipped_byte(
    house: House, signed_in: Issuer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    house.files = dataset_files(signed_in)
    folder = tmp_path / "d"
    assert main(["download", "dst_1", "-o", str(folder)]) == 0
    assert lines(capsys.readouterr().out)[-1]["trust"] == "pinned"
    assert main(["verify", str(folder), "--pinned"]) == 0
    shard = folder / SHARD
    shard.write_bytes(shard.read_bytes()[:-1] + b"!")
    capsys.readouterr()
    assert main(["verify", str(folder)]) == 5
    printed = capsys.readouterr()
    assert lines(printed.out)[0]["problems"] == [
        {"file": SHARD, "code": "digest", "detail": "Its content differs from SHA256SUMS and BLAKE3SUMS."}
    ]
    assert SHARD in printed.err


@pytest.mark.usefixtures("config")
def test_without_pinned_keys_verify_warns_and_shows_the_fingerprint(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_files(tmp_path / "d", dataset_files(Issuer()))
    assert main(["verify", str(folder)]) == 0
    printed = capsys.readouterr()
    assert lines(printed.out)[0]["trust"] == "folder"
    assert lines(printed.out)[0]["fingerprint"]
    assert "no pinned key" in printed.err
    assert main(["verify", str(folder), "--pinned"]) == 2


def test_a_rotated_key_is_pinned_at_the_next_download_and_the_old_one_kept(
    house: House, signed_in: Issuer, config: Path, tmp_path: Path
) -> None:
    fresh = Issuer()
    house.jwks = {"keys": [signed_in.jwk, fresh.jwk]}
    house.files = dataset_files(fresh)
    assert main(["download", "dst_1", "-o", str(tmp_path / "d")]) == 0
    pinned = json.loads((config / "profiles" / "default.json").read_text())["jwks"]["keys"]
    assert {key["kid"] for key in pinned} == {signed_in.kid, fresh.kid}
    assert main(["verify", str(tmp_path / "d"), "--pinned"]) == 0


def run(words: list[str], config: Path, **extra: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(SOURCE), "OFFCUT_CONFIG": str(config), **extra}
    command = [sys.executable, "-m", "offcut", *words]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def wait_for(condition: Any, limit_s: float = 15.0) -> None:
    import threading  # noqa: PLC0415 - only this waits

    deadline = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < deadline
        threading.Event().wait(0.02)


@pytest.mark.parametrize("word", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_download_says_how_to_continue_and_ends_with_130(
    house: House, signed_in: Issuer, config: Path, tmp_path: Path, word: signal.Signals
) -> None:
    house.files = dataset_files(signed_in, media_bytes=2_000_000)
    house.wire.slow_s = 0.02
    command = ["download", "dst_1", "-o", str(tmp_path / "d o")]
    process = run(command, config)
    wait_for(lambda: house.sent[SHARD] > 300_000)
    process.send_signal(word)
    _, errors = process.communicate(timeout=20)
    assert process.returncode == 130
    assert f"Continue with:  offcut download dst_1 -o '{tmp_path / 'd o'}'" in errors
    house.wire.slow_s = 0
    first = house.sent[SHARD]
    process = run(command, config)
    output, errors = process.communicate(timeout=20)
    assert process.returncode == 0, errors
    assert lines(output)[0]["ok"] is True
    assert any(entry.startswith(SHARD) and not entry.endswith(" 0") for entry in house.ranges)
    assert house.sent[SHARD] < first + len(house.files[SHARD])


@pytest.mark.usefixtures("signed_in")
def test_an_interrupted_upload_finishes_its_part_and_continues(house: House, config: Path, tmp_path: Path) -> None:
    path = tmp_path / "big.mp4"
    path.write_bytes(os.urandom(20 << 20))
    house.wire.slow_s = 0.5
    process = run(["upload", str(path)], config)
    wait_for(lambda: sum(house.received.values()) > 0)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=20)
    assert process.returncode == 130
    assert f"offcut upload {path}" in errors
    kept = sum(len(data) for data in house.kept.values())
    assert kept == 8 << 20
    house.wire.slow_s = 0
    process = run(["upload", str(path)], config)
    process.communicate(timeout=20)
    assert process.returncode == 0
    assert sum(house.received.values()) == 20 << 20


@pytest.mark.usefixtures("signed_in")
def test_a_killed_upload_continues(house: House, config: Path, tmp_path: Path) -> None:
    path = tmp_path / "big.mp4"
    path.write_bytes(os.urandom(20 << 20))
    house.wire.slow_s = 0.2
    process = run(["upload", str(path)], config)
    wait_for(lambda: sum(len(data) for data in house.kept.values()) > 0)
    process.kill()
    process.communicate()
    house.wire.slow_s = 0
    process = run(["upload", str(path)], config)
    process.communicate(timeout=20)
    assert process.returncode == 0
    (stored,) = house.kept.values()
    assert bytes(stored) == path.read_bytes()


@pytest.mark.usefixtures("signed_in")
def test_french_speakers_are_told_in_french_and_codes_stay(config: Path) -> None:
    process = run(["whoami", "--url", "http://127.0.0.1:9"], config, LC_ALL="fr_FR.UTF-8")
    _, errors = process.communicate(timeout=20)
    assert process.returncode == 3
    assert json.loads(errors)["error"]["code"] == "not_signed_in"
    process = run(["logout"], config, LC_ALL="fr_FR.UTF-8")
    process.communicate(timeout=20)
    assert process.returncode == 0
