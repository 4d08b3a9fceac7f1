"""Reading the ledger: balances are sums of transfers, never stored."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Case, CharField, F, Min, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce

from core.money import Money
from marketplace.ledger.domain import AccountKind, AccountRef, Reason, signed_minor
from marketplace.ledger.models import Account, Transfer

CREATOR_KINDS = (AccountKind.CREATOR_HELD, AccountKind.CREATOR_AVAILABLE)


@dataclass(frozen=True, slots=True)
class CreatorBalance:
    """What a creator has earned and not been paid yet."""

    held: Money
    available: Money


@dataclass(frozen=True, slots=True)
class Unpaid:
    """What a buyer is owed for one licence."""

    licence_ref: str
    buyer_id: UUID
    amount: Money
    credited_at: datetime


def ref_of(account: Account) -> AccountRef:
    """The account as the posting rules name it."""
    return AccountRef(AccountKind(account.kind), account.currency, account.owner_id)


def balances_by_account(account_ids: Iterable[UUID]) -> dict[UUID, tuple[int, int]]:
    """Sum of debits and of credits per account, in minor units."""
    ids = list(account_ids)
    sums: dict[UUID, list[int]] = {key: [0, 0] for key in ids}
    for side, column in ((0, "debit_id"), (1, "credit_id")):
        rows = Transfer.objects.filter(**{f"{column}__in": ids}).values_list(column).annotate(minor=Sum("amount_minor"))
        for key, minor in rows:
            sums[key][side] = minor
    return {key: (debits, credits_) for key, (debits, credits_) in sums.items()}


def account_balance(ref: AccountRef) -> Money:
    """The balance of one account on its normal side; zero when the account does not exist yet."""
    account = Account.objects.filter(kind=ref.kind, currency=ref.currency, owner_id=ref.owner_id).first()
    if account is None:
        return Money.zero(ref.currency)
    debits, credits_ = balances_by_account([account.pk])[account.pk]
    return Money(signed_minor(ref.kind, debits=debits, credits_=credits_), ref.currency)


def creator_balance(organisation_id: UUID, currency: str) -> CreatorBalance:
    """Held and available money of a creator."""
    held, available = (account_balance(AccountRef(kind, currency, organisation_id)) for kind in CREATOR_KINDS)
    return CreatorBalance(held=held, available=available)


def statement_lines(organisation_id: UUID) -> QuerySet[Transfer]:
    """Every movement of a creator's balances; `direction` is `in` (earned), `out` (paid, reversed) or `within`."""
    held = Q(credit__owner_id=organisation_id, credit__kind__in=CREATOR_KINDS)
    taken = Q(debit__owner_id=organisation_id, debit__kind__in=CREATOR_KINDS)
    return (
        Transfer.objects.filter(held | taken)
        .select_related("debit", "credit")
        .annotate(
            direction=Case(
                When(held & taken, then=Value("within")),
                When(held, then=Value("in")),
                default=Value("out"),
                output_field=CharField(),
            ),
        )
    )


def balances_by_order() -> dict[str, dict[AccountKind, int]]:
    """Net of each order's transfers per kind of account, on the kind's normal side, in minor units."""
    nets: dict[str, dict[AccountKind, int]] = defaultdict(lambda: defaultdict(int))
    for column in ("debit", "credit"):
        rows = (
            Transfer.objects.exclude(order_ref="")
            .values_list("order_ref", f"{column}__kind")
            .annotate(minor=Sum("amount_minor"))
        )
        for order_ref, kind, minor in rows:
            debits, credits_ = (minor, 0) if column == "debit" else (0, minor)
            nets[order_ref][AccountKind(kind)] += signed_minor(AccountKind(kind), debits=debits, credits_=credits_)
    return {order_ref: dict(kinds) for order_ref, kinds in nets.items()}


def transfers_of(subject_refs: Iterable[str], reason: Reason) -> dict[str, Transfer]:
    """Transfers of one reason by the licence (or payout) that caused them; reversed ones are left out."""
    found = Transfer.objects.filter(subject_ref__in=list(subject_refs), reason=reason, reversed_by__isnull=True)
    return {transfer.subject_ref: transfer for transfer in found.select_related("debit", "credit")}


def refunds_of(subject_refs: Iterable[str], *kinds: AccountKind) -> dict[str, Money]:
    """What was credited to buyers for these licences, out of some kinds of account only when they are named."""
    return _summed(_refunds(kinds).filter(subject_ref__in=list(subject_refs)))


def refunds_in(order_ref: str, *kinds: AccountKind) -> dict[str, Money]:
    """The same for every licence of one order."""
    return _summed(_refunds(kinds).filter(order_ref=order_ref).exclude(subject_ref=order_ref))


def repaid_in(order_ref: str) -> dict[str, Money]:
    """What was sent to the buyer for each licence of one order."""
    return _summed(_repaid().filter(order_ref=order_ref))


def repaid() -> dict[str, Money]:
    """What was sent to buyers, for every licence."""
    return _summed(_repaid())


def refunds_unpaid() -> list[Unpaid]:
    """What was credited to buyers for a licence and not sent to them yet, the longest credited first."""
    credited = _refunds().exclude(subject_ref=F("order_ref")).exclude(subject_ref__in=_repaid().values("subject_ref"))
    rows = credited.values_list("subject_ref", "credit__owner_id", "currency")
    summed = rows.annotate(minor=Sum("amount_minor"), at=Min("created_at")).order_by("at", "subject_ref")
    return [Unpaid(ref, owner, Money(minor, currency), at) for ref, owner, currency, minor, at in summed]


def balances_of(kind: AccountKind) -> dict[AccountRef, Money]:
    """The balance of every account of one kind."""
    accounts = list(Account.objects.filter(kind=kind))
    sums = balances_by_account(account.pk for account in accounts)
    found = {}
    for account in accounts:
        debits, credits_ = sums[account.pk]
        found[ref_of(account)] = Money(signed_minor(kind, debits=debits, credits_=credits_), account.currency)
    return found


def _repaid() -> QuerySet[Transfer]:
    paid = Transfer.objects.filter(reason=Reason.REFUND_PAID, reversed_by__isnull=True).order_by()
    return paid.exclude(subject_ref=F("order_ref"))


def _refunds(kinds: Sequence[AccountKind] = ()) -> QuerySet[Transfer]:
    found = Transfer.objects.filter(reason=Reason.REFUND_OWED, reversed_by__isnull=True).order_by()
    return found.filter(debit__kind__in=kinds) if kinds else found


def _summed(transfers: QuerySet[Transfer]) -> dict[str, Money]:
    rows = transfers.values_list("subject_ref", "currency").annotate(minor=Sum("amount_minor"))
    return {ref: Money(minor, currency) for ref, currency, minor in rows}


def held_earnings_before(moment: object) -> QuerySet[Any]:
    """Earnings posted before `moment` that are still held: neither released nor reversed, oldest first.

    `left_minor` is what is left of each after refunds; those of which nothing is left are not among them.
    """
    released = Transfer.objects.filter(reason=Reason.EARNING_RELEASED, reversed_by__isnull=True).values("subject_ref")
    back = _refunds().filter(subject_ref=OuterRef("subject_ref"), debit__kind=AccountKind.CREATOR_HELD)
    given = Subquery(back.values("subject_ref").annotate(minor=Sum("amount_minor")).values("minor"))
    return (
        Transfer.objects.filter(reason=Reason.CREATOR_EARNED, created_at__lte=moment, reversed_by__isnull=True)
        .exclude(subject_ref__in=released)
        .annotate(left_minor=F("amount_minor") - Coalesce(given, 0))
        .filter(left_minor__gt=0)
        .select_related("credit")
        .order_by("id")
    )


def mixed_currency_transfers() -> QuerySet[Transfer]:
    """Transfers whose currency is not that of both accounts; the database refuses them, so: none."""
    return Transfer.objects.exclude(Q(debit__currency=F("currency")) & Q(credit__currency=F("currency")))
