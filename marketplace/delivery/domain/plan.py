"""The plan of a dataset: which samples go into which shard, and how each is cut from its source.

A plan depends on its input only: never on the number of workers, on the clock or on the machine.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

DEFAULT_SHARD_BYTES = 1 << 30
"""Size that a shard aims for, in bytes (1 GiB)."""

_TAR_BLOCK = 512
_SIDECAR_BYTES = 2048
"""Room set aside for one sample's JSON, in bytes."""


@dataclass(frozen=True, slots=True, order=True)
class SampleSpec:
    """One sample that an order asks for: the span ``[start_ms, end_ms)`` of one stored source."""

    key: str
    source_sha256: str
    start_ms: int
    end_ms: int
    source_duration_ms: int
    source_bytes: int

    @property
    def whole(self) -> bool:
        """Whether the sample is its whole source. A stretch is copied or encoded; its source's key frames decide."""
        return (self.start_ms, self.end_ms) == (0, self.source_duration_ms)

    @property
    def expected_bytes(self) -> int:
        """Size the sample should have, in bytes: its share of its source."""
        return max(1, self.source_bytes * (self.end_ms - self.start_ms) // self.source_duration_ms)


@dataclass(frozen=True, slots=True)
class ShardPlan:
    """One shard to write: its number and its samples in key order."""

    number: int
    samples: tuple[SampleSpec, ...]

    @property
    def name(self) -> str:
        """File name without ending, such as ``shard-000000``."""
        return f"shard-{self.number:06d}"

    @property
    def expected_bytes(self) -> int:
        """Size of the samples' media, as planned."""
        return sum(sample.expected_bytes for sample in self.samples)


@dataclass(frozen=True, slots=True)
class DatasetPlan:
    """All shards of a dataset."""

    shards: tuple[ShardPlan, ...]

    @property
    def samples(self) -> tuple[SampleSpec, ...]:
        """All samples in key order."""
        return tuple(sample for shard in self.shards for sample in shard.samples)

    @property
    def expected_bytes(self) -> int:
        """Size of all samples' media, as planned."""
        return sum(shard.expected_bytes for shard in self.shards)

    def without(self, keys: Collection[str]) -> DatasetPlan:
        """The same plan with some samples left out. No other sample moves: shards keep their numbers, and one that
        keeps all its samples is the very same; one that keeps none is gone. ValueError when nothing is left.
        """
        kept = (
            ShardPlan(shard.number, tuple(sample for sample in shard.samples if sample.key not in keys))
            for shard in self.shards
        )
        shards = tuple(shard for shard in kept if shard.samples)
        if not shards:
            raise ValueError("a dataset needs at least one sample")
        return DatasetPlan(shards)


def _room(sample: SampleSpec) -> int:
    """Room a sample takes in a tar: two headers and both members padded to blocks."""
    media = -(-sample.expected_bytes // _TAR_BLOCK) * _TAR_BLOCK
    return media + _SIDECAR_BYTES + 2 * _TAR_BLOCK


def _checked(sample: SampleSpec) -> SampleSpec:
    if not sample.key or any(character in sample.key for character in "./\\ \x00"):
        raise ValueError(f"a sample key has no dots, slashes or spaces: {sample.key!r}")
    if not 0 <= sample.start_ms < sample.end_ms <= sample.source_duration_ms:
        raise ValueError(f"{sample.key} is not a stretch of its source")
    if sample.source_bytes <= 0:
        raise ValueError(f"the source of {sample.key} is empty")
    return sample


def dataset_plan(samples: Iterable[SampleSpec], *, shard_bytes: int = DEFAULT_SHARD_BYTES) -> DatasetPlan:
    """Distribute samples over shards in key order, filling each shard up to ``shard_bytes``.

    A sample larger than a shard gets a shard of its own. Raises ValueError for an empty list, a
    repeated key, a key that a loader could not read, or a span outside of its source.
    """
    ordered = sorted(_checked(sample) for sample in samples)
    if not ordered:
        raise ValueError("a dataset needs at least one sample")
    if len({sample.key for sample in ordered}) != len(ordered):
        raise ValueError("two samples share a key")
    groups: list[list[SampleSpec]] = []
    used = 0
    for sample in ordered:
        room = _room(sample)
        if not groups or used + room > shard_bytes:
            groups.append([])
            used = 0
        groups[-1].append(sample)
        used += room
    return DatasetPlan(tuple(ShardPlan(number, tuple(group)) for number, group in enumerate(groups)))
