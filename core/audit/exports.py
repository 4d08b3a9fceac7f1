"""The audit trail as text for auditors: every body as it was hashed, so that each digest can be recomputed."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from typing import Final

from core.audit.domain import entry_of
from core.audit.models import AuditEvent

COLUMNS: Final = (
    "chain",
    "sequence",
    "id",
    "at",
    "actor",
    "role",
    "action",
    "subject",
    "previous",
    "digest",
    "body",
)
"""What a line holds. Only `previous`, `sequence` and `body` are hashed; the rest is there to be read."""
_FORMULA: Final = frozenset("=+-@\t\r")


def _facts(event: AuditEvent) -> dict[str, str | int]:
    entry = entry_of(event.body)
    return {
        "chain": str(event.chain),
        "sequence": event.sequence,
        "id": event.public_id,
        "at": entry.at.isoformat() if entry.at else "",
        "actor": entry.actor,
        "role": entry.role or "",
        "action": event.action,
        "subject": event.subject,
        "previous": event.previous,
        "digest": event.digest,
        "body": event.body,
    }


def jsonl_text(events: Iterable[AuditEvent]) -> Iterator[str]:
    """Yield one JSON object an event, a line each; `body` is a string in it, exactly as hashed."""
    for event in events:
        yield json.dumps(_facts(event), ensure_ascii=False, separators=(",", ":")) + "\n"


def csv_text(events: Iterable[AuditEvent]) -> Iterator[str]:
    """Yield a header and one line an event (RFC 4180). An apostrophe goes before what a spreadsheet would run."""
    yield _row(COLUMNS)
    for event in events:
        yield _row(_inert(str(value)) for value in _facts(event).values())


def _inert(text: str) -> str:
    return f"'{text}" if text[:1] in _FORMULA else text


def _row(cells: Iterable[str]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow(cells)
    return text.getvalue()
