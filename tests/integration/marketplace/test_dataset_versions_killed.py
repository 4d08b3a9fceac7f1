"""The worker that builds a version without a clip is killed in the middle: the next one ends with the same bytes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.clock import now
from core.jobs.models import Job, JobState
from core.jobs.runner import run_due
from marketplace.delivery.domain.topics import REBUILD
from marketplace.delivery.models import Certificate, Dataset
from tests.factories.checked import breaches
from tests.factories.delivered import bought, everything_done, taken_down
from tests.victims import worker_killed


@pytest.mark.django_db(transaction=True)
@pytest.mark.timeout(180)
@pytest.mark.parametrize(("stage", "after"), [("selecting", 0), ("transforming", 1), ("packing", 0), ("verifying", 1)])
def test_a_rebuild_killed_at_any_stage_ends_with_the_clip_left_out_once(stage: str, after: int) -> None:
    had = bought()
    everything_done()
    first = dict(had.first.files.values_list("path", "sha256"))
    taken_down(had.clips[0])
    run_due(["delivery.renew_after_end"])
    worker_killed(REBUILD, stage=stage, after=after)
    assert (had.version(2).state, Job.objects.get(kind=REBUILD).state) == (stage, JobState.RUNNING)
    noted = dict(had.version(2).files.values_list("path", "sha256"))
    Job.objects.filter(kind=REBUILD).update(lease_until=now() - timedelta(seconds=1))
    everything_done()
    second = had.version(2)
    files = dict(second.files.values_list("path", "sha256"))
    assert second.state == "ready"
    assert noted.items() <= files.items()
    assert files["shards/shard-000001.tar"] == first["shards/shard-000001.tar"]
    assert files["shards/shard-000000.tar"] != first["shards/shard-000000.tar"]
    assert (Dataset.objects.count(), Certificate.objects.count()) == (2, 2)
    assert breaches("datasets", "log", "storage", "withdrawals") == []
