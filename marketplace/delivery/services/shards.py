"""Writing shards: cut the samples, pack them, keep shard and index in the store, and read a kept shard back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

from blake3 import blake3

from marketplace.delivery.adapters.tar import Entry, PackedShard, shard_write
from marketplace.delivery.domain.deliverable import Deliverable
from marketplace.delivery.domain.folder import StoredFile, index_path, shard_path
from marketplace.delivery.domain.plan import ShardPlan
from marketplace.delivery.domain.rows import SampleRow, row_from_json
from marketplace.delivery.services.cutting import Cutter
from marketplace.delivery.services.marking import mark_drop, marked
from media_ingest.adapters.storage import store

_SIDECAR = ".json"
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file that lies in the store already: its path in the folder, its facts and its key."""

    path: str
    stored: StoredFile
    storage_key: str


@dataclass(frozen=True, slots=True)
class KeptShard:
    """A shard and its index in the store, with the rows of its samples in key order."""

    files: tuple[KeptFile, KeptFile]
    rows: tuple[SampleRow, ...]


def bytes_keep(path: str, data: bytes, bench: Path) -> KeptFile:
    """Put a small file into the store."""
    draft = bench / "draft"
    draft.write_bytes(data)
    sha256 = hashlib.sha256(data).hexdigest()
    key = store().put_file(draft, sha256, len(data), hashed=True)
    return KeptFile(path, StoredFile(len(data), sha256, blake3(data).hexdigest()), key)


def shard_make(
    plan: ShardPlan, clips: dict[str, Deliverable], cutter: Cutter, bench: Path, tick: Callable[[int], None]
) -> KeptShard:
    """Cut and pack one shard and keep it. ``tick`` hears the planned bytes done so far."""
    rows: list[SampleRow] = []
    done = 0

    cutter.expect(clips[spec.key] for spec in plan.samples)

    def entries() -> Iterator[Entry]:
        nonlocal done
        for spec in plan.samples:
            clip = clips[spec.key]
            cut = marked(clip, cutter, bench)
            row = clip.row(shard=shard_path(plan.name), made=cut.sample)
            rows.append(row)
            line = row.as_json()
            yield Entry(f"{clip.key}{_SIDECAR}", hashlib.sha256(line).hexdigest(), line)
            yield Entry(cut.sample.file, cut.sample.sha256, cut.path)
            mark_drop(clip, bench)
            cutter.drop(clip)
            done += spec.expected_bytes
            tick(done)

    files = _packed(plan, entries(), bench)
    return KeptShard(files, tuple(rows))


def shard_trim(
    plan: ShardPlan, tar: KeptFile, index: KeptFile, bench: Path, tick: Callable[[int], None]
) -> KeptShard | None:
    """Pack one shard out of an earlier one that held more: the very samples that were delivered, byte for byte.

    None when the earlier one lacks a sample, is not in the store any more, or came back changed.
    """
    document, wanted = _index_of(tar, index), {spec.key: spec for spec in plan.samples}
    if document is None or not wanted.keys() <= set(document["keys"]):
        return None
    members = [member for member in document["members"] if member["name"].partition(".")[0] in wanted]
    rows: list[SampleRow] = []
    done = 0

    def entries(shard: BinaryIO) -> Iterator[Entry]:
        nonlocal done
        for member in members:
            shard.seek(member["offset"])
            key, _, ending = member["name"].partition(".")
            if f".{ending}" == _SIDECAR:
                line = shard.read(member["size"])
                rows.append(row_from_json(line))
                yield Entry(member["name"], _required(hashlib.sha256(line).hexdigest(), member), line)
            else:
                sample = bench / "sample"
                yield Entry(member["name"], _required(_copied(shard, member["size"], sample), member), sample)
                sample.unlink()
                done += wanted[key].expected_bytes
                tick(done)

    try:
        with store().open(tar.storage_key) as shard:
            files = _packed(plan, entries(shard), bench)
    except _ChangedError:
        return None
    return KeptShard(files, tuple(rows))


class _ChangedError(Exception):
    """A sample is not what the index of its shard says."""


def _required(sha256: str, member: dict[str, Any]) -> str:
    if sha256 != member["sha256"]:
        raise _ChangedError(member["name"])
    return sha256


def _copied(source: BinaryIO, size: int, target: Path) -> str:
    """Copy the next bytes of a file into another; their SHA-256."""
    digest = hashlib.sha256()
    with target.open("wb") as copy:
        while size and (block := source.read(min(size, _BLOCK))):
            digest.update(block)
            copy.write(block)
            size -= len(block)
    return digest.hexdigest()


def _packed(plan: ShardPlan, entries: Iterator[Entry], bench: Path) -> tuple[KeptFile, KeptFile]:
    """Write a shard and keep it with its index."""
    packed = shard_write(bench / f"{plan.name}.tar", entries)
    index = bytes_keep(index_path(plan.name), _index_json(plan, packed), bench)
    key = store().put_file(packed.path, packed.sha256, packed.size_bytes, hashed=True)
    stored = StoredFile(packed.size_bytes, packed.sha256, packed.blake3)
    return KeptFile(shard_path(plan.name), stored, key), index


def _index_json(plan: ShardPlan, packed: PackedShard) -> bytes:
    document = {
        "shard": f"{plan.name}.tar",
        "size": packed.size_bytes,
        "sha256": packed.sha256,
        "blake3": packed.blake3,
        "keys": [spec.key for spec in plan.samples],
        "members": [asdict(member) for member in packed.members],
    }
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def shard_recall(plan: ShardPlan, tar: KeptFile, index: KeptFile) -> KeptShard | None:
    """A shard kept by an earlier attempt or version, if it is the planned one and still in the store."""
    document = _index_of(tar, index)
    if document is None or document["keys"] != [spec.key for spec in plan.samples]:
        return None
    rows: list[SampleRow] = []
    with store().open(tar.storage_key) as shard:
        for member in document["members"]:
            if member["name"].endswith(_SIDECAR):
                shard.seek(member["offset"])
                rows.append(row_from_json(shard.read(member["size"])))
    return KeptShard((tar, index), tuple(rows))


def _index_of(tar: KeptFile, index: KeptFile) -> dict[str, Any] | None:
    """What the index of a kept shard says, if both are in the store and belong together."""
    blobs = store()
    if not (blobs.exists(tar.storage_key) and blobs.exists(index.storage_key)):
        return None
    with blobs.open(index.storage_key) as source:
        document: dict[str, Any] = json.load(source)
    return document if document["sha256"] == tar.stored.sha256 else None
