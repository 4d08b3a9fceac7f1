"""The Celery app. Messages only ring for job rows; losing one costs latency, never work."""

from __future__ import annotations

import os
from typing import Any, Final

from celery import Celery
from celery.bootsteps import StartStopStep
from celery.signals import setup_logging, worker_ready, worker_shutting_down
from django.conf import settings
from typing_extensions import override

from core.jobs.stopping import stop_begin

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.config.settings")

SWEEP_S: Final = 5.0
"""Seconds between two looks for jobs that nobody seems to be doing."""

app = Celery("offcut")
app.conf.update(
    broker_url=settings.OFFCUT.broker_url or None,
    broker_connection_retry_on_startup=True,
    broker_transport_options={
        # Who rings waits this long at most: the job row is written, the bell only saves seconds.
        "socket_timeout": 5,
        "socket_connect_timeout": 2,
        "health_check_interval": 10,
        "max_retries": 1,
        "interval_start": 0,
        "interval_step": 0.1,
        "interval_max": 0.2,
    },
    task_ignore_result=True,
    task_acks_late=False,
    task_default_queue="default",
    task_serializer="json",
    accept_content=["json"],
    worker_prefetch_multiplier=1,
    worker_max_tasks_per_child=200,
    worker_hijack_root_logger=False,
    beat_schedule={"reconcile": {"task": "core.jobs.reconcile", "schedule": SWEEP_S}},
    timezone="UTC",
)
app.autodiscover_tasks(["core.jobs"])


@setup_logging.connect
def keep_our_logging(**_: Any) -> None:
    """Leave logging as the settings made it."""


class Sweeper(StartStopStep):
    """Has every worker look for abandoned jobs, so that this needs no scheduler that could die unseen."""

    requires = ("celery.worker.consumer.tasks:Tasks",)

    @override
    def start(self, parent: Any) -> None:
        """Begin, at each connection to the broker."""
        self.timer = parent.timer.call_repeatedly(SWEEP_S, ask_for_sweep, (parent.app,))

    @override
    def stop(self, parent: Any) -> None:
        """End with the connection."""
        self.timer.cancel()


def ask_for_sweep(asked: Celery) -> None:
    """Send the message; one that nobody takes in time is dropped."""
    asked.send_task("core.jobs.reconcile", retry=False, expires=4 * SWEEP_S, ignore_result=True)


app.steps["consumer"].add(Sweeper)


@worker_ready.connect
def sweep_at_start(sender: Any, **_: Any) -> None:
    """Look for abandoned jobs as soon as a worker starts."""
    with sender.app.connection() as connection:
        sender.app.send_task("core.jobs.reconcile", connection=connection)


@worker_shutting_down.connect
def hand_back_what_is_not_done(**_: Any) -> None:
    """Let jobs in hand go to another worker, instead of being cut off by whoever ends this one."""
    stop_begin()
