"""French sentences of the command line. Codes, ids and field names are never translated."""

from __future__ import annotations

SENTENCES: dict[str, str] = {}
ERRORS: dict[str, tuple[str, str]] = {}
