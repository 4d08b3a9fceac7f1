"""Clips for tests, drawn by ffmpeg on first use and kept for the session: no video is ever committed."""

from __future__ import annotations

import fcntl
import functools
import hashlib
import os
import shutil
import struct
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import imageio_ffmpeg

from media_ingest.adapters.samples import make_samples

FFMPEG: Final = imageio_ffmpeg.get_ffmpeg_exe()
_FAST: Final = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")
_TONE: Final = ("-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000:duration={seconds}", "-c:a", "aac")


def picture(size: str = "320x240", rate: str = "25", seconds: float = 2, source: str = "testsrc2") -> list[str]:
    """Ffmpeg input arguments of a moving test picture."""
    return ["-f", "lavfi", "-i", f"{source}=size={size}:rate={rate}:duration={seconds}"]


def tone(seconds: float = 2) -> list[str]:
    """Ffmpeg input and codec arguments of a sound track; goes after the picture."""
    return [part.format(seconds=seconds) for part in _TONE]


RECIPES: Final[dict[str, Sequence[str]]] = {
    "plain.mp4": [*picture(), *tone(), *_FAST, "-movflags", "+faststart"],
    "silent.mp4": [*picture(), *_FAST],
    "bframes.mp4": [*picture(), "-c:v", "libx264", "-preset", "veryfast", "-g", "12", "-pix_fmt", "yuv420p"],
    "uhd.mp4": [*picture("3840x2160"), *_FAST],
    "full_hd.mp4": [*picture("1920x1080"), *tone(), *_FAST],
    "portrait.mp4": [*picture("240x426"), *_FAST],
    "ntsc.mp4": [*picture(rate="30000/1001", seconds=2.002), *_FAST],
    "ntsc_60.mkv": [*picture(rate="60000/1001", seconds=4.004), *_FAST],
    "ntsc.mkv": [*picture(rate="30000/1001", seconds=4.004), *_FAST],
    "ten_bit.mp4": [*picture(), "-c:v", "libx265", "-preset", "ultrafast", "-pix_fmt", "yuv420p10le",
                    "-x265-params", "log-level=none", "-tag:v", "hvc1"],
    "vp9.webm": [*picture(), "-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "400k"],
    "mjpeg.avi": [*picture(), "-c:v", "mjpeg", "-pix_fmt", "yuvj420p"],
    "prores.mxf": [*picture(), "-c:v", "prores_ks", "-profile:v", "0"],
    "broadcast.ts": [*picture("720x576"), *tone(), "-c:v", "mpeg2video", "-b:v", "2M"],
    "anamorphic.mp4": [*picture("704x576"), *_FAST, "-vf", "setsar=16/11"],
    "short.mp4": [*picture(seconds=0.96), *_FAST],
    "sound.m4a": [*tone()],
    "cut.mp4": [*picture(), *picture(source="smptebars"), "-filter_complex", "[0:v][1:v]concat=n=2:v=1:a=0", *_FAST],
    "variable.mp4": [*picture(seconds=3), "-vf", "select='lt(n,25)+not(mod(n,3))'", "-fps_mode", "vfr", *_FAST],
    "fragmented.mp4": [*picture(), *_FAST, "-movflags", "frag_keyframe+empty_moov"],
    "magicyuv.mkv": [*picture(), "-c:v", "magicyuv"],
    "ffvhuff.avi": [*picture(), "-c:v", "ffvhuff"],
    "timecode.mov": [*picture(), *_FAST, "-timecode", "23:59:59:20"],
    "wide_bomb.mp4": ["-f", "lavfi", "-i", "color=black:s=16384x8192:r=1:d=1", *_FAST],
    "ffv1_bomb.mkv": ["-f", "lavfi", "-i", "color=black:s=8000x8000:r=1:d=1", "-c:v", "ffv1"],
    "hurried.mp4": ["-f", "lavfi", "-i", "color=red:s=64x64:r=100000:d=0.02", *_FAST, "-fps_mode", "passthrough"],
    "year_2106.mp4": [*picture(), *_FAST, "-metadata", "creation_time=2106-02-07T06:28:15Z"],
    "encrypted.mp4": [*picture(), *_FAST, "-encryption_scheme", "cenc-aes-ctr",
                      "-encryption_key", "76a6c65c5ea762046bd749a2e632ccbb",
                      "-encryption_kid", "a7e61c373e219033c21091fa607bf3b8"],
    "song.ogg": ["-f", "lavfi", "-i", "sine=duration=2", "-c:a", "libvorbis"],
    "film.flv": [*picture(), "-c:v", "flv1"],
}  # fmt: skip


def folder() -> Path:
    """Where this session's clips lie."""
    place = Path(os.environ["OFFCUT_HOME"]) / "test-media"
    place.mkdir(parents=True, exist_ok=True)
    return place


def draw(arguments: Sequence[str], out: Path) -> Path:
    """Run ffmpeg with test arguments (never with anybody's input)."""
    return made([*arguments, "-fflags", "+bitexact"], out)


def made(arguments: Sequence[str], out: Path) -> Path:
    """Run ffmpeg; what it makes of nothing but its arguments is made once for all processes of a test run."""
    kept = os.environ.get("OFFCUT_TEST_SHARED")
    if not kept or any(word.startswith("/") for word in arguments):
        return _run(arguments, out)
    recipe = hashlib.sha256("\0".join([FFMPEG, *arguments]).encode()).hexdigest()
    drawn = Path(kept) / f"{recipe}{out.suffix}"
    if not drawn.exists():
        _run(arguments, drawn.with_name(f"making-{os.getpid()}-{drawn.name}")).rename(drawn)
    shutil.copyfile(drawn, out)
    return out


def _run(arguments: Sequence[str], out: Path) -> Path:
    command = [FFMPEG, "-nostdin", "-v", "error", "-y", *arguments, str(out)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return out


def sample_rushes() -> Path:
    """The demo's own sample rushes, drawn once for all processes of a test run."""
    rushes = Path(os.environ["OFFCUT_TEST_SHARED"]) / "rushes"
    with Path(f"{rushes}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        make_samples(rushes)
    return rushes


@functools.cache
def clip(name: str) -> Path:
    """The clip of that name, drawn once."""
    out = folder() / name
    if not out.exists():
        making = out.with_name(f"making-{os.getpid()}-{name}")
        draw(RECIPES[name], making).rename(out)
    return out


@functools.cache
def rotated(degrees: int) -> Path:
    """A 320×240 clip with a rotation flag, as phones write it (degrees counter-clockwise)."""
    out = folder() / f"rotated-{degrees}.mp4"
    return draw(["-display_rotation", str(degrees), "-i", str(clip("silent.mp4")), "-c", "copy"], out)


def written(name: str, content: bytes | str) -> Path:
    """A file of that content."""
    out = folder() / name
    out.write_bytes(content.encode() if isinstance(content, str) else content)
    return out


def truncated(name: str, share: float = 0.5) -> Path:
    """The first part of a clip."""
    whole = clip(name).read_bytes()
    return written(f"cut-off-{share}-{name}", whole[: int(len(whole) * share)])


def without_moov() -> Path:
    """An MP4 whose index never got written: the camera lost power."""
    data = clip("silent.mp4").read_bytes()
    return written("moov_missing.mp4", data[: data.index(b"moov") - 4])


def scrambled(name: str, seed: int, changes: int = 40) -> Path:
    """A clip with random bytes in random places."""
    import random  # noqa: PLC0415 - only here

    chance = random.Random(seed)
    data = bytearray(clip(name).read_bytes())
    for _ in range(changes):
        data[chance.randrange(len(data))] = chance.randrange(256)
    return written(f"scrambled-{seed}-{name}", bytes(data))


def patched(name: str, box: bytes, offset: int, value: bytes) -> Path:
    """A clip with bytes replaced ``offset`` behind a four-character box type."""
    data = clip(name).read_bytes()
    at = data.index(box) + 4 + offset
    changed = data[:at] + value + data[at + len(value) :]
    return written(f"patched-{box.decode()}-{offset}-{value.hex()[:16]}-{name}", changed)


def png(width: int, height: int) -> bytes:
    """A one-bit PNG of that size: few bytes, many pixels."""
    import zlib  # noqa: PLC0415 - only here

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    packer = zlib.compressobj(9)
    row = b"\0" * (1 + width // 8)
    rows = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def ebml(identifier: str, content: bytes) -> bytes:
    """One Matroska element."""
    return bytes.fromhex(identifier) + struct.pack(">Q", len(content) | (1 << 56)) + content


def matroska(*, tracks: int = 1, codec: bytes = b"V_VP9", extra: bytes = b"") -> bytes:
    """A small hand-made Matroska file: so many video tracks, ``extra`` elements in its segment."""
    head = ebml("1A45DFA3", ebml("4282", b"matroska") + ebml("4287", b"\4") + ebml("4285", b"\2"))
    size = ebml("E0", ebml("B0", b"\1\0") + ebml("BA", b"\1\0"))
    entries = b"".join(
        ebml("AE", ebml("D7", struct.pack(">H", n)) + ebml("73C5", struct.pack(">I", n)) + ebml("83", b"\1")
             + ebml("86", codec) + size)
        for n in range(1, tracks + 1)
    )  # fmt: skip
    info = ebml("1549A966", ebml("2AD7B1", struct.pack(">I", 1_000_000)) + ebml("4489", struct.pack(">d", 1000.0)))
    frame = b"\x81\0\0\x80" + b"\x82\x49\x83\x42\0\x0f\xf0\x0f\xf6\0"
    cluster = ebml("1F43B675", ebml("E7", b"\0") + ebml("A3", frame))
    return head + ebml("18538067", info + ebml("1654AE6B", entries) + extra + cluster)
