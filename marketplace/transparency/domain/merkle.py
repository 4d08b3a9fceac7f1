"""Merkle trees as RFC 6962 and RFC 9162 define them, with SHA-256: roots, growing, inclusion and consistency.

A tree of n leaves is kept as the hashes of its complete subtrees, each named by a ``Place``; every root and every
proof is made of a logarithmic number of them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

_LEAF = b"\x00"
_NODE = b"\x01"


class Place(NamedTuple):
    """A complete subtree: the ``2 ** level`` leaves from ``number << level`` on."""

    level: int
    number: int


Cover = tuple[Place, ...]
"""The complete subtrees that make up one subtree of the standard, from the largest (left) to the smallest."""


def leaf_hash(data: bytes) -> bytes:
    """Hash of one leaf: SHA-256 over 0x00 and the data."""
    return hashlib.sha256(_LEAF + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of an inner node: SHA-256 over 0x01 and both children."""
    return hashlib.sha256(_NODE + left + right).digest()


def folded(hashes: Sequence[bytes]) -> bytes:
    """Hash of a subtree from the hashes of its cover; of no leaves, the hash of no bytes."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    digest = hashes[-1]
    for left in reversed(hashes[:-1]):
        digest = node_hash(left, digest)
    return digest


def cover(start: int, stop: int) -> Cover:
    """Complete subtrees over the leaves ``[start, stop)`` of a subtree that the standard's splits lead to."""
    places = []
    while start < stop:
        level = (stop - start).bit_length() - 1
        places.append(Place(level, start >> level))
        start += 1 << level
    return tuple(places)


@dataclass(frozen=True, slots=True)
class Frontier:
    """All that is needed to grow a tree: its size and the hashes of ``cover(0, size)``."""

    size: int
    hashes: tuple[bytes, ...]

    @property
    def root(self) -> bytes:
        """Root of the tree."""
        return folded(self.hashes)


def grown(frontier: Frontier, leaves: Iterable[bytes]) -> tuple[Frontier, dict[Place, bytes]]:
    """The tree with more leaf hashes at its end, and every subtree that became complete (the leaves among them)."""
    size, stack, made = frontier.size, list(frontier.hashes), {}
    for leaf in leaves:
        level, index, digest = 0, size, leaf
        made[Place(0, index)] = digest
        while index & 1:
            level, index, digest = level + 1, index >> 1, node_hash(stack.pop(), digest)
            made[Place(level, index)] = digest
        stack.append(digest)
        size += 1
    return Frontier(size, tuple(stack)), made


def root(hashes: Iterable[bytes]) -> bytes:
    """Root over leaf hashes (see ``leaf_hash``) in the order given; no leaves have the hash of no bytes."""
    return grown(Frontier(0, ()), hashes)[0].root


def _split(size: int) -> int:
    """Largest power of two smaller than ``size`` (which is at least 2)."""
    return 1 << ((size - 1).bit_length() - 1)


def inclusion_covers(index: int, size: int) -> tuple[Cover, ...]:
    """What the audit path of leaf ``index`` in a tree of ``size`` leaves is made of, from the leaf upwards.

    RFC 6962 section 2.1.1. Raises IndexError when there is no such leaf.
    """
    if not 0 <= index < size:
        raise IndexError(index)
    path: list[Cover] = []
    start, stop = 0, size
    while stop - start > 1:
        middle = start + _split(stop - start)
        if index < middle:
            path.append(cover(middle, stop))
            stop = middle
        else:
            path.append(cover(start, middle))
            start = middle
    return tuple(reversed(path))


def consistency_covers(first: int, second: int) -> tuple[Cover, ...]:
    """What the proof that a tree of ``second`` leaves begins with one of ``first`` is made of (RFC 6962, 2.1.2).

    Empty when nothing is to be proven: an empty tree, or the same size. Raises IndexError when ``first`` is larger.
    """
    if not 0 <= first <= second:
        raise IndexError(first)
    if first == 0:
        return ()
    path: list[Cover] = []
    start, stop = 0, second
    while first != stop:
        middle = start + _split(stop - start)
        if first <= middle:
            path.append(cover(middle, stop))
            stop = middle
        else:
            path.append(cover(start, middle))
            start = middle
    if start:
        path.append(cover(start, stop))
    return tuple(reversed(path))


def proof_holds(*, data: bytes, index: int, size: int, path: Sequence[bytes], root_hash: bytes) -> bool:
    """Whether ``path`` proves that ``data`` is leaf ``index`` of the tree of ``size`` leaves with this root.

    The walk is the one of RFC 9162 section 2.1.3.2.
    """
    if not 0 <= index < size:
        return False
    position, last = index, size - 1
    computed = leaf_hash(data)
    for step in path:
        if last == 0:
            return False
        if position & 1 or position == last:
            computed = node_hash(step, computed)
            while not position & 1 and position:
                position >>= 1
                last >>= 1
        else:
            computed = node_hash(computed, step)
        position >>= 1
        last >>= 1
    return last == 0 and computed == root_hash


def consistency_holds(*, first: int, second: int, first_root: bytes, second_root: bytes, path: Sequence[bytes]) -> bool:
    """Whether ``path`` proves that the tree of ``second`` leaves begins with the one of ``first`` leaves.

    The walk is the one of RFC 9162 section 2.1.4.2; every tree begins with the empty one.
    """
    if not 0 <= first <= second:
        return False
    if first in {0, second}:
        same = first_root == (folded(()) if first == 0 else second_root)
        return same and not path
    steps = [first_root, *path] if first & (first - 1) == 0 else list(path)
    return bool(steps) and _both_roots(first - 1, second - 1, steps) == (first_root, second_root)


def _both_roots(position: int, last: int, steps: Sequence[bytes]) -> tuple[bytes, bytes] | None:
    """The roots of the old and of the new tree that a consistency proof leads to; None when it does not fit."""
    while position & 1:
        position >>= 1
        last >>= 1
    old = new = steps[0]
    for step in steps[1:]:
        if last == 0:
            return None
        if position & 1 or position == last:
            old, new = node_hash(step, old), node_hash(step, new)
            while not position & 1 and position:
                position >>= 1
                last >>= 1
        else:
            new = node_hash(new, step)
        position >>= 1
        last >>= 1
    return (old, new) if last == 0 else None
