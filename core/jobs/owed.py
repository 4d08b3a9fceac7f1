"""Which jobs the rows of the floors above call for: what `manage.py verify` proves and `manage.py jobs` makes good.

A job is written with the change it follows, so none is ever owed while only our code writes to the database. This
finds what a restored backup, a hand in the tables, or a new kind of job in a new release leaves behind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from core.jobs.models import Job, JobState
from core.jobs.registry import kinds_for, registrations
from core.jobs.services import enqueue

Subjects = Callable[[], Iterable[str]]

ALIVE: Final = (JobState.QUEUED, JobState.RUNNING)


@dataclass(frozen=True, slots=True)
class Owed:
    """A kind of job that a subject should have and has not."""

    kind: str
    subject: str


_by_kind: Final[dict[str, Subjects]] = {}
_by_topic: Final[dict[str, Subjects]] = {}


def waits_for(kind: str, subjects: Subjects) -> None:
    """Say which subjects (public ids) cannot go on without a job of this kind that is queued or running."""
    _by_kind[kind] = subjects


def has_heard(topic: str, subjects: Subjects) -> None:
    """Say about which subjects a topic was told: each has a job of every kind it wakes, in whatever state."""
    _by_topic[topic] = subjects


def jobs_owed() -> Iterator[Owed]:
    """Yield what is missing; one query for the jobs of each kind, however many subjects there are."""
    known = {one.kind for one in registrations()}
    for kind in _by_kind:
        if kind in known:
            yield from _waiting(kind)
    for topic, subjects in _by_topic.items():
        heard = list(subjects())
        for kind in kinds_for(topic):
            yield from _missing(kind, heard, Job.objects.filter(kind=kind))


def _waiting(kind: str) -> Iterator[Owed]:
    return _missing(kind, _by_kind[kind](), Job.objects.filter(kind=kind, state__in=ALIVE))


def _missing(kind: str, subjects: Iterable[str], jobs: QuerySet[Job]) -> Iterator[Owed]:
    present = set(jobs.values_list("subject", flat=True).iterator())
    return (Owed(kind, subject) for subject in subjects if subject not in present)


def jobs_catch_up(kind: str | None = None) -> list[Owed]:
    """Ask for every job that is owed, or for those of a kind that something waits for; one that ended although its
    subject still waits begins anew.
    """
    made = list(jobs_owed() if kind is None else _waiting(kind))
    for owed in made:
        with transaction.atomic():
            job = enqueue(kind=owed.kind, subject=owed.subject)
            ended = Job.objects.filter(pk=job.pk).exclude(state__in=ALIVE)
            ended.update(state=JobState.QUEUED, attempt=0, run_after=Now(), rung_at=None, finished_at=None)
    return made
