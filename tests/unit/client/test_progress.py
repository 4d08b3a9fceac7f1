"""What people read of work that takes a while: never a frozen bar, never a false precision."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from offcut.commands_progress import sentence
from offcut.formats import left_range
from offcut.models import Asset, Progress
from offcut.wire import decode

STAGES = ["receive", "probe", "glance", "watch", "derive", "compare", "detect", "done"]
ASSET = Asset("ast_1", "ready", original_name="A001.mov")


def told(**facts: Any) -> str:
    answer = {"stage": "watch", "stages": STAGES, "stage_number": 4, "unit": "media_ms", "done": 61_000,
              "total": 180_000, "life": "working", "attempt": 1, "max_attempts": 6, **facts}  # fmt: skip
    return sentence(ASSET, decode(Progress, answer))


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")


def test_stage_amount_and_a_range_for_the_time_left() -> None:
    assert told(time_left={"low": 40, "high": 90}) == "A001.mov · 4/8 watch · 1:01 / 3:00 · 40 s – 2 min left"
    assert told(time_left=None).endswith("1:01 / 3:00 · measuring…")
    assert "2.00 GB / 4.00 GB" in told(stage="receive", unit="bytes", done=2_000_000_000, total=4_000_000_000)
    assert told(unit="clips", done=3, total=7).endswith("3 / 7 clips · measuring…")


def test_silence_is_said_with_the_time_of_the_next_try() -> None:
    now = datetime.now(UTC)
    retry = now + timedelta(minutes=2)
    text = told(life="silent", heartbeat_at=(now - timedelta(seconds=45)).isoformat(), retry_at=retry.isoformat())
    assert f"No sign of life for 45 s; retrying by itself at {retry.astimezone():%H:%M}." in text


def test_waiting_queued_and_stopped_say_what_happens_next() -> None:
    retry = datetime(2026, 11, 22, 14, 20, tzinfo=UTC)
    text = told(life="waiting", attempt=2, retry_at=retry.isoformat())
    assert text.endswith(f"attempt 2 of 6 failed; the next one begins by itself at {retry.astimezone():%H:%M}")
    assert told(life="queued", queue=None).endswith("watch · queued")
    line = {"ahead": 12, "wait": {"low": 240, "high": 720}}
    assert told(life="queued", queue=line).endswith("queued: 12 ahead, about 4–12 min")
    assert told(life="stopped", what_to_do="Write to us.").endswith("Write to us.")
    assert told(life="stopped", attempt=6).endswith("stopped after 6 attempts")


def test_it_is_french_where_the_locale_is_french(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "fr_FR.UTF-8")
    assert told(time_left=None) == "A001.mov · 4/8 visionnage · 1:01 / 3:00 · mesure en cours…"


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        (40, 50, "50 s"),
        (20, 40, "20–40 s"),
        (1200, 2400, "20–40 min"),
        (50, 600, "50 s – 10 min"),
        (3600, 9000, "1 h 00 – 2 h 30"),
    ],
)
def test_a_range_is_told_only_where_it_is_wide(low: int, high: int, text: str) -> None:
    assert left_range(low, high) == text
