"""Reading both trees: each proof asks for a logarithmic number of nodes, by their place or by their hash."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import reduce
from operator import or_

from django.db.models import Q

from marketplace.transparency.domain.merkle import (
    Cover,
    Frontier,
    Place,
    consistency_covers,
    cover,
    folded,
    inclusion_covers,
)
from marketplace.transparency.domain.sparse import Branch, Leaf, Node
from marketplace.transparency.models import LogNode, MapNode

_AT_ONCE = 200


def nodes_at(places: Iterable[Place]) -> dict[Place, bytes]:
    """Hashes of complete subtrees; KeyError's cause when one is missing is a tree shorter than asked for."""
    wanted = sorted(set(places))
    found: dict[Place, bytes] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        some = reduce(or_, (Q(level=place.level, index=place.number) for place in wanted[start : start + _AT_ONCE]))
        rows = LogNode.objects.filter(some).values_list("level", "index", "digest")
        found.update({Place(level, index): bytes.fromhex(digest) for level, index, digest in rows})
    return found


def _folded(covers: Sequence[Cover]) -> list[bytes]:
    nodes = nodes_at(place for one in covers for place in one)
    return [folded([nodes[place] for place in one]) for one in covers]


def frontier_at(size: int) -> Frontier:
    """What is needed to grow the tree that had ``size`` leaves."""
    places = cover(0, size)
    nodes = nodes_at(places)
    return Frontier(size, tuple(nodes[place] for place in places))


def inclusion_paths(indexes: Sequence[int], size: int) -> list[list[bytes]]:
    """The audit paths of several leaves in the tree of ``size`` leaves; shared nodes are read once."""
    covers = [inclusion_covers(index, size) for index in indexes]
    nodes = nodes_at(place for path in covers for one in path for place in one)
    return [[folded([nodes[place] for place in one]) for one in path] for path in covers]


def consistency_path(first: int, second: int) -> list[bytes]:
    """The proof that the tree of ``second`` leaves begins with the one of ``first``."""
    return _folded(consistency_covers(first, second))


def map_nodes(digests: Collection[bytes]) -> Mapping[bytes, Node]:
    """Nodes of the map by their hashes."""
    wanted = sorted({digest.hex() for digest in digests})
    found: dict[bytes, Node] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        for row in MapNode.objects.filter(digest__in=wanted[start : start + _AT_ONCE]):
            found[bytes.fromhex(row.digest)] = _node(row)
    return found


def _node(row: MapNode) -> Node:
    if row.position is None:
        return Branch(bytes.fromhex(row.left), bytes.fromhex(row.right))
    return Leaf(bytes.fromhex(row.key), row.position)
