"""Whatever a prober prints, or a file begins with, the answer is facts or a reason: never an exception."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from media_ingest.adapters.guard import sniff
from media_ingest.domain.footage import Footage
from media_ingest.domain.probe import parse
from media_ingest.domain.reasons import Rejection
from tests.unit.media_ingest.test_probe import report

SCALARS = st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=30)
ANYTHING = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=5)
)
RATIOS = st.builds(lambda a, b: f"{a}/{b}", st.integers(0, 2**33), st.integers(0, 2**33))
VALUES = ANYTHING | RATIOS


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in inner:
        found += places(child, (*path, key))
    return found


PLACES = places(report())


@given(ANYTHING)
def test_any_json_is_judged(value: Any) -> None:
    assert isinstance(parse(value, size_bytes=1), Footage | Rejection)


@given(st.lists(st.tuples(st.sampled_from(PLACES), VALUES), min_size=1, max_size=4))
def test_any_damage_to_a_good_report_is_judged_and_what_passes_is_billable(
    damages: list[tuple[tuple[Any, ...], Any]],
) -> None:
    facts = report()
    for path, value in damages:
        place: Any = facts
        try:
            for key in path[:-1]:
                place = place[key]
            place[path[-1]] = value
        except (KeyError, IndexError, TypeError):
            continue
    found = parse(facts, size_bytes=1)
    if isinstance(found, Footage):
        assert found.duration_ms >= 1000
        assert found.width > 0
        assert found.height > 0
        assert 1 <= found.frame_rate <= 1000
        assert found.duration_ms == found.duration_ticks * found.time_base * 1000 // 1


@given(st.binary(max_size=2000))
def test_any_first_bytes_are_judged(head: bytes) -> None:
    assert isinstance(sniff(head), str | Rejection)
