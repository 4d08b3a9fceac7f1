"""The broker loses everything, restarts, or is away: that costs seconds, never work."""

from __future__ import annotations

import json
import signal
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from uuid import uuid4

import pytest
import redis

from core.jobs import registry
from core.jobs.models import Job, JobState
from core.jobs.services import enqueue
from media_ingest.domain.states import AssetState
from media_ingest.models import Asset
from media_ingest.services.progress import PROBE
from tests.chaos import kinds
from tests.chaos.hosts import Shared, hosts, shared_here
from tests.chaos.proof import done_once, verify, wait_done
from tests.factories.core import actor_as, key_of
from tests.factories.delivery import home, rush
from tests.services import Valkey, valkey, wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]

CONSUMES_WITHIN_S = 15.0
REQUESTS_WITHIN_S = 12.0
"""Two requests beside a broker that is away; one that hangs is waited for once."""


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


def waiting_messages(broker: Valkey) -> int:
    """How many messages wait in the default queue."""
    with redis.Redis(port=broker.port) as client:
        return int(client.llen("default"))


def test_a_broker_that_forgets_everything_loses_no_work(tmp_path: Path, broker: Valkey, shared: Shared) -> None:
    """T25: 100 jobs wait when the broker is emptied, then killed: all are done. Ordinary tasks, the control, never."""
    with hosts(tmp_path, shared, "web", "worker") as (web, worker):
        web.python("-m", "tests.chaos.seed", "work=50", "plain=5")
        assert waiting_messages(broker) == 55
        with redis.Redis(port=broker.port) as client:
            client.flushall()
        web.python("-m", "tests.chaos.seed", "long=50:50", "plain=5")
        assert waiting_messages(broker) == 55
        broker.kill()
        broker.start()
        assert waiting_messages(broker) == 0
        began = time.monotonic()
        worker.consume(concurrency=2)
        wait_done(kinds.WORK, kinds.LONG, within_s=150)
        assert time.monotonic() - began < 150
    done_once(*(f"{name}-{number}" for name in ("work", "long") for number in range(50)))
    assert kinds.PLAIN not in worker.log.partition(" ready.")[2], "the control: a message was all there was of them"
    verify()


def test_one_message_delivered_ten_times_has_one_effect(tmp_path: Path, shared: Shared) -> None:
    """T36: four processes get the same message ten times at once; one does the job, nine find nothing to do."""
    with hosts(tmp_path, shared, "web", "worker") as (web, worker):
        worker.consume(concurrency=4)
        web.python("-m", "tests.chaos.seed", "long=1:500", "again=10")
        wait_done(kinds.LONG, within_s=30)
        wait_until(lambda: worker.log.count(": False") >= 10, within_s=20, what="ten messages that find nothing to do")
    done_once("long-0")
    verify()


@pytest.mark.parametrize("rounds", [2, pytest.param(10, marks=pytest.mark.long)])
def test_a_broker_that_restarts_under_running_tasks_finds_its_worker_again(
    tmp_path: Path, broker: Valkey, shared: Shared, rounds: int
) -> None:
    """T26: restarted while a task runs, by kill -9 and politely in turn: it consumes again within 15 seconds."""
    done = []
    with hosts(tmp_path, shared, "worker") as (worker,):
        worker.consume()
        for number in range(rounds):
            done += [f"running-{number}", f"after-{number}"]
            running = enqueue(kind=kinds.LONG, subject=done[-2], payload={"ms": 1500})
            wait_until(lambda: _is(running, JobState.RUNNING), within_s=15, what="a task that runs")  # noqa: B023 - waited for here
            broker.kill(signal.SIGTERM if number % 2 else signal.SIGKILL)
            broker.start()
            began = time.monotonic()
            enqueue(kind=kinds.WORK, subject=done[-1])
            wait_done(kinds.WORK, kinds.LONG, within_s=CONSUMES_WITHIN_S + 1.5)
            print(f"round {number}: {time.monotonic() - began:.1f} s")
            assert not worker.over, "the worker never ended"
    done_once(*done)
    verify()


def _is(job: Job, state: JobState) -> bool:
    return Job.objects.get(pk=job.pk).state == state


def test_a_request_does_not_need_the_broker(tmp_path: Path, broker: Valkey, shared: Shared) -> None:
    """T27: the broker is gone, then answers nothing, during a request: 2xx, a job row, done once it is back."""
    studio = actor_as()
    key = key_of(studio)
    with hosts(tmp_path, shared, "web", "other-web", "worker") as (web, other_web, worker):
        addresses = web.serve(), other_web.serve()
        for address in addresses:
            _sent("GET", f"{address}/api/v1/me", key)  # loads what a first request loads
        broker.kill()
        assert _uploaded(addresses[0], key, rush(5)) < REQUESTS_WITHIN_S
        broker.start()
        _process(broker).send_signal(signal.SIGSTOP)
        assert _uploaded(addresses[1], key, rush(6)) < REQUESTS_WITHIN_S
        _process(broker).send_signal(signal.SIGCONT)
        assets = Asset.objects.filter(organisation_id=home(studio))
        waiting = Job.objects.filter(kind=PROBE, subject__in=[asset.public_id for asset in assets])
        assert [job.state for job in waiting] == [JobState.QUEUED] * 2
        worker.consume()
        wait_done(PROBE, within_s=60)
        assert [asset.state for asset in assets.all()] == [AssetState.READY] * 2
        wait_done(within_s=60)
    verify()


def _process(broker: Valkey) -> subprocess.Popen[bytes]:
    assert broker.process is not None
    return broker.process


def _uploaded(address: str, key: str, content: bytes) -> float:
    """Declare a file and send it, as a client does (tus 1.0); every answer is a 2xx. Return how long it took, in s."""
    began = time.monotonic()
    body = json.dumps({"name": "rush.mp4", "size_bytes": len(content)}).encode()
    told = {"Content-Type": "application/json", "Idempotency-Key": str(uuid4())}
    declared = json.loads(_sent("POST", f"{address}/api/v1/uploads", key, body, told))
    tus = {"Tus-Resumable": "1.0.0", "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
    place = declared["upload_url"]
    _sent("PATCH", place if "://" in place else f"{address}{place}", key, content, tus)
    return time.monotonic() - began


def _sent(
    method: str, url: str, key: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
) -> bytes:
    told = {"Authorization": f"Bearer {key}", **(headers or {})}
    request = urllib.request.Request(url, data=body, headers=told, method=method)  # noqa: S310 - our own address
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - our own address
        assert 200 <= answer.status < 300
        return bytes(answer.read())
