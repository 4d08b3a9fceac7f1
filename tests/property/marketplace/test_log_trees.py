"""The log's trees: every proof holds, none holds for anything else, and all of them cost a logarithm."""

from __future__ import annotations

import hashlib
import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.transparency.domain import merkle, sparse
from tests.factories.transparency import MapInMemory, consistency, inclusion, tree

SIZES = st.integers(0, 70)


def leaves(count: int) -> list[bytes]:
    """Return that many different leaf hashes."""
    return [merkle.leaf_hash(str(number).encode()) for number in range(count)]


def key(number: int) -> bytes:
    """Return a key as the log makes them."""
    return hashlib.sha256(str(number).encode()).digest()


def by_the_book(hashes: list[bytes]) -> bytes:
    """Return the root as section 2.1 of RFC 6962 defines it, by recursion."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    split = 1 << ((len(hashes) - 1).bit_length() - 1)
    return hashlib.sha256(b"\x01" + by_the_book(hashes[:split]) + by_the_book(hashes[split:])).digest()


@given(SIZES, st.lists(st.integers(0, 9), max_size=6))
def test_a_tree_grown_in_any_steps_has_the_root_of_the_book(size: int, steps: list[int]) -> None:
    frontier = merkle.Frontier(0, ())
    hashes = leaves(size)
    for step in [*steps, size]:
        frontier, _ = merkle.grown(frontier, hashes[frontier.size : frontier.size + step])
    assert (frontier.size, frontier.root) == (size, by_the_book(hashes))


@given(st.integers(1, 70), st.data())
def test_every_two_sizes_are_consistent_and_no_other_root_is(second: int, data: st.DataObject) -> None:
    first = data.draw(st.integers(0, second))
    hashes = leaves(second)
    path = consistency(hashes, first, second)
    roots = (by_the_book(hashes[:first]), by_the_book(hashes))

    def holds(first_root: bytes, second_root: bytes, steps: tuple[bytes, ...]) -> bool:
        return merkle.consistency_holds(
            first=first, second=second, first_root=first_root, second_root=second_root, path=steps
        )

    assert holds(*roots, path)
    assert not holds(b"\0" * 32, roots[1], path)
    assert holds(roots[0], b"\0" * 32, path) is (first == 0), "every tree begins with the empty one, and only with it"
    assert not holds(*roots, (*path, path[0] if path else b"\0" * 32))
    for at in range(len(path)):
        assert not holds(*roots, (*path[:at], *path[at + 1 :]))
        assert not holds(*roots, (*path[:at], b"\1" * 32, *path[at + 1 :]))


@given(st.integers(2, 60), st.data())
def test_a_rewritten_past_is_never_consistent(second: int, data: st.DataObject) -> None:
    first = data.draw(st.integers(1, second - 1))
    place = data.draw(st.integers(0, first - 1))
    old, new = leaves(second), leaves(second)
    new[place] = merkle.leaf_hash(b"rewritten")
    assert not merkle.consistency_holds(
        first=first,
        second=second,
        first_root=by_the_book(old[:first]),
        second_root=by_the_book(new),
        path=consistency(new, first, second),
    )


@given(st.dictionaries(st.integers(0, 400), st.integers(0, 99), max_size=60), st.integers(1, 7))
def test_a_map_is_the_same_however_it_was_filled(wanted: dict[int, int], step: int) -> None:
    changes = {key(number): position for number, position in wanted.items()}
    at_once, in_steps = MapInMemory(), MapInMemory()
    at_once.put(changes)
    keys = sorted(changes, reverse=True)
    for start in range(0, len(keys), step):
        in_steps.put({one: changes[one] for one in keys[start : start + step]})
    assert at_once.root == in_steps.root


@given(st.sets(st.integers(0, 200), max_size=50), st.integers(0, 200))
def test_a_key_is_proven_present_or_absent_and_never_the_other(held: set[int], asked: int) -> None:
    kept = MapInMemory()
    kept.put({key(number): number for number in held})
    proof = kept.prove(key(asked))
    assert sparse.held_by(kept.root, key(asked), proof) is (asked in held)
    assert sparse.held_by(hashlib.sha256(b"another").digest(), key(asked), proof) is None


@given(st.sets(st.integers(0, 200), min_size=2, max_size=50), st.data())
def test_a_proof_of_absence_cannot_be_bent_to_hide_a_key(held: set[int], data: st.DataObject) -> None:
    kept = MapInMemory()
    kept.put({key(number): number for number in held})
    hidden = key(data.draw(st.sampled_from(sorted(held))))
    for number in range(201):
        assert sparse.held_by(kept.root, hidden, kept.prove(key(number))) is not False
    honest = kept.prove(hidden)
    for depth in range(len(honest.siblings) + 1):
        assert sparse.held_by(kept.root, hidden, sparse.MapProof(honest.siblings[:depth], None)) is None
    assert honest.leaf is not None
    assert sparse.held_by(kept.root, hidden, replace(honest, leaf=replace(honest.leaf, position=9999))) is None


def test_keys_that_share_many_bits_are_still_told_apart() -> None:
    near = [bytes(31) + bytes([number]) for number in (0, 1, 3)]
    kept = MapInMemory()
    kept.put(dict.fromkeys(near[:2], 1))
    assert len(kept.prove(near[0]).siblings) == 256
    assert sparse.held_by(kept.root, near[0], kept.prove(near[0])) is True
    assert sparse.held_by(kept.root, near[2], kept.prove(near[2])) is False


@pytest.mark.parametrize("size", [10, 1_000, 60_000])
def test_appending_and_proving_cost_a_logarithm_counted_in_nodes(size: int) -> None:
    """Counts, not seconds: nodes made and read for one more entry and for each proof."""
    depth = math.ceil(math.log2(size))
    nodes = tree(leaves(size))
    frontier = merkle.Frontier(size, tuple(nodes[place] for place in merkle.cover(0, size)))
    assert len(frontier.hashes) <= depth + 1
    assert len(merkle.grown(frontier, [merkle.leaf_hash(b"one more")])[1]) <= depth + 1
    assert len(nodes) < 2 * size
    for index in (0, size // 3, size - 1):
        covers = merkle.inclusion_covers(index, size)
        assert len(covers) <= depth
        assert sum(len(one) for one in covers) <= 2 * depth
    for first in (1, size // 3, size - 1):
        covers = merkle.consistency_covers(first, size)
        assert len(covers) <= depth + 1
        assert sum(len(one) for one in covers) <= 2 * depth + 1
    kept, depth = MapInMemory(), math.ceil(math.log2(size + 200))
    kept.put({key(number): number for number in range(size)})
    kept.read = kept.made = 0
    for number in range(200):
        kept.put({key(size + number): number})
    assert kept.read <= 200 * (depth + 3)
    assert kept.made <= 200 * (depth + 5)
    kept.read = 0
    for number in range(200):
        kept.prove(key(size + 1000 + number))
    assert kept.read <= 200 * (depth + 3)


def test_the_path_of_a_leaf_is_also_found_through_its_neighbours() -> None:
    hashes = leaves(13)
    for index in range(13):
        path = inclusion(hashes, index)
        data = str(index).encode()
        assert merkle.proof_holds(data=data, index=index, size=13, path=path, root_hash=by_the_book(hashes))
