"""Is what was taken down no longer given out, and left out of the version that follows? Finds, never repairs."""

from __future__ import annotations

from collections.abc import Iterator

from core.ids import Prefix, public_id
from core.jobs.models import Job, JobState
from marketplace.delivery.domain.folder import MANIFEST_JSONL
from marketplace.delivery.domain.rows import row_from_json
from marketplace.delivery.domain.states import DatasetState
from marketplace.delivery.domain.topics import REBUILD, RENEW_AFTER_BUILD, RENEW_AFTER_END
from marketplace.delivery.models import Dataset
from marketplace.delivery.services.building import BUILDABLE
from marketplace.delivery.services.withholding import withheld
from marketplace.orders.domain.states import LicenceState
from media_ingest.adapters.storage import store


def taken_down_check() -> Iterator[str]:
    """One sentence for each file that is given out with a clip taken down in it, and for each version that is missing.

    The files are looked for in the manifests, which the refusal of links does not ask.
    """
    ended = Dataset.objects.filter(state=DatasetState.READY, order__licences__state=LicenceState.TERMINATED)
    for dataset in ended.select_related("order").distinct().order_by("pk").iterator(chunk_size=200):
        gone = {
            public_id(Prefix.LICENCE, key)
            for key in dataset.order.licences.filter(state=LicenceState.TERMINATED).values_list("pk", flat=True)
        }
        yield from _given_out(dataset, gone)
        yield from _not_renewed(dataset, gone)


def _given_out(dataset: Dataset, gone: set[str]) -> Iterator[str]:
    manifest = dataset.files.get(path=MANIFEST_JSONL)
    with store().open(manifest.storage_key) as lines:
        held = {row.shard for row in map(row_from_json, lines) if row.licence_id in gone}
    refused = withheld(dataset, dataset.files.filter(path__in=held))
    for path in sorted(held - refused.keys()):
        yield f"dataset {dataset.public_id} gives out {path}, which holds a clip that was taken down"


def _not_renewed(dataset: Dataset, gone: set[str]) -> Iterator[str]:
    """The newest version leaves out what ended, or another one is on its way."""
    order = dataset.order
    later = Dataset.objects.filter(order=order, version__gt=dataset.version).exists()
    if later or order.state not in BUILDABLE or len(gone) == order.licences.count():
        return
    left_out = {public_id(Prefix.LICENCE, key) for key in dataset.omissions.values_list("licence_id", flat=True)}
    kinds = (REBUILD, RENEW_AFTER_BUILD, RENEW_AFTER_END)
    coming = Job.objects.filter(kind__in=kinds, state__in=[JobState.QUEUED, JobState.RUNNING])
    if gone - left_out and not coming.exists():
        yield f"dataset {dataset.public_id} holds clips that were taken down and no version without them is made"
