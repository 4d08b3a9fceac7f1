"""`python -m tests.chaos.seed`: ask for work from a process of its own, whose commits ring the broker it is given.

Arguments: ``work=100``, ``long=5:800`` (each 800 ms), ``poison=1``, ``plain=5`` (ordinary Celery tasks).
"""

from __future__ import annotations

import sys

import django


def seed(asked: list[str]) -> None:
    """Ask for all of it, each in a transaction of its own."""
    from django.db import transaction  # noqa: PLC0415 - after the app registry

    from core.jobs.services import enqueue  # noqa: PLC0415 - after the app registry
    from tests.chaos import celery_app  # noqa: PLC0415 - after the app registry

    for entry in asked:
        name, _, amount = entry.partition("=")
        count, _, length_ms = amount.partition(":")
        for number in range(int(count)):
            subject = f"{name}-{number}"
            if name == "plain":
                celery_app.plain.delay(subject)
                continue
            with transaction.atomic():
                enqueue(kind=f"chaos.{name}", subject=subject, payload={"ms": int(length_ms or 0)})


if __name__ == "__main__":
    django.setup()
    seed(sys.argv[1:])
