"""The embedded payment provider: deterministic, durable and idempotent by key, like a real one, but no money moves.

Each key is one file that is linked into place once; whoever links first decides, everybody else reads that answer.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from pathlib import Path

from django.conf import settings

from core.money import Money
from marketplace.payouts.domain import TOKEN_DECLINED, Charge
from marketplace.payouts.errors import CHARGE_MISMATCH


class TestProvider:
    """Captures every card but `tok_decline`."""

    __test__ = False

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def charge(self, *, key: str, amount: Money, token: str) -> Charge:
        """Capture, or decline `tok_decline`; the first answer for a key stands for ever."""
        declined = token == TOKEN_DECLINED
        reference = f"test_{hashlib.sha256(key.encode()).hexdigest()[:24]}"
        answer = Charge(key, amount, not declined, reference, "card_declined" if declined else "")
        kept = self._keep(answer)
        if kept.amount != amount:
            raise CHARGE_MISMATCH(f"{key} was charged {kept.amount}, not {amount}. Nothing was charged now.")
        return kept

    def find(self, key: str) -> Charge | None:
        """The kept answer for a key."""
        try:
            raw = json.loads(self._path(key).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        amount = Money(raw["minor"], raw["currency"])
        return Charge(key, amount, raw["captured"], raw["reference"], raw["decline_code"])

    def _keep(self, answer: Charge) -> Charge:
        self._folder.mkdir(parents=True, exist_ok=True)
        body = {
            "key": answer.key,
            "minor": answer.amount.minor,
            "currency": answer.amount.currency,
            "captured": answer.captured,
            "reference": answer.reference,
            "decline_code": answer.decline_code,
        }
        with tempfile.NamedTemporaryFile("w", dir=self._folder, encoding="utf-8", suffix=".new") as draft:
            json.dump(body, draft)
            draft.flush()
            os.fsync(draft.fileno())
            with contextlib.suppress(FileExistsError):
                os.link(draft.name, self._path(answer.key))
        kept = self.find(answer.key)
        return kept if kept is not None else answer

    def _path(self, key: str) -> Path:
        return self._folder / f"{hashlib.sha256(key.encode()).hexdigest()}.json"


def provider() -> TestProvider:
    """The test provider of this installation."""
    return TestProvider(settings.OFFCUT.home / "test_provider")
