"""`python -m tests.chaos.seed`: ask for work from a process of its own, whose commits ring the broker it is given.

Arguments: ``work=100``, ``long=5:800`` (each 800 ms), ``poison=1``, ``plain=5`` (ordinary Celery tasks), ``again=10``
(ring ten more times for each long job), ``late=1:9000`` (ordinary tasks acknowledged at their end), ``uploads=3``,
``orders=1`` (paid, not built).
"""

from __future__ import annotations

import sys

import django


def footage(name: str, count: int) -> None:
    """Bring footage in, and sell some."""
    from tests.chaos.stories import order_waiting, upload_waiting  # noqa: PLC0415 - after the app registry

    for number in range(count):
        if name == "orders":
            order_waiting(first=50 + 2 * number)
        else:
            upload_waiting(10 + number)


def seed(name: str, count: int, length_ms: int) -> None:
    """Ask for so many, each in a transaction of its own."""
    from django.db import transaction  # noqa: PLC0415 - after the app registry

    from core.jobs.doorbell import ring_now  # noqa: PLC0415 - after the app registry
    from core.jobs.models import Job  # noqa: PLC0415 - after the app registry
    from core.jobs.services import enqueue  # noqa: PLC0415 - after the app registry
    from tests.chaos import celery_app, kinds  # noqa: PLC0415 - after the app registry

    for number in range(count):
        if name == "plain":
            celery_app.plain.delay(f"plain-{number}")
        elif name == "late":
            celery_app.late.delay(f"late-{number}", length_ms)
        elif name == "again":
            for job in Job.objects.filter(kind=kinds.LONG):
                assert ring_now(job.pk, job.queue)
        else:
            with transaction.atomic():
                enqueue(kind=f"chaos.{name}", subject=f"{name}-{number}", payload={"ms": length_ms})


if __name__ == "__main__":
    django.setup()
    for asked in sys.argv[1:]:
        wanted, _, amount = asked.partition("=")
        how_many, _, milliseconds = amount.partition(":")
        if wanted in {"orders", "uploads"}:
            footage(wanted, int(how_many))
        else:
            seed(wanted, int(how_many), int(milliseconds or 0))
