"""Doing a job: claim, run the handler under a beating heart, settle or put back."""

from __future__ import annotations

import errno
from collections.abc import Iterable
from typing import Final
from uuid import UUID

from core.errors import DomainError
from core.jobs.claim import Claim, LeaseLost, Retryable, heart
from core.jobs.outage import database_awaited
from core.jobs.registry import registration_of
from core.jobs.services import claim_next, job_give_back, job_put_back, job_refuse
from core.logging import get_logger, job_context

_OUTSIDE: Final = frozenset(
    {
        *(errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS, errno.ESTALE),
        *(errno.ETIMEDOUT, errno.ECONNREFUSED, errno.ECONNRESET, errno.EHOSTUNREACH, errno.ENETUNREACH),
    }
)
"""What disks and networks say when they, and not the work, are at fault."""

log = get_logger(__name__)


def run_job(job_id: UUID) -> bool:
    """Do one job if it is due; False when another worker has it or it is finished."""
    claim = claim_next(job_id=job_id)
    if claim is None:
        return False
    _work(claim)
    return True


def run_due(kinds: Iterable[str] | None = None, *, limit: int = 10_000) -> int:
    """Do all due jobs in this process, newly published ones included; return how many were tried."""
    wanted = None if kinds is None else list(kinds)
    for count in range(limit):
        claim = claim_next(kinds=wanted)
        if claim is None:
            return count
        _work(claim)
    return limit


def _work(claim: Claim) -> None:
    with job_context(claim.job_id, claim.kind):
        try:
            _attempt(claim)
        except LeaseLost:
            event = "job.given_back" if job_give_back(claim=claim) else "job.fenced_out"
            log.warning(event, kind=claim.kind, subject=claim.subject)


def _attempt(claim: Claim) -> None:
    try:
        with heart(claim):
            registration_of(claim.kind).handler(claim)
        if not claim.settled:
            with claim.settle():
                pass
        log.info("job.done", kind=claim.kind, subject=claim.subject, attempt=claim.attempt)
    except LeaseLost:
        raise
    except DomainError as error:
        log.warning("job.refused", kind=claim.kind, subject=claim.subject, code=error.code)
        job_refuse(claim=claim, error=str(error))
    except Retryable as error:
        state = job_put_back(claim=claim, error=str(error), outside=_is_outside(error.__cause__))
        log.warning("job.put_back", kind=claim.kind, subject=claim.subject, state=str(state), error=str(error))
    except Exception as error:  # the process boundary: whatever a handler did, the job row must say so
        database_awaited()
        told = f"{type(error).__name__}: {error}"
        state = job_put_back(claim=claim, error=told, outside=_is_outside(error))
        log.exception("job.crashed", kind=claim.kind, subject=claim.subject, state=str(state))


def _is_outside(error: BaseException | None) -> bool:
    return isinstance(error, OSError) and error.errno in _OUTSIDE
