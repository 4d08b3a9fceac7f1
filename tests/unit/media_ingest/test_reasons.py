"""Every refusal tells the creator what is wrong and what to do, in both languages."""

from __future__ import annotations

import pytest

from media_ingest.domain.reasons import WORDINGS, Reason, wording


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_has_words_and_advice(reason: Reason, language: str) -> None:
    said = wording(reason, language)
    assert len(said.text) > 10
    assert len(said.what_to_do) > 10
    assert "_" not in said.text + said.what_to_do


def test_the_two_languages_are_complete_and_differ() -> None:
    assert set(WORDINGS) == {"en", "fr"}
    assert all(WORDINGS["en"][reason] != WORDINGS["fr"][reason] for reason in Reason)


def test_an_unknown_language_reads_english() -> None:
    assert wording(Reason.DAMAGED, "xx") == wording(Reason.DAMAGED, "en")
