"""Is the log what its heads say? Replays all of it, and never repairs."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from marketplace.transparency.adapters.jws import Jwk
from marketplace.transparency.adapters.notes import head_verify
from marketplace.transparency.domain import merkle, sparse
from marketplace.transparency.domain.checkpoint import CheckpointError
from marketplace.transparency.domain.entry import EntryError, entry_read
from marketplace.transparency.models import LogEntry, LogHead, LogNode
from marketplace.transparency.selectors.trees import frontier_at
from marketplace.transparency.services.keys import public_keys


class _Replay:
    """Both trees, grown again from the entries."""

    def __init__(self) -> None:
        self.frontier = merkle.Frontier(0, ())
        self.map_root = sparse.EMPTY
        self._nodes: dict[bytes, sparse.Node] = {}

    def _fetch(self, digests: Collection[bytes]) -> Mapping[bytes, sparse.Node]:
        return {digest: self._nodes[digest] for digest in digests}

    def add(self, entry: LogEntry) -> None:
        """Take the next entry."""
        data = entry.body.encode("ascii")
        self.frontier, _ = merkle.grown(self.frontier, [merkle.leaf_hash(data)])
        changes = {bytes.fromhex(name): entry.position for name in entry_read(data).about}
        self.map_root, made = sparse.changed(self.map_root, changes, self._fetch)
        self._nodes.update(made)


def log_check() -> Iterator[str]:
    """One sentence for each thing about the log that is not as it must be."""
    replay = _Replay()
    entries = LogEntry.objects.order_by("position").iterator(chunk_size=1000)
    keys = public_keys()
    for head in LogHead.objects.order_by("number").iterator(chunk_size=1000):
        while replay.frontier.size < head.size:
            entry = next(entries, None)
            if entry is None or entry.position != replay.frontier.size:
                yield f"entry {replay.frontier.size} of the log is missing"
                return
            try:
                replay.add(entry)
            except EntryError as error:
                yield f"entry {entry.position} of the log was changed: {error}"
                return
        yield from _head(head, replay, keys)
    if (beyond := next(entries, None)) is not None:
        yield f"entry {beyond.position} of the log lies beyond its newest head"
    yield from _nodes(replay)


def _head(head: LogHead, replay: _Replay, keys: list[Jwk]) -> Iterator[str]:
    said = (head.size, head.root, head.map_root)
    if said != (replay.frontier.size, replay.frontier.root.hex(), replay.map_root.hex()):
        yield f"head {head.number} is not the head of the first {head.size} entries"
    try:
        signed = head_verify(head.text, keys)
    except CheckpointError as error:
        yield f"head {head.number} does not verify: {error}"
        return
    if (signed.size, signed.root.hex(), signed.map_root.hex(), signed.signed_at) != (*said, head.signed_at):
        yield f"head {head.number} says something else in its signed text"


def _nodes(replay: _Replay) -> Iterator[str]:
    expected = sum(replay.frontier.size >> level for level in range(replay.frontier.size.bit_length()))
    if LogNode.objects.count() != expected or frontier_at(replay.frontier.size) != replay.frontier:
        yield "the log's tree is not the tree of its entries"
