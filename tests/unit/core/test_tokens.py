"""The text of API keys."""

from __future__ import annotations

from core.accounts.tokens import digest_of, lookup_of, token_make


def test_a_key_is_found_by_its_public_part_and_stored_only_as_a_hash() -> None:
    made = token_make()
    assert made.text.startswith("oc_live_")
    assert lookup_of(made.text) == made.lookup
    assert made.digest == digest_of(made.text)
    assert made.lookup not in made.digest


def test_a_mistyped_key_fails_its_checksum_before_any_query() -> None:
    text = token_make().text
    for index in range(len(text)):
        other = "A" if text[index] != "A" else "B"
        assert lookup_of(text[:index] + other + text[index + 1 :]) is None


def test_two_keys_differ() -> None:
    assert len({token_make().text for _ in range(100)}) == 100
