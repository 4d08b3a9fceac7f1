"""The streaming Merkle root equals the recursive definition."""

from __future__ import annotations

import pytest

from offcut import merkle
from tests.factories.client import merkle_root


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 5, 7, 8, 9, 31, 32, 33, 100])
def test_the_streamed_root_equals_the_definition(count: int) -> None:
    leaves = [f"leaf {number}".encode() for number in range(count)]
    assert merkle.root(leaves) == merkle_root(leaves)


def test_known_roots_of_rfc_6962_test_data() -> None:
    data = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
    assert (
        merkle.root(map(bytes.fromhex, data)).hex()
        == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"
    )
    assert merkle.root([b""]).hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
