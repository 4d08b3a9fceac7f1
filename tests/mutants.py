"""Small seeds of every container and codec that is taken, and mutants of them: the same ones for the same number."""

from __future__ import annotations

import functools
import random
from pathlib import Path
from typing import Final

from tests import media

_TINY: Final = media.picture("96x64", seconds=1.2)
_MIDDLE: Final = media.picture("256x128", seconds=1.2)
_TONE: Final = media.tone(1.2)
SEEDS: Final[dict[str, list[str]]] = {
    "h264.mp4": [*_TINY, *_TONE, "-c:v", "libx264", "-g", "8", "-pix_fmt", "yuv420p", "-movflags", "+faststart"],
    "h264_fragmented.mp4": [*_TINY, "-c:v", "libx264", "-g", "8", "-movflags", "frag_keyframe+empty_moov"],
    "h264.mkv": [*_TINY, *_TONE, "-c:v", "libx264", "-g", "8", "-pix_fmt", "yuv420p"],
    "h264.ts": [*_TINY, *_TONE, "-c:v", "libx264", "-g", "8", "-pix_fmt", "yuv420p"],
    "hevc.mp4": [*_TINY, "-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none"],
    "av1.mkv": [*_TINY, "-c:v", "libaom-av1", "-cpu-used", "8", "-usage", "realtime"],
    "vp8.webm": [*_TINY, "-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8"],
    "vp9.webm": [*_TINY, "-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8"],
    "mpeg2.ts": [*_TINY, *_TONE, "-c:v", "mpeg2video"],
    "mpeg2.mxf": [*_TINY, "-c:v", "mpeg2video", "-pix_fmt", "yuv420p"],
    "mpeg1.avi": [*_TINY, "-c:v", "mpeg1video"],
    "mpeg4.avi": [*_TINY, "-c:v", "mpeg4"],
    "msmpeg4.avi": [*_TINY, "-c:v", "msmpeg4v3"],
    "mjpeg.avi": [*_TINY, "-c:v", "mjpeg", "-pix_fmt", "yuvj420p"],
    "prores.mov": [*_TINY, *_TONE, "-c:v", "prores_ks", "-profile:v", "0"],
    "dnxhr.mov": [*_MIDDLE, "-c:v", "dnxhd", "-profile:v", "dnxhr_lb", "-pix_fmt", "yuv422p"],
    "dv.avi": [*media.picture("720x576", seconds=1.2), "-c:v", "dvvideo", "-pix_fmt", "yuv420p"],
    "ffv1.mkv": [*_TINY, "-c:v", "ffv1"],
    "v210.mov": [*media.picture("64x48", seconds=1.2), "-c:v", "v210"],
    "raw.avi": [*media.picture("32x24", seconds=1.2), "-c:v", "rawvideo", "-pix_fmt", "yuv420p"],
    "cfhd.mov": [*_MIDDLE, "-c:v", "cfhd", "-pix_fmt", "yuv422p10le"],
    "h263.mov": [*media.picture("128x96", seconds=1.2), "-c:v", "h263"],
}  # fmt: skip
_HEADERS: Final = 2048


@functools.cache
def seed(name: str) -> bytes:
    """The bytes of a seed, drawn once."""
    out = media.folder() / f"seed-{name}"
    if not out.exists():
        media.draw(SEEDS[name], out)
    return out.read_bytes()


def mutant(number: int) -> tuple[str, bytes]:
    """The mutant of that number: which seed it is of, and its bytes."""
    chance = random.Random(number)
    name = list(SEEDS)[number % len(SEEDS)]
    data = bytearray(seed(name))
    for _ in range(chance.choice((1, 1, 2, 3))):
        _CHANGES[chance.randrange(len(_CHANGES))](data, chance)
    return name, bytes(data)


def written(number: int, folder: Path) -> Path:
    """Write a mutant to a folder."""
    name, content = mutant(number)
    path = folder / f"{number}-{name}"
    path.write_bytes(content)
    return path


def _anywhere(data: bytearray, chance: random.Random) -> int:
    """A place; every other one is near the beginning or the end, where headers and indexes are."""
    if chance.random() < 0.5:
        near = chance.randrange(min(_HEADERS, len(data)))
        return near if chance.random() < 0.5 else len(data) - 1 - near
    return chance.randrange(len(data))


def _bytes(data: bytearray, chance: random.Random) -> None:
    for _ in range(chance.choice((1, 8, 40))):
        data[_anywhere(data, chance)] = chance.choice((0, 0xFF, 0x7F, 0x80, chance.randrange(256)))


def _bits(data: bytearray, chance: random.Random) -> None:
    for _ in range(chance.choice((1, 8, 40))):
        data[_anywhere(data, chance)] ^= 1 << chance.randrange(8)


def _number(data: bytearray, chance: random.Random) -> None:
    """A size or a count becomes an extreme one."""
    width = chance.choice((2, 4, 8))
    at = _anywhere(data, chance)
    value = chance.choice((0, 1, (1 << (8 * width)) - 1, 1 << (8 * width - 1), (1 << (8 * width - 1)) - 1))
    data[at : at + width] = value.to_bytes(width, chance.choice(("big", "little")))


def _run(data: bytearray, chance: random.Random) -> None:
    at, length = _anywhere(data, chance), chance.choice((4, 64, 1024))
    data[at : at + length] = chance.choice((bytes(length), b"\xff" * length, chance.randbytes(length)))


def _shorter(data: bytearray, chance: random.Random) -> None:
    del data[max(64, _anywhere(data, chance)) :]


def _without(data: bytearray, chance: random.Random) -> None:
    at = _anywhere(data, chance)
    del data[at : at + chance.choice((1, 7, 188, 1024))]
    data.extend(bytes(max(0, 64 - len(data))))


def _twice(data: bytearray, chance: random.Random) -> None:
    at, length = _anywhere(data, chance), chance.choice((8, 188, 2048))
    data[at:at] = data[at : at + length]


def _swapped(data: bytearray, chance: random.Random) -> None:
    first, second, length = _anywhere(data, chance), _anywhere(data, chance), chance.choice((4, 16, 256))
    one, other = bytes(data[first : first + length]), bytes(data[second : second + length])
    data[first : first + len(other)] = other
    data[second : second + len(one)] = one


_CHANGES: Final = (_bytes, _bits, _number, _number, _run, _shorter, _without, _twice, _swapped)
