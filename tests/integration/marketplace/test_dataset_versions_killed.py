"""The worker that builds a version without a clip is killed in the middle: the next one ends with the same bytes."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection

from core.clock import now
from core.jobs.models import Job, JobState
from core.jobs.runner import run_due
from marketplace.delivery.domain.topics import REBUILD
from marketplace.delivery.models import Certificate, Dataset
from tests.factories.checked import breaches
from tests.factories.delivered import bought, everything_done, taken_down

WORKER = """
import os, sys
import django
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
django.setup()
from core.jobs.claim import Claim
from core.jobs.runner import run_due
stage, after = sys.argv[2], int(sys.argv[3])
told = []
tell = Claim.progress
def progress(self, name, done, total):
    tell(self, name, done, total)
    told.append(name)
    if told.count(stage) > after:
        os.kill(os.getpid(), 9)
Claim.progress = progress
run_due(["delivery.rebuild"])
"""


@pytest.mark.django_db(transaction=True)
@pytest.mark.timeout(180)
@pytest.mark.parametrize(("stage", "after"), [("selecting", 0), ("transforming", 1), ("packing", 0), ("verifying", 1)])
def test_a_rebuild_killed_at_any_stage_ends_with_the_clip_left_out_once(
    repository: Path, stage: str, after: int
) -> None:
    had = bought()
    everything_done()
    first = dict(had.first.files.values_list("path", "sha256"))
    taken_down(had.clips[0])
    run_due(["delivery.renew_after_end"])
    argv = [sys.executable, "-c", WORKER, str(connection.settings_dict["NAME"]), stage, str(after)]
    done = subprocess.run(argv, cwd=repository, env=dict(os.environ), timeout=120, check=False)
    assert done.returncode == -9
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
