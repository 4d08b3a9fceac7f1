"""Writing shards: cut the samples, pack them, keep shard and index in the store, and read a kept shard back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

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

    packed = shard_write(bench / f"{plan.name}.tar", entries())
    index = bytes_keep(index_path(plan.name), _index_json(plan, packed), bench)
    key = store().put_file(packed.path, packed.sha256, packed.size_bytes, hashed=True)
    stored = StoredFile(packed.size_bytes, packed.sha256, packed.blake3)
    return KeptShard((KeptFile(shard_path(plan.name), stored, key), index), tuple(rows))


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
    """A shard kept by an earlier attempt, if it is the planned one and still in the store."""
    blobs = store()
    if not (blobs.exists(tar.storage_key) and blobs.exists(index.storage_key)):
        return None
    with blobs.open(index.storage_key) as source:
        document: dict[str, Any] = json.load(source)
    if document["keys"] != [spec.key for spec in plan.samples] or document["sha256"] != tar.stored.sha256:
        return None
    rows: list[SampleRow] = []
    with blobs.open(tar.storage_key) as shard:
        for member in document["members"]:
            if member["name"].endswith(_SIDECAR):
                shard.seek(member["offset"])
                rows.append(row_from_json(shard.read(member["size"])))
    return KeptShard((tar, index), tuple(rows))
