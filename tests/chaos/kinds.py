"""Jobs that only fault tests know, and the hooks that stop a real worker at a chosen moment.

A worker of a fault test loads this module beside the product. What a job does is one event in the audit trail,
written while it settles: two events for one subject are work done twice, which nothing in the database forbids.

Read from the environment of a worker:
* ``CHAOS_HOLD``: ``kind:stage:after``, separated by commas. The first attempt at such a job, having told of the stage
  more than ``after`` times, notes itself in the home and goes no further until it is killed or told to give back.
* ``CHAOS_FREEZE``: the same, but the whole process stops itself (SIGSTOP), its heart too.
* ``CHAOS_FENCE=off``: tokens are not looked at. The control: what would happen without them.
"""

from __future__ import annotations

import json
import os
import signal
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import models

from core.accounts.policy import Actor
from core.audit.models import AuditEvent
from core.audit.services import record
from core.jobs.claim import Claim
from core.jobs.models import Job
from core.jobs.registry import handles

WORK: Final = "chaos.work"
"""Ends at once."""
LONG: Final = "chaos.long"
"""Takes ``payload['ms']`` milliseconds and tells of its progress meanwhile."""
POISON: Final = "chaos.poison"
"""Kills the process that does it, each time."""
PLAIN: Final = "chaos.plain"
LATE: Final = "chaos.late"
"""Ordinary Celery tasks, for controls: acknowledged when taken, and when done."""
EFFECT: Final = "chaos.effect"
QUEUE: Final = "default"


def register() -> None:
    """Make the kinds known to this process."""
    handles(WORK, queue=QUEUE)(_work)
    handles(LONG, queue=QUEUE)(_long)
    handles(POISON, queue=QUEUE)(_poison)


def effects() -> Counter[str]:
    """How often each subject's effect is in the audit trail."""
    return Counter(AuditEvent.objects.filter(action=EFFECT).values_list("subject", flat=True))


def _settle(claim: Claim) -> None:
    with claim.settle():
        record(actor=Actor.system(), action=EFFECT, subject=claim.subject)


def _work(claim: Claim) -> None:
    claim.progress("working", 0, 1)
    _settle(claim)


def _long(claim: Claim) -> None:
    total, pause = int(claim.payload["ms"]) // 50, threading.Event()
    for done in range(total):
        claim.progress("working", done, total)
        pause.wait(0.05)
    _settle(claim)


def _poison(claim: Claim) -> None:
    claim.progress("working", 0, 1)
    os.kill(os.getpid(), signal.SIGKILL)


def hook() -> None:
    """Change this worker as its environment asks."""
    if os.environ.get("CHAOS_FENCE") == "off":
        setattr(Claim, "_held", _unfenced)  # noqa: B010 - the control: a method of another shape
    _stop_at("CHAOS_HOLD", _hold)
    _stop_at("CHAOS_FREEZE", _freeze)


def _unfenced(claim: Claim) -> models.QuerySet[Job]:
    return Job.objects.filter(pk=claim.job_id)


def _stop_at(variable: str, stop: Callable[[Claim], None]) -> None:
    moments = [entry.split(":") for entry in os.environ.get(variable, "").split(",") if entry]
    tell, told = Claim.progress, Counter[tuple[object, str]]()

    def progress(claim: Claim, stage: str, done: int, total: int) -> None:
        tell(claim, stage, done, total)
        told[claim.job_id, stage] += 1
        here = [claim.kind, stage, str(told[claim.job_id, stage] - 1)]
        if claim.attempt == 1 and here in moments:
            stop(claim)
            tell(claim, stage, done, total)

    if moments:
        setattr(Claim, "progress", progress)  # noqa: B010 - the hook: a method of another shape


def _note(claim: Claim) -> Path:
    """Say which process stands still with which job."""
    place = settings.OFFCUT.home / f"held-{claim.job_id}.json"
    making = place.with_suffix(".new")
    making.write_text(json.dumps({"pid": os.getpid(), "kind": claim.kind, "subject": claim.subject}))
    return making.rename(place)


def _hold(claim: Claim) -> None:
    _note(claim)
    pause = threading.Event()
    while not claim.lost():
        pause.wait(0.05)


def _freeze(claim: Claim) -> None:
    _note(claim)
    os.kill(os.getpid(), signal.SIGSTOP)
