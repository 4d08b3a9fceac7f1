"""The door (T05, T11): what is no video, or no plain file, is refused at once and starts no process."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from media_ingest.adapters.guard import Sniffed, guard, sniff
from media_ingest.domain.reasons import Reason, Rejection
from tests import media
from tests.running import descendants

FTYP = b"\0\0\0\x18ftypisom\0\0\2\0isommp42"


def refused(path: Path, size: int | None = None) -> Reason:
    started = time.monotonic()
    found = guard(path, size_bytes=path.lstat().st_size if size is None else size)
    assert time.monotonic() - started < 0.5
    assert isinstance(found, Rejection)
    assert str(path) not in found.detail
    return found.reason


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", Reason.EMPTY_FILE),
        (b"just a note\n", Reason.NOT_MEDIA),
        (b"#EXTM3U\n#EXTINF:10.0,\nfile:///etc/passwd\n", Reason.NOT_MEDIA),
        (b"ffconcat version 1.0\nfile private.mp4\n", Reason.NOT_MEDIA),
        (b'<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"/>', Reason.NOT_MEDIA),
        (b"v=0\no=- 0 0 IN IP4 127.0.0.1\nm=video 5004 RTP/AVP 96\n", Reason.NOT_MEDIA),
        (b'<svg xmlns="http://www.w3.org/2000/svg" width="100000" height="100000"/>', Reason.NOT_MEDIA),
        (b"push graphic-context\nimage over 0,0 0,0 'https://127.0.0.1/x'\n", Reason.NOT_MEDIA),
        (b"1\n00:00:00,000 --> 00:00:01,000\n<img src=x>\n", Reason.NOT_MEDIA),
        (b"[Script Info]\nPlayResX: 2147483647\n", Reason.NOT_MEDIA),
        (b"GIF89a=1;/*" + FTYP, Reason.NOT_MEDIA),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 64, Reason.NOT_MEDIA),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", Reason.NOT_MEDIA),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", Reason.NOT_MEDIA),
        (b"%PDF-1.4\n", Reason.NOT_MEDIA),
        (b"\0" * 4096, Reason.NOT_MEDIA),
        (b"PK\x03\x04" + b"\0" * 64, Reason.UNSUPPORTED_CONTAINER),
        (b"\x1f\x8b\x08" + b"\0" * 64, Reason.UNSUPPORTED_CONTAINER),
        (b"\0" * 257 + b"ustar\x0000" + b"\0" * 64, Reason.UNSUPPORTED_CONTAINER),
        (b"OggS\0\2" + b"\0" * 64, Reason.UNSUPPORTED_CONTAINER),
        (b"FLV\x01\x05\0\0\0\x09", Reason.UNSUPPORTED_CONTAINER),
        (b"RIFF\x24\0\0\0WAVEfmt ", Reason.UNSUPPORTED_CONTAINER),
        (b"\x1a\x45\xdf\xa3\x8b\x42\x82\x84note", Reason.UNSUPPORTED_CONTAINER),
    ],
)
def test_what_is_not_an_accepted_video_file_is_named(content: bytes, reason: Reason, tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(content)
    assert refused(path) == reason


@pytest.mark.parametrize(
    ("head", "family"),
    [
        (FTYP, "mov"),
        (b"\0\0\0\x08wide\0\0\0\0mdat", "mov"),
        (b"RIFF\x24\0\0\0AVI LIST", "avi"),
        (bytes.fromhex("060e2b34020501010d01020101020400"), "mxf"),
        ((b"\x47" + b"\0" * 187) * 6, "mpegts"),
        ((b"\0\0\0\0\x47" + b"\0" * 187) * 6, "mpegts"),
    ],
)
def test_accepted_containers_are_known_by_their_first_bytes(head: bytes, family: str) -> None:
    assert sniff(head) == family


def test_a_real_clip_passes() -> None:
    clip = media.clip("silent.mp4")
    assert guard(clip, size_bytes=clip.stat().st_size) == Sniffed("mov", clip.stat().st_size)


def test_a_pipe_is_refused_without_waiting_for_it(tmp_path: Path) -> None:
    """T11: a pipe would hang for ever."""
    os.mkfifo(tmp_path / "clip.mp4")
    assert refused(tmp_path / "clip.mp4") == Reason.NOT_MEDIA


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    """T11: a link may lead to a secret."""
    (tmp_path / "clip.mp4").symlink_to(media.clip("silent.mp4"))
    assert refused(tmp_path / "clip.mp4", media.clip("silent.mp4").stat().st_size) == Reason.NOT_MEDIA


def test_a_second_name_of_a_file_is_refused(tmp_path: Path) -> None:
    """T11: a hard link may be changed under us."""
    (tmp_path / "secret").write_bytes(FTYP)
    (tmp_path / "clip.mp4").hardlink_to(tmp_path / "secret")
    assert refused(tmp_path / "clip.mp4") == Reason.NOT_MEDIA


def test_folders_and_devices_are_refused(tmp_path: Path) -> None:
    """T11: neither a folder nor a device is opened by media code."""
    assert refused(tmp_path) == Reason.NOT_MEDIA
    assert refused(Path("/dev/zero")) == Reason.NOT_MEDIA


def test_a_missing_file_is_refused_without_its_path(tmp_path: Path) -> None:
    found = guard(tmp_path / "gone", size_bytes=1)
    assert isinstance(found, Rejection)
    assert str(tmp_path) not in found.detail


def test_a_file_of_holes_is_refused(tmp_path: Path) -> None:
    """T11: a terabyte that takes no space."""
    with (tmp_path / "clip.mp4").open("wb") as file:
        file.write(FTYP)
        file.truncate(1 << 40)
    assert refused(tmp_path / "clip.mp4") == Reason.DAMAGED


def test_another_size_than_declared_is_refused() -> None:
    """T10: what is stored has the size that was declared."""
    clip = media.clip("silent.mp4")
    assert refused(clip, clip.stat().st_size + 1) == Reason.DAMAGED


@pytest.mark.parametrize("name", ["plain.mp4", "silent.mp4", "fragmented.mp4", "mjpeg.avi", "vp9.webm", "ntsc.mkv"])
@pytest.mark.parametrize("share", [0.4, 0.9])
def test_a_file_that_was_cut_off_is_damaged(name: str, share: float) -> None:
    assert refused(media.truncated(name, share)) == Reason.DAMAGED


def test_special_files_are_refused_at_once_and_start_nothing(tmp_path: Path) -> None:
    """T11: all of them in under 50 ms of processor time each, and no child process exists afterwards."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("/etc/passwd")
    (tmp_path / "folder").mkdir()
    (tmp_path / "once").write_bytes(b"x" * 100)
    (tmp_path / "twice").hardlink_to(tmp_path / "once")
    with (tmp_path / "sparse").open("wb") as sparse:
        sparse.write(b"\0\0\0\x18ftypisom\0\0\2\0isommp42")
        sparse.truncate(1 << 40)
    sizes, running = {"twice": 100, "sparse": 1 << 40}, descendants(os.getpid())
    for path in [*(tmp_path / name for name in ("pipe", "link", "folder", "twice", "sparse")), Path("/dev/zero")]:
        started = time.thread_time()
        assert isinstance(guard(path, size_bytes=sizes.get(path.name, 0)), Rejection), path.name
        assert time.thread_time() - started < 0.05
    assert descendants(os.getpid()) == running


def test_an_mxf_whose_footer_is_missing_is_damaged(tmp_path: Path) -> None:
    """T10: nine tenths of a recording that says where its end is."""
    whole = media.clip("prores.mxf").read_bytes()
    path = tmp_path / "cut.mxf"
    path.write_bytes(whole[: len(whole) * 9 // 10])
    found = guard(path, size_bytes=path.stat().st_size)
    assert isinstance(found, Rejection)
    assert found.reason == Reason.DAMAGED
    path.write_bytes(whole)
    assert guard(path, size_bytes=len(whole)) == Sniffed("mxf", len(whole))
