"""How far a withdrawal reaches into one licence, and by when: the rungs of the clause WITHDRAWAL with their dates.

The values come from the licence's own frozen terms, never from what the creator's terms say today. A clip that
somebody else's rights took away is not the creator's choice: notice is not owed and the model's output is
suppressed as well, whatever the clause says; what the clause asks beyond that stays asked.

Whoever is shown may take a release back. Where DATA_SUBJECT says that their data is processed by consent, its use ends
with the consent: at once, and no training begins. Where it names another ground, and where a place, a mark or a permit
is concerned, WITHDRAWAL decides as it does for the creator. A release that ends by its own date ends no licence: its
words are that new ones can be granted until then.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from typing import Final

from core.money import Money, share
from marketplace.withdrawals.domain.states import Cause


class Rung(StrEnum):
    """The values of WITHDRAWAL.effects, from least to most."""

    STOP_NEW_SALES = "stop_new_sales"
    STOP_NEW_TRAINING = "stop_new_training"
    SUPPRESS = "suppress"
    RETRAIN = "retrain"


REMINDERS: Final = (timedelta(days=7), timedelta(days=1))
"""How long before the deadline a holder is reminded."""

_MICROSECOND: Final = timedelta(microseconds=1)
_DEFAULTS: Final[Mapping[str, Mapping[str, object]]] = {
    "WITHDRAWAL": {"notice_days": 30, "effects": ("stop_new_sales", "stop_new_training"), "refund": "pro_rata"},
    "RETENTION": {"max_days": 30},
    "DATA_SUBJECT": {"legal_basis": "consent"},
    "DELETION_CERT": {"due_days": 30, "signatory": "officer", "method": "erase", "hash_list": "merkle_root"},
}
"""The creator defaults of the clauses, for terms older than a clause."""

Terms = Mapping[str, Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class Plan:
    """What one holder is told. `delete_by` and `due_at` are None when nothing is asked of the holder."""

    rungs: tuple[Rung, ...]
    notice_days: int
    effective_at: datetime
    delete_by: datetime | None
    due_at: datetime | None
    refund_rule: str
    signatory: str
    method: str
    hash_list: str

    @property
    def asks(self) -> tuple[Rung, ...]:
        """What the holder has to do: all but stopping sales, which is the platform's part."""
        return tuple(rung for rung in self.rungs if rung is not Rung.STOP_NEW_SALES)


def plan_of(*, terms: Terms, cause: Cause, told_at: datetime, licence_ends_at: datetime) -> Plan:
    """The plan for one licence under its frozen terms, from the moment its holder is told.

    The licence's own end comes first when it lies before the end of the notice. Copies are gone `RETENTION.max_days`
    after the licence's end, and the certificate is due `DELETION_CERT.due_days` after that.
    """
    withdrawal, retention, proof = (_clause(terms, code) for code in ("WITHDRAWAL", "RETENTION", "DELETION_CERT"))
    at_least, waits = _whatever(terms, cause)
    asked = {Rung(str(effect)) for effect in _texts(withdrawal["effects"])} | at_least
    notice_days = _days(withdrawal["notice_days"]) if waits else 0
    effective_at = min(told_at + timedelta(days=notice_days), licence_ends_at)
    rungs = tuple(rung for rung in Rung if rung in asked)
    ends = rungs != (Rung.STOP_NEW_SALES,)
    delete_by = effective_at + timedelta(days=_days(retention["max_days"])) if ends else None
    return Plan(
        rungs=rungs,
        notice_days=notice_days,
        effective_at=effective_at,
        delete_by=delete_by,
        due_at=None if delete_by is None else delete_by + timedelta(days=_days(proof["due_days"])),
        refund_rule=str(withdrawal["refund"]) if ends else "none",
        signatory=str(proof["signatory"]),
        method=str(proof["method"]),
        hash_list=str(proof["hash_list"]),
    )


def goes_further(plan: Plan, *, rungs: Collection[str], effective_at: datetime) -> bool:
    """Whether a plan asks more of a holder than an earlier notice did, or ends the licence sooner.

    Plans under the same terms are ordered, a creator's withdrawal, consent lost, a claim: each asks all that the ones
    before it ask.
    """
    return any(rung not in rungs for rung in plan.asks) or (bool(plan.asks) and plan.effective_at < effective_at)


def refund_of(*, rule: str, paid: Money, starts_at: datetime, ends_at: datetime, effective_at: datetime) -> Money:
    """What goes back to the buyer of one clip: nothing, all, or the share of the term that is lost.

    The share is exact in microseconds and rounded once, half to even, to the cent.
    """
    match rule:
        case "full":
            return paid
        case "pro_rata":
            lost = max(timedelta(0), ends_at - max(effective_at, starts_at))
            return share(paid, Fraction(lost // _MICROSECOND, (ends_at - starts_at) // _MICROSECOND))
        case _:
            return Money.zero(paid.currency)


def reminders_due(*, due_at: datetime, at: datetime) -> int:
    """How many reminders should have gone out by a moment."""
    return sum(at >= due_at - before for before in REMINDERS)


def next_look(*, effective_at: datetime, due_at: datetime, at: datetime) -> datetime | None:
    """The next moment at which something happens to an open notice by itself; None after its deadline."""
    moments = (effective_at, *(due_at - before for before in REMINDERS), due_at)
    return min((moment for moment in moments if moment > at), default=None)


def _whatever(terms: Terms, cause: Cause) -> tuple[frozenset[Rung], bool]:
    """What happens whatever WITHDRAWAL says, and whether its notice is waited for."""
    match cause:
        case Cause.CLAIM:
            return frozenset({Rung.STOP_NEW_SALES, Rung.STOP_NEW_TRAINING, Rung.SUPPRESS}), False
        case Cause.CONSENT if _clause(terms, "DATA_SUBJECT")["legal_basis"] == "consent":
            return frozenset({Rung.STOP_NEW_SALES, Rung.STOP_NEW_TRAINING}), False
        case _:
            return frozenset({Rung.STOP_NEW_SALES}), True


def _clause(terms: Terms, code: str) -> Mapping[str, object]:
    return {**_DEFAULTS[code], **terms.get(code, {})}


def _days(value: object) -> int:
    return value if isinstance(value, int) else 0


def _texts(value: object) -> tuple[str, ...]:
    return tuple(str(item) for item in value) if isinstance(value, list | tuple) else ()
