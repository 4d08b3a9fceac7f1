"""Workers are killed, frozen and told to end, at moments that the job row shows: everything is done once."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.audit.models import AuditEvent
from core.jobs import registry
from core.jobs.models import Job, JobState
from core.jobs.services import enqueue, job_retry
from marketplace.delivery.domain.states import DatasetState
from marketplace.delivery.domain.topics import BUILD
from marketplace.delivery.models import Certificate, Dataset
from marketplace.orders.models import Order
from media_ingest.domain.states import AssetState
from media_ingest.models import Asset, ProbeReport
from media_ingest.services.progress import PROBE
from tests.chaos import kinds
from tests.chaos.hosts import LEASE_S, SWEEP_S, Shared, alive, hosts, shared_here, state_of
from tests.chaos.proof import done_once, open_jobs, verify, wait_done
from tests.chaos.stories import order_waiting, upload_waiting
from tests.services import Valkey, valkey, wait_until

pytestmark = pytest.mark.django_db(transaction=True)

BACK_WITHIN_S = 60.0
"""Lease, sweep and a new process; the sum is about five seconds on an idle machine."""


@pytest.fixture(autouse=True)
def _kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this process ask for the jobs of fault tests."""
    monkeypatch.setattr(registry, "_handlers", dict(registry._handlers))
    kinds.register()


@pytest.fixture
def broker() -> Iterator[Valkey]:
    """A broker of this test's own."""
    with valkey() as server:
        yield server


@pytest.fixture
def shared(broker: Valkey) -> Shared:
    """This test's database and storage, and its broker."""
    return shared_here(OFFCUT_BROKER_URL=broker.url)


def test_a_pool_process_killed_in_the_middle_is_followed_by_another(tmp_path: Path, shared: Shared) -> None:
    """T22: SIGKILL in the middle of a probe and of a build; the worker itself goes on, and nobody has to help."""
    order = order_waiting()
    asset = upload_waiting()
    moments = f"{PROBE}:reading:0,{BUILD}:transforming:2"
    with hosts(tmp_path, shared, "a", CHAOS_HOLD=moments) as (host,):
        host.consume()
        for kind in (BUILD, PROBE):  # in the order they were asked for
            held = host.wait_held(kind)
            assert Job.objects.get(kind=kind, subject=held.subject).state == JobState.RUNNING
            os.kill(held.pid, signal.SIGKILL)
        wait_done(BUILD, PROBE, within_s=BACK_WITHIN_S)
        tried = Job.objects.filter(subject__in=[one.subject for one in host.held()], kind__in=[BUILD, PROBE])
        assert [(job.state, job.attempt) for job in tried] == [(JobState.DONE, 2)] * 2
        assert not host.over, "the worker never ended"
        wait_done(within_s=60)
    probed_once(asset)
    built_once(order)
    verify()


def test_a_machine_that_loses_power_is_followed_by_another(tmp_path: Path) -> None:
    """T23: everything of one worker ends at once, in the middle of a build; one that shares no disk goes on."""
    order = order_waiting()
    with hosts(tmp_path, shared_here(), "a", "b") as (first, second):
        first.poll(CHAOS_HOLD=f"{BUILD}:transforming:2")
        first.wait_held(BUILD)
        noted = Dataset.objects.get(order=order).files.count()
        assert noted > 0, "a first shard was finished before the power went"
        running = first.kill()
        assert not any(alive(pid) for pid in running)
        second.poll()
        wait_done(BUILD, within_s=60)
        assert Job.objects.get(kind=BUILD).attempt == 2
        wait_done(within_s=60)
    built_once(order)
    verify()


def test_a_job_that_kills_its_workers_is_parked_and_the_others_are_done(tmp_path: Path, shared: Shared) -> None:
    """T29: one of a hundred kills whoever does it; it ends as dead after its attempts, seen by operators."""
    good = [f"good-{number}" for number in range(99)]
    poison = enqueue(kind=kinds.POISON, subject="poison")
    for subject in good:
        enqueue(kind=kinds.WORK, subject=subject)
    with hosts(tmp_path, shared, "a", OFFCUT_JOB_LEASE_S="1") as (host,):
        host.consume(concurrency=2)
        wait_done(kinds.WORK, within_s=60)
        wait_done(kinds.POISON, within_s=180)
        assert not host.over
    poison.refresh_from_db()
    assert (poison.state, poison.attempt) == (JobState.DEAD, poison.max_attempts)
    assert AuditEvent.objects.get(action="job.given_up").subject == poison.public_id
    done_once(*good)
    verify(known=[f"{poison.public_id} (chaos.poison:poison) was given up after 6 attempts"])
    assert job_retry(job_id=poison.pk).state == JobState.QUEUED


@pytest.mark.parametrize("fence", ["on", "off"])
def test_a_worker_frozen_past_its_lease_changes_nothing_when_it_wakes(tmp_path: Path, fence: str) -> None:
    """T30: SIGSTOP longer than the lease, then SIGCONT. The control, without the fence, does the work twice."""
    subjects = ["a", "b"]
    for subject in subjects:
        enqueue(kind=kinds.WORK, subject=subject)
    names = ("zombie-1", "zombie-2", "heir")
    with hosts(tmp_path, shared_here(), *names, CHAOS_FENCE=fence) as (*zombies, heir):
        for zombie in zombies:
            zombie.poll(CHAOS_FREEZE=f"{kinds.WORK}:working:0")
        for zombie in zombies:
            frozen = zombie.wait_held(kinds.WORK)
            wait_until(lambda pid=frozen.pid: state_of(pid) == "T", within_s=10, what="a frozen worker")  # type: ignore[misc]  # bound now
        heir.poll()
        wait_done(kinds.WORK, within_s=BACK_WITHIN_S)
        assert kinds.effects() == dict.fromkeys(subjects, 1)
        for zombie in zombies:
            os.kill(zombie.pid, signal.SIGCONT)
        for zombie in zombies:
            wait_until(
                lambda log=zombie: any(word in log.log for word in ("job.fenced_out", "job.done")),  # type: ignore[misc]  # bound now
                within_s=BACK_WITHIN_S, what="a zombie that is awake",
            )  # fmt: skip
    if fence == "on":
        assert all("job.fenced_out" in zombie.log for zombie in zombies)
        done_once(*subjects)
    else:
        assert sum(kinds.effects().values()) > len(subjects), "a fault test that cannot fail proves nothing"
    verify()


def test_a_worker_told_to_end_hands_its_build_to_another(tmp_path: Path, shared: Shared) -> None:
    """T38: SIGTERM in the middle of a long build; it goes on elsewhere at once, and one dataset comes out."""
    order = order_waiting()
    with hosts(tmp_path, shared, "old", "new", OFFCUT_JOB_LEASE_S="600") as (old, new):
        old.consume(CHAOS_HOLD=f"{BUILD}:transforming:2")
        held = old.wait_held(BUILD)
        noted = set(Dataset.objects.get(order=order).files.values_list("pk", flat=True))
        assert old.stop(within_s=20) == 0, "within the grace of a deployment"
        assert not alive(held.pid)
        job = Job.objects.get(kind=BUILD)
        assert (job.state, job.attempt, job.lease_until) == (JobState.QUEUED, 0, None), "long before its lease ends"
        dataset = Dataset.objects.get(order=order)
        assert (dataset.state, Certificate.objects.count()) == (DatasetState.TRANSFORMING, 0)
        assert set(dataset.files.values_list("pk", flat=True)) == noted, "finished shards stay, nothing half is there"
        new.poll()
        wait_done(BUILD, within_s=60)
        wait_done(within_s=60)
    built_once(order)
    verify()


def probed_once(asset: Asset) -> None:
    """Assert that a file was looked into exactly once."""
    asset.refresh_from_db()
    assert asset.state == AssetState.READY
    assert ProbeReport.objects.filter(asset=asset).count() == 1
    assert AuditEvent.objects.filter(action="asset.probed", subject=asset.public_id).count() == 1


def built_once(order: Order) -> None:
    """Assert that exactly one whole dataset came of an order."""
    dataset = Dataset.objects.get(order=order)
    assert (dataset.state, dataset.reason) == (DatasetState.READY, "")
    assert Certificate.objects.filter(dataset=dataset).count() == 1
    assert AuditEvent.objects.filter(action="dataset.ready", subject=dataset.public_id).count() == 1
    assert open_jobs(BUILD) == []
    assert LEASE_S + SWEEP_S < BACK_WITHIN_S
