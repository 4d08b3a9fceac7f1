"""How the hostile catalogue's containers are put together, box by box."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable

from tests import media

_FAST = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")


def box(kind: bytes, content: bytes) -> bytes:
    """One ISO box."""
    return struct.pack(">I", len(content) + 8) + kind + content


def chunk(kind: bytes, data: bytes) -> bytes:
    """One RIFF chunk."""
    return kind + struct.pack("<I", len(data)) + data + (b"\0" if len(data) & 1 else b"")


def patch(name: str, kind: bytes, offset: int, value: bytes) -> Callable[[], bytes]:
    """A clip with bytes replaced ``offset`` behind a box type."""

    def make() -> bytes:
        data = media.clip(name).read_bytes()
        at = data.index(kind) + 4 + offset
        return data[:at] + value + data[at + len(value) :]

    return make


def beginning(name: str, share: float) -> bytes:
    """The first part of a clip."""
    return media.truncated(name, share).read_bytes()


def encoded(codec: str, ending: str) -> Callable[[], bytes]:
    """Five small frames in a codec that we do not take."""

    def make() -> bytes:
        out = media.folder() / f"codec-{codec}.{ending}"
        if not out.exists():
            strict = ["-strict", "-2"] if codec == "snow" else []
            media.draw([*media.picture("64x64", seconds=1.2), "-c:v", codec, *strict], out)
        return out.read_bytes()

    return make


def gab2(playlist: bytes) -> bytes:
    """An AVI whose only stream is a subtitle that is a playlist (CVE-2017-9993)."""
    body = b"GAB2\x00" + struct.pack("<HI", 2, 2) + b"\0\0" + struct.pack("<HI", 4, len(playlist)) + playlist
    header = struct.pack("<14I", 40000, 0, 0, 0x10, 1, 0, 1, 0, 320, 240, 0, 0, 0, 0)
    stream = b"txts" + b"\0" * 12 + struct.pack("<6I", 0, 1, 1, 0, 1, len(body)) + struct.pack("<iI", -1, 0) + b"\0" * 8
    streams = chunk(b"LIST", b"strl" + chunk(b"strh", stream) + chunk(b"strf", b""))
    content = chunk(b"LIST", b"hdrl" + chunk(b"avih", header) + streams)
    content += chunk(b"LIST", b"movi" + chunk(b"00tx", body))
    return b"RIFF" + struct.pack("<I", len(content) + 4) + b"AVI " + content


def outside_reference(url: str) -> Callable[[], bytes]:
    """An MP4 whose data reference points out of the file."""

    def make() -> bytes:
        data = media.clip("silent.mp4").read_bytes()
        at = data.index(b"dref")
        size = struct.unpack(">I", data[at - 4 : at])[0]
        table = box(b"dref", bytes(4) + b"\0\0\0\1" + box(b"url ", bytes(4) + url.encode() + b"\0"))
        changed = data[: at - 4] + table + data[at - 4 + size :]
        for kind in (b"dinf", b"minf", b"mdia", b"trak", b"moov"):
            place = changed.index(kind)
            grown = struct.unpack(">I", changed[place - 4 : place])[0] + len(table) - size
            changed = changed[: place - 4] + struct.pack(">I", grown) + changed[place:]
        return changed

    return make


def reference_movie(url: str) -> bytes:
    """A QuickTime reference movie: nothing but an address."""
    address = bytes(4) + b"url " + struct.pack(">I", len(url) + 1) + url.encode() + b"\0"
    return box(b"moov", box(b"rmra", box(b"rmda", box(b"rdrf", address))))


def wide_jpeg() -> Callable[[], bytes]:
    """An AVI of JPEG pictures that say they are 65,500 pixels wide and high."""

    def make() -> bytes:
        data = bytearray(media.clip("mjpeg.avi").read_bytes())
        at = data.find(b"\xff\xc0\x00\x11\x08")
        while at >= 0:
            data[at + 5 : at + 9] = struct.pack(">HH", 65500, 65500)
            at = data.find(b"\xff\xc0\x00\x11\x08", at + 9)
        return bytes(data)

    return make


def odd_sound(channels: int, rate: int) -> Callable[[], bytes]:
    """An AVI whose sound says impossible numbers."""

    def make() -> bytes:
        clip = media.folder() / "odd-sound.avi"
        if not clip.exists():
            sound = ["-f", "lavfi", "-i", "sine=sample_rate=48000:duration=2"]
            media.draw([*media.picture(), *sound, "-c:v", "mjpeg", "-c:a", "pcm_s16le"], clip)
        data = bytearray(clip.read_bytes())
        at = data.index(b"strf", data.index(b"auds")) + 8
        data[at + 2 : at + 8] = struct.pack("<HI", channels, rate)
        return bytes(data)

    return make


def nested(depth: int) -> bytes:
    """Boxes in boxes in boxes."""
    content = b""
    for _ in range(depth):
        content = struct.pack(">I", len(content) + 8) + b"moov" + content if len(content) < 200_000 else content
    return box(b"ftyp", b"isom\0\0\2\0isom") + content


def _extra(content: bytes) -> bytes:
    return media.matroska(extra=content)


def many_tags(count: int) -> bytes:
    """Tags whose names are looked up one by one, each time from the beginning."""
    tags = b"".join(
        media.ebml("67C8", media.ebml("45A3", b"K%d" % number) + media.ebml("4487", b"v" * 20))
        for number in range(count)
    )
    return _extra(media.ebml("1254C367", media.ebml("7373", media.ebml("63C0", b"") + tags)))


def one_tag(size: int) -> bytes:
    """One enormous tag."""
    tag = media.ebml("67C8", media.ebml("45A3", b"MAKE") + media.ebml("4487", b"A" * size))
    return _extra(media.ebml("1254C367", media.ebml("7373", media.ebml("63C0", b"") + tag)))


def many_chapters(count: int) -> bytes:
    """More chapters than any film."""
    chapters = b"".join(
        media.ebml(
            "B6", media.ebml("73C4", struct.pack(">I", number + 1)) + media.ebml("91", struct.pack(">I", number))
        )
        for number in range(count)
    )
    return _extra(media.ebml("1043A770", media.ebml("45B9", chapters)))


def attachments(count: int) -> bytes:
    """Attached programs with paths for names."""
    one = media.ebml("466E", b"../../evil.sh") + media.ebml("4660", b"application/x-sh")
    files = b"".join(
        media.ebml("61A7", one + media.ebml("465C", b"#!/bin/sh\n") + media.ebml("46AE", struct.pack(">H", number + 1)))
        for number in range(count)
    )
    return _extra(media.ebml("1941A469", files))


def movable() -> bytes:
    """A clip whose pictures are found from where their fragment begins: boxes may be put before it."""
    clip = media.folder() / "movable.mp4"
    if not clip.exists():
        flags = "frag_keyframe+empty_moov+default_base_moof"
        media.draw(["-i", str(media.clip("silent.mp4")), "-c", "copy", "-movflags", flags], clip)
    return clip.read_bytes()


def many_keys(count: int) -> bytes:
    """A QuickTime file with so many metadata keys."""
    data = media.clip("silent.mp4").read_bytes()
    keys = bytes(4) + struct.pack(">I", count)
    keys += b"".join(struct.pack(">I", 8 + len(name)) + b"mdta" + name for name in (b"k%d" % n for n in range(count)))
    items = b"".join(
        struct.pack(">II", 32, n + 1) + struct.pack(">I", 24) + b"data\0\0\0\1\0\0\0\0" + b"vvvvvvvv"
        for n in range(count)
    )
    handler = box(b"hdlr", bytes(8) + b"mdta" + bytes(13))
    meta = box(b"meta", handler + box(b"keys", keys) + box(b"ilst", items))
    at = data.index(b"moov")
    size = struct.unpack(">I", data[at - 4 : at])[0]
    end = at - 4 + size
    return data[: at - 4] + struct.pack(">I", size + len(meta)) + data[at:end] + meta + data[end:]


def with_hole(name: str) -> Callable[[], bytes]:
    """A clip of which a copy left 24 KiB in the middle of the pictures blank, no sampled key frame among them."""

    def make() -> bytes:
        clip = media.folder() / f"whole-{name}"
        if not clip.exists():
            noise = ["-vf", "noise=alls=20:allf=t"]
            encoder = ["-c:v", "mpeg2video", "-b:v", "3M"] if name.endswith("mxf") else [*_FAST, "-g", "500"]
            media.draw([*media.picture("640x360", seconds=6), *noise, *encoder], clip)
        data = bytearray(clip.read_bytes())
        at = len(data) * 3 // 10
        data[at : at + 24_576] = bytes(24_576)
        return bytes(data)

    return make


def zip_bomb() -> bytes:
    """A hundred megabytes of nothing, packed."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("z", bytes(100_000_000))
    return packed.getvalue()
