"""What orders do when something happens to a licence, tell the desk below, and always promise."""

from __future__ import annotations

from core.invariants import invariant
from core.jobs.registry import subscribe
from licensing.selectors.queueing import values_from
from marketplace.orders.domain.topics import HEARD, log_kind
from marketplace.orders.selectors.values import open_quote_values
from marketplace.orders.services.recording import licences_unlogged


def register() -> None:
    """Whatever happens to a licence is logged; calling it again changes nothing."""
    for topic, event in HEARD.items():
        subscribe(topic, log_kind(event))
    values_from(open_quote_values)
    invariant("licences: the log tells of each grant and each end")(licences_unlogged)
