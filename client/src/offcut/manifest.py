"""The manifest of a dataset folder, read row by row, and what its rows commit to."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import rfc8785

from offcut import merkle

MANIFEST = "manifest.jsonl"
_LEAF_MEMBERS = ("key", "clip_id", "licence_id", "sha256", "start_ms", "end_ms")


class ManifestError(ValueError):
    """A manifest row is not understood; the text says which."""


@dataclass
class Totals:
    """What all rows together say: how many samples, how long, which licence covers which clip, and its ISCC."""

    root: str = ""
    count: int = 0
    duration_ms: int = 0
    licences: set[tuple[str, str]] = field(default_factory=set)
    codes: set[tuple[str, str]] = field(default_factory=set)


def rows(path: Path) -> Iterator[Mapping[str, Any]]:
    """The rows in file order; raises ManifestError on the first that is not a JSON object."""
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                row = json.loads(line)
            except (ValueError, RecursionError):
                raise ManifestError(f"Row {number} is not JSON.") from None
            if not isinstance(row, dict):
                raise ManifestError(f"Row {number} is not an object.")
            yield row


def leaf(row: Mapping[str, Any]) -> bytes:
    """The canonical bytes of a row that the certificate's Merkle root commits to."""
    try:
        return bytes(rfc8785.dumps({name: row[name] for name in _LEAF_MEMBERS}))
    except (KeyError, rfc8785.CanonicalizationError):
        raise ManifestError(f"Row {row.get('key', '?')} lacks a field that the certificate covers.") from None


def read_totals(path: Path) -> Totals:
    """Recompute the Merkle root (RFC 6962, leaves in key order), the number of samples and their duration."""
    totals = Totals()

    def leaves() -> Iterator[bytes]:
        last = ""
        for row in rows(path):
            data = leaf(row)
            key, start, end = row["key"], row["start_ms"], row["end_ms"]
            if not (isinstance(key, str) and isinstance(start, int) and isinstance(end, int)) or key <= last:
                raise ManifestError(f"Row {key} is out of order or incomplete.")
            last = key
            totals.count += 1
            totals.duration_ms += end - start
            totals.licences.add((str(row["licence_id"]), str(row["clip_id"])))
            totals.codes.add((str(row["licence_id"]), str(row.get("iscc"))))
            yield data

    totals.root = merkle.root(leaves()).hex()
    return totals
