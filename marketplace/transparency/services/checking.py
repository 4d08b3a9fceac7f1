"""Is the log what its heads say? Replays all of it, head by head, and never repairs.

The stored nodes are believed only where their hash is the one asked for, and memory stays flat however long the log is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from itertools import islice

from marketplace.transparency.adapters.jws import Jwk
from marketplace.transparency.adapters.notes import head_verify
from marketplace.transparency.domain import merkle, sparse
from marketplace.transparency.domain.checkpoint import CheckpointError
from marketplace.transparency.domain.entry import EntryError, entry_read
from marketplace.transparency.models import LogEntry, LogHead
from marketplace.transparency.selectors.trees import map_nodes, nodes_at
from marketplace.transparency.services.keys import public_keys

_AT_ONCE = 1000


class _Broken(Exception):
    """The log cannot be replayed further; the message says why."""


def _sound_nodes(digests: Collection[bytes]) -> Mapping[bytes, sparse.Node]:
    nodes = map_nodes(digests)
    for digest in digests:
        if digest not in nodes or nodes[digest].digest != digest:
            raise _Broken(f"the map's node {digest.hex()} is missing or was changed")
    return nodes


class _Replay:
    """Both trees, grown again from the entries."""

    def __init__(self) -> None:
        self.frontier = merkle.Frontier(0, ())
        self.map_root = sparse.EMPTY
        self._entries = LogEntry.objects.order_by("position").iterator(chunk_size=_AT_ONCE)

    def grow_to(self, size: int) -> None:
        """Take the entries up to a head, as it was sealed: the map changes once for all of them."""
        changes: dict[bytes, int] = {}
        while self.frontier.size < size:
            changes.update(self._take(list(islice(self._entries, min(_AT_ONCE, size - self.frontier.size)))))
        self.map_root, _made = sparse.changed(self.map_root, changes, _sound_nodes)

    def _take(self, entries: list[LogEntry]) -> dict[bytes, int]:
        changes: dict[bytes, int] = {}
        start = self.frontier.size
        for position, entry in enumerate(entries, start):
            if entry.position != position:
                break
            try:
                changes.update({bytes.fromhex(name): position for name in entry_read(entry.body.encode()).about})
            except (EntryError, ValueError) as error:
                raise _Broken(f"entry {position} of the log was changed: {error}") from error
        else:
            if entries:
                self._grow(entries)
                return changes
        raise _Broken(f"the log lacks an entry after {start}")

    def _grow(self, entries: list[LogEntry]) -> None:
        leaves = [merkle.leaf_hash(entry.body.encode("ascii")) for entry in entries]
        self.frontier, made = merkle.grown(self.frontier, leaves)
        if nodes_at(made) != made:
            raise _Broken(f"the log's tree is not the tree of its first {self.frontier.size} entries")

    def rest(self) -> LogEntry | None:
        """An entry that no head covers."""
        return next(self._entries, None)


def log_check() -> Iterator[str]:
    """One sentence for each thing about the log that is not as it must be."""
    replay, keys = _Replay(), public_keys()
    try:
        for head in LogHead.objects.order_by("number").iterator(chunk_size=_AT_ONCE):
            replay.grow_to(head.size)
            yield from _head(head, replay, keys)
    except _Broken as broken:
        yield str(broken)
        return
    if (beyond := replay.rest()) is not None:
        yield f"entry {beyond.position} of the log lies beyond its newest head"


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
