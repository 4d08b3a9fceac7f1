"""What a file says about where its pictures come from: C2PA manifests, IPTC source types, tags of generators.

Part of the prober; reads a bounded part of an open file and searches it for known bytes. It verifies no
signature: a mark is a statement of the file, for a detector to weigh, and its absence says nothing.
Sources: C2PA Specification 2.2 (BMFF `uuid` box, JUMBF), IPTC NewsCodes digitalsourcetype, XMP Part 3.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

MOST_MARKS: Final = 16
VALUE_LENGTH: Final = 120
_WINDOW: Final = 1 << 20
_MOST_READ: Final = 4 << 20
_MOST_BOXES: Final = 2000
_ISO_FIRST: Final = frozenset({b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"styp", b"uuid"})
_TOLD: Final = frozenset({b"uuid", b"meta", b"udta", b"jumb"})

_C2PA_BOX: Final = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
_C2PA_JUMBF: Final = b"jumdc2pa"
_SOURCE_TYPE: Final = re.compile(rb"digitalsourcetype/([A-Za-z]{3,60})", re.IGNORECASE)
_CREATOR_TOOL: Final = re.compile(rb"CreatorTool[>=\"' ]{1,4}([^<\"']{1,100})")
_CLAIM_GENERATOR: Final = re.compile(rb"claim_generator(?:_info.{0,8}?\x64name)?(?=[\x60-\x79])", re.DOTALL)

_TOOLS: Final = (
    r"sora|openai|runway(?:ml)?|gen-?[34](?: alpha| turbo)?|veo ?[0-9]?|kling(?: ?ai)?|pika(?: ?labs)?|luma(?: ?ai)?"
    r"|dream machine|hailuo|minimax|stable video(?: diffusion)?|comfyui|adobe firefly|firefly|midjourney|haiper"
    r"|pixverse|vidu|seedance|jimeng|hunyuan ?video|wan ?2[0-9.]*|ltx-?video|mochi 1|cogvideox?"
)
_IS_TOOL: Final = re.compile(rf"\b(?:{_TOOLS})\b", re.IGNORECASE)
_IS_TOLD: Final = re.compile(
    rf"\b(?:generated|made|created|rendered) (?:by|with|using|in) (?:{_TOOLS})\b|\bai[- ]generated\b|\"class_type\"",
    re.IGNORECASE,
)
_TOOL_TAGS: Final = (
    "encoder", "software", "tool", "generator", "creator_tool", "creator", "producer", "encoded_by", "application",
    "writing_application", "com.apple.quicktime.software", "com.apple.quicktime.creationtool",
)  # fmt: skip
_TEXT_TAGS: Final = ("comment", "description", "synopsis", "title", "keywords", "copyright", "artist", "prompt")
_LABEL_TAG: Final = "aigc"

Mark = dict[str, str]


def origin_marks(descriptor: int, tags: Iterable[Mapping[str, str]]) -> list[Mark]:
    """Return at most sixteen marks ``{kind, value}`` of an open file and its tags, each value once.

    Kinds: ``c2pa_manifest`` (value: the program that made the claim, may be empty), ``digital_source_type`` (IPTC
    code such as trainedAlgorithmicMedia), ``creator_tool``, ``generator_tag`` (``tag: value``), ``aigc_label``.
    """
    found: dict[tuple[str, str], None] = {}
    for kind, value in (*_in_tags(tags), *_in_bytes(descriptor)):
        found.setdefault((kind, _clean(value)))
        if len(found) == MOST_MARKS:
            break
    return [{"kind": kind, "value": value} for kind, value in found]


def _clean(value: str) -> str:
    return "".join(character for character in value if character.isprintable()).strip()[:VALUE_LENGTH]


def _in_tags(tags: Iterable[Mapping[str, str]]) -> Iterator[tuple[str, str]]:
    for holder in tags:
        lowered = {str(key).lower(): str(value)[:2000] for key, value in holder.items() if len(str(key)) < VALUE_LENGTH}
        if _LABEL_TAG in lowered:
            yield "aigc_label", lowered[_LABEL_TAG]
        for names, pattern in ((_TOOL_TAGS, _IS_TOOL), (_TEXT_TAGS, _IS_TOLD)):
            for name in names:
                if name in lowered and pattern.search(lowered[name]):
                    yield "generator_tag", f"{name}: {lowered[name]}"


def _in_bytes(descriptor: int) -> Iterator[tuple[str, str]]:
    seen_manifest = False
    for part in _parts(descriptor):
        if not seen_manifest and (part.startswith(_C2PA_BOX) or _C2PA_JUMBF in part):
            seen_manifest = True
            yield "c2pa_manifest", _claim_generator(part)
        for match in _SOURCE_TYPE.finditer(part):
            yield "digital_source_type", match[1].decode("ascii")
        for match in _CREATOR_TOOL.finditer(part):
            tool = match[1].decode("utf-8", "replace")
            if _IS_TOOL.search(tool):
                yield "creator_tool", tool


def _claim_generator(manifest: bytes) -> str:
    """Return the text behind a manifest's claim_generator: CBOR text of up to 64 KiB (RFC 8949 §3)."""
    match = _CLAIM_GENERATOR.search(manifest)
    if match is None:
        return ""
    at, kind = match.end() + 1, manifest[match.end()]
    if kind < 0x78:
        length = kind - 0x60
    else:
        width = 1 if kind == 0x78 else 2
        length, at = int.from_bytes(manifest[at : at + width], "big"), at + width
    return manifest[at : at + min(length, VALUE_LENGTH)].decode("utf-8", "replace")


def _parts(descriptor: int) -> Iterator[bytes]:
    """Give the places where such marks live: boxes of an ISO file that are no media, else the head and the tail."""
    size = os.fstat(descriptor).st_size
    if os.pread(descriptor, 8, 0)[4:] in _ISO_FIRST:
        budget = _MOST_READ
        for at, length in _told(descriptor, 0, size):
            part = os.pread(descriptor, min(length, budget), at)
            yield part
            budget -= len(part)
            if budget <= 0:
                return
        return
    yield os.pread(descriptor, _WINDOW, 0)
    if size > _WINDOW:
        yield os.pread(descriptor, _WINDOW, max(_WINDOW, size - _WINDOW))


def _told(descriptor: int, at: int, end: int, depth: int = 0) -> Iterator[tuple[int, int]]:
    """Walk boxes and give where the contents of those that tell something lie; looks into ``moov``, not into tracks."""
    for _ in range(_MOST_BOXES):
        header = os.pread(descriptor, 16, at) if at < end else b""
        if len(header) < 8:
            return
        length, kind, begins = int.from_bytes(header[:4], "big"), header[4:8], 8
        if length == 1 and len(header) == 16:
            length, begins = int.from_bytes(header[8:], "big"), 16
        elif length == 0:
            length = end - at
        if length < begins:
            return
        if kind in _TOLD:
            yield at + begins, min(length, end - at) - begins
        elif kind == b"moov" and depth == 0:
            yield from _told(descriptor, at + begins, min(at + length, end), depth + 1)
        at += length
