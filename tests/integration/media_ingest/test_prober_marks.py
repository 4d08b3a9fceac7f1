"""What the prober finds besides facts: marks of where pictures come from, key-frame distances, blank frames."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any, Final

import pytest

from media_ingest.adapters.ffmpeg import probe_file
from media_ingest.adapters.origin_marks import MOST_MARKS, VALUE_LENGTH, origin_marks
from media_ingest.domain.footage import Footage
from media_ingest.domain.probe import parse
from media_ingest.domain.reasons import Reason, Rejection
from tests import hostile_boxes, media

C2PA: Final = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
XMP: Final = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
IPTC: Final = b"http://cv.iptc.org/newscodes/digitalsourcetype/"


def cbor_text(text: bytes) -> bytes:
    return (bytes([0x60 + len(text)]) if len(text) < 24 else b"\x78" + bytes([len(text)])) + text


def manifest(generator: bytes, source: bytes) -> bytes:
    """A C2PA manifest store as a camera or generator writes it, without its signature (C2PA 2.2, JUMBF)."""
    claim = cbor_text(b"claim_generator") + cbor_text(generator) + cbor_text(b"digitalSourceType") + cbor_text(source)
    described = hostile_boxes.box(b"jumd", b"c2pa\x00\x11\x00\x10\x80\x00\x00\xaa\x00\x38\x9b\x71\x03c2pa\0")
    store = hostile_boxes.box(b"jumb", described + hostile_boxes.box(b"cbor", claim))
    return hostile_boxes.box(b"uuid", C2PA + bytes(4) + b"manifest\0" + bytes(8) + store)


def film(*inserted: bytes) -> Path:
    """A clip with boxes put behind its first one."""
    whole = hostile_boxes.movable()
    head = struct.unpack(">I", whole[:4])[0]
    return media.written("marked.mp4", whole[:head] + b"".join(inserted) + whole[head:])


def marks(path: Path) -> list[dict[str, str]]:
    report: Any = probe_file(path)
    assert report["error"] is None
    found: list[dict[str, str]] = report["origin_marks"]
    return found


def tagged(ending: str, **tags: str) -> Path:
    words = [word for key, value in tags.items() for word in ("-metadata", f"{key}={value}")]
    extra = ["-movflags", "use_metadata_tags"] if ending == "mov" else []
    source = ["-i", str(media.clip("silent.mp4")), "-c", "copy", "-bitexact"]
    return media.draw([*source, *words, *extra], media.folder() / f"tagged.{ending}")


def test_a_signed_generation_is_told_with_its_program_and_source_type() -> None:
    found = marks(film(manifest(b"OpenAI Sora 2", IPTC + b"trainedAlgorithmicMedia")))
    assert found == [
        {"kind": "c2pa_manifest", "value": "OpenAI Sora 2"},
        {"kind": "digital_source_type", "value": "trainedAlgorithmicMedia"},
    ]


def test_a_signed_recording_is_told_as_what_it_says_it_is() -> None:
    found = marks(film(manifest(b"Leica M11-P", IPTC + b"digitalCapture")))
    assert found == [
        {"kind": "c2pa_manifest", "value": "Leica M11-P"},
        {"kind": "digital_source_type", "value": "digitalCapture"},
    ]


def test_a_newer_claim_names_its_generator_in_a_list() -> None:
    claim = cbor_text(b"claim_generator_info") + b"\x81\xa1" + cbor_text(b"name") + cbor_text(b"Adobe Firefly")
    described = b"jumdc2pa" + bytes(20)
    box = hostile_boxes.box(b"uuid", C2PA + bytes(13) + described + claim)
    assert marks(film(box)) == [{"kind": "c2pa_manifest", "value": "Adobe Firefly"}]


def test_xmp_that_names_a_generator_is_told() -> None:
    xmp = b"<x:xmpmeta><xmp:CreatorTool>Runway Gen-4</xmp:CreatorTool><a>" + IPTC + b"trainedAlgorithmicMedia</a>"
    found = marks(film(hostile_boxes.box(b"uuid", XMP + xmp)))
    assert {"kind": "creator_tool", "value": "Runway Gen-4"} in found
    assert {"kind": "digital_source_type", "value": "trainedAlgorithmicMedia"} in found


@pytest.mark.parametrize("ending", ["mkv", "mov"])
@pytest.mark.parametrize(
    ("key", "value", "kind"),
    [
        ("software", "Kling AI 2.1", "generator_tag"),
        ("comment", "Made with Sora", "generator_tag"),
        ("description", "An AI-generated harbour at dusk", "generator_tag"),
        ("AIGC", '{"Label":"1","ContentProducer":"x"}', "aigc_label"),
    ],
)
def test_a_generators_tag_is_told(ending: str, key: str, value: str, kind: str) -> None:
    (found,) = marks(tagged(ending, **{key: value}))
    assert found["kind"] == kind
    assert value in found["value"]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("encoder", "Lavf62.12.102"),
        ("title", "Sora and Luma in the garden"),
        ("comment", "shot near Vidu, runway 27 in the back"),
        ("software", "DaVinci Resolve 19"),
    ],
)
def test_an_ordinary_file_has_no_marks(key: str, value: str) -> None:
    assert marks(tagged("mkv", **{key: value})) == []


def test_marks_are_few_and_short_whatever_the_file_says() -> None:
    flood = b"".join(IPTC + b"kind" + bytes([97 + n // 26, 97 + n % 26]) + b" " for n in range(600))
    endless = b"<xmp:CreatorTool>Sora \x1b[2J\xe2\x80\xae" + b"A" * 99
    found = marks(film(manifest(b"Sora" * 40, b"x"), hostile_boxes.box(b"uuid", XMP + endless + flood)))
    assert len(found) == MOST_MARKS
    assert all(len(mark["value"]) <= VALUE_LENGTH and mark["value"].isprintable() for mark in found)


def test_boxes_that_lie_about_their_size_end_the_search(tmp_path: Path) -> None:
    path = tmp_path / "lies.mp4"
    lies = (
        hostile_boxes.box(b"ftyp", b"isom") + b"\0\0\0\4uuid",
        hostile_boxes.box(b"ftyp", b"isom") + b"\0\0\0\1uuid" + b"\xff" * 8 + C2PA,
        hostile_boxes.box(b"ftyp", b"isom") + b"\0\0\0\0moov\0\0\0\0moov" * 2,
        b"",
    )
    for content in lies:
        path.write_bytes(content)
        with path.open("rb") as opened:
            assert len(origin_marks(opened.fileno(), [{"encoder": "x"}])) <= 1


def gops(path: Path) -> dict[str, Any]:
    report: Any = probe_file(path)
    found: dict[str, Any] = report["scan"]["gops"]
    return found


def test_distances_of_key_frames_are_told() -> None:
    assert gops(media.clip("bframes.mp4")) == {
        "key_frames": 5, "first_key": 0, "longest": 12, "median": 12, "times": [], "intra_only": False,
    }  # fmt: skip
    assert gops(media.clip("mjpeg.avi")) == {
        "key_frames": 50, "first_key": 0, "longest": 1, "median": 1, "times": [], "intra_only": True,
    }  # fmt: skip
    assert gops(media.clip("prores.mxf"))["intra_only"] is True


@pytest.mark.parametrize("name", ["hole.mp4", "hole.mkv"])
def test_a_copy_that_left_pictures_blank_is_damaged(name: str) -> None:
    """T10: no sampled picture is hit, every frame that is decoded looks right, and still some are zeros."""
    whole = media.folder() / f"whole-{name}"
    path = media.written(name, hostile_boxes.with_hole(name)())
    report: Any = probe_file(path)
    assert all(report["scan"]["later_frames"])
    found = parse(report, size_bytes=path.stat().st_size)
    assert isinstance(found, Rejection)
    assert found.reason == Reason.DAMAGED
    assert "blank frames" in found.detail
    assert isinstance(parse(probe_file(whole), size_bytes=whole.stat().st_size), Footage)


def test_uncompressed_black_is_not_blank() -> None:
    black = ["-f", "lavfi", "-i", "color=black:size=64x64:rate=25:duration=2", "-c:v", "rawvideo", "-pix_fmt", "rgb24"]
    path = media.draw(black, media.folder() / "black.mov")
    report: Any = probe_file(path)
    assert report["scan"]["holes"] == {"packets": 0, "first": None}
