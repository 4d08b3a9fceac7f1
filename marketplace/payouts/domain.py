"""The payment provider as we see it: collect and give back once per key, say what became of a key."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

from core.money import Money

TOKEN_DECLINED: Final = "tok_decline"  # noqa: S105 - the test provider's word for a card that is refused
TOKEN_CLOSED: Final = "tok_closed"  # noqa: S105 - its word for a card that pays and is closed before money comes back


class Method(StrEnum):
    """How a buyer pays."""

    TEST = "test"
    """The embedded test provider: no money moves outside this installation."""


@dataclass(frozen=True, slots=True)
class Charge:
    """The provider's answer. Asking again with the same key gives the same answer."""

    key: str
    amount: Money
    captured: bool
    reference: str
    """The provider's own id."""
    decline_code: str
    """Why not, in the provider's words; empty when captured."""


@dataclass(frozen=True, slots=True)
class Returned:
    """The provider's answer to giving back part of a charge. Asking again with the same key gives the same answer."""

    key: str
    amount: Money
    sent: bool
    reference: str
    """The provider's own id."""
    refusal_code: str
    """Why not, in the provider's words; empty when sent."""


class PaymentProvider(Protocol):
    """What an adapter offers. Every call may be repeated and may race; none runs inside a transaction."""

    def charge(self, *, key: str, amount: Money, token: str) -> Charge:
        """Collect the amount at most once for this key."""
        ...

    def find(self, key: str) -> Charge | None:
        """What became of a key; None when the provider never heard of it."""
        ...

    def refund(self, *, key: str, charge_key: str, amount: Money) -> Returned:
        """Give back part of a charge at most once for this key; never more of the charge than is left."""
        ...

    def find_refund(self, *, key: str, charge_key: str) -> Returned | None:
        """What became of giving something back under a key; None when the provider never heard of it."""
        ...
