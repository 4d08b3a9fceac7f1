"""A sparse Merkle map from 32-byte keys to positions in the log: it proves what it holds and what it does not.

The path to a key is its bits, the first one at the root. A subtree without a key is ``EMPTY``, one with a single key
is that key's leaf, so that a map of n keys is about log2(n) deep. The root decides for every key whether it is there:
a node's hash is one of a leaf, of a branch, or ``EMPTY``, never two of these.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

EMPTY: Final = bytes(32)
KEY_BITS: Final = 256
_LEAF = b"\x02"
_BRANCH = b"\x03"
_POSITION_BYTES = 8


@dataclass(frozen=True, slots=True)
class Leaf:
    """A key and the position of the latest entry about it."""

    key: bytes
    position: int

    @property
    def digest(self) -> bytes:
        """SHA-256 over 0x02, the key and the position in eight bytes, the highest first."""
        return hashlib.sha256(_LEAF + self.key + self.position.to_bytes(_POSITION_BYTES, "big")).digest()


@dataclass(frozen=True, slots=True)
class Branch:
    """Two subtrees: of the keys whose next bit is 0, and of those where it is 1."""

    left: bytes
    right: bytes

    @property
    def digest(self) -> bytes:
        """SHA-256 over 0x03 and both children."""
        return hashlib.sha256(_BRANCH + self.left + self.right).digest()


Node = Leaf | Branch
Fetch = Callable[[Collection[bytes]], Mapping[bytes, Node]]
"""Gives the nodes with these hashes."""
Changes = Mapping[bytes, int]


def bit(key: bytes, depth: int) -> int:
    """Bit of the key that chooses the side below a branch at ``depth``."""
    return key[depth >> 3] >> (7 - (depth & 7)) & 1


def _sides(changes: Changes, depth: int) -> tuple[Changes, Changes]:
    left = {key: position for key, position in changes.items() if not bit(key, depth)}
    return left, {key: position for key, position in changes.items() if key not in left}


def _touched(root: bytes, changes: Changes, fetch: Fetch) -> dict[bytes, Node]:
    """The nodes on the ways to the keys, asked for level by level."""
    known: dict[bytes, Node] = {}
    here, depth = [(root, changes)], 0
    while here:
        known.update(fetch([digest for digest, _ in here if digest != EMPTY]))
        below = []
        for digest, wanted in here:
            node = known.get(digest)
            if isinstance(node, Branch):
                sides = zip((node.left, node.right), _sides(wanted, depth), strict=True)
                below += [(child, side) for child, side in sides if side]
        here, depth = below, depth + 1
    return known


def changed(root: bytes, changes: Changes, fetch: Fetch) -> tuple[bytes, dict[bytes, Node]]:
    """The root after setting keys to positions, and the nodes that are new. Old nodes stay valid for old roots."""
    known = _touched(root, changes, fetch)
    made: dict[bytes, Node] = {}

    def keep(node: Node) -> bytes:
        digest = node.digest
        if digest not in known:
            made[digest] = node
        return digest

    def place(digest: bytes, depth: int, wanted: Changes) -> bytes:
        if not wanted:
            return digest
        node = known.get(digest)
        if isinstance(node, Branch):
            left, right = _sides(wanted, depth)
            return keep(Branch(place(node.left, depth + 1, left), place(node.right, depth + 1, right)))
        return build(depth, {node.key: node.position, **wanted} if isinstance(node, Leaf) else wanted)

    def build(depth: int, wanted: Changes) -> bytes:
        if len(wanted) <= 1:
            return next((keep(Leaf(key, position)) for key, position in wanted.items()), EMPTY)
        left, right = _sides(wanted, depth)
        return keep(Branch(build(depth + 1, left), build(depth + 1, right)))

    return place(root, 0, changes), made


@dataclass(frozen=True, slots=True)
class MapProof:
    """The way from the root to where a key is or would be: the other child at each branch, and what lies at the end."""

    siblings: tuple[bytes, ...]
    leaf: Leaf | None


def proof_of(root: bytes, key: bytes, fetch: Fetch) -> MapProof:
    """Prove that a key is in the map, or that it is not; one node is asked for at each level."""
    siblings: list[bytes] = []
    digest = root
    while digest != EMPTY:
        node = fetch([digest])[digest]
        if isinstance(node, Leaf):
            return MapProof(tuple(siblings), node)
        near, far = (node.right, node.left) if bit(key, len(siblings)) else (node.left, node.right)
        siblings.append(far)
        digest = near
    return MapProof(tuple(siblings), None)


def held_by(root: bytes, key: bytes, proof: MapProof) -> bool | None:
    """True: the proof shows that the key is there; False: that it is not; None: it shows nothing about this root."""
    depth, leaf = len(proof.siblings), proof.leaf
    if depth > KEY_BITS or (leaf is not None and any(bit(leaf.key, at) != bit(key, at) for at in range(depth))):
        return None
    if _climbed(key, EMPTY if leaf is None else leaf.digest, proof.siblings) != root:
        return None
    return leaf is not None and leaf.key == key


def _climbed(key: bytes, digest: bytes, siblings: Sequence[bytes]) -> bytes:
    for depth in range(len(siblings) - 1, -1, -1):
        left, right = (siblings[depth], digest) if bit(key, depth) else (digest, siblings[depth])
        digest = Branch(left, right).digest
    return digest
