"""Which samples a licence was delivered as, by the stored manifests. Reads the store: not in a transaction."""

from __future__ import annotations

from marketplace.delivery.domain.certificate import leaf
from marketplace.delivery.domain.folder import MANIFEST_JSONL
from marketplace.delivery.domain.rows import row_from_json
from marketplace.delivery.domain.states import DatasetState
from marketplace.delivery.models import DatasetFile
from marketplace.orders.models import Licence
from marketplace.withdrawals.domain.deletion import Sample
from media_ingest.adapters.storage import store


def samples_delivered(licence: Licence) -> tuple[Sample, ...]:
    """Every sample of a licence in every dataset that is ready, by dataset version; none before the first is built.

    What several versions delivered alike is one sample.
    """
    manifests = DatasetFile.objects.filter(
        dataset__order_id=licence.order_id, dataset__state=DatasetState.READY, path=MANIFEST_JSONL
    )
    found: dict[tuple[str | int, ...], Sample] = {}
    for manifest in manifests.select_related("dataset").order_by("dataset__version"):
        for facts in _leaves(manifest, licence.public_id):
            key = tuple(facts.values())
            earlier = found[key].datasets if key in found else ()
            found[key] = Sample((*earlier, manifest.dataset.public_id), str(facts["sha256"]), facts)
    return tuple(found.values())


def _leaves(manifest: DatasetFile, licence_id: str) -> list[dict[str, str | int]]:
    wanted = licence_id.encode()
    found = []
    with store().open(manifest.storage_key) as lines:
        for line in lines:
            if wanted not in line:
                continue
            row = row_from_json(line)
            if row.licence_id == licence_id:
                facts = leaf(
                    key=row.key,
                    clip_id=row.clip_id,
                    licence_id=row.licence_id,
                    sha256=row.sha256,
                    start_ms=row.start_ms,
                    end_ms=row.end_ms,
                )
                found.append(facts)
    return found
