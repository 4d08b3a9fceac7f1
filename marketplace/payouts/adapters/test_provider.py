"""The embedded payment provider: deterministic, durable and idempotent by key, like a real one, but no money moves.

Each key is one file that is linked into place once; whoever links first decides, everybody else reads that answer.
What is given back of a charge is numbered behind it: whoever links the next number has read all before it, so that
together they never exceed the charge.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from django.conf import settings

from core.money import Money
from marketplace.payouts.domain import TOKEN_CLOSED, TOKEN_DECLINED, Charge, Returned
from marketplace.payouts.errors import CHARGE_MISMATCH, REFUND_MISMATCH

_DECLINED: Final = "card_declined"
_CLOSED: Final = "card_closed"


class TestProvider:
    """Captures every card but `tok_decline`, and gives back to every card but `tok_closed`."""

    __test__ = False

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def charge(self, *, key: str, amount: Money, token: str) -> Charge:
        """Capture, or decline `tok_decline`; the first answer for a key stands for ever."""
        declined = token == TOKEN_DECLINED
        body = {
            "key": key,
            "minor": amount.minor,
            "currency": amount.currency,
            "captured": not declined,
            "reference": _reference(key),
            "decline_code": _DECLINED if declined else "",
            "closed": token == TOKEN_CLOSED,
        }
        self._link(self._path(key), body)
        kept = self.find(key)
        if kept is None or kept.amount != amount:
            raise CHARGE_MISMATCH(f"{key} was charged {kept and kept.amount}, not {amount}. Nothing was charged now.")
        return kept

    def find(self, key: str) -> Charge | None:
        """The kept answer for a key."""
        try:
            raw = _read(self._path(key))
        except FileNotFoundError:
            return None
        amount = Money(raw["minor"], raw["currency"])
        return Charge(key, amount, raw["captured"], raw["reference"], raw["decline_code"])

    def refund(self, *, key: str, charge_key: str, amount: Money) -> Returned:
        """Give back at most what is left of the charge; the first answer for a key stands for ever."""
        left, number = self._collected(charge_key), 0
        while True:
            number += 1
            path = self._path(charge_key, f".{number}")
            if not path.exists():
                self._link(path, _answer(key, amount, self._refusal(charge_key, amount, left)))
            kept = _returned(_read(path))
            if kept.key == key and kept.amount != amount:
                raise REFUND_MISMATCH(f"{kept.amount} was asked for under {key}, not {amount}. Nothing was sent now.")
            if kept.key == key:
                return kept
            if kept.sent and left is not None:
                left -= kept.amount

    def find_refund(self, *, key: str, charge_key: str) -> Returned | None:
        """The kept answer for a key of something to give back."""
        number = 1
        while (path := self._path(charge_key, f".{number}")).exists():
            kept = _returned(_read(path))
            if kept.key == key:
                return kept
            number += 1
        return None

    def _collected(self, charge_key: str) -> Money | None:
        charge = self.find(charge_key)
        return charge.amount if charge is not None and charge.captured else None

    def _refusal(self, charge_key: str, amount: Money, left: Money | None) -> str:
        if left is None or left.currency != amount.currency:
            return "charge_unknown"
        if left < amount:
            return "more_than_is_left"
        return _CLOSED if _read(self._path(charge_key)).get("closed") else ""

    def _link(self, path: Path, body: Mapping[str, object]) -> None:
        """Put an answer into place, whole and durable, unless there is one."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=self._folder, encoding="utf-8", suffix=".new") as draft:
            json.dump(body, draft)
            draft.flush()
            os.fsync(draft.fileno())
            with contextlib.suppress(FileExistsError):
                os.link(draft.name, path)

    def _path(self, key: str, number: str = "") -> Path:
        return self._folder / f"{hashlib.sha256(key.encode()).hexdigest()}{number}.json"


def _reference(key: str) -> str:
    return f"test_{hashlib.sha256(key.encode()).hexdigest()[:24]}"


def _read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def _answer(key: str, amount: Money, refused: str) -> dict[str, object]:
    return {
        "key": key,
        "minor": amount.minor,
        "currency": amount.currency,
        "sent": not refused,
        "reference": _reference(key),
        "refusal_code": refused,
    }


def _returned(raw: Mapping[str, Any]) -> Returned:
    amount = Money(raw["minor"], raw["currency"])
    return Returned(raw["key"], amount, raw["sent"], raw["reference"], raw["refusal_code"])


def provider() -> TestProvider:
    """The test provider of this installation."""
    return TestProvider(settings.OFFCUT.home / "test_provider")
