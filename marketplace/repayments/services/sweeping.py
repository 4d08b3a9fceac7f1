"""The nightly net under the job that sends: whatever was credited and never sent is asked for again."""

from __future__ import annotations

from core.jobs.owed import jobs_catch_up
from marketplace.repayments.domain.topics import REPAYMENT_SEND


def repayments_sweep() -> int:
    """Ask for a job for each credited refund that none sends, those of before refunds were sent included; how many."""
    return len(jobs_catch_up(REPAYMENT_SEND))
