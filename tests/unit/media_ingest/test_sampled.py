"""The sampled hash, byte for byte as written down for every client."""

from __future__ import annotations

import hashlib
import io

import pytest

from media_ingest.domain.names import FOLDER_LENGTH, display_folder
from media_ingest.domain.sampled import SAMPLE_BYTES, sample_spans, sampled_sha256

MIB = 1 << 20


@pytest.mark.parametrize("size", [0, 1, MIB, 3 * MIB])
def test_a_small_file_counts_whole(size: int) -> None:
    content = bytes(index % 251 for index in range(size))
    assert sampled_sha256(io.BytesIO(content), size) == hashlib.sha256(content + size.to_bytes(8, "big")).hexdigest()


@pytest.mark.parametrize("size", [3 * MIB + 1, 5 * MIB, 8 * MIB + 7])
def test_a_large_file_is_looked_into_three_times(size: int) -> None:
    content = bytes(index * 7 % 253 for index in range(size))
    middle = (size - MIB) // 2
    looks = content[:MIB] + content[middle : middle + MIB] + content[-MIB:] + size.to_bytes(8, "big")
    assert sampled_sha256(io.BytesIO(content), size) == hashlib.sha256(looks).hexdigest()


def test_looks_stay_inside_a_file_of_a_hundred_gigabytes() -> None:
    size = 100 * 10**9
    spans = sample_spans(size)
    assert [length for _, length in spans] == [SAMPLE_BYTES] * 3
    assert spans[0][0] == 0
    assert spans[2][0] + SAMPLE_BYTES == size


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("CARD_A/CLIP", "CARD_A/CLIP"),
        ("\\CARD_A\\CLIP\\", "CARD_A/CLIP"),
        ("../../etc", "etc"),
        ("/./a//b/..", "a/b"),
        ("C:\\x", "C:/x"),
        ("a\nb/\x1b[31m", "a\ufffdb/\ufffd[31m"),
        ("", ""),
    ],
)
def test_a_folder_is_data_and_leads_nowhere_up(told: str, kept: str) -> None:
    """T12: the place on a card never becomes a path of ours, and goes into receipts without a way up."""
    assert display_folder(told) == kept


def test_too_deep_a_folder_loses_its_outermost_parts() -> None:
    deep = display_folder("/".join(f"part-{number:03}" for number in range(200)))
    assert len(deep) <= FOLDER_LENGTH
    assert deep.endswith("part-199")
