"""The sampled hash: the same as the server's, and different where it matters."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from media_ingest.domain.sampled import sampled_sha256
from offcut.sampling import sample_sha256

MIB = 1 << 20


@pytest.mark.parametrize("size", [0, 1, MIB, 3 * MIB, 3 * MIB + 1, 5 * MIB + 3])
def test_client_and_server_compute_the_same(tmp_path: Path, size: int) -> None:
    path = tmp_path / "a.mov"
    path.write_bytes(hashlib.shake_128(b"offcut").digest(size))
    with path.open("rb") as stream:
        assert sample_sha256(path, size) == sampled_sha256(stream, size)


@pytest.mark.parametrize("place", [0, MIB - 1, 3 * MIB, 6 * MIB - 1])
def test_a_changed_sampled_byte_changes_it(tmp_path: Path, place: int) -> None:
    content = bytearray(6 * MIB)
    path = tmp_path / "a.mov"
    path.write_bytes(content)
    before = sample_sha256(path, len(content))
    content[place] = 1
    path.write_bytes(content)
    assert sample_sha256(path, len(content)) != before


def test_the_size_is_part_of_it(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    one.write_bytes(bytes(4 * MIB))
    other.write_bytes(bytes(5 * MIB))
    assert sample_sha256(one, 4 * MIB) != sample_sha256(other, 5 * MIB)
    assert sample_sha256(one, 4 * MIB) == hashlib.sha256(bytes(3 * MIB) + (4 * MIB).to_bytes(8, "big")).hexdigest()
