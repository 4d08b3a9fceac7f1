"""The plan of a dataset depends on what was ordered and on nothing else."""

from __future__ import annotations

from fractions import Fraction

import pytest

from marketplace.delivery.domain.deliverable import length_fits
from marketplace.delivery.domain.plan import SampleSpec, dataset_plan

MIB = 1 << 20


def spec(key: str, *, size: int = MIB, start_ms: int = 0, end_ms: int = 1000, source_ms: int = 1000) -> SampleSpec:
    return SampleSpec(
        key=key,
        source_sha256="ab" * 32,
        start_ms=start_ms,
        end_ms=end_ms,
        source_duration_ms=source_ms,
        source_bytes=size,
    )


def test_samples_are_in_key_order_whatever_order_they_came_in() -> None:
    plan = dataset_plan([spec("c"), spec("a"), spec("b")])
    assert [sample.key for sample in plan.samples] == ["a", "b", "c"]
    assert [shard.name for shard in plan.shards] == ["shard-000000"]


def test_a_shard_is_closed_before_it_grows_past_its_target() -> None:
    plan = dataset_plan([spec(f"k{number}") for number in range(5)], shard_bytes=2 * MIB + 100_000)
    assert [len(shard.samples) for shard in plan.shards] == [2, 2, 1]
    assert [shard.number for shard in plan.shards] == [0, 1, 2]
    assert all(shard.expected_bytes <= 2 * MIB + 100_000 for shard in plan.shards)


def test_a_sample_larger_than_a_shard_gets_one_of_its_own() -> None:
    plan = dataset_plan([spec("a"), spec("b", size=9 * MIB), spec("c")], shard_bytes=2 * MIB)
    assert [[sample.key for sample in shard.samples] for shard in plan.shards] == [["a"], ["b"], ["c"]]


def test_a_stretch_is_expected_to_weigh_its_share() -> None:
    assert spec("a").whole
    assert spec("a").expected_bytes == MIB
    assert not spec("a", end_ms=500).whole
    assert spec("a", end_ms=500).expected_bytes == MIB // 2


@pytest.mark.parametrize(
    "samples",
    [
        [],
        [spec("a"), spec("a")],
        [spec("a.b")],
        [spec("a/b")],
        [spec("")],
        [spec("a", start_ms=5, end_ms=5)],
        [spec("a", end_ms=2000)],
        [spec("a", end_ms=0, source_ms=0)],
        [spec("a", size=0)],
    ],
)
def test_what_no_loader_could_read_is_refused(samples: list[SampleSpec]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        dataset_plan(samples)


@pytest.mark.parametrize(
    ("licensed_ms", "delivered_ms", "fits"),
    [
        (2548, 2548, True),
        (2548, 2515, True),
        (2548, 2500, False),
        (2548, 2635, True),
        (2548, 3048, True),
        (2548, 3049, False),
        (2_400_000, 2_424_000, True),
        (2_400_000, 2_424_001, False),
        (2_400_000, 2_399_900, False),
    ],
)
def test_a_sample_may_lack_one_frame_or_show_what_an_edit_list_hid(
    licensed_ms: int, delivered_ms: int, *, fits: bool
) -> None:
    rate = Fraction(30)
    assert length_fits(licensed_ms=licensed_ms, delivered_ms=delivered_ms, frame_rate=rate) is fits
