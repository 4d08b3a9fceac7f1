"""What operators see of jobs, and do about them: `manage.py jobs`, and the invariants that name what is stuck."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from core.checks import jobs_alive, jobs_not_owed
from core.clock import now
from core.jobs import owed, registry
from core.jobs.claim import Retryable
from core.jobs.models import Job, JobState
from core.jobs.owed import has_heard, waits_for
from core.jobs.registry import handles, subscribe
from core.jobs.runner import run_due
from core.jobs.services import claim_next, enqueue, publish

pytestmark = pytest.mark.django_db


def _fails(_: object) -> None:
    raise Retryable("the disk is full")


@pytest.fixture(autouse=True)
def _own_registry(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Keep the handlers and rules of these tests out of the real registry."""
    monkeypatch.setattr(registry, "_handlers", {})
    monkeypatch.setattr(registry, "_topics", {})
    monkeypatch.setattr(owed, "_by_kind", {})
    monkeypatch.setattr(owed, "_by_topic", {})
    handles("t.fails", max_attempts=1)(_fails)
    handles("t.work")(lambda _: None)
    return iter(())


def told(*arguments: str) -> str:
    out = io.StringIO()
    call_command("jobs", *arguments, stdout=out)
    return out.getvalue()


def test_operators_see_what_was_given_up_and_why() -> None:
    dead = enqueue(kind="t.fails", subject="a")
    run_due()
    enqueue(kind="t.work", subject="b")
    said = told()
    assert said.startswith("queued 1, running 0, done 0, failed 0, dead 1\n")
    assert f"{dead.public_id}  t.fails:a  dead, attempt 1 of 1: the disk is full" in said
    assert "t.work:b" not in said
    assert "t.work:b  queued, attempt 0 of 6" in told("--state", "queued")
    (line,) = told("--json").splitlines()
    assert json.loads(line)["last_error"] == "the disk is full"


def test_a_job_that_was_given_up_gets_new_attempts() -> None:
    dead = [enqueue(kind="t.fails", subject=subject) for subject in "ab"]
    run_due()
    assert f"{dead[0].public_id} (t.fails:a) is queued" in told("--retry", dead[0].public_id)
    assert set(Job.objects.values_list("subject", "state", "attempt")) == {("a", "queued", 0), ("b", "dead", 1)}
    assert dead[1].public_id in told("--retry-all", "--kind", "t.fails")
    assert not Job.objects.filter(state=JobState.DEAD).exists()
    handles("t.fails")(lambda _: None)
    run_due()
    assert Job.objects.filter(state=JobState.DONE).count() == 2
    Job.objects.all().delete()
    with pytest.raises(CommandError, match="1 of the jobs"):
        told("--retry", dead[0].public_id)


def test_a_job_on_a_lease_that_ended_long_ago_is_named() -> None:
    job = enqueue(kind="t.work", subject="a")
    claim_next(job_id=job.pk)
    assert list(jobs_alive()) == []
    Job.objects.filter(pk=job.pk).update(lease_until=now() - timedelta(seconds=30))
    assert list(jobs_alive()) == [], "a worker may just be about to take it"
    Job.objects.filter(pk=job.pk).update(lease_until=now() - timedelta(seconds=90))
    assert [line.split(" runs")[0] for line in jobs_alive()] == [f"{job.public_id} (t.work:a)"]


def test_a_subject_without_the_job_it_waits_for_is_named_and_helped() -> None:
    subscribe("t.happened", "t.work")
    waits_for("t.fails", lambda: ["s1"])
    waits_for("t.unknown", lambda: ["s1"])
    has_heard("t.happened", lambda: ["s1", "s2"])
    publish(topic="t.happened", subject="s1")
    run_due()
    assert list(jobs_not_owed()) == [
        "s1 waits for a job of kind t.fails, and there is none",
        "s2 waits for a job of kind t.work, and there is none",
    ]
    assert told("--catch-up").splitlines() == ["asked for t.fails of s1", "asked for t.work of s2"]
    assert list(jobs_not_owed()) == []
    run_due()
    assert list(jobs_not_owed()) == ["s1 waits for a job of kind t.fails, and there is none"], "it is dead"
    told("--catch-up")
    assert Job.objects.get(kind="t.fails").state == JobState.QUEUED
