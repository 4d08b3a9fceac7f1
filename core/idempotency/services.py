"""Do a thing once per key, however often it is asked for."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.db import transaction

from core.accounts.policy import Actor
from core.clock import now
from core.errors import ErrorCode, Kind
from core.idempotency.models import IdempotentRequest

IDEMPOTENCY_MISMATCH = ErrorCode(
    "idempotency_mismatch", Kind.INVALID, "This key was already used for a different request"
)
IDEMPOTENCY_IN_PROGRESS = ErrorCode(
    "idempotency_in_progress", Kind.CONFLICT, "The first request with this key is still running"
)
IDEMPOTENCY_KEY_NEEDED = ErrorCode("idempotency_key_needed", Kind.INVALID, "This request needs an Idempotency-Key")

KEPT_DAYS: Final = 30
KEY_LENGTH: Final = 255
_STALE: Final = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Answer:
    """A response worth remembering: HTTP status and JSON text."""

    status: int
    body: str
    replayed: bool = False


def fingerprint_of(method: str, path: str, body: bytes) -> str:
    """Return the SHA-256 that binds a key to one exact request."""
    return hashlib.sha256(b"\n".join([method.encode(), path.encode(), body])).hexdigest()


def run_once(*, actor: Actor, key: str, fingerprint: str, do: Callable[[], Answer]) -> Answer:
    """Run ``do`` once for this actor and key; the claim, its effects and its answer commit together.

    A second caller waits for the first and gets its answer. A refusal (DomainError) rolls everything
    back and leaves the key free. ``do`` must not do network or storage work: see ``run_durably``.
    """
    _check_key(key)
    with transaction.atomic():
        _insert(actor, key, fingerprint)
        row = IdempotentRequest.objects.select_for_update().get(actor=actor.key, key=key)
        _check_fingerprint(row, fingerprint)
        if row.status:
            return Answer(row.status, row.body, replayed=True)
        answer = do()
        IdempotentRequest.objects.filter(pk=row.pk).update(status=answer.status, body=answer.body)
    return answer


def run_durably(*, actor: Actor, key: str, fingerprint: str, do: Callable[[], Answer]) -> Answer:
    """As ``run_once`` for operations that talk to the outside between two transactions.

    The claim commits first; while it runs, others get ``idempotency_in_progress``. ``do`` must itself be
    safe to repeat, because a crash lets the key be tried again after a minute.
    """
    _check_key(key)
    with transaction.atomic():
        fresh = _insert(actor, key, fingerprint)
        row = IdempotentRequest.objects.select_for_update().get(actor=actor.key, key=key)
        _check_fingerprint(row, fingerprint)
        if row.status:
            return Answer(row.status, row.body, replayed=True)
        if not fresh and now() - row.created_at < _STALE:
            raise IDEMPOTENCY_IN_PROGRESS("Ask again in a moment with the same key; it will not happen twice.")
    try:
        answer = do()
    except BaseException:
        IdempotentRequest.objects.filter(pk=row.pk, status=0).delete()
        raise
    IdempotentRequest.objects.filter(pk=row.pk).update(status=answer.status, body=answer.body)
    return answer


def idempotent_requests_forget() -> int:
    """Drop answers older than the promised time; return how many."""
    limit = now() - timedelta(days=KEPT_DAYS)
    return IdempotentRequest.objects.filter(created_at__lt=limit).delete()[0]


def _insert(actor: Actor, key: str, fingerprint: str) -> bool:
    """Insert the claim unless it exists; PostgreSQL waits here for a concurrent first request."""
    row = IdempotentRequest(actor=actor.key, key=key, fingerprint=fingerprint)
    IdempotentRequest.objects.bulk_create([row], ignore_conflicts=True)
    return IdempotentRequest.objects.filter(pk=row.pk).exists()


def _check_key(key: str) -> None:
    if not key or len(key) > KEY_LENGTH or not key.isprintable():
        raise IDEMPOTENCY_KEY_NEEDED(
            f"Send an Idempotency-Key header of 1 to {KEY_LENGTH} printable characters, new for each new intention."
        )


def _check_fingerprint(row: IdempotentRequest, fingerprint: str) -> None:
    if row.fingerprint != fingerprint:
        raise IDEMPOTENCY_MISMATCH("Use a new key for a new request. Nothing was changed.")
