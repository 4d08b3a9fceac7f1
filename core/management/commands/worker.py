"""``manage.py worker``: do jobs without a broker, by asking the database."""

from __future__ import annotations

import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from typing_extensions import override

from core.jobs.registry import kinds_on
from core.jobs.runner import run_due


class Command(BaseCommand):
    """Poll for due jobs until told to stop."""

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
        stop = threading.Event()
        signal.signal(signal.SIGTERM, lambda *_: stop.set())
        while not stop.is_set():
            done = run_due(kinds, limit=1 if not options["once"] else 10_000)
            if options["once"]:
                return
            if not done:
                stop.wait(options["interval"])
