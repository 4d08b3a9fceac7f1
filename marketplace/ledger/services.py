"""The only writer of the ledger. Posting is idempotent by journal key and never overdraws a guarded account."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from core.accounts.policy import Actor
from core.ids import NOT_FOUND
from core.money import Money
from marketplace.ledger import selectors
from marketplace.ledger.domain import (
    NEVER_NEGATIVE,
    AccountKind,
    AccountRef,
    Earning,
    Posting,
    Reason,
    lowered,
    overdrawn,
    reversal_posting,
    signed_minor,
)
from marketplace.ledger.errors import INSUFFICIENT_BALANCE, JOURNAL_KEY_REUSED
from marketplace.ledger.models import Account, Transfer


@dataclass(frozen=True, slots=True)
class Finding:
    """One disagreement that a check of the books found."""

    code: str
    subject: str
    detail: str


def transfers_post(*, actor: Actor, postings: Sequence[Posting]) -> list[Transfer]:
    """Post all of these or none; return their transfers in the same order.

    The same journal key with the same content is a no-op; with other content `journal_key_reused`. An account that
    may not be negative and would be: `insufficient_balance`. Accounts that fall are locked in the order of their ids,
    so concurrent posts neither overdraw nor deadlock. The caller has authorised the operation behind it.
    """
    with transaction.atomic():
        return _post(actor, postings, reverses={})


def transfer_reverse(*, actor: Actor, journal_key: str) -> Transfer:
    """Post the exact mirror of a transfer, once. `not_found` when there is none with this key."""
    with transaction.atomic():
        original = Transfer.objects.filter(journal_key=journal_key).select_related("debit", "credit").first()
        if original is None:
            raise NOT_FOUND("There is no transfer with this journal key.")
        posting = reversal_posting(_posting_of(original), transfer_ref=original.public_id)
        return _post(actor, [posting], reverses={posting.journal_key: original.pk})[0]


def accounts_lock(refs: Iterable[AccountRef]) -> None:
    """Lock accounts in the caller's transaction, in the order of their ids; those that do not exist yet are made."""
    _lock([_account(ref) for ref in sorted(set(refs))])


def held_earnings_locked(moment: datetime, at_most: int) -> list[tuple[str, Earning]]:
    """What is left of the oldest earnings posted before a moment that are still held, each with its order.

    Their creators' accounts are locked, and it is read again under the lock: part of an earning may have gone back to
    a buyer meanwhile.
    """
    found = list(selectors.held_earnings_before(moment)[:at_most])
    accounts_lock(selectors.ref_of(transfer.credit) for transfer in found)
    return [
        (row.order_ref, Earning(row.subject_ref, row.credit.owner_id, Money(row.left_minor, row.currency)))
        for row in selectors.held_earnings_before(moment).filter(pk__in=[transfer.pk for transfer in found])
    ]


def ledger_check() -> list[Finding]:
    """What the ledger alone can prove: zero per currency, one currency per transfer, no guarded account below zero."""
    findings = [
        Finding("mixed_currency", transfer.public_id, "the transfer's currency is not that of both accounts")
        for transfer in selectors.mixed_currency_transfers()
    ]
    sums = selectors.balances_by_account(Account.objects.values_list("pk", flat=True))
    totals: dict[str, int] = defaultdict(int)
    for account in Account.objects.order_by("pk"):
        kind = AccountKind(account.kind)
        debits, credits_ = sums[account.pk]
        totals[account.currency] += debits - credits_
        minor = signed_minor(kind, debits=debits, credits_=credits_)
        if minor < 0 and kind in NEVER_NEGATIVE:
            findings.append(Finding("negative_balance", f"{kind} {account.owner_id or ''}".strip(), str(minor)))
    findings += [
        Finding("not_zero", currency, f"debits and credits differ by {minor}")
        for currency, minor in totals.items()
        if minor
    ]
    return findings


def _post(actor: Actor, postings: Sequence[Posting], *, reverses: Mapping[str, UUID]) -> list[Transfer]:
    doubled = [key for key, count in Counter(posting.journal_key for posting in postings).items() if count > 1]
    if doubled:
        raise JOURNAL_KEY_REUSED(f"One batch names {doubled[0]} twice. Nothing was posted.")
    accounts = _accounts_for(postings)
    fallen = [accounts[ref] for ref in lowered(postings)]
    _lock(fallen)
    known = _known(postings, accounts)
    fresh = [posting for posting in postings if posting.journal_key not in known]
    _refuse_overdraft(fresh, accounts)
    rows = [
        Transfer(
            debit=accounts[posting.debit],
            credit=accounts[posting.credit],
            amount_minor=posting.amount.minor,
            currency=posting.amount.currency,
            journal_key=posting.journal_key,
            reason=posting.reason,
            order_ref=posting.order_ref,
            subject_ref=posting.subject_ref,
            reverses_id=reverses.get(posting.journal_key),
            actor_key=actor.key,
        )
        for posting in fresh
    ]
    try:
        with transaction.atomic():
            Transfer.objects.bulk_create(rows, batch_size=500)
    except IntegrityError:
        # Somebody posted one of these keys since we looked; theirs counts, if it says the same.
        known = _known(postings, accounts)
        if len(known) != len(postings):
            raise
    else:
        known |= {row.journal_key: row for row in rows}
    return [known[posting.journal_key] for posting in postings]


def _accounts_for(postings: Sequence[Posting]) -> dict[AccountRef, Account]:
    refs = sorted({ref for posting in postings for ref in (posting.debit, posting.credit)})
    return {ref: _account(ref) for ref in refs}


def _account(ref: AccountRef) -> Account:
    return Account.objects.get_or_create(kind=ref.kind, currency=ref.currency, owner_id=ref.owner_id)[0]


def _lock(accounts: Sequence[Account]) -> None:
    keys = [account.pk for account in accounts]
    list(Account.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk"))


def _known(postings: Sequence[Posting], accounts: Mapping[AccountRef, Account]) -> dict[str, Transfer]:
    found = Transfer.objects.in_bulk([posting.journal_key for posting in postings], field_name="journal_key")
    for posting in postings:
        transfer = found.get(posting.journal_key)
        if transfer is not None and not _same(transfer, posting, accounts):
            raise JOURNAL_KEY_REUSED(
                f"{posting.journal_key} was posted before with other content. Nothing was posted; reverse it first.",
            )
    return found


def _same(transfer: Transfer, posting: Posting, accounts: Mapping[AccountRef, Account]) -> bool:
    return (
        transfer.debit_id == accounts[posting.debit].pk
        and transfer.credit_id == accounts[posting.credit].pk
        and (transfer.amount_minor, transfer.currency) == (posting.amount.minor, posting.amount.currency)
        and transfer.reason == posting.reason
        and (transfer.order_ref, transfer.subject_ref) == (posting.order_ref, posting.subject_ref)
    )


def _refuse_overdraft(postings: Sequence[Posting], accounts: Mapping[AccountRef, Account]) -> None:
    fallen = lowered(postings)
    if not fallen:
        return
    sums = selectors.balances_by_account(accounts[ref].pk for ref in fallen)
    before = {}
    for ref in fallen:
        debits, credits_ = sums[accounts[ref].pk]
        before[ref] = signed_minor(ref.kind, debits=debits, credits_=credits_)
    for ref in overdrawn(before, postings):
        raise INSUFFICIENT_BALANCE(
            f"The account {ref.kind} holds {Money(before[ref], ref.currency)}, less than this would take. "
            "Nothing was posted.",
            account=str(ref.kind),
        )


def _posting_of(transfer: Transfer) -> Posting:
    return Posting(
        transfer.journal_key,
        selectors.ref_of(transfer.debit),
        selectors.ref_of(transfer.credit),
        Money(transfer.amount_minor, transfer.currency),
        Reason(transfer.reason),
        transfer.order_ref,
        transfer.subject_ref,
    )
