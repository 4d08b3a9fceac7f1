"""Files made to harm: each is refused for its reason, quickly, touching nothing and nobody (T01–T09, T13, T14)."""

from __future__ import annotations

import ctypes
import http.server
import json
import os
import struct
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from media_ingest.adapters.ffmpeg import probe_file
from media_ingest.adapters.guard import guard
from media_ingest.domain.footage import Footage
from media_ingest.domain.probe import parse
from media_ingest.domain.reasons import Reason, Rejection
from tests import media


def probed(path: Path) -> Footage | Rejection:
    """Past the door on purpose: what the prober alone makes of a file."""
    return parse(probe_file(path), size_bytes=path.stat().st_size)


def judged(path: Path) -> Footage | Rejection:
    door = guard(path, size_bytes=path.stat().st_size)
    return door if isinstance(door, Rejection) else probed(path)


class Canary:
    """A secret that the kernel watches for us (inotify), and a listener that counts who calls."""

    IN_ACCESS, IN_OPEN = 0x1, 0x20

    def __init__(self, folder: Path, port: int, calls: list[str]) -> None:
        self.secret, self.port, self.calls = folder / "secret.ts", port, calls
        self.secret.write_bytes(media.clip("broadcast.ts").read_bytes())
        libc = ctypes.CDLL(None)
        self.watch = libc.inotify_init1(os.O_NONBLOCK)
        assert libc.inotify_add_watch(self.watch, os.fsencode(self.secret), self.IN_ACCESS | self.IN_OPEN) >= 0

    @property
    def was_read(self) -> bool:
        try:
            return bool(os.read(self.watch, 65536))
        except BlockingIOError:
            return False

    def close(self) -> None:
        os.close(self.watch)


@pytest.fixture
def canary(tmp_path: Path) -> Iterator[Canary]:
    calls: list[str] = []

    class Listener(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            calls.append(self.path)
            self.send_error(404)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Listener) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        watched = Canary(tmp_path, server.server_port, calls)
        yield watched
        watched.close()
        server.shutdown()
        thread.join()


def hls(*lines: str) -> str:
    return "\n".join(["#EXTM3U", "#EXT-X-MEDIA-SEQUENCE:0", *lines, "#EXT-X-ENDLIST", ""])


def dash(url: str) -> str:
    return (
        '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"'
        ' mediaPresentationDuration="PT10S" profiles="urn:mpeg:dash:profile:isoff-main:2011"><Period><AdaptationSet'
        ' mimeType="video/mp4"><Representation id="1" bandwidth="1" width="1" height="1">'
        f"<BaseURL>{url}</BaseURL><SegmentBase/></Representation></AdaptationSet></Period></MPD>"
    )


def playlists(canary: Canary) -> dict[str, str]:
    """T01 and T02: playlists that name somebody else's file, or a server."""
    file, http = f"file://{canary.secret}", f"http://127.0.0.1:{canary.port}"
    return {
        "hls": hls("#EXTINF:10.0,", file),
        "hls_relative": hls("#EXTINF:10.0,", canary.secret.name),
        "hls_map": hls(f'#EXT-X-MAP:URI="{file}"', "#EXTINF:10.0,", file),
        "hls_http": hls("#EXTINF:10.0,", f"{http}/hls.ts"),
        "hls_concat": hls("#EXTINF:10.0,", f"concat:{http}/h.m3u8|{file}"),
        "hls_subfile": hls("#EXTINF:10.0,", f"subfile,,start,0,end,64,,:{canary.secret}"),
        "hls_key": hls(f'#EXT-X-KEY:METHOD=AES-128,URI="{http}/key"', "#EXTINF:10.0,", file),
        "hls_gopher": hls("#EXTINF:1,", f"gopher://127.0.0.1:{canary.port}/_SSRF"),
        "dash_file": dash(file),
        "dash_http": dash(f"{http}/dash.mp4"),
        "ffconcat": f"ffconcat version 1.0\nfile {canary.secret.name}\n",
        "ffconcat_absolute": f"ffconcat version 1.0\nfile '{canary.secret}'\n",
        "sdp": f"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video {canary.port} RTP/AVP 96\n",
        "imf": '<?xml version="1.0"?><CompositionPlaylist xmlns="http://www.smpte-ra.org/schemas/2067-3/2016"/>',
        "svg": f'<svg xmlns:xlink="http://www.w3.org/1999/xlink"><image xlink:href="{http}/a.png"/></svg>',
    }


def test_a_playlist_opens_nothing_and_calls_nobody(canary: Canary) -> None:
    for name, text in playlists(canary).items():
        path = canary.secret.parent / f"{name}.mp4"
        path.write_text(text)
        door = guard(path, size_bytes=path.stat().st_size)
        assert isinstance(door, Rejection), name
        assert door.reason == Reason.NOT_MEDIA, name
        # And were the door open: the format list and the sandbox refuse each for themselves.
        assert isinstance(probed(path), Rejection), name
    assert not canary.was_read
    assert canary.calls == []


def test_control_a_bare_ffmpeg_follows_a_playlist(canary: Canary) -> None:
    path = canary.secret.parent / "list.ffconcat"
    path.write_text(f"ffconcat version 1.0\nfile {canary.secret.name}\n")
    bare = [media.FFMPEG, "-nostdin", "-v", "error", "-i", str(path), "-frames:v", "1", "-f", "null", "-"]
    assert subprocess.run(bare, check=False, capture_output=True, timeout=60).returncode == 0
    assert canary.was_read


def gab2(playlist: bytes) -> bytes:
    """An AVI whose only stream is a subtitle that is a playlist (CVE-2017-9993)."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return kind + struct.pack("<I", len(data)) + data + (b"\0" if len(data) & 1 else b"")

    body = b"GAB2\x00" + struct.pack("<HI", 2, 2) + b"\0\0" + struct.pack("<HI", 4, len(playlist)) + playlist
    header = struct.pack("<14I", 40000, 0, 0, 0x10, 1, 0, 1, 0, 320, 240, 0, 0, 0, 0)
    stream = b"txts" + b"\0" * 12 + struct.pack("<6I", 0, 1, 1, 0, 1, len(body)) + struct.pack("<iI", -1, 0) + b"\0" * 8
    streams = chunk(b"LIST", b"strl" + chunk(b"strh", stream) + chunk(b"strf", b""))
    content = chunk(b"LIST", b"hdrl" + chunk(b"avih", header) + streams)
    content += chunk(b"LIST", b"movi" + chunk(b"00tx", body))
    return b"RIFF" + struct.pack("<I", len(content) + 4) + b"AVI " + content


def outside_reference(url: str) -> bytes:
    """An MP4 whose data reference points out of the file."""
    data = media.clip("silent.mp4").read_bytes()
    at = data.index(b"dref")
    size = struct.unpack(">I", data[at - 4 : at])[0]
    link = b"\0\0\0\0" + url.encode() + b"\0"
    entry = struct.pack(">I", len(link) + 8) + b"url " + link
    table = struct.pack(">I", len(entry) + 16) + b"dref" + b"\0\0\0\0\0\0\0\1" + entry
    changed = data[: at - 4] + table + data[at - 4 + size :]
    for box in (b"dinf", b"minf", b"mdia", b"trak", b"moov"):
        place = changed.index(box)
        grown = struct.unpack(">I", changed[place - 4 : place])[0] + len(table) - size
        changed = changed[: place - 4] + struct.pack(">I", grown) + changed[place:]
    return changed


def test_references_out_of_a_real_container_are_not_followed(canary: Canary) -> None:
    text = hls("#EXTINF:1.0,", f"file://{canary.secret}", "#EXTINF:1,", f"http://127.0.0.1:{canary.port}/gab2")
    subtitle = media.written("gab2.avi", gab2(text.encode()))
    assert isinstance(judged(subtitle), Rejection)
    for url in (f"file://{canary.secret}", f"http://127.0.0.1:{canary.port}/dref"):
        judged(media.written("dref.mp4", outside_reference(url)))
    assert not canary.was_read
    assert canary.calls == []


@pytest.mark.parametrize("name", ["magicyuv.mkv", "ffvhuff.avi"])
def test_a_decoder_outside_the_list_is_never_opened(name: str) -> None:
    path = media.clip(name)
    report = probe_file(path)
    assert report["scan"] is None
    found = parse(report, size_bytes=path.stat().st_size)
    assert isinstance(found, Rejection)
    assert found.reason == Reason.CODEC_NOT_ALLOWED


def test_an_unknown_codec_is_refused() -> None:
    found = judged(media.written("codec.mkv", media.matroska(codec=b"V_FOO")))
    assert isinstance(found, Rejection)
    assert found.reason == Reason.CODEC_NOT_ALLOWED


@pytest.mark.parametrize("name", ["wide_bomb.mp4", "ffv1_bomb.mkv"])
def test_a_picture_with_too_many_pixels_costs_neither_time_nor_memory(name: str) -> None:
    """T06: refused in under 2 s and 256 MB, measured by the child's own parent (wait4)."""
    path = media.clip(name)
    report: Any = probe_file(path)
    assert report["used"]["cpu_ms"] < 2000
    assert report["used"]["rss_kib"] < 256 * 1024
    found = parse(report, size_bytes=path.stat().st_size)
    assert isinstance(found, Rejection)
    assert found.reason == Reason.TOO_MANY_PIXELS


def test_a_picture_renamed_to_video_is_refused_at_the_door() -> None:
    found = judged(media.written("bomb.mp4", media.png(6000, 6000)))
    assert isinstance(found, Rejection)
    assert found.reason == Reason.NOT_MEDIA


def test_a_thousand_tracks_are_too_many() -> None:
    for tracks in (900, 5000):
        found = judged(media.written(f"tracks-{tracks}.mkv", media.matroska(tracks=tracks)))
        assert isinstance(found, Rejection)
        assert found.reason == Reason.TOO_MANY_STREAMS


def many_tags(count: int) -> bytes:
    tags = b"".join(
        media.ebml("67C8", media.ebml("45A3", b"K%d" % number) + media.ebml("4487", b"v" * 20))
        for number in range(count)
    )
    return media.matroska(extra=media.ebml("1254C367", media.ebml("7373", media.ebml("63C0", b"") + tags)))


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_tags_that_take_minutes_to_read_end_at_the_cpu_limit() -> None:
    path = media.written("tags.mkv", many_tags(160_000))
    started = time.monotonic()
    report = probe_file(path)
    assert time.monotonic() - started < 100
    assert len(json.dumps(report)) < 1 << 20
    found = parse(report, size_bytes=path.stat().st_size)
    assert isinstance(found, Rejection)
    assert found.reason == Reason.RESOURCE_LIMIT
    # The next file is served as if nothing had been.
    assert isinstance(judged(media.clip("silent.mp4")), Footage)


@pytest.mark.parametrize("size", [15 << 20])
def test_one_enormous_tag_does_not_swell_the_report(size: int) -> None:
    tag = media.ebml("67C8", media.ebml("45A3", b"MAKE") + media.ebml("4487", b"A" * size))
    tags = media.ebml("1254C367", media.ebml("7373", media.ebml("63C0", b"") + tag))
    report = probe_file(media.written("tag.mkv", media.matroska(extra=tags)))
    assert len(json.dumps(report)) < 20_000


@pytest.mark.parametrize(
    ("box", "offset", "value"),
    [
        (b"mvhd", 16, b"\xff\xff\xff\xfe"),
        (b"mdhd", 12, b"\0\0\0\0"),
        (b"mdhd", 12, b"\0\0\0\1"),
        (b"mdhd", 12, b"\xff\xff\xff\xff"),
        (b"mdhd", 16, b"\x7f\xff\xff\xff"),
        (b"tkhd", 20, b"\xff\xff\xff\xfe"),
        (b"stts", 4, b"\x0f\xff\xff\xff"),
        (b"stts", 8, b"\xff\xff\xff\xff"),
        (b"stts", 12, b"\x7f\xff\xff\xff"),
        (b"stsz", 8, b"\xff\xff\xff\xf0"),
        (b"stsz", 4, b"\0\0\0\1\x7f\xff\xff\xf0"),
        (b"elst", 8, b"\x7f\xff\xff\xff"),
    ],
)
def test_a_lie_about_time_is_refused_or_billed_by_the_packets(box: bytes, offset: int, value: bytes) -> None:
    found = judged(media.patched("silent.mp4", box, offset, value))
    if isinstance(found, Footage):
        assert abs(found.duration_ms - 2000) <= 40
    else:
        assert found.reason in {Reason.IMPLAUSIBLE_TIME, Reason.DAMAGED, Reason.RESOURCE_LIMIT}


@pytest.mark.parametrize("seed", range(8))
def test_scrambled_files_are_judged_and_never_an_accident(seed: int) -> None:
    name = ("silent.mp4", "ntsc.mkv", "mjpeg.avi", "broadcast.ts")[seed % 4]
    assert isinstance(judged(media.scrambled(name, seed)), Footage | Rejection)


EVIL = {
    "title": "=cmd|'/C calc'!A0",
    "make": "\x1b]0;pwn\x07\x1b[2J<script>alert(1)</script>",
    "model": "a\r\nSet-Cookie: x=1\u202egpj.exe\u202c{{7*7}}${jndi:ldap://x}%s%n",
    "creation_time": "99999-99-99",
    "timecode": "99:99:99:99",
    "comment": "A" * 5000,
}


@pytest.mark.parametrize("ending", ["mkv", "mov"])
def test_hostile_tags_come_out_as_short_clean_texts(ending: str) -> None:
    tags = [part for key, value in EVIL.items() for part in ("-metadata", f"{key}={value}")]
    extra = ["-movflags", "use_metadata_tags"] if ending == "mov" else []
    source = ["-i", str(media.clip("silent.mp4")), "-c", "copy", "-bitexact"]
    found = judged(media.draw([*source, *tags, *extra], media.folder() / f"evil.{ending}"))
    assert isinstance(found, Footage)
    for text in (found.camera_make, found.camera_model, found.profile, found.timecode or ""):
        assert text.isprintable()
        assert len(text) <= 100
    assert found.timecode is None
    assert found.created_at is None


def test_bad_utf8_in_a_tag_is_no_accident() -> None:
    tagged = media.folder() / "tagged.mkv"
    media.draw(["-i", str(media.clip("silent.mp4")), "-c", "copy", "-metadata", "make=DROP TABLE"], tagged)
    broken = tagged.read_bytes().replace(b"DROP TABLE", b"\xff\xfe\xc3\x28\xa0\xa1\x80\x81\x82\x83")
    found = judged(media.written("bad-utf8.mkv", broken))
    assert isinstance(found, Footage)
    assert found.camera_make.isprintable()


def test_strange_timecodes_and_dates_are_null_or_valid() -> None:
    late = judged(media.clip("year_2106.mp4"))
    assert isinstance(late, Footage)
    assert late.created_at is None or late.created_at.year < 2100
    data = media.clip("timecode.mov").read_bytes()
    entry = data.index(b"tmcd", data.index(b"stsd", data.index(b"tmcd")))
    for name, at, value in (("zero", 24, b"\0"), ("flags", 12, b"\xff" * 4 + b"\0" * 4 + b"\xff" * 5)):
        changed = data[: entry + 4 + at] + value + data[entry + 4 + at + len(value) :]
        found = judged(media.written(f"tmcd-{name}.mov", changed))
        assert isinstance(found, Footage | Rejection)
