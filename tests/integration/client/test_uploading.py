"""Uploads over a real connection that breaks: nothing is sent twice, nothing is ever mixed."""

from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path

import pytest

from offcut.client import Client
from offcut.errors import OffcutError
from offcut.sending import UploadEvent
from tests.factories.client_server import House

CHUNK = 64 << 10
PATCH = "PATCH /api/v1/tus/upl"
DECLARE = "POST /api/v1/uploads"


def make(path: Path, size: int, seed: int = 1) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(hashlib.shake_128(str(seed).encode()).digest(size))
    return path


def test_files_and_folders_of_any_depth_arrive_byte_for_byte(client: Client, house: House, tmp_path: Path) -> None:
    rushes = tmp_path / "rushes"
    paths = [
        make(rushes / "a.mp4", 200_000, 1),
        make(rushes / "day" / "two" / "b.mov", 10, 2),
        make(rushes / "c.mp4", 0, 3),
    ]
    (rushes / ".DS_Store").write_bytes(b"x")
    os.mkfifo(rushes / "pipe")
    (rushes / "link.mp4").symlink_to(paths[0])
    results = client.uploads.send([rushes], batch="Iceland", chunk_bytes=CHUNK)
    assert [sent.state for sent in results] == ["received"] * 3
    assert {upload["batch_name"] for upload in house.uploads.values()} == {"Iceland"}
    stored = {house.uploads[sent.upload_id]["name"]: bytes(house.kept[sent.upload_id]) for sent in results}
    assert stored == {path.name: path.read_bytes() for path in paths}


def test_a_cut_connection_continues_at_the_confirmed_byte(client: Client, house: House, tmp_path: Path) -> None:
    path = make(tmp_path / "a.mp4", 5 * CHUNK)
    house.wire.cut_upload_after = [1000, 0, CHUNK - 1]
    (sent,) = client.uploads.send([path], chunk_bytes=CHUNK)
    assert sent.ok
    assert bytes(house.kept[sent.upload_id]) == path.read_bytes()
    assert house.received[sent.upload_id] == 5 * CHUNK + 1000 + CHUNK - 1
    assert len(house.uploads) == 1


def test_on_a_line_that_never_carries_a_whole_chunk_smaller_ones_get_through(
    client: Client, house: House, tmp_path: Path
) -> None:
    path = make(tmp_path / "a.mp4", 3 << 20)
    house.wire.cut_uploads_longer_than = 300_000
    (sent,) = client.uploads.send([path], chunk_bytes=2 << 20)
    assert sent.ok
    assert bytes(house.kept[sent.upload_id]) == path.read_bytes()


def test_bytes_the_server_has_already_are_not_sent(client: Client, house: House, tmp_path: Path) -> None:
    first, second = make(tmp_path / "a.mp4", CHUNK), make(tmp_path / "copy.mp4", CHUNK)
    client.uploads.send([first])
    (sent,) = client.uploads.send([second])
    assert (sent.state, sent.duplicate) == ("recognised", True)
    assert sum(house.received.values()) == CHUNK


def test_a_lost_answer_costs_no_byte(client: Client, house: House, tmp_path: Path) -> None:
    path = make(tmp_path / "a.mp4", 3 * CHUNK)
    house.wire.lose_answer_to = [DECLARE, PATCH]
    (sent,) = client.uploads.send([path], chunk_bytes=CHUNK)
    assert sent.ok
    assert len(house.uploads) == 1
    assert house.received[sent.upload_id] == 3 * CHUNK


def test_a_busy_server_is_asked_again(client: Client, house: House, tmp_path: Path) -> None:
    house.wire.statuses[DECLARE] = [503, 502]
    house.wire.statuses[PATCH] = [503, 423]
    (sent,) = client.uploads.send([make(tmp_path / "a.mp4", 10)], chunk_bytes=CHUNK)
    assert sent.ok


def test_a_second_run_continues_where_the_first_stopped(client: Client, house: House, tmp_path: Path) -> None:
    path = make(tmp_path / "a.mp4", 4 * CHUNK)

    def refuse_after_two(event: UploadEvent) -> None:
        if event.kind == "sent" and event.offset == 2 * CHUNK:
            house.wire.statuses[PATCH] = [403]

    (first,) = client.uploads.send([path], chunk_bytes=CHUNK, on_event=refuse_after_two)
    assert first.state == "failed"
    assert isinstance(first.error, OffcutError)
    assert first.error.status == 403
    (second,) = client.uploads.send([path], chunk_bytes=CHUNK)
    assert second.ok
    assert len(house.uploads) == 1
    assert house.received[second.upload_id] == 4 * CHUNK


def test_a_received_file_is_recognised_and_not_sent_again(client: Client, house: House, tmp_path: Path) -> None:
    path = make(tmp_path / "a.mp4", 3 * CHUNK)
    empty = make(tmp_path / "empty.mp4", 0)
    first, _ = client.uploads.send([path, empty], chunk_bytes=CHUNK)
    second, nothing = client.uploads.send([path, empty], chunk_bytes=CHUNK)
    assert (second.state, second.asset_id) == ("recognised", first.asset_id)
    assert nothing.state == "recognised"
    assert house.received[first.upload_id] == 3 * CHUNK
    assert house.calls[DECLARE] == 2


def test_a_file_that_grew_since_is_a_new_upload(client: Client, house: House, tmp_path: Path) -> None:
    path = make(tmp_path / "a.mp4", CHUNK)
    client.uploads.send([path])
    make(path, 2 * CHUNK)
    (sent,) = client.uploads.send([path], chunk_bytes=CHUNK)
    assert sent.state == "received"
    assert len(house.uploads) == 2


def test_a_file_that_changes_while_it_is_sent_is_stopped_and_thrown_away(
    client: Client, house: House, tmp_path: Path
) -> None:
    moving, steady = make(tmp_path / "moving.mp4", 4 * CHUNK), make(tmp_path / "steady.mp4", 10)

    def write_into_it(event: UploadEvent) -> None:
        if event.file.path == moving and event.kind == "sent" and event.offset == 2 * CHUNK:
            with moving.open("r+b") as stream:
                stream.write(b"changed")

    results = client.uploads.send([moving, steady], chunk_bytes=CHUNK, on_event=write_into_it)
    assert [sent.state for sent in results] == ["changed", "received"]
    assert results[0].error is not None
    assert "moving.mp4 changed" in results[0].error.title
    moved = next(upload for upload in house.uploads.values() if upload["name"] == "moving.mp4")
    assert moved["state"] == "cancelled"


def test_an_upload_the_server_forgot_is_declared_again(client: Client, house: House, tmp_path: Path) -> None:
    path = make(tmp_path / "a.mp4", 2 * CHUNK)
    client.uploads.send([path], chunk_bytes=CHUNK)
    house.uploads.clear()
    house.kept.clear()
    house.answers.clear()
    (sent,) = client.uploads.send([path], chunk_bytes=CHUNK)
    assert sent.state == "received"
    assert bytes(house.kept[sent.upload_id]) == path.read_bytes()


def test_a_damaged_chunk_is_sent_again(client: Client, house: House, tmp_path: Path) -> None:
    house.wire.statuses[PATCH] = [460]
    (sent,) = client.uploads.send([make(tmp_path / "a.mp4", CHUNK)], chunk_bytes=CHUNK)
    assert sent.ok


def test_one_unreadable_file_does_not_stop_the_others(client: Client, house: House, tmp_path: Path) -> None:
    good, gone = make(tmp_path / "good.mp4", 10, 1), make(tmp_path / "gone.mp4", 10, 2)

    def remove_it(event: UploadEvent) -> None:
        if event.file.path == gone and event.kind == "declared":
            gone.unlink()

    results = client.uploads.send([gone, good], on_event=remove_it, jobs=1)
    assert [sent.state for sent in results] == ["failed", "received"]
    assert len(house.uploads) == 2


def test_a_path_that_is_not_there_is_said_before_anything_is_sent(client: Client, house: House, tmp_path: Path) -> None:
    with pytest.raises(OffcutError) as caught:
        client.uploads.send([make(tmp_path / "a.mp4", 10), tmp_path / "missing.mp4"])
    assert caught.value.code == "not_a_file"
    assert house.uploads == {}


def test_a_speed_limit_is_kept(client: Client, house: House, tmp_path: Path) -> None:
    path = make(tmp_path / "a.mp4", 8 * CHUNK)
    moments: list[float] = []
    client.uploads.send(
        [path],
        chunk_bytes=CHUNK,
        limit_rate=8 * CHUNK,
        on_event=lambda _event: moments.append(time.monotonic()),
    )
    assert 0.7 < moments[-1] - moments[0] < 5
    assert house.calls[PATCH] == 8
