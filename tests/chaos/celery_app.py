"""The product's Celery app, with the jobs and hooks of fault tests: `celery -A tests.chaos.celery_app worker`."""

from __future__ import annotations

import os

import django
from celery import shared_task

django.setup()

from core.accounts.policy import Actor  # noqa: E402 - after the app registry
from core.audit.services import record  # noqa: E402 - after the app registry
from marketplace.config.celery import app  # noqa: E402 - after the app registry
from tests.chaos import kinds  # noqa: E402 - after the app registry

__all__ = ["app"]

kinds.register()
kinds.hook()
if sweep := os.environ.get("CHAOS_SWEEP_S"):
    app.conf.beat_schedule["reconcile"]["schedule"] = float(sweep)


@shared_task(name=kinds.PLAIN)
def plain(subject: str) -> None:
    """Do the same work as an ordinary Celery task: the message is all there is of it."""
    record(actor=Actor.system(), action=kinds.EFFECT, subject=subject)
