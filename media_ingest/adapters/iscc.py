"""ISCC (ISO 24138) of a file: what its picture looks like, what its bytes are like, and which file exactly it is.

The Video-Code is made of MPEG-7 frame signatures, five a second, which ffmpeg computes while it decodes everything:
this is slow, and nothing waits for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from threading import Event
from typing import Any, Final

import ffmpeg

from media_ingest.adapters.ffmpeg import Budget, Stop, ToolStoppedError, never, run
from media_ingest.adapters.renditions import DECODED

_FRAMES_A_SECOND: Final = 5
_SIGNATURES: Final = "signatures.xml"
_FRAME: Final = re.compile(r"<FrameSignature>([0-2 ]+)</FrameSignature>")
_SIGNATURE_VALUES: Final = 380
_BYTES_A_FRAME: Final = 4096
_BITS: Final = 64
_BLOCK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class ContentCodes:
    """The whole ISCC and its three parts, as text; two files that look alike have Video-Codes that differ little."""

    iscc: str
    video: str
    data: str
    instance: str


def content_codes(path: Path, scratch: Path, *, duration_ms: int, should_stop: Stop = never) -> ContentCodes:
    """The codes of a video file. Raises what ``run`` raises, and ValueError when no frame can be read.

    Its bytes are read here while ffmpeg, a process of its own, looks at its picture.
    """
    failed = Event()
    with ThreadPoolExecutor(1) as beside:
        bytes_read = beside.submit(_byte_codes, path, lambda: failed.is_set() or should_stop())
        try:
            video = _video_code(_signatures(path, scratch, duration_ms, should_stop))
        except BaseException:
            failed.set()
            raise
        data, instance = bytes_read.result()
    whole = _library().gen_iscc_code_v0([video, data, instance])["iscc"]
    return ContentCodes(str(whole), video, data, instance)


def _byte_codes(path: Path, should_stop: Stop) -> tuple[str, str]:
    """The Data-Code and the Instance-Code."""
    iscc_core = _library()
    data, instance = iscc_core.DataHasherV0(), iscc_core.InstanceHasherV0()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            if should_stop():
                raise ToolStoppedError("stopped")
            data.push(block)
            instance.push(block)
    return f"ISCC:{data.code(bits=_BITS)}", f"ISCC:{instance.code(bits=_BITS)}"


def _signatures(path: Path, scratch: Path, duration_ms: int, should_stop: Stop) -> Path:
    """Have ffmpeg write a signature for each frame looked at."""
    source = ffmpeg.input(f"file:{path}", **DECODED)["V:0"].filter("fps", fps=_FRAMES_A_SECOND)
    out = scratch / _SIGNATURES
    made = source.filter("signature", format="xml", filename=str(out)).output("-", f="null")
    seconds = duration_ms // 1000 + 1
    budget = Budget(
        cpu_s=60 + 20 * seconds,
        wall_s=120 + 20 * seconds,
        file_size=1_000_000 + seconds * _FRAMES_A_SECOND * _BYTES_A_FRAME,
        stall_s=600,
    )
    run(made.get_args(), budget=budget, readable=[path], scratch=scratch, should_stop=should_stop)
    return out


def _video_code(signatures: Path) -> str:
    """The code over the sum of all different signatures, which is all that it depends on, so they are not all held."""
    with signatures.open() as lines:
        different = {bytes(map(int, found[1].split())) for line in lines for found in _FRAME.finditer(line)}
    if not different or any(len(one) != _SIGNATURE_VALUES for one in different):
        raise ValueError("no frame of the video could be read")
    return str(_library().gen_video_code_v0([_sum(different)], bits=_BITS)["iscc"])


def _library() -> Any:
    """The ISCC library: loaded when it is needed, which is seldom."""
    return import_module("iscc_core")


def _sum(different: Iterable[bytes]) -> tuple[int, ...]:
    totals = [0] * _SIGNATURE_VALUES
    for one in different:
        totals = [total + value for total, value in zip(totals, one, strict=True)]
    return tuple(totals)
