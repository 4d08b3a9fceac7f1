"""The product's Celery app, with the jobs and hooks of fault tests: `celery -A tests.chaos.celery_app worker`."""

from __future__ import annotations

import os
import threading

import django
from celery import shared_task

django.setup()

from core.accounts.policy import Actor  # noqa: E402 - after the app registry
from core.audit.services import record  # noqa: E402 - after the app registry
from marketplace.config import celery as product  # noqa: E402 - after the app registry
from tests.chaos import kinds  # noqa: E402 - after the app registry

app = product.app

kinds.register()
kinds.hook()
if sweep := os.environ.get("CHAOS_SWEEP_S"):
    setattr(product, "SWEEP_S", float(sweep))  # noqa: B010 - a constant, except here
if visible := os.environ.get("CHAOS_VISIBLE_S"):
    app.conf.broker_transport_options["visibility_timeout"] = int(visible)
    app.conf.broker_transport_options["unacked_restore_interval"] = 1
    app.conf.broker_transport_options["unacked_restore_throttle"] = 1


@shared_task(name=kinds.PLAIN)
def plain(subject: str) -> None:
    """Do the same work as an ordinary Celery task: the message is all there is of it."""
    record(actor=Actor.system(), action=kinds.EFFECT, subject=subject)


@shared_task(name=kinds.LATE, acks_late=True)
def late(subject: str, length_ms: int) -> None:
    """Do long work as an ordinary Celery task that acknowledges its message at the end."""
    threading.Event().wait(length_ms / 1000)
    record(actor=Actor.system(), action=kinds.EFFECT, subject=subject)
