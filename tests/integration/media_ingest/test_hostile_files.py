"""Files made to harm: each is refused for its reason, quickly, touching nothing and nobody (T01–T10, T13–T16)."""

from __future__ import annotations

import ctypes
import http.server
import json
import os
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from media_ingest.adapters.ffmpeg import Budget, ToolError, probe_file, run
from media_ingest.adapters.guard import guard
from media_ingest.domain import formats
from media_ingest.domain.footage import Footage
from media_ingest.domain.probe import parse
from media_ingest.domain.reasons import Rejection
from tests import hostile, hostile_boxes, media
from tests.hostile import Stage

MOST_CPU_MS: Final = 2000
MOST_RSS_KIB: Final = 256 * 1024
MOST_DOOR_S: Final = 0.5
INPUT: Final = (
    "-protocol_whitelist", formats.PROTOCOL_WHITELIST, "-format_whitelist", formats.FORMAT_WHITELIST,
    "-codec_whitelist", formats.CODEC_WHITELIST, "-max_pixels", str(formats.MAX_PIXELS), "-threads", "1",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Seen:
    """What became of one file: the verdict of the ingest, and what the prober said and used."""

    verdict: Footage | Rejection
    report: dict[str, Any]
    cpu_ms: int = 0
    rss_kib: int = 0


def seen(path: Path) -> Seen:
    """Let the ingest look at a file: the door, then the prober."""
    size = path.stat().st_size
    started = time.thread_time()
    door = guard(path, size_bytes=size)
    assert time.thread_time() - started < MOST_DOOR_S
    if isinstance(door, Rejection):
        return Seen(door, {})
    return probed(path)


def probed(path: Path) -> Seen:
    """Past the door on purpose: what the prober alone makes of a file."""
    report: dict[str, Any] = probe_file(path)
    used = report["used"]
    verdict = parse(report, size_bytes=path.stat().st_size)
    return Seen(verdict, report, used["cpu_ms"], used["rss_kib"])


def judged(path: Path) -> Footage | Rejection:
    return seen(path).verdict


def glanced(path: Path, scratch: Path) -> None:
    """Decode one picture as the next stage would; failing is allowed, reaching out is not."""
    picture = ["-map", "0:v:0", "-frames:v", "1", "-vf", "scale=64:-2", "-f", "null", "-"]
    said = ""
    try:
        run([*INPUT, "-i", f"file:{path}", *picture], budget=Budget(10, 30), readable=[path], scratch=scratch)
    except ToolError as refused:
        said = refused.detail
    assert "/" not in said


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


@pytest.fixture
def stage(canary: Canary) -> Stage:
    return Stage(canary.secret, canary.port)


def attack(test: str, canary: Canary, folder: Path) -> dict[str, str]:
    """Send every file of one test through the ingest; return the verdicts that are wrong, by name."""
    wrong: dict[str, str] = {}
    (folder / "scratch").mkdir()
    stage = Stage(canary.secret, canary.port)
    samples = [sample for sample in hostile.catalogue(stage) if sample.test == test]
    assert samples
    for sample in samples:
        path = sample.written(canary.secret.parent)
        found = seen(path)
        if isinstance(found.verdict, Footage):
            glanced(path, folder / "scratch")
            wrong |= {} if sample.may_pass else {sample.name: "accepted"}
        elif found.verdict.reason not in sample.wanted:
            wrong[sample.name] = f"{found.verdict.reason}: {found.verdict.detail}"
        if not found.report and not sample.may_pass and test != "T10":
            # And were the door open: the lists of formats and the sandbox refuse it for themselves. (Whether the end
            # of a file is missing is the door's own knowledge.)
            found = probed(path)
            wrong |= {} if isinstance(found.verdict, Rejection) else {sample.name: "accepted behind the door"}
        if found.cpu_ms >= MOST_CPU_MS or found.rss_kib >= MOST_RSS_KIB:
            wrong[sample.name] = f"{found.cpu_ms} ms, {found.rss_kib} KiB"
        assert len(json.dumps(found.report)) < 1 << 20
        path.unlink()
    assert not canary.was_read
    assert canary.calls == []
    return wrong


def test_a_playlist_opens_nobody_elses_file(canary: Canary, tmp_path: Path) -> None:
    """T01: HLS, DASH, ffconcat and the like never open the file that they name."""
    assert attack("T01", canary, tmp_path) == {}


def test_a_playlist_calls_nobody(canary: Canary, tmp_path: Path) -> None:
    """T02: no connection, no other protocol (CVE-2016-1897, CVE-2016-1898, keys, gopher, SDP, IMF)."""
    assert attack("T02", canary, tmp_path) == {}


def test_references_out_of_a_real_container_are_not_followed(canary: Canary, tmp_path: Path) -> None:
    """T03: GAB2 in AVI (CVE-2017-9993), outside data references and reference movies in MOV."""
    assert attack("T03", canary, tmp_path) == {}


def test_a_decoder_outside_the_list_is_never_opened(canary: Canary, tmp_path: Path) -> None:
    """T04: codecs that cameras do not use (the class of CVE-2026-8461) are refused by name."""
    assert attack("T04", canary, tmp_path) == {}
    assert probed(media.clip("magicyuv.mkv")).report["scan"] is None


def test_pictures_and_texts_that_pose_as_video_are_refused(canary: Canary, tmp_path: Path) -> None:
    """T05: SVG, MVG, subtitles, stills, scripts."""
    assert attack("T05", canary, tmp_path) == {}


def test_bombs_cost_neither_time_nor_memory(canary: Canary, tmp_path: Path) -> None:
    """T06: pixels, channels and table rows; each under 2 s and 256 MB, by wait4 of the child's parent."""
    assert attack("T06", canary, tmp_path) == {}


@pytest.mark.slow
def test_headers_that_take_minutes_are_refused_in_seconds(canary: Canary, tmp_path: Path) -> None:
    """T07: 200,000 tags, chapters, tracks, keys; the next file is served as if nothing had been."""
    assert attack("T07", canary, tmp_path) == {}
    assert isinstance(judged(media.clip("silent.mp4")), Footage)


@pytest.mark.slow
def test_control_the_same_headers_take_a_bare_prober_long() -> None:
    """T07, control: a seventh of those tags keeps an unlimited reader busy for longer than our whole allowance."""
    path = media.written("tags-control.mkv", hostile_boxes.many_tags(30_000))
    bare = [media.FFMPEG, "-nostdin", "-v", "error", "-i", str(path), "-f", "null", "-"]
    started = os.times()
    subprocess.run(bare, check=False, capture_output=True, timeout=150)
    used = os.times()
    assert used.children_user - started.children_user > MOST_CPU_MS / 1000


def test_impossible_rates_and_gaps_are_refused(canary: Canary, tmp_path: Path) -> None:
    """T08: 100,000 frames a second, forty hours between two frames."""
    assert attack("T08", canary, tmp_path) == {}


def test_a_lie_about_time_is_refused_or_billed_by_the_packets(stage: Stage, tmp_path: Path) -> None:
    """T09: what is billed is what the packets hold: 2.000 s, within a frame."""
    for sample in hostile.catalogue(stage):
        if sample.test == "T09":
            found = judged(sample.written(tmp_path))
            if isinstance(found, Footage):
                assert abs(found.duration_ms - 2000) <= 40, sample.name
            else:
                assert found.reason in sample.wanted, sample.name


def test_what_is_left_of_a_file_is_refused(canary: Canary, tmp_path: Path) -> None:
    """T10: cut, blank, random, and a copy that left 24 KiB blank in the middle."""
    assert attack("T10", canary, tmp_path) == {}


def test_video_that_is_something_else_as_well_is_taken_as_video_only(canary: Canary, tmp_path: Path) -> None:
    """T15: polyglots pass as what the demuxer says, never as a page."""
    assert attack("T15", canary, tmp_path) == {}


def test_archives_are_refused(canary: Canary, tmp_path: Path) -> None:
    """T16: nothing is ever unpacked."""
    assert attack("T16", canary, tmp_path) == {}


def test_control_a_bare_ffmpeg_follows_a_playlist(canary: Canary) -> None:
    """T01, control: the same list, with ffmpeg's own defaults, reads the secret."""
    path = canary.secret.parent / "list.ffconcat"
    path.write_text(f"ffconcat version 1.0\nfile {canary.secret.name}\n")
    bare = [media.FFMPEG, "-nostdin", "-v", "error", "-i", str(path), "-frames:v", "1", "-f", "null", "-"]
    assert subprocess.run(bare, check=False, capture_output=True, timeout=60).returncode == 0
    assert canary.was_read


def test_a_report_of_an_enormous_tag_stays_small() -> None:
    """T07: fifteen megabytes in a tag do not swell the report."""
    assert len(json.dumps(probe_file(media.written("tag.mkv", hostile_boxes.one_tag(15 << 20))))) < 20_000


@pytest.mark.parametrize("seed", range(8))
def test_scrambled_files_are_judged_and_never_an_accident(seed: int) -> None:
    """T10: random bytes in random places."""
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
    """T13: formulas, scripts, escapes, line breaks, bidi marks: printable and short, or nothing."""
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
    """T13: bytes that are no text."""
    tagged = media.folder() / "tagged.mkv"
    media.draw(["-i", str(media.clip("silent.mp4")), "-c", "copy", "-metadata", "make=DROP TABLE"], tagged)
    broken = tagged.read_bytes().replace(b"DROP TABLE", b"\xff\xfe\xc3\x28\xa0\xa1\x80\x81\x82\x83")
    found = judged(media.written("bad-utf8.mkv", broken))
    assert isinstance(found, Footage)
    assert found.camera_make.isprintable()


def test_strange_timecodes_and_dates_are_null_or_valid() -> None:
    """T14: timecodes of no frames a second, dates of 2106."""
    late = judged(media.clip("year_2106.mp4"))
    assert isinstance(late, Footage)
    assert late.created_at is None or late.created_at.year < 2100
    data = media.clip("timecode.mov").read_bytes()
    entry = data.index(b"tmcd", data.index(b"stsd", data.index(b"tmcd")))
    for name, at, value in (("zero", 24, b"\0"), ("flags", 12, b"\xff" * 4 + b"\0" * 4 + b"\xff" * 5)):
        changed = data[: entry + 4 + at] + value + data[entry + 4 + at + len(value) :]
        found = judged(media.written(f"tmcd-{name}.mov", changed))
        assert isinstance(found, Footage | Rejection)
