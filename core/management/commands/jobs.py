"""``manage.py jobs``: what waits, runs or was given up, and the operator's way to try again."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Count
from typing_extensions import override

from core.ids import Prefix, parse_public_id
from core.jobs.models import Job, JobState
from core.jobs.owed import jobs_catch_up
from core.jobs.services import job_retry

_STUCK = (JobState.DEAD, JobState.FAILED)


class Command(BaseCommand):
    """Without options: how many jobs are in each state, and those that were given up, with their last error."""

    help = "Count jobs, list them with their last error, and give those that were given up new attempts."

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare options."""
        parser.add_argument("--state", choices=[str(state) for state in JobState], help="List jobs in this state.")
        parser.add_argument("--kind", help="Only jobs of this kind.")
        parser.add_argument("--limit", type=int, default=50, help="Most jobs to list (50), the newest first.")
        parser.add_argument("--json", action="store_true", help="One JSON object a line.")
        parser.add_argument("--retry", metavar="JOB", nargs="+", help="Give these jobs (job_…) new attempts.")
        parser.add_argument("--retry-all", action="store_true", help="Give all dead jobs (of --kind) new attempts.")
        parser.add_argument("--catch-up", action="store_true", help="Ask for every job that a row calls for.")

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        """Do what was asked."""
        jobs = Job.objects.filter(kind=options["kind"]) if options["kind"] else Job.objects.all()
        if options["catch_up"]:
            for owed in jobs_catch_up():
                self.stdout.write(f"asked for {owed.kind} of {owed.subject}")
        elif options["retry"] or options["retry_all"]:
            named = [parse_public_id(Prefix.JOB, text) for text in options["retry"] or []]
            chosen = jobs.filter(state=JobState.DEAD) if options["retry_all"] else jobs.filter(pk__in=named)
            self._retry([job.pk for job in chosen], expected=len(named))
        else:
            self._show(jobs, options)

    def _retry(self, keys: list[Any], *, expected: int) -> None:
        for key in keys:
            job = job_retry(job_id=key)
            self.stdout.write(f"{job.public_id} ({job}) is {job.state}")
        if len(keys) < expected:
            raise CommandError(f"{expected - len(keys)} of the jobs named do not exist.")

    def _show(self, jobs: Any, options: dict[str, Any]) -> None:
        if options["state"] is None and not options["json"]:
            counted = dict(jobs.order_by().values_list("state").annotate(Count("pk")))
            self.stdout.write(", ".join(f"{state} {counted.get(state, 0)}" for state in JobState))
        states = [options["state"]] if options["state"] else list(_STUCK)
        for job in jobs.filter(state__in=states).order_by("-id")[: options["limit"]]:
            self.stdout.write(_line(job, as_json=options["json"]))


def _line(job: Job, *, as_json: bool) -> str:
    if as_json:
        facts = {"id": job.public_id, "kind": job.kind, "subject": job.subject, "state": job.state}
        more = {"attempt": job.attempt, "stage": job.stage, "run_after": job.run_after.isoformat()}
        return json.dumps({**facts, **more, "last_error": job.last_error})
    where = f", {job.stage} {job.progress_done}/{job.progress_total}" if job.stage else ""
    note = f": {job.last_error}" if job.last_error else ""
    return f"{job.public_id}  {job}  {job.state}, attempt {job.attempt} of {job.max_attempts}{where}{note}"
