"""The hostile catalogue: files made to harm, each in a few lines, by the number of the test that they are for.

Learnt from public reports (CVE-2016-1897, CVE-2016-1898, CVE-2017-9993, CVE-2026-8461, ImageTragick) and from the
formats' own specifications. Nothing is downloaded, and nothing here reaches beyond this machine.
"""

from __future__ import annotations

import functools
import io
import random
import struct
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from media_ingest.domain.reasons import Reason
from tests import hostile_boxes as boxes
from tests import media

Content = bytes | Callable[[], bytes]
NOT_MEDIA: Final = frozenset({Reason.NOT_MEDIA})
FOREIGN: Final = frozenset({Reason.NOT_MEDIA, Reason.UNSUPPORTED_CONTAINER})
CODEC: Final = frozenset({Reason.CODEC_NOT_ALLOWED})
PIXELS: Final = frozenset({Reason.TOO_MANY_PIXELS})
STARVED: Final = frozenset({Reason.RESOURCE_LIMIT})
STREAMS: Final = frozenset({Reason.TOO_MANY_STREAMS})
BROKEN: Final = frozenset({Reason.DAMAGED, Reason.IMPLAUSIBLE_TIME, Reason.RESOURCE_LIMIT, Reason.TOO_SHORT})
ANYTHING: Final = frozenset(Reason)


@dataclass(frozen=True, slots=True)
class Stage:
    """What the catalogue may try to reach: a secret beside the files, and a listener."""

    secret: Path
    port: int

    @property
    def file(self) -> str:
        """The secret's address."""
        return f"file://{self.secret}"

    @property
    def http(self) -> str:
        """The listener's address."""
        return f"http://127.0.0.1:{self.port}"


@dataclass(frozen=True, slots=True)
class Sample:
    """One file: the test it belongs to, its name, its bytes, and the reasons that are right for it."""

    test: str
    name: str
    content: Content
    wanted: frozenset[Reason]
    may_pass: bool = False
    """It may also be accepted: then as what it really is."""

    def written(self, folder: Path) -> Path:
        """Write it to a folder."""
        path = folder / f"{self.test}-{self.name}"
        path.write_bytes(self.content if isinstance(self.content, bytes) else self.content())
        return path


def hls(*lines: str) -> bytes:
    """A playlist."""
    return "\n".join(["#EXTM3U", "#EXT-X-MEDIA-SEQUENCE:0", *lines, "#EXT-X-ENDLIST", ""]).encode()


def dash(url: str) -> bytes:
    """A DASH manifest with one segment."""
    return (
        '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"'
        ' mediaPresentationDuration="PT10S" profiles="urn:mpeg:dash:profile:isoff-main:2011"><Period><AdaptationSet'
        ' mimeType="video/mp4"><Representation id="1" bandwidth="1" width="1" height="1">'
        f"<BaseURL>{url}</BaseURL><SegmentBase/></Representation></AdaptationSet></Period></MPD>"
    ).encode()


def playlists(stage: Stage) -> Iterator[Sample]:
    """T01: playlists that name another tenant's file. T02: that name a server, or read in other ways."""
    second, item = "#EXTINF:10.0,", stage.secret.name
    own: dict[str, bytes] = {
        "hls.mp4": hls(second, stage.file),
        "hls_relative.mp4": hls(second, item),
        "hls_up.ts": hls(second, f"../{stage.secret.parent.name}/{item}"),
        "hls_map.mp4": hls(f'#EXT-X-MAP:URI="{stage.file}"', second, stage.file),
        "hls_bom.mp4": b"\xef\xbb\xbf" + hls(second, stage.file),
        "hls_master.m3u8": hls("#EXT-X-STREAM-INF:BANDWIDTH=1", stage.file),
        "dash_file.mp4": dash(stage.file),
        "dash_relative.mpd": dash(item),
        "ffconcat.mp4": f"ffconcat version 1.0\nfile {item}\n".encode(),
        "ffconcat_absolute.mkv": f"ffconcat version 1.0\nfile '{stage.secret}'\n".encode(),
        "smil.mp4": f'<smil><body><video src="{stage.file}"/></body></smil>'.encode(),
    }
    others: dict[str, bytes] = {
        "hls_http.mp4": hls(second, f"{stage.http}/hls.ts"),
        "hls_concat.mp4": hls(second, f"concat:{stage.http}/h.m3u8|{stage.file}"),
        "hls_subfile.mp4": hls(second, f"subfile,,start,0,end,64,,:{stage.secret}"),
        "hls_key.mp4": hls(f'#EXT-X-KEY:METHOD=AES-128,URI="{stage.http}/key"', second, stage.file),
        "hls_gopher.mp4": hls(second, f"gopher://127.0.0.1:{stage.port}/_SSRF"),
        "hls_tcp.mp4": hls(second, f"tcp://127.0.0.1:{stage.port}"),
        "hls_udp.mp4": hls(second, f"udp://127.0.0.1:{stage.port}"),
        "hls_ftp.mp4": hls(second, f"ftp://127.0.0.1:{stage.port}/x.ts"),
        "hls_data.mp4": hls(second, "data:video/mp4;base64,AAAA"),
        "hls_crypto.mp4": hls(second, f"crypto:{stage.file}"),
        "hls_pipe.mp4": hls(second, "pipe:0"),
        "dash_http.mp4": dash(f"{stage.http}/dash.mp4"),
        "sdp.mp4": f"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video {stage.port} RTP/AVP 96\n"
        .encode(),
        "imf.mp4": b'<CompositionPlaylist xmlns="http://www.smpte-ra.org/schemas/2067-3/2016"/>',
        "rtsp.mov": f"RTSPtext\r\nrtsp://127.0.0.1:{stage.port}/x\r\n".encode(),
        "asx.mp4": f'<asx version="3.0"><entry><ref href="{stage.http}/a"/></entry></asx>'.encode(),
        "pls.mp4": f"[playlist]\nFile1={stage.http}/a\nNumberOfEntries=1\n".encode(),
    }  # fmt: skip
    yield from (Sample("T01", name, content, NOT_MEDIA) for name, content in own.items())
    yield from (Sample("T02", name, content, NOT_MEDIA) for name, content in others.items())


def references(stage: Stage) -> Iterator[Sample]:
    """T03: real containers that point out of themselves."""
    told = hls("#EXTINF:1.0,", stage.file, "#EXTINF:1,", f"{stage.http}/gab2")
    yield Sample("T03", "gab2.avi", boxes.gab2(told), frozenset({Reason.NO_VIDEO, Reason.DAMAGED}))
    yield Sample("T03", "gab2_key.avi", boxes.gab2(hls(f'#EXT-X-KEY:METHOD=AES-128,URI="{stage.http}/k"')), ANYTHING)
    for name, url in (("file", stage.file), ("http", f"{stage.http}/dref"), ("relative", stage.secret.name)):
        yield Sample("T03", f"dref_{name}.mp4", boxes.outside_reference(url), ANYTHING, may_pass=True)
    yield Sample("T03", "reference_movie.mov", boxes.reference_movie(stage.http), ANYTHING)


def codecs() -> Iterator[Sample]:
    """T04: decoders outside the list; the class of CVE-2026-8461 among them."""
    for name in ("magicyuv.mkv", "ffvhuff.avi"):
        yield Sample("T04", name, media.clip(name).read_bytes, CODEC)
    for codec, ending in (
        ("huffyuv", "avi"), ("utvideo", "mkv"), ("png", "mov"), ("qtrle", "mov"), ("zmbv", "avi"), ("flashsv", "mkv"),
        ("magicyuv", "avi"), ("jpeg2000", "mov"), ("gif", "mkv"), ("tiff", "mov"), ("snow", "avi"),
    ):  # fmt: skip
        yield Sample("T04", f"{codec}.{ending}", boxes.encoded(codec, ending), CODEC)
    yield Sample("T04", "unknown.mkv", media.matroska(codec=b"V_FOO"), CODEC)


def pictures(stage: Stage) -> Iterator[Sample]:
    """T05: stills, drawings and texts that pose as video."""
    xlink = f'<image xlink:href="{stage.http}/a.png"/><image xlink:href="{stage.file}"/>'
    entity = f'<!DOCTYPE svg [<!ENTITY x SYSTEM "{stage.file}">]>'
    for name, content in {
        "svg_xxe.mp4": f'<?xml version="1.0"?>{entity}<svg xmlns:xlink="x">{xlink}<text>&x;</text></svg>'.encode(),
        "svg_huge.mp4": b'<svg xmlns="http://www.w3.org/2000/svg" width="100000" height="100000"></svg>',
        "mvg.mp4": f"push graphic-context\nimage over 0,0 0,0 '{stage.http}/x.jpg\"|touch X\"'\n".encode(),
        "srt.mp4": b"1\n00:00:00,000 --> 00:00:01,000\n<img src=x onerror=alert(1)>\n",
        "ass.mkv": b"[Script Info]\nPlayResX: 2147483647\n[Events]\nDialogue: 0,0:00:00.00,0:00:01.00,D,{\\p1}m 0 0\n",
        "vtt.webm": b"WEBVTT\n\n00:00.000 --> 00:01.000\nx\n",
        "png.mp4": media.png(600, 600),
        "gif.mp4": b"GIF89a" + struct.pack("<HHBBB", 65535, 65535, 0x80, 0, 0) + bytes(6) + b",;",
        "jpeg.mp4": bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffd9"),
        "bmp.mp4": b"BM" + struct.pack("<IHHIIiiHH", 100, 0, 0, 54, 40, 60000, 60000, 1, 24) + bytes(60),
        "tiff.mp4": b"II*\0" + bytes(60),
        "webp.mp4": b"RIFF\x24\0\0\0WEBPVP8 " + bytes(40),
        "heic.mp4": boxes.box(b"ftyp", b"heic\0\0\0\0mif1heic") + boxes.box(b"meta", bytes(4)),
        "avif.mp4": boxes.box(b"ftyp", b"avif\0\0\0\0avifmif1") + boxes.box(b"meta", bytes(4)),
        "ansi.mp4": b"\x1b[2J\x1b[31mXBIN" + b"\x1b[0m." * 400,
        "html.mp4": b"<html><script>alert(1)</script></html>",
        "pdf.mp4": b"%PDF-1.4\n1 0 obj<<>>endobj\n" + bytes(200),
        "postscript.mp4": b"%!PS-Adobe-3.0\n(/etc/passwd) (r) file\n",
        "elf.mp4": b"\x7fELF\x02\x01\x01" + bytes(200),
    }.items():
        yield Sample("T05", name, content, NOT_MEDIA)


def bombs() -> Iterator[Sample]:
    """T06: few bytes, many pixels, channels or table rows."""
    yield Sample("T06", "h264_16k.mp4", media.clip("wide_bomb.mp4").read_bytes, PIXELS)
    yield Sample("T06", "ffv1_8k.mkv", media.clip("ffv1_bomb.mkv").read_bytes, PIXELS)
    yield Sample("T06", "png_30k.mp4", lambda: media.png(30_000, 30_000), NOT_MEDIA)
    yield Sample(
        "T06", "size_lie.mp4", boxes.patch("silent.mp4", b"avc1", 24, b"\xff\xff\xff\xff"), PIXELS, may_pass=True
    )
    yield Sample("T06", "mjpeg_64k.avi", boxes.wide_jpeg(), PIXELS | BROKEN)
    yield Sample("T06", "vp9_claims.mkv", media.matroska(extra=b"", codec=b"V_VP9"), BROKEN | PIXELS)
    for channels, rate in ((65535, 48_000), (2, 0), (8, 768_000)):
        yield Sample(
            "T06", f"sound_{channels}_{rate}.avi", boxes.odd_sound(channels, rate), ANYTHING, may_pass=not rate
        )
    far = b"\xff\xff\xff\xf0"
    for name, kind, offset, value in (
        ("stsz_count", b"stsz", 8, far), ("stsz_constant", b"stsz", 4, b"\0\0\0\1\x7f\xff\xff\xf0"),
        ("stts_entries", b"stts", 4, b"\x0f\xff\xff\xff"), ("stts_count", b"stts", 8, b"\xff\xff\xff\xff"),
        ("stco_count", b"stco", 4, far), ("stsc_count", b"stsc", 4, far), ("stss_count", b"stss", 4, far),
        ("ctts_count", b"ctts", 4, far), ("stsd_count", b"stsd", 4, far), ("moov_size", b"moov", -8, far),
        ("trak_size_zero", b"trak", -8, bytes(4)), ("avcc_length", b"avcC", 4, b"\xff\xff\xff"),
    ):  # fmt: skip
        yield Sample("T06", f"{name}.mp4", boxes.patch("bframes.mp4", kind, offset, value), ANYTHING, may_pass=True)
    yield Sample("T06", "nested.mp4", boxes.nested(20_000), BROKEN)
    yield Sample("T06", "long_size.mp4", boxes.box(b"ftyp", b"isom") + b"\0\0\0\1moov" + b"\xff" * 8, BROKEN)


def complexity() -> Iterator[Sample]:
    """T07: headers that take minutes to read, or swell a report."""
    yield Sample("T07", "tags_200k.mkv", lambda: boxes.many_tags(200_000), STARVED)
    yield Sample("T07", "tags_40k.mkv", lambda: boxes.many_tags(40_000), STARVED)
    yield Sample("T07", "chapters_100k.mkv", lambda: boxes.many_chapters(100_000), ANYTHING)
    yield Sample("T07", "tracks_900.mkv", lambda: media.matroska(tracks=900), STREAMS)
    yield Sample("T07", "tracks_5000.mkv", lambda: media.matroska(tracks=5000), STREAMS)
    yield Sample("T07", "tag_15_mb.mkv", lambda: boxes.one_tag(15 << 20), ANYTHING)
    yield Sample("T07", "tag_50_mb.mkv", lambda: boxes.one_tag(50 << 20), ANYTHING)
    yield Sample("T07", "attachments.mkv", lambda: boxes.attachments(2000), STREAMS)
    yield Sample("T07", "keys_100k.mov", lambda: boxes.many_keys(100_000), ANYTHING, may_pass=True)


def times() -> Iterator[Sample]:
    """T08: impossible rates and gaps. T09: headers that lie about length."""
    yield Sample("T08", "hurried.mp4", media.clip("hurried.mp4").read_bytes, frozenset({Reason.IMPLAUSIBLE_TIME}))
    yield Sample("T08", "gap_40_h.mp4", boxes.patch("silent.mp4", b"stts", 12, b"\x02\x25\x51\x00"), BROKEN)
    yield Sample("T08", "slow.mp4", boxes.patch("silent.mp4", b"mdhd", 12, b"\0\0\0\4"), BROKEN)
    for name, kind, offset, value in (
        ("mvhd", b"mvhd", 16, b"\xff\xff\xff\xfe"), ("tkhd", b"tkhd", 20, b"\xff\xff\xff\xfe"),
        ("timescale_0", b"mdhd", 12, bytes(4)), ("timescale_1", b"mdhd", 12, b"\0\0\0\1"),
        ("timescale_max", b"mdhd", 12, b"\xff" * 4), ("mdhd", b"mdhd", 16, b"\x7f\xff\xff\xff"),
        ("stts_delta", b"stts", 12, b"\x7f\xff\xff\xff"), ("elst", b"elst", 8, b"\x7f\xff\xff\xff"),
        ("elst_start", b"elst", 12, b"\x7f\xff\xff\xff"), ("mvhd_scale_0", b"mvhd", 12, bytes(4)),
    ):  # fmt: skip
        yield Sample("T09", f"{name}.mp4", boxes.patch("silent.mp4", kind, offset, value), BROKEN, may_pass=True)


def remains() -> Iterator[Sample]:
    """T10: what is left of files: cut, blank, random, with a hole in the middle."""
    yield Sample("T10", "empty.mp4", b"", frozenset({Reason.EMPTY_FILE}))
    yield Sample("T10", "one_byte.mp4", b"\0", NOT_MEDIA)
    yield Sample("T10", "ftyp_only.mp4", boxes.box(b"ftyp", b"isom\0\0\2\0isom"), BROKEN)
    yield Sample("T10", "zeros.mp4", bytes(10_000_000), NOT_MEDIA)
    yield Sample("T10", "random.mp4", random.Random(7).randbytes(1_000_000), NOT_MEDIA)
    yield Sample("T10", "no_moov.mp4", lambda: media.without_moov().read_bytes(), BROKEN)
    for name in ("silent.mp4", "plain.mp4", "ntsc.mkv", "mjpeg.avi", "prores.mxf", "fragmented.mp4"):
        for share in (0.1, 0.5, 0.9):
            rest = functools.partial(boxes.beginning, name, share)
            yield Sample("T10", f"cut_{share}_{name}", rest, BROKEN | FOREIGN)
    for name in ("hole.mp4", "hole.mkv", "hole.ts", "hole.mxf"):
        yield Sample("T10", name, boxes.with_hole(name), BROKEN)


def polyglots() -> Iterator[Sample]:
    """T15: video that is something else as well; taken as video, if at all. T16: archives."""
    film, page = boxes.movable(), b"<html><script>alert(document.domain)</script></html>"
    head = struct.unpack(">I", film[:4])[0]
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        for name in ("../../../slip.txt", "/absolute.txt", "..\\slip.txt", "a/../b.txt", "C:\\x"):
            packed.writestr(name, "x")
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w") as packed_tar:
        for name, kind in (("../../slip", tarfile.REGTYPE), ("link", tarfile.SYMTYPE), ("device", tarfile.CHRTYPE)):
            member = tarfile.TarInfo(name)
            member.type, member.linkname = kind, "/etc" if kind == tarfile.SYMTYPE else ""
            packed_tar.addfile(member)
    for name, content in {
        "html.mp4": film[:head] + boxes.box(b"free", page) + film[head:],
        "html_first.mp4": boxes.box(b"free", page) + film,
        "pdf.mp4": film[:head] + boxes.box(b"free", b"%PDF-1.4\n1 0 obj<<>>endobj\n") + film[head:],
        "zip_tail.mp4": film + archive.getvalue(),
        "gif_js.mp4": b"GIF89a=1;/*" + film,
    }.items():
        yield Sample("T15", name, content, FOREIGN, may_pass=name != "gif_js.mp4")
    for name, content in {
        "slip.zip": archive.getvalue(), "bomb.zip": boxes.zip_bomb(), "evil.tar": tar.getvalue(),
        "x.gz": b"\x1f\x8b\x08" + bytes(60), "x.bz2": b"BZh9" + bytes(60), "x.xz": b"\xfd7zXZ\0" + bytes(60),
        "x.7z": b"7z\xbc\xaf\x27\x1c" + bytes(60), "x.rar": b"Rar!\x1a\x07\x01" + bytes(60),
        "x.zst": b"\x28\xb5\x2f\xfd" + bytes(60), "x.cpio": b"070701" + b"0" * 200, "x.cab": b"MSCF" + bytes(60),
    }.items():  # fmt: skip
        yield Sample("T16", name, content, FOREIGN)


def catalogue(stage: Stage) -> list[Sample]:
    """Return every sample."""
    groups = (
        playlists(stage), references(stage), codecs(), pictures(stage), bombs(), complexity(), times(), remains(),
        polyglots(),
    )  # fmt: skip
    return [sample for group in groups for sample in group]
