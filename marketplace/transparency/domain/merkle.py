"""Merkle trees as RFC 6962 defines them (section 2.1), with SHA-256: roots and inclusion proofs."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

_LEAF = b"\x00"
_NODE = b"\x01"


def leaf_hash(data: bytes) -> bytes:
    """Hash of one leaf: SHA-256 over 0x00 and the data."""
    return hashlib.sha256(_LEAF + data).digest()


def _node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(_NODE + left + right).digest()


def _split(size: int) -> int:
    """Largest power of two smaller than ``size`` (which is at least 2)."""
    return 1 << ((size - 1).bit_length() - 1)


def _subtree(hashes: Sequence[bytes], start: int, stop: int) -> bytes:
    if stop - start == 1:
        return hashes[start]
    middle = start + _split(stop - start)
    return _node_hash(_subtree(hashes, start, middle), _subtree(hashes, middle, stop))


def root(hashes: Sequence[bytes]) -> bytes:
    """Root over leaf hashes (see ``leaf_hash``) in the order given; no leaves have the hash of no bytes."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    return _subtree(hashes, 0, len(hashes))


def inclusion_proof(hashes: Sequence[bytes], index: int) -> tuple[bytes, ...]:
    """Audit path for the leaf at ``index``, from the leaf upwards (RFC 6962 section 2.1.1).

    Raises IndexError when there is no such leaf.
    """
    if not 0 <= index < len(hashes):
        raise IndexError(index)
    path: list[bytes] = []
    start, stop = 0, len(hashes)
    while stop - start > 1:
        middle = start + _split(stop - start)
        if index < middle:
            path.append(_subtree(hashes, middle, stop))
            stop = middle
        else:
            path.append(_subtree(hashes, start, middle))
            start = middle
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
            computed = _node_hash(step, computed)
            while not position & 1 and position:
                position >>= 1
                last >>= 1
        else:
            computed = _node_hash(computed, step)
        position >>= 1
        last >>= 1
    return last == 0 and computed == root_hash
