"""Every leaf can be proven, and nothing else can."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from marketplace.transparency.domain import merkle
from tests.factories.transparency import inclusion

LEAVES = st.lists(st.binary(max_size=12), min_size=1, max_size=40)


@given(LEAVES, st.data())
def test_a_proof_holds_for_its_leaf_and_breaks_with_any_other(leaves: list[bytes], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(leaves) - 1))
    hashes = [merkle.leaf_hash(leaf) for leaf in leaves]
    root = merkle.root(hashes)
    path = inclusion(hashes, index)
    size = len(leaves)
    assert merkle.proof_holds(data=leaves[index], index=index, size=size, path=path, root_hash=root)
    assert not merkle.proof_holds(data=leaves[index] + b"x", index=index, size=size, path=path, root_hash=root)
    assert not merkle.proof_holds(data=leaves[index], index=index, size=size, path=(*path, root), root_hash=root)
    if path:
        assert not merkle.proof_holds(data=leaves[index], index=index, size=size, path=path[:-1], root_hash=root)
