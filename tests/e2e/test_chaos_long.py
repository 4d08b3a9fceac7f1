"""The slow faults: long jobs, databases that crash, clocks that lie, disks that refuse. `run.py test --long`."""

from __future__ import annotations

import hashlib
import os
import random
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.audit.models import AuditEvent
from core.jobs import registry
from core.jobs.models import Job, JobState
from marketplace.delivery.models import Certificate, Dataset
from media_ingest.adapters.storage import store
from media_ingest.domain.states import AssetState
from media_ingest.models import Asset, ProbeReport
from tests.chaos import kinds
from tests.chaos.faulty_disk import faulty_disk, other_clock
from tests.chaos.hosts import Host, Shared, descendants, hosts, shared_here
from tests.chaos.postgres import Postgres, postgres_of_its_own
from tests.chaos.proof import done_once, open_jobs, verify, wait_done
from tests.chaos.stories import order_waiting, upload_waiting
from tests.services import valkey, wait_until

pytestmark = [pytest.mark.long, pytest.mark.timeout(1800)]

RESTARTS = 6


@pytest.fixture
def _kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this process ask for the jobs of fault tests."""
    monkeypatch.setattr(registry, "_handlers", dict(registry._handlers))
    kinds.register()


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_kinds")
def test_pool_processes_killed_twenty_times_do_everything_once(tmp_path: Path) -> None:
    """T22: SIGKILL a busy pool process twenty times, whatever it does just then, while footage is read and packed."""
    orders = [order_waiting(first=50 + 2 * number) for number in range(4)]
    assets = [upload_waiting(number) for number in range(10, 22)]
    chance = random.Random(22)
    with valkey() as broker, hosts(tmp_path, shared_here(OFFCUT_BROKER_URL=broker.url), "a") as (host,):
        host.consume(concurrency=2)
        claims = set[object]()
        for _ in range(20):
            wait_until(lambda: _newly_claimed(claims) or not open_jobs(), within_s=90, what="a busy pool", every_s=0.01)
            pool = [pid for pid in descendants(host.pid) if b"celery" in _command(pid)]
            if pool:
                os.kill(chance.choice(pool), signal.SIGKILL)
            assert not host.over
        wait_done(within_s=300)
    for asset in assets:
        asset.refresh_from_db()
        assert asset.state == AssetState.READY
        assert ProbeReport.objects.filter(asset=asset).count() == 1
    for order in orders:
        assert AuditEvent.objects.filter(
            action="dataset.ready", subject=Dataset.objects.get(order=order).public_id
        ).count() == 1  # fmt: skip
    assert Certificate.objects.count() == len(orders)
    verify()


def _newly_claimed(known: set[object]) -> bool:
    """Whether a job was claimed that is not among the ``known`` claims; they are known afterwards."""
    now_held = set(Job.objects.filter(state=JobState.RUNNING).values_list("token", flat=True))
    fresh = now_held - known
    known |= now_held
    return bool(fresh)


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_kinds")
def test_a_job_longer_than_the_brokers_patience_is_done_once(tmp_path: Path) -> None:
    """T24: a job outlives the visibility timeout several times. An ordinary task, the control, runs several times."""
    with valkey() as broker:
        shared = shared_here(OFFCUT_BROKER_URL=broker.url, CHAOS_VISIBLE_S="4")
        with hosts(tmp_path, shared, "web", "a", "b") as (web, first, second):
            first.consume(concurrency=4)
            second.consume(concurrency=4)
            web.python("-m", "tests.chaos.seed", "late=1:15000", "long=1:15000")
            wait_done(kinds.LONG, within_s=60)
            wait_until(lambda: kinds.effects()["late-0"] > 1, within_s=60, what="the control, done again")
    assert kinds.effects()["long-0"] == 1
    verify()


@pytest.fixture
def database() -> Iterator[Postgres]:
    """A PostgreSQL of this test's own."""
    with postgres_of_its_own() as server:
        yield server


def _apart(folder: Path, server: Postgres) -> Shared:
    """What machines share that have nothing to do with this process."""
    linked = {name: folder / "shared" / name for name in ("storage", "keys")}
    secret = hashlib.sha256(str(folder).encode()).hexdigest()
    return Shared({"DATABASE_URL": server.url, "OFFCUT_SECRET_KEY": secret}, linked)


def _done(server: Postgres) -> int:
    return int(server.ask("SELECT count(*) FROM core_job WHERE state = 'done'")[0][0])


def _open(server: Postgres) -> int:
    query = (
        "SELECT count(*) FROM core_job WHERE state IN ('queued', 'running') AND run_after < now() + interval '1 min'"
    )
    return int(server.ask(query)[0][0])


def _all_done_once(server: Postgres, host: Host, *, jobs: int, orders: int) -> None:
    """Assert that nothing was lost and nothing done twice, and that the installation's invariants hold."""
    assert server.ask("SELECT state, count(*) FROM core_job WHERE state IN ('dead', 'failed') GROUP BY 1") == []
    counted = "SELECT count(*), count(DISTINCT subject) FROM core_auditevent WHERE action = '{}'"
    assert server.ask(counted.format(kinds.EFFECT)) == [(jobs, jobs)]
    assert server.ask(counted.format("dataset.ready")) == [(orders, orders)]
    assert server.ask("SELECT count(*) FROM marketplace_certificate") == [(orders,)]
    assert server.ask("SELECT count(*) - count(DISTINCT asset_id) FROM media_ingest_probereport") == [(0,)]
    host.python("manage.py", "verify_ledger")
    host.python("manage.py", "verify")


@pytest.mark.long
def test_a_database_that_crashes_under_load_loses_and_doubles_nothing(tmp_path: Path, database: Postgres) -> None:
    """T31: PostgreSQL is shut down at once six times while three machines work, and machines are killed too."""
    jobs, orders = 300, 3
    names = ("a", "b", "c", "seed")
    with hosts(tmp_path, _apart(tmp_path, database), *names) as (*workers, seeder):
        seeder.python("manage.py", "migrate", "--noinput", "-v0")
        seeder.python("-m", "tests.chaos.seed", f"orders={orders}", "uploads=6", f"long={jobs}:200")
        for worker in workers:
            worker.poll()
        for number in range(RESTARTS):
            enough = _done(database) + 20
            wait_until(lambda least=enough: _done(database) >= least, within_s=120, what="some work")  # type: ignore[misc]  # bound now
            database.end(signal.SIGQUIT)
            if number % 2:
                workers[number // 2].kill()
                workers[number // 2].poll()
            database.start()
        wait_until(lambda: _open(database) == 0, within_s=600, what="the end of all jobs", every_s=0.5)
        assert [worker.home.name for worker in workers if worker.over] == [], "a worker outlives its database"
        _all_done_once(database, seeder, jobs=jobs, orders=orders)


@pytest.mark.long
def test_workers_whose_clocks_are_wrong_lose_and_double_nothing(tmp_path: Path, database: Postgres) -> None:
    """T32: workers two hours ahead and behind, in the hour a summer time ends, and over the end of 32-bit seconds."""
    library, jobs, orders = other_clock(), 200, 2
    clocks = {
        "right": {},
        "ahead": {"FAKETIME": "+2h"},
        "behind": {"FAKETIME": "-2h"},
        "summer": {"FAKETIME": "@2027-10-31 00:59:50", "TZ": "Europe/Paris"},
        "late": {"FAKETIME": "@2038-01-19 03:14:00", "TZ": "UTC"},
    }
    with hosts(tmp_path, _apart(tmp_path, database), *clocks, "seed") as (*workers, seeder):
        seeder.python("manage.py", "migrate", "--noinput", "-v0")
        seeder.python("-m", "tests.chaos.seed", f"orders={orders}", "uploads=4", f"long={jobs}:100")
        for worker, clock in zip(workers, clocks.values(), strict=True):
            more = {"LD_PRELOAD": library, "FAKETIME_DONT_FAKE_MONOTONIC": "1", **clock} if clock else {}
            some = ["--queues", "default,probe,derive"] if "@" in clock.get("FAKETIME", "") else []
            worker.poll(*some, **more)
        for victim in workers[:3]:
            enough = _done(database) + 20
            wait_until(lambda least=enough: _done(database) >= least, within_s=120, what="some work")  # type: ignore[misc]  # bound now
            os.kill(victim.pid, signal.SIGSTOP)
            wait_until(lambda least=enough: _done(database) >= least + 30, within_s=120, what="more work")  # type: ignore[misc]  # bound now
            os.kill(victim.pid, signal.SIGCONT)
        wait_until(lambda: _open(database) == 0, within_s=600, what="the end of all jobs", every_s=0.5)
        late = "SELECT max(heartbeat_at) < now() + interval '1 min' FROM core_job"
        assert database.ask(late) == [(True,)], "leases are told by the database's clock"
        assert "2038-01-19" in workers[-1].log, "the clock of the last one was wrong indeed"
        _all_done_once(database, seeder, jobs=jobs, orders=orders)


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_a_disk_that_refuses_at_random_leaves_no_half_file(tmp_path: Path) -> None:
    """T34: some writes fail with EIO or ENOSPC, some after a part; jobs are tried again and no file is half."""
    library = faulty_disk(tmp_path)
    assets = [upload_waiting(number) for number in range(30, 42)]
    orders = [order_waiting(clips=3, first=50 + 3 * number) for number in range(4)]
    log = tmp_path / "refused"
    with hosts(tmp_path / "machines", shared_here(), "a", "b") as workers:
        for worker in workers:
            faulty = {
                "FAULTY_UNDER": str(worker.home / "scratch"),
                "FAULTY_IN": "200",
                "FAULTY_MOST": "5",
                "FAULTY_LOG": str(log),
            }
            worker.poll(LD_PRELOAD=str(library), **faulty)
        wait_until(lambda: not open_jobs() and not _waiting(), within_s=600, what="the end of all jobs", every_s=0.5)
    refused = log.read_text().split() if log.exists() else []
    assert len(refused) >= 3, "the control: the disk did refuse"
    assert {asset.state for asset in Asset.objects.filter(pk__in=[one.pk for one in assets])} == {AssetState.READY}
    assert {str(dataset.state) for dataset in Dataset.objects.filter(order__in=orders)} == {"ready"}
    for key, _ in store().listing():
        with store().open(key) as file:
            digest = hashlib.sha256()
            while block := file.read(1 << 20):
                digest.update(block)
            assert digest.hexdigest() == key.rpartition("/")[2]
    verify()


def _waiting() -> bool:
    """Whether a job waits for its next attempt."""
    return Job.objects.filter(state=JobState.QUEUED, attempt__gt=0).exists()


def test_the_effects_of_fault_tests_are_counted(db: None) -> None:
    """The ruler itself: an effect too many is seen."""
    AuditEvent.objects.create(chain=AuditEvent().pk, sequence=1, body="", action=kinds.EFFECT, subject="a", digest="")
    with pytest.raises(AssertionError):
        done_once("b")
