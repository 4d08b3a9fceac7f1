"""What the API answers about files on their way in. `raw` keeps the whole answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


def _raw() -> Any:
    return field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True)
class Upload:
    """One transfer of one file; `offset` bytes are safe on the server.

    `transport` tus: bytes go to `upload_url`. s3: in `parts_total` parts of `part_bytes` to signed addresses.
    """

    id: str
    state: str
    size_bytes: int
    offset: int = 0
    name: str = ""
    transport: str = "tus"
    upload_url: str | None = None
    part_bytes: int | None = None
    parts_total: int | None = None
    parts_held: tuple[int, ...] | None = None
    expires_at: str | None = None
    paused: bool = False
    batch_id: str | None = None
    batch_name: str | None = None
    asset_id: str | None = None
    duplicate: bool = False
    failure: Any = None
    reason: Any = None
    raw: Mapping[str, Any] = _raw()

    @property
    def over(self) -> bool:
        """Whether no byte of it can be sent any more and nothing of it was kept."""
        return self.state in {"failed", "cancelled", "expired"}


@dataclass(frozen=True)
class Match:
    """What the server knows of a file here: `result` is continue, received or unknown."""

    result: str
    name: str = ""
    size_bytes: int = 0
    upload_id: str | None = None
    offset: int = 0
    parts_held: tuple[int, ...] | None = None
    asset_id: str | None = None
    raw: Mapping[str, Any] = _raw()


@dataclass(frozen=True)
class PartLink:
    """A signed, short-lived address that takes exactly one part."""

    number: int
    url: str
    expires_in_s: int
    size_bytes: int
    raw: Mapping[str, Any] = _raw()


@dataclass(frozen=True)
class Batch:
    """A folder's worth of files; `safe_to_erase` when every one of them was received and verified."""

    id: str
    name: str = ""
    files: int = 0
    received: int = 0
    verified: int = 0
    left_out: int = 0
    bytes: int = 0
    received_bytes: int = 0
    safe_to_erase: bool = False
    raw: Mapping[str, Any] = _raw()
