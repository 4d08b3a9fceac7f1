"""The door: what a file is by its own first bytes, before any media code sees it. Starts no process."""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from media_ingest.domain.reasons import Reason, Rejection

_HEAD: Final = 64 * 1024
_SPARSE_FROM: Final = 1 << 20
_BLOCK: Final = 512

# ISO base media files begin with one of these boxes (ISO/IEC 14496-12, QuickTime File Format).
_FIRST_BOXES: Final = frozenset({b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot", b"styp", b"uuid"})
_ESSENTIAL_BOXES: Final = frozenset({b"moov", b"mdat", b"moof"})
_MOST_BOXES: Final = 100_000
_STILL_BRANDS: Final = frozenset(
    {b"heic", b"heix", b"heim", b"heis", b"mif1", b"mif2", b"avif", b"jp2 ", b"jpx ", b"crx ", b"miaf"}
)
_MXF_PARTITION: Final = bytes.fromhex("060e2b34020501010d010201")
_SEGMENT: Final = b"\x18\x53\x80\x67"
_EBML: Final = b"\x1a\x45\xdf\xa3"
_TS_SYNC: Final = 0x47
_TS_PACKETS: Final = (188, 192, 204)
_TS_WANTED: Final = 5
_TS_LEAST: Final = 3

# Recognised, and not taken: other containers, sound files, archives.
_UNSUPPORTED: Final[tuple[tuple[int, bytes, str], ...]] = (
    (0, b"FLV\x01", "flv"),
    (0, b"OggS", "ogg"),
    (0, bytes.fromhex("3026b2758e66cf11"), "asf"),
    (0, b"\x00\x00\x01\xba", "mpeg-ps"),
    (0, b"\x00\x00\x01\xb3", "mpeg-es"),
    (0, b".RMF", "realmedia"),
    (0, b"DKIF", "ivf"),
    (0, b"YUV4MPEG2", "y4m"),
    (0, b"nut/multimedia container", "nut"),
    (4, b"RED1", "r3d"),
    (4, b"RED2", "r3d"),
    (0, b"fLaC", "flac"),
    (0, b"ID3", "mp3"),
    (0, b"FORM", "iff"),
    (0, b"#!AMR", "amr"),
    (0, b"caff", "caf"),
    (0, b"PK\x03\x04", "zip"),
    (0, b"PK\x05\x06", "zip"),
    (0, b"7z\xbc\xaf\x27\x1c", "7z"),
    (0, b"Rar!\x1a\x07", "rar"),
    (0, b"\x1f\x8b", "gzip"),
    (0, b"BZh", "bzip2"),
    (0, b"\xfd7zXZ\x00", "xz"),
    (0, b"\x28\xb5\x2f\xfd", "zstd"),
    (257, b"ustar", "tar"),
)
_RIFF_KINDS: Final = re.compile(rb"(WAVE|RMID|CDXA)")


@dataclass(frozen=True, slots=True)
class Sniffed:
    """A file that may be handed to the prober: its container family and its true size."""

    family: str
    size_bytes: int


def guard(path: Path, *, size_bytes: int) -> Sniffed | Rejection:
    """Look at the file itself: regular, of the declared size, not sparse, and begun like a video container.

    Never follows a link, never waits on a pipe, reads at most 64 KiB.
    """
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        descriptor = os.open(path, flags)
    except OSError as error:
        return Rejection(Reason.NOT_MEDIA, f"cannot be opened: {error.strerror}")
    try:
        status = os.fstat(descriptor)
        refusal = _ordinary(descriptor, status, size_bytes)
        if refusal is not None:
            return refusal
        found = sniff(os.read(descriptor, _HEAD))
        if isinstance(found, Rejection):
            return found
        if _cut_off(descriptor, found, status.st_size):
            return Rejection(Reason.DAMAGED, "the file ends before its contents do")
    finally:
        os.close(descriptor)
    return Sniffed(found, status.st_size)


def _ordinary(descriptor: int, status: os.stat_result, size_bytes: int) -> Rejection | None:
    """Refuse pipes, devices, folders, second names, other sizes and files made of holes."""
    if not stat.S_ISREG(status.st_mode):
        return Rejection(Reason.NOT_MEDIA, "not a regular file")
    if status.st_nlink != 1:
        return Rejection(Reason.NOT_MEDIA, "the file has a second name")
    if status.st_size != size_bytes:
        return Rejection(Reason.DAMAGED, f"{status.st_size} bytes where {size_bytes} were declared")
    if status.st_size == 0:
        return Rejection(Reason.EMPTY_FILE, "0 bytes")
    thin = status.st_size >= _SPARSE_FROM and status.st_blocks * _BLOCK * 2 < status.st_size
    if thin and os.lseek(descriptor, 0, os.SEEK_HOLE) < status.st_size:
        return Rejection(Reason.DAMAGED, "the file is mostly holes")
    os.lseek(descriptor, 0, os.SEEK_SET)
    return None


def sniff(head: bytes) -> str | Rejection:
    """Return the container family of a file that begins with ``head``, or why it is refused."""
    for family, matches in (
        ("mov", _is_mov(head)),
        ("matroska", _is_matroska(head)),
        ("avi", head[:4] in {b"RIFF", b"RIFX"} and head[8:11] == b"AVI"),
        ("mxf", _MXF_PARTITION in head),
    ):
        if matches:
            return family
    for offset, magic, name in _UNSUPPORTED:
        if head.startswith(magic, offset):
            return Rejection(Reason.UNSUPPORTED_CONTAINER, name)
    if head.startswith(_EBML):
        return Rejection(Reason.UNSUPPORTED_CONTAINER, "another kind of ebml")
    if head[:4] == b"RIFF" and _RIFF_KINDS.match(head, 8):
        return Rejection(Reason.UNSUPPORTED_CONTAINER, "wave")
    if _is_transport_stream(head):
        return "mpegts"
    return Rejection(Reason.NOT_MEDIA, "no video container begins like this")


def _cut_off(descriptor: int, family: str, size: int) -> bool:
    """Tell whether the container's outermost lengths promise more bytes than there are."""
    if family == "mov":
        return _boxes_cut_off(descriptor, size)
    if family == "avi":
        return _riff_cut_off(descriptor, size)
    if family == "matroska":
        return _segment_cut_off(os.pread(descriptor, _HEAD, 0), size)
    if family == "mxf":
        return _footer_cut_off(os.pread(descriptor, _HEAD, 0), size)
    return False


def _boxes_cut_off(descriptor: int, size: int) -> bool:
    """Walk the outermost boxes; one that carries pictures or the index must end inside the file."""
    at = 0
    for _ in range(_MOST_BOXES):
        header = os.pread(descriptor, 16, at)
        if len(header) < 8:
            return False
        length, kind = int.from_bytes(header[:4], "big"), header[4:8]
        if length == 1 and len(header) == 16:
            length = int.from_bytes(header[8:], "big")
        if length < 8:  # 0: up to the end of the file; anything else is no box but a tail that players ignore
            return False
        if at + length > size:
            return kind in _ESSENTIAL_BOXES
        at += length
    return False


def _riff_cut_off(descriptor: int, size: int) -> bool:
    """Walk the outermost RIFF chunks (a large AVI has several); 0 is a length that was never written."""
    at = 0
    for _ in range(_MOST_BOXES):
        header = os.pread(descriptor, 8, at)
        length = int.from_bytes(header[4:8], "little")
        if header[:4] != b"RIFF" or length == 0:
            return False
        if at + 8 + length > size:
            return True
        at += 8 + length + length % 2
    return False


def _segment_cut_off(head: bytes, size: int) -> bool:
    """Read the length of the segment behind the EBML header; all ones means "until it ends" (RFC 8794)."""
    at, length = _vint(head, len(_EBML))
    begin = at + length
    if head[begin : begin + 4] != _SEGMENT:
        return False
    at, length = _vint(head, begin + 4)
    unknown = (1 << (7 * (at - begin - 4))) - 1
    return length != unknown and at + length > size


def _footer_cut_off(head: bytes, size: int) -> bool:
    """Read where the header partition says that the footer begins; 0 is a recorder that never came back to say it.

    Source: SMPTE ST 377-1, partition pack: key, BER length, versions, KAG size, this, previous, footer partition.
    """
    key = head.find(_MXF_PARTITION)
    at = key + 16
    if key < 0 or at >= len(head):
        return False
    at += 1 + (head[at] & 0x7F if head[at] & 0x80 else 0) + 8
    this, _, footer = (int.from_bytes(head[place : place + 8], "big") for place in (at, at + 8, at + 16))
    return this == 0 and footer > 0 and key + footer >= size


def _vint(data: bytes, at: int) -> tuple[int, int]:
    """Return where a variable-length integer ends, and its value."""
    width = 9 - data[at].bit_length() if at < len(data) else 9
    value = int.from_bytes(data[at : at + width], "big") & ((1 << (7 * width)) - 1)
    return at + width, value


def _is_mov(head: bytes) -> bool:
    if head[4:8] not in _FIRST_BOXES:
        return False
    return not (head[4:8] == b"ftyp" and head[8:12] in _STILL_BRANDS)


def _is_matroska(head: bytes) -> bool:
    """EBML with the document type matroska or webm among its first elements (RFC 8794, RFC 9559)."""
    return head.startswith(_EBML) and re.search(rb"\x42\x82.{1,8}?(matroska|webm)", head[:4096], re.DOTALL) is not None


def _is_transport_stream(head: bytes) -> bool:
    """Sync bytes at packet distance: five in a row, or all there are in a very short file (ISO/IEC 13818-1)."""
    for length in _TS_PACKETS:
        for start in range(min(length, len(head))):
            places = range(start, min(len(head), start + length * _TS_WANTED), length)
            if len(places) >= _TS_LEAST and all(head[place] == _TS_SYNC for place in places):
                return True
    return False
