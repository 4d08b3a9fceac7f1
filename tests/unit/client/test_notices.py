"""What `offcut notices show` says of a refund."""

from __future__ import annotations

import pytest

from offcut.commands_notices import refund_text
from offcut.models import Money
from offcut.models_changes import Notice

SENT = "2026-11-22T14:02:11Z"


@pytest.mark.parametrize(
    ("stage", "sent_at", "english", "french"),
    [
        ("promised", None, "when the licence ends", "à la fin de la licence"),
        ("credited", None, "credited, on its way", "crédité, en route"),
        ("delayed", None, "credited; it could not be sent the way it came", "crédité ; il n’a pas pu repartir"),
        ("sent", SENT, "sent on 2026-11-22", "envoyé le 2026-11-22"),
    ],
)
def test_a_refund_says_how_far_it_is(
    monkeypatch: pytest.MonkeyPatch, stage: str, sent_at: str | None, english: str, french: str
) -> None:
    notice = Notice("ntc_1", refund=Money("40.00", "USD"), refund_stage=stage, refund_sent_at=sent_at)
    for locale, said in (("en_GB.UTF-8", english), ("fr_FR.UTF-8", french)):
        monkeypatch.setenv("LC_ALL", locale)
        assert (refund_text(notice) or "").startswith(f"40.00 USD, {said}")


def test_an_older_server_says_the_amount_and_nothing_back_says_nothing() -> None:
    assert refund_text(Notice("ntc_1", refund=Money("40.00", "USD"))) == "40.00 USD"
    assert refund_text(Notice("ntc_1", refund=Money("0.00", "USD"), refund_stage="none")) is None
    assert refund_text(Notice("ntc_1")) is None
