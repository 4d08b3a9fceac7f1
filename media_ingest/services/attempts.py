"""What every media job shares: a scratch folder of its own attempt, ends of tools in words of jobs, files kept."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from core.errors import DomainError
from core.jobs.services import Claim, LeaseLost, Retryable
from media_ingest.adapters.ffmpeg import ToolError, ToolStoppedError
from media_ingest.adapters.storage import StorageError, store
from media_ingest.models import Derivative, DerivativeKind


@dataclass(frozen=True, slots=True)
class Made:
    """One picture file that is in storage."""

    kind: DerivativeKind
    storage_key: str
    sha256: str
    size_bytes: int
    width: int
    height: int

    @property
    def columns(self) -> dict[str, Any]:
        """The facts as a derivative's columns."""
        names = ("storage_key", "sha256", "size_bytes", "width", "height")
        return {name: getattr(self, name) for name in names}

    def row(self, **whose: Any) -> Derivative:
        """Return the row that stands for it; ``whose`` names asset and clip."""
        return Derivative(kind=str(self.kind), **self.columns, **whose)


@contextmanager
def attempt_folder(claim: Claim) -> Iterator[Path]:
    """Yield a folder of this attempt's own; what an attempt that was killed left behind goes first."""
    root = settings.OFFCUT.scratch_root
    root.mkdir(parents=True, exist_ok=True)
    name = claim.kind.rpartition(".")[2]
    for leftover in root.glob(f"{name}-{claim.job_id}-*"):
        shutil.rmtree(leftover, ignore_errors=True)
    folder = root / f"{name}-{claim.job_id}-{claim.attempt}"
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def tool_ends(claim: Claim) -> Iterator[None]:
    """Turn the ends of tools and storage into those of jobs: ``LeaseLost`` when stopped, else ``Retryable``."""
    try:
        yield
    except ToolStoppedError as stopped:
        raise LeaseLost(claim.subject) from stopped
    except ToolError as failed:
        raise Retryable(f"{type(failed).__name__}: {failed.detail}") from failed
    except (StorageError, OSError) as away:
        raise Retryable(f"storage: {type(away).__name__}") from away
    except DomainError as refused:
        # The machine cannot confine the tool: the file waits, it is not judged.
        raise Retryable(refused.detail) from refused


def picture_keep(kind: DerivativeKind, path: Path, size: tuple[int, int]) -> Made:
    """Put a finished picture into storage under its content hash; ``size`` is width and height in pixels."""
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    length = path.stat().st_size
    key = store().put_file(path, sha256, length, hashed=True)
    return Made(kind, key, sha256, length, *size)
