"""Jobs of orders: what happened to a licence goes into the log."""

from __future__ import annotations

from functools import partial

from core.jobs.claim import Claim
from core.jobs.registry import handles
from marketplace.orders.domain.topics import HEARD, log_kind
from marketplace.orders.services.recording import licence_event_record
from marketplace.transparency.domain.entry import LogEvent


def _record(event: LogEvent, claim: Claim) -> None:
    with claim.settle():
        licence = str(claim.payload.get("licence") or "")
        licence_event_record(event=event, subject=claim.subject, licence=licence)


for _event in HEARD.values():  # one kind for each, so that each event of a licence has a job of its own
    handles(log_kind(_event))(partial(_record, _event))
