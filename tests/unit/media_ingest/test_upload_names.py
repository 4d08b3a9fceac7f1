"""Names from outside stay data: nothing hidden, nothing that turns a line around, nothing that is a path (T12)."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_ingest.domain.names import NAME_LENGTH, display_name, display_text

HOSTILE = {
    "-i": "-i",
    "%03d.mov": "%03d.mov",
    "concat:a.mov|b.mov": "concat:a.mov|b.mov",
    "file:///etc/passwd": "passwd",
    "../../../../etc/passwd": "passwd",
    "..\\..\\windows\\win.ini": "win.ini",
    "/dev/stdin": "stdin",
    "http://169.254.169.254/latest": "latest",
    "a\nb.mov": "a\ufffdb.mov",
    "a\r\nSet-Cookie: x=1.mov": "a\ufffd\ufffdSet-Cookie: x=1.mov",
    "a\x00b.mov": "a\ufffdb.mov",
    "\x1b[31mred.mov": "\ufffd[31mred.mov",
    "\x9b31mred.mov": "\ufffd31mred.mov",
    "gpj.\u202evom": "gpj.\ufffdvom",
    "a\u2066b\u2069.mov": "a\ufffdb\ufffd.mov",
    "<script>alert(1)</script>.mov": "script>.mov",
    "=cmd|'calc'!A0.mov": "=cmd|'calc'!A0.mov",
    "'; DROP TABLE media_ingest_asset; --.mov": "'; DROP TABLE media_ingest_asset; --.mov",
    "\ud800lone.mov": "\ufffdlone.mov",
    "Été à la plage 🏖.mov": "Été à la plage 🏖.mov",
}


@pytest.mark.parametrize(("sent", "kept"), HOSTILE.items())
def test_a_hostile_name_is_kept_as_harmless_data(sent: str, kept: str) -> None:
    assert display_name(sent) == kept


@given(st.text(max_size=600))
def test_no_kept_name_holds_a_control_or_direction_character(text: str) -> None:
    name = display_name(text)
    assert len(name) <= NAME_LENGTH
    assert "/" not in name
    for character in name:
        assert unicodedata.category(character) not in {"Cc", "Cs", "Zl", "Zp"}
        assert unicodedata.bidirectional(character) not in {
            "LRE",
            "RLE",
            "LRO",
            "RLO",
            "PDF",
            "LRI",
            "RLI",
            "FSI",
            "PDI",
        }
    assert display_name(name) == name


def test_a_long_name_keeps_its_ending() -> None:
    name = display_name("x" * 400 + ".mov")
    assert len(name) == NAME_LENGTH
    assert name.endswith("….mov")


@pytest.mark.parametrize("nothing", ["", "   ", "///", "\n"])
def test_a_name_of_nothing_is_no_name(nothing: str) -> None:
    assert display_name(nothing) in {"", "\ufffd"}


def test_a_description_keeps_its_lines_and_loses_its_escapes() -> None:
    assert display_text("one\r\ntwo\x1b[0m ", limit=100, lines=True) == "one\ntwo\ufffd[0m"
    assert display_text("one\ntwo", limit=5) == "one\ufffdt"
