"""Shards and manifests: readable by what people use, and the same bytes every time."""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from blake3 import blake3

from marketplace.delivery.adapters.manifest import SCHEMA, ManifestWriter
from marketplace.delivery.adapters.slices import FileSlice
from marketplace.delivery.adapters.tar import Entry, HashingWriter, shard_write
from marketplace.delivery.domain.ranges import Span, UnsatisfiableRangeError, range_applies, span_wanted
from marketplace.delivery.domain.rows import Audio, Camera, Color, SampleRow, row_from_json
from marketplace.delivery.domain.sums import sums_text

ROW = SampleRow(
    key="clp_a",
    shard="shards/shard-000000.tar",
    file="clp_a.mp4",
    size_bytes=7,
    sha256="ab" * 32,
    clip_id="clp_a",
    asset_sha256="cd" * 32,
    start_ms=0,
    end_ms=2_400_000,
    duration_ms=2_400_000,
    start_ticks=0,
    end_ticks=2000,
    time_base="1/1000",
    cut="whole",
    width=3840,
    height=2160,
    frame_rate="30000/1001",
    video_codec="hevc",
    pixel_format="yuv420p10le",
    bit_depth=10,
    color=Color(primaries="bt2020", transfer="arib-std-b67", matrix="bt2020nc", range="tv", hdr="hlg"),
    audio=Audio(codec="aac", channels=2, rate=48_000),
    title="Glacier, à l’aube",
    description="",
    tags=("ice", "drone"),
    language="fr",
    motion=None,
    quality=None,
    people="none",
    camera=Camera(make="DJI", model=None),
    capture_date="2023-07-01",
    place=None,
    terms_id="trm_a",
    terms_version=2,
    licence_id="lic_a",
    creator="org_a",
    price="112.00",
    currency="USD",
    iscc=None,
)


def entries(folder: Path) -> list[Entry]:
    media = folder / "clp_a.mp4"
    media.write_bytes(b"x" * 1_500_000)
    sidecar = ROW.as_json()
    return [
        Entry("clp_a.json", hashlib.sha256(sidecar).hexdigest(), sidecar),
        Entry("clp_a.mp4", hashlib.sha256(media.read_bytes()).hexdigest(), media),
    ]


def test_a_shard_has_plain_headers_and_members_where_its_index_says(tmp_path: Path) -> None:
    packed = shard_write(tmp_path / "shard-000000.tar", entries(tmp_path))
    data = packed.path.read_bytes()
    assert packed.size_bytes == len(data)
    assert packed.sha256 == hashlib.sha256(data).hexdigest()
    assert packed.blake3 == blake3(data).hexdigest()
    for member in packed.members:
        piece = data[member.offset : member.offset + member.size]
        assert hashlib.sha256(piece).hexdigest() == member.sha256
    with tarfile.open(packed.path) as archive:
        infos = archive.getmembers()
    assert [info.name for info in infos] == ["clp_a.json", "clp_a.mp4"]
    assert {(info.mtime, info.uid, info.gid, info.mode, info.uname, info.gname) for info in infos} == {
        (0, 0, 0, 0o644, "", "")
    }
    assert all(info.isreg() and not info.pax_headers for info in infos)


def test_the_same_content_gives_the_same_shard_whatever_the_files_dates_and_modes(tmp_path: Path) -> None:
    first = shard_write(tmp_path / "one.tar", entries(tmp_path))
    os.utime(tmp_path / "clp_a.mp4", (1, 1))
    (tmp_path / "clp_a.mp4").chmod(0o600)
    content = (tmp_path / "clp_a.mp4").read_bytes()
    again = [Entry("clp_a.json", "", ROW.as_json()), Entry("clp_a.mp4", "", content)]
    assert shard_write(tmp_path / "two.tar", again).sha256 == first.sha256


def test_a_shard_that_cannot_be_finished_leaves_nothing_behind(tmp_path: Path) -> None:
    missing = Entry("b.mp4", "", tmp_path / "gone.mp4")
    with pytest.raises(FileNotFoundError):
        shard_write(tmp_path / "one.tar", [Entry("a.json", "", b"{}"), missing])
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_an_error_and_not_a_short_shard(tmp_path: Path) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("this system has no /dev/full")
    with full.open("wb", buffering=0) as raw, HashingWriter(raw) as sink, pytest.raises(OSError, match="No space"):
        sink.write(b"x" * 4096)


def write_manifest(folder: Path, rows: list[SampleRow]) -> tuple[bytes, bytes]:
    folder.mkdir()
    with ManifestWriter(jsonl=folder / "m.jsonl", parquet=folder / "m.parquet") as manifest:
        for row in rows:
            manifest.add(row)
    return (folder / "m.jsonl").read_bytes(), (folder / "m.parquet").read_bytes()


def test_a_row_survives_being_written_and_read() -> None:
    for row in (ROW, replace(ROW, audio=None, camera=None, tags=())):
        assert row_from_json(row.as_json()) == row


def test_both_manifests_say_the_same_and_are_the_same_bytes_twice(tmp_path: Path) -> None:
    rows = [replace(ROW, key=f"clp_{number:05d}", audio=None if number % 2 else ROW.audio) for number in range(30)]
    lines, parquet = write_manifest(tmp_path / "one", rows)
    assert write_manifest(tmp_path / "two", rows) == (lines, parquet)
    assert [row_from_json(line) for line in lines.splitlines()] == rows
    table = pq.read_table(io.BytesIO(parquet))
    assert table.schema.equals(SCHEMA)
    assert table.to_pylist() == [row.as_dict() | {"tags": list(row.tags)} for row in rows]
    assert table.column("price").to_pylist() == ["112.00"] * 30


def test_columns_are_the_fields_of_a_row_in_order() -> None:
    assert SCHEMA.names == list(ROW.as_dict())


def test_sums_are_sorted_and_read_by_coreutils() -> None:
    assert sums_text({"b": "22", "a/c": "11"}) == "11  a/c\n22  b\n"
    for path in ("SHA256SUMS", "certificate.jws", "a\nb", "/etc/passwd"):
        with pytest.raises(ValueError, match="cannot list"):
            sums_text({path: "00"})


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        (None, None),
        ("bytes=0-0", Span(0, 1)),
        ("bytes=10-", Span(10, 100)),
        ("bytes=90-999", Span(90, 100)),
        ("bytes=-10", Span(90, 100)),
        ("bytes=-1000", Span(0, 100)),
        ("bytes=5-4", None),
        ("bytes=-", None),
        ("bytes=0-1,3-4", None),
        ("items=0-1", None),
        ("bytes=a-b", None),
    ],
)
def test_a_range_is_understood_or_ignored(header: str | None, wanted: Span | None) -> None:
    assert span_wanted(header, 100) == wanted


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=100-200", "bytes=-0"])
def test_a_range_outside_the_file_cannot_be_served(header: str) -> None:
    with pytest.raises(UnsatisfiableRangeError):
        span_wanted(header, 100)


def test_a_range_applies_to_the_same_bytes_only() -> None:
    assert range_applies(None, '"a"')
    assert range_applies('"a"', '"a"')
    assert not range_applies('W/"a"', '"a"')
    assert not range_applies("Sun, 22 Nov 2026 05:00:00 GMT", '"a"')
    assert Span(2, 5).content_range(9) == "bytes 2-4/9"


def test_a_slice_ends_where_it_should(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(bytes(range(100)))
    piece = FileSlice(path.open("rb"), start=10, length=5)
    assert (piece.tell(), piece.read(3), piece.read(), piece.read(1)) == (10, b"\x0a\x0b\x0c", b"\x0d\x0e", b"")
    piece.close()
