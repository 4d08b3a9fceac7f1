"""Downloads over a real connection that breaks: every byte once, every byte checked."""

from __future__ import annotations

import json
import os
import shutil
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest

from offcut.certificate import read_jwks
from offcut.client import Client
from offcut.downloading import DownloadEvent
from offcut.durable import folder_lock
from offcut.errors import OffcutError
from tests.factories.client import Issuer, dataset_files
from tests.factories.client_server import House

SHARD = "shards/shard-000000.tar"


@pytest.fixture
def issuer(house: House) -> Issuer:
    issuer = Issuer()
    house.files = dataset_files(issuer, media_bytes=400_000)
    house.jwks = issuer.jwks
    return issuer


def same(folder: Path, house: House) -> bool:
    return all((folder / name).read_bytes() == data for name, data in house.files.items())


@pytest.mark.usefixtures("issuer")
def test_a_dataset_arrives_whole_is_verified_and_reported(client: Client, house: House, tmp_path: Path) -> None:
    delivered = client.datasets.download("dst_1", tmp_path / "d")
    assert delivered.ok
    assert same(tmp_path / "d", house)
    assert [report["ok"] for report in house.reports] == [True]
    assert not (tmp_path / "d" / ".offcut" / "parts").exists()


@pytest.mark.usefixtures("issuer")
def test_a_cut_download_continues_with_a_range(client: Client, house: House, tmp_path: Path) -> None:
    house.wire.cut_download_after = [300_000, 0, 100_000]
    assert client.datasets.download("dst_1", tmp_path / "d", jobs=1).ok
    assert [entry for entry in house.ranges if entry.startswith(SHARD)] == [
        f"{SHARD} 0", f"{SHARD} 300000", f"{SHARD} 300000", f"{SHARD} 400000",
    ]  # fmt: skip
    assert house.sent[SHARD] == len(house.files[SHARD])


@pytest.mark.usefixtures("issuer")
def test_a_second_run_fetches_only_what_is_missing(client: Client, house: House, tmp_path: Path) -> None:
    folder = tmp_path / "d"
    client.datasets.download("dst_1", folder)
    (folder / "README.md").unlink()
    before = dict(house.sent)
    assert client.datasets.download("dst_1", folder).ok
    assert {name for name, count in house.sent.items() if count != before[name]} == {"README.md"}


@pytest.mark.usefixtures("issuer")
def test_a_part_from_an_earlier_run_is_used(client: Client, house: House, tmp_path: Path) -> None:
    folder = tmp_path / "d"
    house.wire.cut_download_after = [500_000]
    house.wire.statuses[f"GET /files/tok/{SHARD}"] = []

    def break_the_server(event: DownloadEvent) -> None:
        if event.kind == "retry":
            house.wire.statuses[f"GET /files/tok/{SHARD}"] = [404]

    first = client.datasets.download("dst_1", folder, jobs=1, on_event=break_the_server)
    assert [file.name for file in first.failed] == [SHARD]
    assert first.verification is None
    assert client.datasets.download("dst_1", folder).ok
    assert house.sent[SHARD] == len(house.files[SHARD])


@pytest.mark.usefixtures("issuer")
def test_a_server_that_ignores_ranges_makes_the_file_start_again(client: Client, house: House, tmp_path: Path) -> None:
    house.wire.cut_download_after = [300_000]
    house.wire.ignore_range = True
    seen: list[str] = []
    delivered = client.datasets.download(
        "dst_1", tmp_path / "d", jobs=1, on_event=lambda event: seen.append(event.kind)
    )
    assert delivered.ok
    assert "again" in seen
    assert same(tmp_path / "d", house)


@pytest.mark.usefixtures("issuer")
def test_refused_links_are_renewed_once_for_all(client: Client, house: House, tmp_path: Path) -> None:
    house.wire.refuse_links = 1
    assert client.datasets.download("dst_1", tmp_path / "d", jobs=4).ok
    assert house.calls["POST /api/v1/datasets/dst_1/files/links"] == 2


@pytest.mark.usefixtures("issuer")
def test_a_dataset_rebuilt_meanwhile_is_listed_again(
    client: Client, house: House, tmp_path: Path, issuer: Issuer
) -> None:
    def rebuild(event: DownloadEvent) -> None:
        if event.kind == "retry":
            house.files = dataset_files(issuer, samples=2, media_bytes=400_000)

    house.wire.cut_download_after = [300_000]
    assert client.datasets.download("dst_1", tmp_path / "d", jobs=1, on_event=rebuild).ok
    assert same(tmp_path / "d", house)


@pytest.mark.usefixtures("issuer")
def test_bytes_that_do_not_match_their_checksum_are_thrown_away(
    client: Client, house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = client.datasets.files("dst_1")
    wrong = [file if file.name != "README.md" else type(file)(**{**vars(file), "blake3": "0" * 64}) for file in files]
    monkeypatch.setattr(client.datasets, "files", lambda _dataset_id: wrong)
    delivered = client.datasets.download("dst_1", tmp_path / "d")
    assert [(file.name, file.state) for file in delivered.failed] == [("README.md", "mismatch")]
    assert not (tmp_path / "d" / "README.md").exists()
    assert house.sent["README.md"] == 2 * len(house.files["README.md"])


@pytest.mark.usefixtures("issuer")
@pytest.mark.parametrize("name", ["../evil", "/etc/evil", "a/../../evil", ".offcut/evil"])
def test_a_name_that_leaves_the_folder_is_refused(client: Client, house: House, tmp_path: Path, name: str) -> None:
    house.files[name] = b"evil"
    delivered = client.datasets.download("dst_1", tmp_path / "in" / "d")
    assert [file.error.code for file in delivered.failed if file.error] == ["unsafe_name"]
    assert not list(tmp_path.rglob("evil*"))


@pytest.mark.usefixtures("issuer")
def test_two_runs_in_one_folder_keep_out_of_each_other(client: Client, tmp_path: Path) -> None:
    with folder_lock(tmp_path / "d" / ".offcut" / "lock"), pytest.raises(OffcutError) as caught:
        client.datasets.download("dst_1", tmp_path / "d")
    assert caught.value.code == "locked"
    assert str(os.getpid()) in caught.value.detail
    assert client.datasets.download("dst_1", tmp_path / "d").ok


@pytest.mark.usefixtures("issuer")
def test_a_full_disk_is_said_before_the_first_byte(
    client: Client, house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: SimpleNamespace(free=1000))
    with pytest.raises(OffcutError) as caught:
        client.datasets.download("dst_1", tmp_path / "d")
    assert caught.value.code == "disk_full"
    assert not house.sent


@pytest.mark.usefixtures("issuer")
def test_a_file_damaged_on_disk_is_found_and_the_next_run_repairs_it(
    client: Client, house: House, tmp_path: Path
) -> None:
    folder = tmp_path / "d"
    client.datasets.download("dst_1", folder)
    shard = folder / SHARD
    facts = shard.stat()
    data = bytearray(shard.read_bytes())
    data[1000] ^= 1
    shard.write_bytes(data)
    os.utime(shard, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    delivered = client.datasets.download("dst_1", folder)
    assert delivered.verification is not None
    assert delivered.verification.bad_files == [SHARD]
    assert [report["ok"] for report in house.reports] == [True, False]
    assert client.datasets.download("dst_1", folder).ok
    assert same(folder, house)


def test_a_dataset_signed_by_a_stranger_is_refused(
    client: Client, house: House, tmp_path: Path, issuer: Issuer
) -> None:
    house.files = dataset_files(Issuer())
    delivered = client.datasets.download("dst_1", tmp_path / "d", trusted=read_jwks(issuer.jwks))
    assert delivered.verification is not None
    assert delivered.verification.bad_files == ["certificate.jws"]


@pytest.mark.usefixtures("issuer")
def test_the_note_of_a_file_holds_what_is_done_and_never_a_link(client: Client, tmp_path: Path) -> None:
    client.datasets.download("dst_1", tmp_path / "d")
    notes = [json.loads(path.read_text()) for path in (tmp_path / "d" / ".offcut" / "files").iterdir()]
    (shard,) = [note for note in notes if note["name"] == SHARD]
    assert shard["ranges_done"] == [[0, shard["size"]]]
    assert not any("tok_" in json.dumps(note) or "/files/" in json.dumps(note) for note in notes)


@pytest.mark.usefixtures("issuer")
def test_stopping_keeps_what_came(client: Client, house: House, tmp_path: Path) -> None:
    folder = tmp_path / "d"
    house.wire.slow_s = 0.02
    started = threading.Event()
    machines = []
    results = []

    def run() -> None:
        results.append(
            client.datasets.download(
                "dst_1",
                folder,
                on_files=lambda _files, machine: machines.append(machine),
                on_event=lambda event: started.set() if (event.name, event.kind) == (SHARD, "bytes") else None,
            )
        )

    thread = threading.Thread(target=run)
    thread.start()
    assert started.wait(10)
    machines[0].stop.set()
    thread.join()
    assert [file.state for file in results[0].failed if file.name == SHARD] == ["interrupted"]
    kept = max(part.stat().st_size for part in (folder / ".offcut" / "parts").glob("*.part"))
    assert 0 < kept < len(house.files[SHARD])
    house.wire.slow_s = 0
    assert client.datasets.download("dst_1", folder).ok
    assert f"{SHARD} {kept}" in house.ranges
