"""What orders hear about licences from the floors above and beside them, and the jobs that log it."""

from __future__ import annotations

from typing import Final

from marketplace.transparency.domain.entry import LogEvent

HEARD: Final = {
    "marketplace.licence.withdrawn": LogEvent.WITHDRAWN,
    "marketplace.licence.terminated": LogEvent.TERMINATED,
    "marketplace.licence.claimed": LogEvent.CLAIMED,
    "marketplace.licence.cleared": LogEvent.CLEARED,
    "marketplace.deletion.attested": LogEvent.DELETION_ATTESTED,
}
"""Topic → what the log says of it. Subject: the licence, alone or with its cause after a colon; or ``licence`` in the
payload, when the subject is the cause."""


def log_kind(event: LogEvent) -> str:
    """The job that logs an event of a licence."""
    return f"marketplace.licence.log_{event}"
