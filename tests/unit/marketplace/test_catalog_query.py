"""The buyer's search text."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import DomainError
from licensing.domain.explain import Verdict
from licensing.domain.facts import Genre
from marketplace.catalog.domain.classes import class_ranges
from marketplace.catalog.domain.query import Filters, Orientation, parse_query, with_filters
from marketplace.catalog.domain.titles import UNTITLED, shown_title
from media_ingest.domain.resolution import ResolutionClass, resolution_class


def test_words_and_filters_mix() -> None:
    filters = parse_query("Drone fps:>=59.94 coastline class:2160p,6k audio:yes duration:<=2m fit:fits,ask genre:drone")
    assert filters == Filters(
        words=("drone", "coastline"),
        classes=frozenset({ResolutionClass("2160p"), ResolutionClass("6k")}),
        genres=frozenset({Genre.DRONE}),
        verdicts=frozenset({Verdict.FITS, Verdict.ASK_THE_CREATOR}),
        fps_min=Fraction(5994, 100),
        duration_max_ms=120_000,
        has_audio=True,
    )


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("coast fps:fast", 11),
        ("fps:10s", 5),
        ("speed:10", 1),
        ("a class:huge", 9),
        ("audio:maybe", 7),
        ("duration:>=long", 10),
        ("fit:perhaps", 5),
        (" ".join("abcdefghijklm"), 1),
    ],
)
def test_what_cannot_be_read_says_where(text: str, column: int) -> None:
    with pytest.raises(DomainError) as refused:
        parse_query(text)
    assert (refused.value.code, refused.value.extra["column"]) == ("query_syntax", column)


@given(st.text(max_size=500))
def test_any_text_is_filters_or_a_refusal(text: str) -> None:
    refused = ""
    try:
        parse_query(text)
    except DomainError as error:
        refused = error.code
    assert refused in {"", "query_syntax"}


def test_fields_add_to_the_text_and_limits_win_over_it() -> None:
    filters = with_filters(
        parse_query("orientation:vertical fps:>=24"), orientations=[Orientation.SQUARE], fps_min=Fraction(50)
    )
    assert filters.orientations == {Orientation.VERTICAL, Orientation.SQUARE}
    assert filters.fps_min == 50


@given(st.integers(min_value=1, max_value=9000))
def test_class_ranges_agree_with_the_one_definition(side: int) -> None:
    found = [name for name, (first, end) in class_ranges().items() if first <= side and (end is None or side < end)]
    assert found == [resolution_class(side, side)]


@pytest.mark.parametrize(
    ("title", "name", "shown"),
    [
        ("Cliffs", "DJI_0041.MP4", "Cliffs"),
        ("", "DJI_0041.MP4", "DJI 0041"),
        (" ", "C:\\Users\\Ana\\my-best__rush.v2.mov", "my best rush v2"),
        ("", "/card/ana/rush.mov", "rush"),
        ("", "...", UNTITLED),
    ],
)
def test_a_clip_without_a_title_is_called_after_its_file_but_not_its_folder(title: str, name: str, shown: str) -> None:
    assert shown_title(title, name) == shown
