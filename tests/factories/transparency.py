"""Trees in memory: what a log would prove, without a database."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from marketplace.transparency.domain import merkle, sparse
from marketplace.transparency.domain.merkle import Cover, Frontier, Place


def tree(hashes: Sequence[bytes]) -> dict[Place, bytes]:
    """Every complete subtree of a tree."""
    return merkle.grown(Frontier(0, ()), hashes)[1]


def _path(nodes: Mapping[Place, bytes], covers: Sequence[Cover]) -> tuple[bytes, ...]:
    return tuple(merkle.folded([nodes[place] for place in one]) for one in covers)


def inclusion(hashes: Sequence[bytes], index: int) -> tuple[bytes, ...]:
    """The audit path of a leaf."""
    return _path(tree(hashes), merkle.inclusion_covers(index, len(hashes)))


def consistency(hashes: Sequence[bytes], first: int, second: int) -> tuple[bytes, ...]:
    """The proof that the first ``second`` leaves begin with the first ``first``."""
    return _path(tree(hashes[:second]), merkle.consistency_covers(first, second))


class MapInMemory:
    """A map that counts the nodes it is asked for and those it makes."""

    def __init__(self) -> None:
        self.nodes: dict[bytes, sparse.Node] = {}
        self.root = sparse.EMPTY
        self.read = 0
        self.made = 0

    def fetch(self, digests: Collection[bytes]) -> Mapping[bytes, sparse.Node]:
        """Give nodes by their hashes."""
        self.read += len(digests)
        return {digest: self.nodes[digest] for digest in digests}

    def put(self, changes: Mapping[bytes, int]) -> None:
        """Set keys to positions."""
        self.root, made = sparse.changed(self.root, changes, self.fetch)
        self.made += len(made)
        self.nodes.update(made)

    def prove(self, key: bytes) -> sparse.MapProof:
        """Prove that a key is there or is not."""
        return sparse.proof_of(self.root, key, self.fetch)
