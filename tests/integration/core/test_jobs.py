"""Durable jobs: written with the change they follow, done once, fenced, capped."""

from __future__ import annotations

import errno
import threading
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection, transaction
from pytest_django import Settings

from core.audit.models import AuditEvent
from core.clock import now
from core.errors import DomainError
from core.ids import NOT_FOUND
from core.jobs import registry, services, stopping
from core.jobs.claim import Claim, LeaseLost, Retryable
from core.jobs.models import Job, JobState
from core.jobs.registry import handles, subscribe
from core.jobs.runner import run_due, run_job
from core.jobs.services import claim_next, enqueue, job_retry, jobs_ring, publish


@pytest.fixture(autouse=True)
def _own_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the handlers of these tests out of the real registry."""
    monkeypatch.setattr(registry, "_handlers", {})
    monkeypatch.setattr(registry, "_topics", {})


def expire(job: Job) -> None:
    """Let a lease run out as if its worker had vanished."""
    Job.objects.filter(pk=job.pk).update(lease_until=now() - timedelta(seconds=1))


@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_change_leaves_no_job() -> None:
    """T28: the job is written with the change it follows, so it is not there when the change is not."""
    handles("t.work")(lambda _: None)

    def fails() -> None:
        with transaction.atomic():
            enqueue(kind="t.work", subject="a")
            raise NOT_FOUND("after the job was written")

    with pytest.raises(DomainError):
        fails()
    assert not Job.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_asking_twice_is_asking_once() -> None:
    runs: list[str] = []
    handles("t.work")(lambda claim: runs.append(claim.subject))
    first = enqueue(kind="t.work", subject="a")
    assert enqueue(kind="t.work", subject="a").pk == first.pk
    assert run_due() == 1
    assert run_due() == 0
    assert runs == ["a"]


@pytest.mark.django_db(transaction=True)
def test_a_topic_wakes_each_subscriber_once() -> None:
    seen: list[tuple[str, str | int]] = []
    handles("t.left")(lambda claim: seen.append(("left", claim.payload["n"])))
    handles("t.right")(lambda claim: seen.append(("right", claim.payload["n"])))
    subscribe("topic.happened", "t.left")
    subscribe("topic.happened", "t.right")
    subscribe("topic.happened", "t.right")
    publish(topic="topic.happened", subject="x", payload={"n": 1})
    run_due()
    assert sorted(seen) == [("left", 1), ("right", 1)]


@pytest.mark.django_db(transaction=True)
def test_a_worker_whose_lease_has_passed_cannot_settle() -> None:
    """T30: the zombie, stopped longer than its lease, then woken. Fenced out, it changes nothing."""
    handles("t.work")(lambda _: None)
    job = enqueue(kind="t.work", subject="a")
    zombie = claim_next(job_id=job.pk)
    assert zombie is not None
    expire(job)
    heir = claim_next(job_id=job.pk)
    assert heir is not None
    assert heir.attempt == 2
    with pytest.raises(LeaseLost), zombie.settle():
        enqueue(kind="t.work", subject="effect of the zombie")
    with heir.settle():
        enqueue(kind="t.work", subject="effect of the heir")
    assert not Job.objects.filter(subject="effect of the zombie").exists()
    assert Job.objects.filter(subject="effect of the heir").exists()
    assert not zombie.beat()
    assert zombie.lost()


@pytest.mark.django_db(transaction=True)
def test_without_the_fence_the_zombie_would_have_its_effect() -> None:
    """T30: the control: the same story with the token check left out does double work."""
    handles("t.work")(lambda _: None)
    job = enqueue(kind="t.work", subject="a")
    zombie = claim_next(job_id=job.pk)
    expire(job)
    heir = claim_next(job_id=job.pk)
    assert zombie is not None
    assert heir is not None
    effects = []
    for _ in (zombie, heir):
        with transaction.atomic():
            effects.append(Job.objects.filter(pk=job.pk).update(state=JobState.DONE, token=None, lease_until=None))
    assert effects == [1, 1]


@pytest.mark.django_db(transaction=True)
def test_a_poison_job_is_parked_after_its_last_attempt_and_others_go_on() -> None:
    """T29: counted when claimed, a job that kills its workers ends as dead, told in the audit trail."""
    done: list[str] = []
    handles("t.poison", max_attempts=3)(lambda _: None)
    handles("t.good")(lambda claim: done.append(claim.subject))
    poison = enqueue(kind="t.poison", subject="p")
    enqueue(kind="t.good", subject="g")
    for _ in range(3):
        assert claim_next(kinds=["t.poison"]) is not None  # and the worker dies without a word
        expire(poison)
    assert claim_next(kinds=["t.poison"]) is None
    poison.refresh_from_db()
    assert poison.state == JobState.DEAD
    assert poison.attempt == 3
    told = AuditEvent.objects.get(action="job.given_up")
    assert told.subject == poison.public_id
    run_due()
    assert done == ["g"]
    assert job_retry(job_id=poison.pk).state == JobState.QUEUED


@pytest.mark.django_db(transaction=True)
def test_a_retryable_failure_backs_off_and_a_refusal_does_not() -> None:
    def fails(claim: Claim) -> None:
        if claim.subject == "later":
            raise Retryable("the disk is full")
        raise NOT_FOUND("never")

    handles("t.work")(fails)
    later, never = enqueue(kind="t.work", subject="later"), enqueue(kind="t.work", subject="never")
    run_due()
    later.refresh_from_db()
    never.refresh_from_db()
    assert (later.state, later.last_error) == (JobState.QUEUED, "the disk is full")
    assert later.run_after > now()
    assert (never.state, never.attempt) == (JobState.FAILED, 1)


@pytest.mark.django_db(transaction=True)
def test_ten_workers_at_once_do_a_job_once() -> None:
    """T36: the same message delivered ten times concurrently has one effect."""
    runs: list[str] = []
    handles("t.work")(lambda claim: runs.append(claim.subject))
    job = enqueue(kind="t.work", subject="a")
    barrier, outcomes = threading.Barrier(10), list[bool]()

    def work() -> None:
        barrier.wait()
        try:
            outcomes.append(run_job(job.pk))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert runs == ["a"]
    assert sorted(outcomes) == [False] * 9 + [True]


@pytest.mark.django_db(transaction=True)
def test_the_heart_keeps_a_long_job_alive(settings: Settings) -> None:
    beats: list[bool] = []

    def long_work(claim: Claim) -> None:
        before = Job.objects.get(pk=claim.job_id).lease_until
        deadline = threading.Event()
        while not deadline.wait(0.1) and len(beats) < 100:
            lease = Job.objects.get(pk=claim.job_id).lease_until
            beats.append(lease != before)
            if beats[-1]:
                return

    settings.OFFCUT = replace(settings.OFFCUT, job_lease_s=1)
    handles("t.work")(long_work)
    enqueue(kind="t.work", subject=str(uuid4()))
    run_due()
    assert beats[-1]


@pytest.mark.django_db(transaction=True)
def test_a_committed_change_has_one_job_that_is_done_once() -> None:
    """T28: asked for by two transactions and rolled back by a third, it exists once and is done once."""
    runs: list[str] = []
    handles("t.work")(lambda claim: runs.append(claim.subject))
    for fails in (False, True, False):
        with transaction.atomic():
            enqueue(kind="t.work", subject="a")
            transaction.set_rollback(fails)
    assert Job.objects.count() == 1
    run_due()
    assert runs == ["a"]


@pytest.mark.django_db(transaction=True)
def test_a_parked_job_does_not_hide_the_due_ones_behind_it() -> None:
    done: list[str] = []
    handles("t.work", max_attempts=1)(lambda claim: done.append(claim.subject))
    poison = enqueue(kind="t.work", subject="poison")
    assert claim_next(job_id=poison.pk) is not None
    expire(poison)
    enqueue(kind="t.work", subject="good")
    assert run_due() == 1
    assert done == ["good"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("hours", [-2, 2])
def test_no_deadline_of_a_job_is_told_by_a_workers_own_clock(hours: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """T32: a worker whose clock is hours off sets and reads every time by the database's clock."""

    def fails(_: Claim) -> None:
        raise Retryable("later")

    truth = now()
    monkeypatch.setattr(services, "now", lambda: truth + timedelta(hours=hours))
    handles("t.work")(fails)
    delayed = enqueue(kind="t.work", subject="delayed", delay=timedelta(minutes=10))
    assert timedelta(minutes=9) < delayed.run_after - truth < timedelta(minutes=11)
    job = enqueue(kind="t.work", subject="put back")
    run_due()
    job.refresh_from_db()
    assert timedelta() < job.run_after - truth < timedelta(minutes=1)
    Job.objects.filter(pk=job.pk).update(run_after=truth - timedelta(minutes=1), rung_at=truth)
    jobs_ring()
    job.refresh_from_db()
    assert job.rung_at is not None
    assert abs(job.rung_at - truth) < timedelta(minutes=1)


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_ends_gives_its_job_back_uncounted() -> None:
    """T38: told to end, it hands the job in its hands to the next worker at once."""
    seen: list[bool] = []

    def long_work(claim: Claim) -> None:
        if len(seen) == 0:
            seen.append(claim.lost())
            stopping.stop_begin(grace_s=0.0)
            seen.append(claim.lost())
        claim.progress("half", 1, 2)
        with claim.settle():
            enqueue(kind="t.effect", subject=claim.subject)

    handles("t.work", max_attempts=1)(long_work)
    handles("t.effect")(lambda _: None)
    job = enqueue(kind="t.work", subject="a")
    try:
        assert run_job(job.pk)
    finally:
        stopping.stop_forget()
    assert seen == [False, True]
    job.refresh_from_db()
    assert (job.state, job.attempt, job.token) == (JobState.QUEUED, 0, None)
    assert run_job(job.pk)
    assert Job.objects.filter(kind="t.effect").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_disk_that_is_full_for_hours_parks_nothing() -> None:
    """T33: trouble outside does not use up a job's attempts, for about a day; its own failures do."""
    full = OSError(errno.ENOSPC, "No space left on device")

    def fails(claim: Claim) -> None:
        if claim.subject == "crash":
            raise full
        raise Retryable("no room") from (full if claim.subject == "disk" else ValueError("its own"))

    handles("t.work", max_attempts=3)(fails)
    jobs = {subject: enqueue(kind="t.work", subject=subject) for subject in ("disk", "crash", "own")}
    tried = 0
    while Job.objects.filter(state=JobState.QUEUED).exists():
        Job.objects.update(run_after=now() - timedelta(seconds=1))
        tried += run_due()
    states = dict(Job.objects.values_list("subject", "attempt"))
    assert states == {"disk": 30, "crash": 30, "own": 3}
    assert tried == 63
    assert set(Job.objects.values_list("state", flat=True)) == {JobState.DEAD}
    again = job_retry(job_id=jobs["disk"].pk)
    assert (again.state, again.attempt, again.max_attempts) == (JobState.QUEUED, 0, 3)
