"""Which documents there are."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

AGREEMENT_DOCUMENTS: Final = "licensing.agreement.documents"
"""The job that issues a signed agreement's documents. Subject: the agreement's public id."""


class DocumentKind(StrEnum):
    """What a document is about."""

    AGREEMENT = "agreement"
    LICENCE = "licence"
