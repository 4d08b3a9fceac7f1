"""The main job as people run it: `run.py demo`, once, twice, on real footage, and while its workers are killed."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import webdataset

from tests.asking import database_of, rows_of
from tests.house import ROOT, House, house
from tests.media import sample_rushes

FOOTAGE = ROOT.parent / "shared" / "footage"
WITHIN_S = 500
CLIPS = 8
"""Seven good samples, one of them with a cut."""
# webdataset leaves its tar files to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
STAGES = {"media_ingest.probe", "media_ingest.watch", "media_ingest.derive", "delivery.build"}
"""The long ones: each begins when the worker is killed, and its restart waits longer each time."""
NEAR_DUPLICATES = """
SELECT lesser.original_name, best.original_name FROM media_ingest_nearduplicate AS found
JOIN media_ingest_asset AS lesser ON lesser.id = found.asset_id JOIN media_ingest_asset AS best ON best.id = found.of_id
"""
RUNNING = "SELECT kind FROM core_job WHERE state = 'running'"


def demo(home: House, *arguments: str) -> dict[str, Any]:
    """Run the demo as a person does, without tools in PATH; return its JSON object."""
    command = [
        sys.executable,
        str(ROOT / "run.py"),
        "demo",
        "--no-serve",
        "--json",
        "--port",
        str(home.port),
        *arguments,
    ]
    environment = {**home.environment, "PATH": "/usr/bin:/bin", "HOME": str(home.home / "empty")}
    done = subprocess.run(
        command, env=environment, cwd=home.home, capture_output=True, text=True, timeout=WITHIN_S, check=False
    )
    assert done.returncode == 0, done.stderr[-4000:]
    lines = done.stdout.splitlines()
    assert len(lines) == 1, "nothing but the JSON object goes to standard output"
    told: dict[str, Any] = json.loads(lines[0])
    return told


def offcut(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the buyer's command."""
    return subprocess.run(
        [sys.executable, "-m", "offcut", *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT / "client" / "src")},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def at_home(folder: Path, *, new: bool) -> House:
    """A home that nobody runs in yet."""
    made = House(folder / "home", new=new)
    made.home.mkdir(parents=True, exist_ok=True)
    return made


@contextlib.contextmanager
def flipped(path: Path) -> Iterator[None]:
    """Change one bit in the middle of a file, and put it back."""
    whole = path.read_bytes()
    middle = len(whole) // 2
    path.write_bytes(whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :])
    yield
    path.write_bytes(whole)


def check_books(told: dict[str, Any]) -> None:
    """The money adds up from the lines to the total."""
    quote = told["quote"]
    earned = sum(Decimal(asset["earns"]) for asset in {a["asset_id"]: a for a in told["assets"] if a["earns"]}.values())
    assert earned == Decimal(quote["creators"])
    assert Decimal(quote["creators"]) + Decimal(quote["service_fee"]) == Decimal(quote["total"])
    assert told["ledger"] == {"balanced": True}


def check_folder(told: dict[str, Any]) -> None:
    """The delivered folder loads with the buyer's libraries and verifies; any flipped byte is named."""
    folder = Path(told["dataset"]["path"])
    shards = sorted(str(path) for path in (folder / "shards").glob("*.tar"))
    assert len(shards) == told["dataset"]["shards"]
    samples = list(webdataset.WebDataset(shards, shardshuffle=False))
    assert len(samples) == told["dataset"]["samples"] == told["quote"]["clips"]
    assert {json.loads(sample["json"])["key"] for sample in samples} == {sample["__key__"] for sample in samples}
    assert pq.read_table(folder / "manifest.parquet").num_rows == len(samples)
    assert offcut("verify", str(folder)).returncode == 0
    names = ("manifest.parquet", "manifest.jsonl", "croissant.json", "certificate.jws", "shards/shard-000000.tar")
    for name in names:
        with flipped(folder / name):
            refused = offcut("verify", str(folder))
        assert refused.returncode == 5, (name, refused.stdout, refused.stderr)
        assert name in refused.stdout + refused.stderr, name


@pytest.mark.once
def test_the_demo_tells_the_whole_story_and_a_second_run_repeats_nothing(tmp_path: Path) -> None:
    home = at_home(tmp_path, new=True)
    first = demo(home)
    states = [asset["state"] for asset in first["assets"]]
    assert (states.count("ready"), states.count("rejected")) == (7, 1)
    assert [asset["reason"] for asset in first["assets"] if asset["state"] == "rejected"] == ["damaged"]
    assert {asset["resolution_class"] for asset in first["assets"] if asset["state"] == "ready"} == {
        "sd",
        "720p",
        "1080p",
        "2160p",
    }
    by_file = {asset["file"]: asset for asset in first["assets"]}
    assert by_file["interview_with_a_cut.mp4"]["usable_clips"] == 2
    assert first["quote"]["clips"] == sum(asset["usable_clips"] for asset in first["assets"]) == CLIPS
    check_books(first)
    check_folder(first)
    second = demo(home)
    assert {name: second[name] for name in ("assets", "quote", "order_id", "certificate")} == {
        name: first[name] for name in ("assets", "quote", "order_id", "certificate")
    }
    assert second["dataset"] == first["dataset"]


@pytest.mark.once
@pytest.mark.skipif(not FOOTAGE.is_dir(), reason="the real footage is not beside this checkout")
def test_real_footage_is_read_sold_and_delivered_as_expected(tmp_path: Path) -> None:
    home = at_home(tmp_path, new=False)
    told = demo(home, "--footage", str(FOOTAGE))
    by_file = {asset["file"]: asset for asset in told["assets"]}
    for expected in json.loads((FOOTAGE / "expected.json").read_text())["files"]:
        asset = by_file[expected["file"]]
        assert asset["state"] == expected["state"], asset
        if expected["state"] == "rejected":
            assert asset["reason"] in expected["reasons"], asset
            continue
        for name in ("video_codec", "width", "height", "resolution_class", "bit_depth", "has_audio"):
            assert asset[name] == expected[name], (asset, name)
        assert abs(asset["duration_ms"] - expected["duration_ms"]) <= expected["tolerance_ms"], asset
        assert asset["rotation"] % 180 == expected["rotation"] % 180, asset
        assert abs(Fraction(asset["frame_rate"]) / Fraction(expected["frame_rate"]) - 1) <= Fraction(1, 100), asset
    same = by_file["good/drone again (same bytes) é.mp4"], by_file["good/drone_gopro_karma.mp4"]
    assert same[0]["asset_id"] == same[1]["asset_id"]
    check_shots(by_file, told)
    check_near_duplicates(home)
    check_books(told)
    check_folder(told)


def check_near_duplicates(home: House) -> None:
    """Of all the files just the known copy is one of another, and nobody's ownership is in doubt."""
    assert rows_of(home.environment, NEAR_DUPLICATES) == [("animation_reencoded_360p.mp4", "animation_1080p.mp4")]
    assert rows_of(home.environment, "SELECT * FROM media_ingest_ownershipcase") == []


def check_shots(by_file: dict[str, Any], told: dict[str, Any]) -> None:
    """Every good file is its shots; what can be offered was sold, the near duplicate of a better file was not."""
    good = {asset["asset_id"]: asset for asset in by_file.values() if asset["state"] == "ready"}.values()
    assert by_file["good/scenes_480p.mp4"]["clips"] >= 4
    assert by_file["good/animation_reencoded_360p.mp4"]["held"] == "near_duplicate"
    assert [asset["file"] for asset in good if asset["held"]] == ["good/animation_reencoded_360p.mp4"]
    offered = [asset for asset in good if not asset["held"]]
    assert told["quote"]["clips"] == sum(asset["usable_clips"] for asset in offered)
    assert told["quote"]["duration_ms"] == sum(asset["usable_ms"] for asset in offered)
    for asset in good:
        assert asset["usable_ms"] == asset["duration_ms"] or asset["left_out"], asset


def kill_worker(home: House) -> bool:
    """SIGKILL the worker and all its children at once."""
    groups = home.leaders("celery")
    for group in groups:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(group, signal.SIGKILL)
    return bool(groups)


def counted(home: House, table: str) -> int:
    """How many rows a table holds."""
    return int(rows_of(home.environment, f"SELECT count(*) FROM {table}")[0][0])  # noqa: S608 - our own table names


def test_workers_killed_at_each_stage_change_nothing_about_the_result(tmp_path: Path) -> None:
    with house(tmp_path / "home", OFFCUT_JOB_LEASE_S="3") as running:
        shutil.copytree(sample_rushes(), running.home / "demo" / "rushes")
        command = [str(ROOT / ".venv" / "bin" / "python"), str(ROOT / "manage.py"), "demo", "--json"]
        if not Path(command[0]).exists():
            command[0] = sys.executable
        environment = {**running.environment, "OFFCUT_PUBLIC_URL": running.url}
        struck: set[str] = set()
        with (running.home / "demo.log").open("wb") as log, (running.home / "demo.json").open("wb") as said:
            process = subprocess.Popen(
                [*command, "--url", running.url], env=environment, cwd=ROOT, stdout=said, stderr=log
            )
            with database_of(running.environment) as ask:
                while process.poll() is None:
                    fresh = {kind for (kind,) in ask(RUNNING)} & STAGES - struck
                    if fresh and kill_worker(running):
                        struck |= fresh
                    with contextlib.suppress(subprocess.TimeoutExpired):
                        process.wait(0.03)
        assert process.returncode == 0, (running.home / "demo.log").read_text()[-4000:]
        assert struck == STAGES
        told = json.loads((running.home / "demo.json").read_text())
        assert sorted(asset["state"] for asset in told["assets"]) == ["ready"] * 7 + ["rejected"]
        assert told["quote"]["clips"] == counted(running, "marketplace_licence") == CLIPS
        assert counted(running, "marketplace_dataset") == 1
        assert counted(running, "marketplace_order") == 1
        check_books(told)
        check_folder(told)
        undisturbed_transfers = 2 + CLIPS + 1  # charged and settled; to the creator for each clip; the fee
        assert counted(running, "marketplace_transfer") == undisturbed_transfers
