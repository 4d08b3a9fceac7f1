"""Laws of the plan, for any order."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.delivery.domain.plan import SampleSpec, dataset_plan

SPECS = st.lists(
    st.builds(
        SampleSpec,
        key=st.text("abcdefghij_0123456789", min_size=1, max_size=8),
        source_sha256=st.sampled_from(["aa", "bb"]),
        start_ms=st.just(0),
        end_ms=st.just(5_000),
        source_duration_ms=st.just(5_000),
        source_bytes=st.integers(1, 10_000_000),
    ),
    min_size=1,
    max_size=30,
    unique_by=lambda spec: spec.key,
)


@given(SPECS, st.integers(1, 20_000_000), st.randoms(use_true_random=False))
def test_the_same_order_gives_the_same_plan_in_any_sequence(
    specs: list[SampleSpec], shard_bytes: int, shuffler: random.Random
) -> None:
    shuffled = list(specs)
    shuffler.shuffle(shuffled)
    assert dataset_plan(specs, shard_bytes=shard_bytes) == dataset_plan(shuffled, shard_bytes=shard_bytes)


@given(SPECS, st.integers(1, 20_000_000))
def test_every_sample_is_in_exactly_one_shard_and_no_shard_is_empty(specs: list[SampleSpec], shard_bytes: int) -> None:
    plan = dataset_plan(specs, shard_bytes=shard_bytes)
    assert sorted(sample.key for sample in plan.samples) == sorted(spec.key for spec in specs)
    assert all(shard.samples for shard in plan.shards)
    assert [shard.number for shard in plan.shards] == list(range(len(plan.shards)))


@given(SPECS, st.integers(1, 20_000_000), st.data())
def test_leaving_samples_out_moves_no_other_and_keeps_whole_shards_as_they_are(
    specs: list[SampleSpec], shard_bytes: int, data: st.DataObject
) -> None:
    plan = dataset_plan(specs, shard_bytes=shard_bytes)
    keys = [spec.key for spec in specs]
    gone = data.draw(st.sets(st.sampled_from(keys), max_size=len(keys) - 1))
    left = plan.without(gone)
    homes = {sample.key: shard.number for shard in plan.shards for sample in shard.samples}
    assert {sample.key: shard.number for shard in left.shards for sample in shard.samples} == {
        key: number for key, number in homes.items() if key not in gone
    }
    touched = {homes[key] for key in gone}
    whole = {shard.number: shard for shard in plan.shards if shard.number not in touched}
    assert {shard.number: shard for shard in left.shards if shard.number in whole} == whole
    with pytest.raises(ValueError, match="at least one"):
        plan.without(set(keys))
