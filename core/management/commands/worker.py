"""``manage.py worker``: do jobs without a broker, by asking the database."""

from __future__ import annotations

import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import close_old_connections, connection
from typing_extensions import override

from core.jobs.outage import OUTAGE
from core.jobs.registry import kinds_on
from core.jobs.runner import run_due
from core.jobs.stopping import stop_begin
from core.logging import get_logger

log = get_logger(__name__)


class Command(BaseCommand):
    """Poll for due jobs until told to stop; SIGTERM hands back what is not done within seconds."""

    help = "Do jobs without a broker: polls the job table. With a broker, run Celery workers instead."

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare options."""
        parser.add_argument("--queues", default="", help="Only these queues, separated by commas.")
        parser.add_argument("--interval", type=int, default=1, help="Seconds between looks when idle.")
        parser.add_argument("--once", action="store_true", help="Do what is due now, then end.")

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        """Work until stopped."""
        queues = [queue for queue in options["queues"].split(",") if queue]
        kinds = [kind for queue in queues for kind in kinds_on(queue)] if queues else None
        if options["once"]:
            run_due(kinds)
            return
        stop = threading.Event()

        def end(*_: object) -> None:
            stop.set()
            stop_begin()

        signal.signal(signal.SIGTERM, end)
        while not stop.is_set():
            if not _worked(kinds):
                stop.wait(options["interval"])


def _worked(kinds: list[str] | None) -> bool:
    """Do one job; False when there is none, or when the database is away."""
    try:
        close_old_connections()
        return bool(run_due(kinds, limit=1))
    except OUTAGE as error:
        log.warning("worker.database_away", error=type(error).__name__)
        connection.close()
        return False
