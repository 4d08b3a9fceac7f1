"""Which documents there are."""

from __future__ import annotations

from enum import StrEnum


class DocumentKind(StrEnum):
    """What a document is about."""

    AGREEMENT = "agreement"
    LICENCE = "licence"
