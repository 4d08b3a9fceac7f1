"""What the API answers about a dataset that changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from offcut.models import Money


@dataclass(frozen=True)
class Replaced:
    """A file that held what left, and the SHA-256 of what takes its place; None when nothing does."""

    name: str
    sha256: str
    replaced_by: str | None = None


@dataclass(frozen=True)
class Change:
    """A clip that was taken down; `version` leaves it out, None while that is not ready."""

    clip_id: str
    notice_id: str = ""
    licence_id: str = ""
    cause: str = ""
    state: str = ""
    effective_at: str = ""
    delete_by: str | None = None
    due_at: str | None = None
    dataset_id: str | None = None
    version: int | None = None
    files: tuple[Replaced, ...] = ()
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True)
class Notice:
    """What the holder of a licence is told, and until when what is due."""

    id: str
    state: str = ""
    cause: str = ""
    licence_id: str = ""
    clip_id: str = ""
    order_id: str = ""
    effects: tuple[str, ...] = ()
    effective_at: str = ""
    delete_by: str | None = None
    due_at: str | None = None
    refund: Money | None = None
    refund_stage: str = ""
    """promised, credited, sent or delayed; none without a refund."""
    refund_sent_at: str | None = None
    signatory: str = ""
    method: str = ""
    supersedes_id: str | None = None
    superseded_by_id: str | None = None
    certificate: str | None = None
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)
