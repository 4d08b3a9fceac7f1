"""Jobs of the log."""

from __future__ import annotations

from core.jobs.claim import Claim
from core.jobs.registry import handles
from marketplace.transparency.domain.topics import SEAL
from marketplace.transparency.services.sealing import log_seal


@handles(SEAL)
def seal(_claim: Claim) -> None:
    """Log what waits; the job is settled by its runner."""
    log_seal()
