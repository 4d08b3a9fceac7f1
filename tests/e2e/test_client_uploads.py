"""`offcut upload` against the product as people start it: through the server, or straight to a real object store."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from offcut.client import Client
from offcut.mhl import read_list
from tests.factories.people import people_of, verified
from tests.factories.store_proxy import Line, store_line
from tests.house import ROOT, House, house
from tests.media import clip
from tests.services import s3_of_this_process, wait_until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(400)]
MIB = 1 << 20
PART = 64 * MIB


@dataclass
class Served:
    """A running product, the line to its object store where it has one, and a signed-in command line."""

    house: House
    line: Line | None
    token: str
    config: Path

    def start(self, *words: str, program: tuple[str, ...] = ("-m", "offcut")) -> subprocess.Popen[str]:
        """Start the command."""
        environment = {
            **os.environ, "PYTHONPATH": str(ROOT / "client" / "src"), "OFFCUT_CONFIG": str(self.config),
            "OFFCUT_URL": self.house.url, "OFFCUT_TOKEN": self.token, "LC_ALL": "C.UTF-8",
        }  # fmt: skip
        command = [sys.executable, *program, *words]
        return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def run(self, *words: str, status: int = 0) -> list[dict[str, Any]]:
        """Run the command to its end; returns the JSON lines it printed."""
        process = self.start(*words)
        output, errors = process.communicate(timeout=200)
        assert process.returncode == status, output + errors
        return [json.loads(line) for line in output.splitlines() if line.startswith("{")]

    def client(self) -> Client:
        """The SDK."""
        return Client(self.house.url, self.token)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One house for all tests of this file."""
    folder, bucket = tmp_path_factory.mktemp("uploads"), s3_of_this_process()
    with store_line(bucket.get("OFFCUT_S3_ENDPOINT", "http://127.0.0.1:9")) as line:
        ours = {"OFFCUT_S3_PUBLIC_ENDPOINT": line.address, **bucket} if bucket else {}
        with house(folder / "home", new=False, **ours) as running:
            email, password = people_of(running)["creator"]
            with Client(running.url) as client:
                token = client.sign_in(email, password).token
            yield Served(running, line if bucket else None, token, folder / "config")


@pytest.fixture
def line(served: Served) -> Line:
    """The line to the object store, as new."""
    assert served.line is not None
    served.line.__dict__.update(Line(served.line.store, served.line.address).__dict__)
    return served.line


def rush(path: Path, size: int) -> Path:
    """A file of bytes that are nowhere else."""
    path.parent.mkdir(parents=True, exist_ok=True)
    block = os.urandom(MIB)
    with path.open("wb") as stream:
        for number in range(0, size, MIB):
            stream.write(
                (hashlib.sha256(block + number.to_bytes(8, "big")).digest() + block)[: min(MIB, size - number)]
            )
    return path


def asset_of(served: Served, sent: dict[str, Any]) -> Any:
    with served.client() as client:
        return client.assets.get(sent["asset_id"])


def sha256_of(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def uploads_of(served: Served, name: str) -> list[Any]:
    with served.client() as client:
        return [upload for upload in client.uploads.list() if upload.name == name]


def test_a_folder_becomes_a_batch_and_its_receipts_say_what_is_here(served: Served, tmp_path: Path) -> None:
    """T39: a folder arrives as a batch, and the receipt names every file with the hash of its bytes."""
    card = tmp_path / "Card A"
    files = [rush(card / "DCIM" / f"a{number}.mov", 5 * MIB + number) for number in range(3)]
    sent = served.run("upload", str(card))
    assert [one["state"] for one in sent] == ["received"] * 3
    (batch,) = [one for one in served.run("batches", "ls") if one["name"] == "Card A"]
    assert (batch["files"], batch["received"], batch["safe_to_erase"]) == (3, 3, True)
    receipt = tmp_path / "card.mhl"
    served.run("receipt", "Card A", "--format", "mhl", "-o", str(receipt))
    listed = read_list(receipt)
    assert {name: entry.size_bytes for name, entry in listed.items()} == {
        f"DCIM/{path.name}": path.stat().st_size for path in files
    }
    sha1 = hashlib.sha1(files[0].read_bytes(), usedforsecurity=False).hexdigest()
    assert listed["DCIM/a0.mov"].hashes["sha1"] == sha1
    before = receipt.read_bytes()
    served.run("receipt", "Card A", "-o", str(receipt), status=1)
    assert receipt.read_bytes() == before
    served.run("receipt", "Card A", "-o", str(receipt), "--force")
    assert sha256_of(files[2]) in receipt.read_text()
    assert {one["state"] for one in served.run("upload", str(card))} == {"recognised"}


def test_our_own_receipt_proves_the_card_before_the_next_upload(served: Served, tmp_path: Path) -> None:
    card = tmp_path / "Card B"
    path = rush(card / "b.mov", MIB)
    served.run("upload", str(card))
    served.run("receipt", "Card B", "--format", "mhl", "-o", str(card / "offcut.mhl"))
    content = bytearray(path.read_bytes())
    content[MIB // 3] ^= 1
    path.write_bytes(content)
    (sent,) = served.run("upload", str(card), "--mhl", status=5)
    assert (sent["state"], sent["error"]["code"]) == ("damaged", "card_mismatch")


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_a_stopped_client_goes_on_with_nothing_sent_twice(
    served: Served, tmp_path: Path, number: signal.Signals
) -> None:
    """T39: killed in the middle of a part, the next run sends the rest and the hash is equal."""
    path = rush(tmp_path / f"stopped-{number.name}.mov", 2 * PART + 12345)
    process = served.start("upload", str(path), "--limit-rate", "8M")

    def some_arrived() -> bool:
        assert process.poll() is None, process.communicate()
        found = uploads_of(served, path.name)
        if not found or served.line is None:
            return bool(found and found[0].offset >= 16 * MIB)
        with served.client() as client:
            return bool(client.uploads.get(found[0].id).parts_held)

    wait_until(some_arrived, within_s=60, what="the first bytes", every_s=0.2)
    process.send_signal(number)
    _, errors = process.communicate(timeout=60)
    if number == signal.SIGINT:
        assert process.returncode == 130
        assert f"Continue with:  offcut upload {path}" in errors
    with served.client() as client:
        half = client.uploads.get(uploads_of(served, path.name)[0].id)
    assert half.state == "receiving"
    held = dict.fromkeys(half.parts_held or (), 0)
    if served.line is not None:
        served.line.puts.clear()
    (sent,) = served.run("upload", str(path))
    assert sent["state"] == "received"
    assert sent["upload_id"] == half.id
    if served.line is not None:
        assert {number: served.line.puts[number] for number in held} == held
    assert asset_of(served, sent).sha256 == sha256_of(path)
    checked = verified(served.house)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_an_upload_paused_elsewhere_stops_and_resumes(served: Served, tmp_path: Path) -> None:
    path = rush(tmp_path / "paused.mov", 2 * PART)
    process = served.start("upload", str(path), "--limit-rate", "4M")
    wait_until(lambda: bool(uploads_of(served, path.name)), within_s=60, what="its declaration", every_s=0.2)
    (upload,) = uploads_of(served, path.name)
    with served.client() as client:
        client.uploads.pause(upload.id)
    if served.line is None:
        output, _ = process.communicate(timeout=60)
        assert json.loads(output)["state"] == "paused"
    else:  # links that were signed before stay good
        process.kill()
        process.communicate()
    (sent,) = served.run("resume", upload.id)
    assert sent["state"] == "received"
    assert asset_of(served, sent).sha256 == sha256_of(path)


def test_progress_is_followed_to_its_end(served: Served) -> None:
    (sent,) = served.run("upload", str(clip("full_hd.mp4")))
    told = served.run("progress", sent["asset_id"], "--follow")
    assert {line["asset_id"] for line in told} == {sent["asset_id"]}
    assert (told[-1]["stage"], told[-1]["life"]) == ("done", "done")
    assert [line["stage_number"] for line in told] == sorted(line["stage_number"] for line in told)
    assert served.run("progress") == []


@pytest.mark.s3
def test_parts_survive_a_bad_line_and_links_that_end(served: Served, line: Line, tmp_path: Path) -> None:
    """T39: refused links are signed anew, cut and failed parts are sent again, and only those."""
    path = rush(tmp_path / "bad-line.mov", 6 * PART - 7)
    line.statuses = [403, 503]
    line.cut_after = [10 * MIB, 0]
    (sent,) = served.run("upload", str(path))
    assert asset_of(served, sent).sha256 == sha256_of(path)
    assert sum(line.puts.values()) == 6 + 4
    assert line.whole == dict.fromkeys(range(1, 7), 1)
    assert 2 <= line.most_at_once <= 4


@pytest.mark.s3
def test_a_part_that_never_gets_through_ends_with_what_is_safe(served: Served, line: Line, tmp_path: Path) -> None:
    path = rush(tmp_path / "hopeless.mov", 2 * PART)
    line.statuses = [400] * 40
    served.run("upload", str(path), status=1)
    assert sum(line.puts.values()) <= 18
    line.statuses = []
    (sent,) = served.run("upload", str(path))
    assert sent["state"] == "received"
    assert asset_of(served, sent).sha256 == sha256_of(path)


@pytest.mark.s3
def test_a_file_that_changes_between_its_parts_is_stopped(served: Served, line: Line, tmp_path: Path) -> None:
    path = rush(tmp_path / "moving.mov", 5 * PART)
    process = served.start("upload", str(path), "--limit-rate", "50M")
    wait_until(lambda: line.received > 20 * MIB, within_s=60, what="the first bytes")
    with path.open("r+b") as stream:
        stream.write(b"changed")
    output, _ = process.communicate(timeout=120)
    assert json.loads(output)["state"] == "changed"
    (upload,) = uploads_of(served, path.name)
    assert upload.state == "cancelled"


MEASURED = """
import re, sys
from pathlib import Path
from offcut.cli import main
code = main(sys.argv[1:])
sys.stderr.write(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
sys.exit(code)
"""


def test_memory_stays_flat(served: Served, tmp_path: Path) -> None:
    small = peak_kb(served, rush(tmp_path / "small.mov", MIB))
    large = peak_kb(served, rush(tmp_path / "large.mov", 6 * PART))
    assert large - small < 32 * 1024


def peak_kb(served: Served, path: Path) -> int:
    """Send a file; returns the most memory the command held, in KiB."""
    process = served.start("upload", str(path), program=("-c", MEASURED))
    output, errors = process.communicate(timeout=200)
    assert process.returncode == 0, output + errors
    return int(errors.split()[-1])
