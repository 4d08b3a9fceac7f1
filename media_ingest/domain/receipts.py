"""Receipts of a batch: what arrived, hashed how, as CSV for people and as a media hash list for card tools.

The media hash list is the original format, MHL 1.1 (mediahashlist.org): one self-contained file that offload
tools write beside the footage and read back to compare a card with its copy. Its successor, ASC MHL, is a
history: a folder of generations with a chain file, which a receipt handed out by a server cannot be part of.
Neither format knows SHA-256. Of what MHL 1.1 does know (MD5, SHA-1, xxHash) SHA-1 is the strongest, is in the
standard library, and is computed with the processor's own instructions while the bytes arrive.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final
from xml.sax.saxutils import escape

COLUMNS: Final = (
    "file",
    "size_bytes",
    "state",
    "received_at",
    "sha256",
    "sha1",
    "verified_by",
    "already_held",
    "asset_id",
    "asset_state",
    "asset_reason",
    "upload_id",
)
_FORMULA: Final = frozenset("=+-@\t\r\n＝＋－＠")
"""A spreadsheet takes a cell that begins with one of these for a formula (OWASP, CSV injection)."""


class VerifiedBy(StrEnum):
    """What the bytes here were compared with."""

    SENDER_SHA256 = "sender_sha256"
    """The sender said what the whole file hashes to, and it does."""
    CHUNK_CHECKSUMS = "chunk_checksums"
    """Every byte came in a chunk whose checksum the sender said, and it held."""
    NOTHING = "nothing"
    """The sender said nothing to compare with."""


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """One file of a batch."""

    folder: str
    name: str
    size_bytes: int
    state: str
    received_at: datetime | None
    modified_at: datetime | None
    sha256: str
    sha1: str
    verified_by: VerifiedBy
    already_held: bool
    asset_id: str
    asset_state: str
    asset_reason: str
    upload_id: str

    @property
    def path(self) -> str:
        """The file's place on its owner's card."""
        return f"{self.folder}/{self.name}" if self.folder else self.name


def safe_cell(text: str) -> str:
    """Return a text that no spreadsheet runs: an apostrophe goes before what would begin a formula."""
    return f"'{text}" if text.lstrip(" ")[:1] in _FORMULA and text.strip(" ") else text


def csv_text(lines: Iterable[ReceiptLine]) -> Iterator[str]:
    """Yield the receipt as CSV (RFC 4180: CRLF, a header line, quotes doubled), line by line."""
    yield _row(COLUMNS)
    for line in lines:
        yield _row(
            (
                safe_cell(line.path),
                str(line.size_bytes),
                line.state,
                _time(line.received_at) if line.received_at else "",
                line.sha256,
                line.sha1,
                str(line.verified_by) if line.sha256 else "",
                "yes" if line.already_held else "no",
                line.asset_id,
                line.asset_state,
                line.asset_reason,
                line.upload_id,
            )
        )


def _row(cells: Iterable[str]) -> str:
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_MINIMAL, lineterminator="\r\n").writerow(cells)
    return text.getvalue()


def mhl_text(lines: Iterable[ReceiptLine], *, host: str, tool: str, made_at: datetime) -> Iterator[str]:
    """Yield the received files as a media hash list 1.1, piece by piece.

    Files that are not here, and those of before SHA-1 was noted, are left out: the list says only what a
    tool can check. ``lastmodificationdate`` is what the sender said, else when the file was received.
    """
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<hashlist version="1.1">\n\n'
    yield (
        "  <creatorinfo>\n"
        f"    <name>{escape(tool)}</name>\n"
        f"    <username>{escape(tool.partition(' ')[0].lower())}</username>\n"
        f"    <hostname>{escape(host)}</hostname>\n"
        f"    <tool>{escape(tool)}</tool>\n"
        f"    <startdate>{_time(made_at)}</startdate>\n"
        f"    <finishdate>{_time(made_at)}</finishdate>\n"
        "  </creatorinfo>\n"
    )
    for line in lines:
        if line.received_at is None or not line.sha1:
            continue
        yield (
            "\n  <hash>\n"
            f"    <file>{escape(line.path)}</file>\n"
            f"    <size>{line.size_bytes}</size>\n"
            f"    <lastmodificationdate>{_time(line.modified_at or line.received_at)}</lastmodificationdate>\n"
            f"    <sha1>{line.sha1}</sha1>\n"
            f"    <hashdate>{_time(line.received_at)}</hashdate>\n"
            "  </hash>\n"
        )
    yield "\n</hashlist>\n"


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
