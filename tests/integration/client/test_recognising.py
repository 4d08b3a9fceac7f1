"""Files are found again by name, size and sample: from another machine, in another batch, after a pause."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from offcut.cli import main
from offcut.client import Client
from offcut.sending import UploadEvent
from tests.factories.client import Issuer, write_files
from tests.factories.client_server import House
from tests.factories.mhl import classic_list

CHUNK = 64 << 10
PATCH = "PATCH /api/v1/tus/upl"
DECLARE = "POST /api/v1/uploads"


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines() if line.strip()]


@pytest.fixture
def signed_in(house: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> House:
    house.jwks = Issuer().jwks
    monkeypatch.setenv("OFFCUT_PASSWORD", "right")
    assert main(["login", "--url", house.address, "--email", "a@example.test"]) == 0
    capsys.readouterr()
    return house


def stop_at(house: House, offset: int) -> Any:
    def watch(event: UploadEvent) -> None:
        if event.kind == "sent" and event.offset == offset:
            house.wire.statuses[PATCH] = [403]

    return watch


def test_another_machine_goes_on_where_the_first_one_stopped(client: Client, house: House, tmp_path: Path) -> None:
    path = write_files(tmp_path, {"a.mov": bytes(range(256)) * 1024}) / "a.mov"
    first, second = tmp_path / "one", tmp_path / "two"
    client.uploads.send([path], chunk_bytes=CHUNK, state_folder=first, on_event=stop_at(house, 2 * CHUNK))
    (sent,) = client.uploads.send([path], chunk_bytes=CHUNK, state_folder=second)
    assert sent.ok
    assert len(house.uploads) == 1
    assert house.received[sent.upload_id] == 4 * CHUNK


def test_a_file_received_before_is_compared_whole_and_not_sent(client: Client, house: House, tmp_path: Path) -> None:
    content = bytearray(5 << 20)
    path = write_files(tmp_path, {"a.mov": bytes(content)}) / "a.mov"
    client.uploads.send([path], state_folder=tmp_path / "one")
    (sent,) = client.uploads.send([path], state_folder=tmp_path / "two")
    assert (sent.state, house.calls[DECLARE]) == ("recognised", 1)
    # The same name, size and sample, but another byte where nobody samples: other bytes, another upload.
    content[(5 << 20) // 4] = 1
    path.write_bytes(content)
    (other,) = client.uploads.send([path], state_folder=tmp_path / "three")
    assert (other.state, len(house.uploads)) == ("received", 2)


def test_a_file_received_in_another_batch_is_named_in_this_one_too(
    client: Client, house: House, tmp_path: Path
) -> None:
    folder = write_files(tmp_path / "card", {"DCIM/a.mov": b"a" * 1000})
    client.uploads.send([folder])
    (again,) = client.uploads.send([folder])
    (other,) = client.uploads.send([folder], batch="Second try")
    assert (again.state, other.state) == ("recognised", "recognised")
    assert [(one["batch_name"], one["folder"]) for one in house.uploads.values()] == [
        ("card", "DCIM"),
        ("Second try", "DCIM"),
    ]
    assert sum(house.received.values()) == 1000


def test_two_files_with_the_same_name_and_bytes_are_two_uploads(client: Client, house: House, tmp_path: Path) -> None:
    folder = write_files(tmp_path / "card", {"1/a.mov": b"a" * 1000, "2/a.mov": b"a" * 1000})
    client.uploads.send([folder / "1"], batch="card", state_folder=tmp_path / "s", on_event=stop_at(house, 0))
    results = client.uploads.send([folder], state_folder=tmp_path / "other", jobs=2)
    assert [sent.ok for sent in results] == [True, True]
    assert len(house.uploads) == 2


@pytest.mark.usefixtures("signed_in")
def test_a_paused_upload_waits_until_it_is_resumed(
    house: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_files(tmp_path, {"a.mov": bytes(3 << 20)}) / "a.mov"
    house.wire.statuses[PATCH] = [403]
    assert main(["upload", str(path)]) == 3
    assert main(["pause", "upl_0"]) == 0
    capsys.readouterr()
    assert main(["upload", str(path)]) == 6
    assert lines(capsys.readouterr().out)[0]["state"] == "paused"
    assert main(["uploads", "--state", "receiving"]) == 0
    assert lines(capsys.readouterr().out)[0]["paused"] is True
    assert main(["resume", "upl_0"]) == 0
    assert lines(capsys.readouterr().out)[0]["state"] == "received"
    assert house.received["upl_0"] == 3 << 20


@pytest.mark.usefixtures("signed_in")
def test_resume_all_names_what_this_machine_does_not_have(
    house: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_files(tmp_path / "card", {"a.mov": b"a" * 1000, "b.mov": b"b" * 1000})
    house.wire.statuses[PATCH] = [403, 403]
    assert main(["upload", str(folder), "--jobs", "1"]) == 3
    (folder / "b.mov").unlink()
    capsys.readouterr()
    assert main(["resume", "--all"]) == 4
    printed = capsys.readouterr()
    assert [line["state"] for line in lines(printed.out)] == ["received"]
    assert "b.mov: its file is not here" in printed.err
    assert main(["resume"]) == 2
    assert main(["resume", "upl_0", "--all"]) == 2


@pytest.mark.usefixtures("signed_in")
def test_a_file_damaged_on_the_card_is_named_and_not_sent(
    house: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = {"a.mov": b"a" * 1000, "b.mov": b"b" * 1000}
    folder = write_files(tmp_path / "card", files)
    assert main(["upload", str(folder), "--mhl"]) == 1
    assert "no_mhl" in capsys.readouterr().err
    classic_list(folder, {**files, "c.mov": b"c"})
    (folder / "b.mov").write_bytes(b"!" * 1000)
    assert main(["upload", str(folder), "--mhl"]) == 4
    printed = capsys.readouterr()
    found = {Path(line["path"]).name: line for line in lines(printed.out)}
    assert (found["a.mov"]["state"], found["b.mov"]["state"]) == ("received", "damaged")
    assert found["b.mov"]["error"]["code"] == "card_mismatch"
    assert "Listed and not there" in printed.err
    assert [one["name"] for one in house.uploads.values()] == ["a.mov"]
    assert main(["upload", str(folder / "b.mov"), str(folder), "--mhl", "--force"]) == 0
    assert "Sent all the same: b.mov" in capsys.readouterr().err


@pytest.mark.usefixtures("house")
def test_scan_tells_what_would_be_sent_and_sends_nothing(
    house: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = {"a.mov": b"a" * 1000, "copy.mov": b"a" * 1000, "other.mov": b"b" * 1000, "a.SRT": b"x", "z.bin": b"z"}
    folder = write_files(tmp_path / "card", files)
    classic_list(folder, files)
    assert main(["scan", str(folder)]) == 0
    found = {Path(line["path"]).name: line for line in lines(capsys.readouterr().out)}
    assert {name: line["kind"] for name, line in found.items()} == {
        "a.mov": "video", "copy.mov": "video", "other.mov": "video", "a.SRT": "sidecar", "z.bin": "other",
        "A001.mhl": "mhl",
    }  # fmt: skip
    assert found["copy.mov"]["same_as"] == str(folder / "a.mov")
    assert [line["same_as"] for name, line in found.items() if name != "copy.mov"] == [None] * 5
    assert not house.calls


@pytest.mark.usefixtures("signed_in")
def test_a_folder_without_a_video_says_so(house: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write_files(tmp_path / "card", {"a.srt": b"x"})
    assert main(["upload", str(folder)]) == 1
    printed = capsys.readouterr().err
    assert "nothing_to_send" in printed
    assert "Files beside the videos that stay here: 1" in printed
    assert main(["upload", str(folder), "--all"]) == 0
    assert [one["name"] for one in house.uploads.values()] == ["a.srt"]
