"""A document as plain data: pages of text and tables, ready for the typesetter, in one language.

Nothing here is markup: every string is data to the typesetter, however it reads.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import UTC, datetime
from typing import Final

from licensing.domain.wording import canonical_json, sha256_text

LAYOUT_VERSION: Final = 2
"""Grows with every change of how documents look; part of what a document is made from."""

Rows = tuple[tuple[str, str], ...]
"""Labels and what they say."""


@dataclass(frozen=True, slots=True)
class Party:
    """One side of the document, on its first page."""

    role: str
    name: str
    id: str


@dataclass(frozen=True, slots=True)
class Prose:
    """A heading and paragraphs."""

    title: str
    paragraphs: tuple[str, ...]
    kind: str = "prose"


@dataclass(frozen=True, slots=True)
class Table:
    """A heading, a sentence and a table; a row shorter than the columns lets its last cell run to the right edge.

    `notes` are short lines under each row (ids, hashes), one tuple a row when given at all.
    """

    title: str
    intro: str
    columns: tuple[str, ...]
    widths: tuple[int, ...]
    """Shares of the width, one a column."""
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[tuple[str, ...], ...] = ()
    kind: str = "table"


@dataclass(frozen=True, slots=True)
class Facts:
    """A heading and labelled values."""

    title: str
    rows: Rows
    kind: str = "facts"


@dataclass(frozen=True, slots=True)
class Variant:
    """One wording of a clause: for which clips (empty: for all), its numbered paragraphs, its values."""

    scope: str
    paragraphs: Rows
    values: Rows


@dataclass(frozen=True, slots=True)
class ClauseShown:
    """One clause on the page."""

    number: str
    title: str
    mark: str
    """Code and version."""
    summary: str
    variants: tuple[Variant, ...]


@dataclass(frozen=True, slots=True)
class Clauses:
    """All clauses, one after the other."""

    title: str
    clauses: tuple[ClauseShown, ...]
    kind: str = "clauses"


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signed for one side, or that nobody has yet."""

    role: str
    name: str
    rows: Rows


@dataclass(frozen=True, slots=True)
class Signatures:
    """The last part: who signed, and how to check it."""

    title: str
    intro: str
    signatures: tuple[Signature, ...]
    check_title: str
    check: tuple[str, ...]
    kind: str = "signatures"


Section = Prose | Table | Facts | Clauses | Signatures


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file inside the document: the same facts for machines."""

    name: str
    text: str
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A whole document in one language. `made_at` is a fact of the contract, never the time of rendering."""

    language: str
    kicker: str
    title: str
    status: str
    final: bool
    """False for a draft: every page says so."""
    reference: str
    made_at: datetime
    hash_label: str
    sha256: str
    """Of the canonical contract; stands at the foot of every page."""
    page_label: str
    parties: tuple[Party, ...]
    facts_title: str
    facts: Rows
    plain_title: str
    plain: Rows
    notice: str
    sections: tuple[Section, ...]
    attachment: Attachment = field(repr=False)


# Blocks of letters and signs that the typesetter's own fonts can show; anything else is spelled out.
_SHOWN: Final = ((0x20, 0x7E), (0xA0, 0x4FF), (0x1E00, 0x2037), (0x2039, 0x2040), (0x20A0, 0x20C0), (0x2190, 0x21FF))
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
_LONG_WORD: Final = re.compile(r"\S{41,}")
_BREAK_EVERY: Final = 20
BREAK: Final = "\u200b"
"""Where a line may break inside a long word; put in by `shown`, never part of what was written."""


def _sign(character: str) -> str:
    code = ord(character)
    if unicodedata.category(character) not in _UNSEEN and any(low <= code <= high for low, high in _SHOWN):
        return character
    return f"[U+{code:04X}]"


def shown(text: str) -> str:
    """`text` as it can be printed: in composed letters, on one line, with unseen and unknown signs spelled [U+202E].

    The exact text is in the document's attachment; what is printed never hides a sign from the reader.
    """
    composed = unicodedata.normalize("NFC", re.sub(r"[\n\r\t ]+", " ", text)).strip(" ")
    spelled = "".join(map(_sign, composed))
    return _LONG_WORD.sub(lambda match: _breakable(match[0]), spelled)


def _breakable(word: str) -> str:
    return BREAK.join(word[start : start + _BREAK_EVERY] for start in range(0, len(word), _BREAK_EVERY))


def _plain(value: object) -> object:
    if isinstance(value, str):
        return shown(value)
    if isinstance(value, datetime):
        at = value.astimezone(UTC)
        return [at.year, at.month, at.day, at.hour, at.minute, at.second]
    if isinstance(value, Sequence):
        return [_plain(item) for item in value]
    if is_dataclass(value) and not isinstance(value, type):
        return {item.name: _plain(getattr(value, item.name)) for item in fields(value) if item.name != "attachment"}
    return value


def paper_json(paper: Paper) -> str:
    """The pages as canonical JSON: what the typesetter reads."""
    return canonical_json(_plain(paper))


def paper_sha256(paper: Paper) -> str:
    """SHA-256 of everything the document is made from: pages, attachment and layout."""
    return sha256_text(f"{LAYOUT_VERSION}\f{paper_json(paper)}\f{paper.attachment.name}\f{paper.attachment.text}")
