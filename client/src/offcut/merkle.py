"""Merkle trees (SHA-256) as RFC 6962 and RFC 9162 define them: roots in one pass, and checks of proofs."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence


def leaf_hash(data: bytes) -> bytes:
    """Hash of one leaf: SHA-256(0x00 || data)."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of an inner node: SHA-256(0x01 || left || right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(leaves: Iterable[bytes]) -> bytes:
    """Merkle tree hash of the leaves in the order given (RFC 6962 section 2.1); of no leaves, SHA-256 of nothing."""
    stack: list[tuple[int, bytes]] = []
    for data in leaves:
        height, digest = 0, leaf_hash(data)
        while stack and stack[-1][0] == height:
            digest = node_hash(stack.pop()[1], digest)
            height += 1
        stack.append((height, digest))
    if not stack:
        return hashlib.sha256(b"").digest()
    digest = stack.pop()[1]
    while stack:
        digest = node_hash(stack.pop()[1], digest)
    return digest


def included(data: bytes, index: int, size: int, path: Sequence[bytes], expected: bytes) -> bool:
    """Whether `data` is leaf `index` of the tree of `size` leaves with the root `expected` (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    computed = _walk(index, size - 1, leaf_hash(data), path)
    return computed is not None and computed[1] == expected


def grew(first: int, second: int, roots: tuple[bytes, bytes], path: Sequence[bytes]) -> bool:
    """Whether the tree of `second` leaves begins with the one of `first` leaves (RFC 9162, 2.1.4.2)."""
    if not 0 <= first <= second:
        return False
    if first == 0:
        return not path and roots[0] == hashlib.sha256(b"").digest()
    if first == second:
        return not path and roots[0] == roots[1]
    steps = [roots[0], *path] if first & (first - 1) == 0 else list(path)
    if not steps:
        return False
    position, last = first - 1, second - 1
    while position & 1:
        position, last = position >> 1, last >> 1
    return _walk(position, last, steps[0], steps[1:]) == roots


def _walk(position: int, last: int, start: bytes, path: Sequence[bytes]) -> tuple[bytes, bytes] | None:
    """Climb from a node at `position` of `last` + 1: the root over what lies left of it, and the whole root."""
    old = new = start
    for step in path:
        if last == 0:
            return None
        if position & 1 or position == last:
            old, new = node_hash(step, old), node_hash(step, new)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            new = node_hash(new, step)
        position, last = position >> 1, last >> 1
    return (old, new) if last == 0 else None
