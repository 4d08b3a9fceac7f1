"""What the descriptive files of a dataset folder need to know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

README = "README.md"
CROISSANT = "croissant.json"
MANIFEST_JSONL = "manifest.jsonl"
MANIFEST_PARQUET = "manifest.parquet"
SHARDS = "shards"


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One file of the folder: size in bytes and both hashes as hex."""

    size_bytes: int
    sha256: str
    blake3: str


@dataclass(frozen=True, slots=True)
class Grant:
    """What the licences of a dataset allow together: the same words as in the certificate."""

    field_of_use: tuple[str, ...]
    model_class: tuple[str, ...]
    territory: str
    term_months: int
    starts: str
    ends: str
    exclusivity: str
    sublicense: str


@dataclass(frozen=True, slots=True)
class Folder:
    """A dataset as its card and its Croissant file describe it. Ids are public ids, dates ISO 8601."""

    site: str
    dataset: str
    order: str
    code: str
    version: int
    licensee: str
    licensors: tuple[str, ...]
    published: str
    grant: Grant
    samples: int
    duration_ms: int
    shards: int
    bytes: int
    files: Mapping[str, StoredFile]

    @property
    def url(self) -> str:
        """Page of the dataset."""
        return f"{self.site}/market/datasets/{self.dataset}"

    @property
    def licence_url(self) -> str:
        """Public page that confirms the certificate."""
        return f"{self.site}/verify/{self.code}"

    @property
    def name(self) -> str:
        """Name that loaders and hubs accept."""
        return f"offcut-{self.dataset}".replace("_", "-")

    @property
    def description(self) -> str:
        """One sentence with the figures."""
        clips = "1 clip" if self.samples == 1 else f"{self.samples} clips"
        minutes, left = divmod(self.duration_ms, 60_000)
        return (
            f"{clips} of unused footage, {minutes} min {left / 1000:06.3f} s, licensed by its rightsholders "
            f"for AI training under order {self.order}."
        )


def shard_path(name: str) -> str:
    """Path of a shard inside the folder, from its name without ending."""
    return f"{SHARDS}/{name}.tar"


def index_of(path: str) -> str:
    """Path of the index of the shard at a path; empty for any other file."""
    return f"{path.removesuffix('.tar')}.json" if path.startswith(f"{SHARDS}/") and path.endswith(".tar") else ""


def index_path(name: str) -> str:
    """Path of a shard's index inside the folder, from the shard's name without ending."""
    return f"{SHARDS}/{name}.json"
