"""Which files of a dataset are no longer given out: shards that hold a clip whose licence does not stand."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final

from core.errors import ErrorCode
from core.ids import Prefix, public_id
from marketplace.delivery.domain.errors import LICENCE_ENDED, ON_HOLD
from marketplace.delivery.domain.folder import index_of
from marketplace.delivery.models import Dataset, DatasetFile
from marketplace.orders.domain.states import LicenceState
from marketplace.orders.models import Licence
from media_ingest.adapters.storage import BlobMissing, StorageUnavailable, store
from media_ingest.domain.upload_errors import STORAGE_AWAY

_CODES: Final[Mapping[str, ErrorCode]] = {
    LicenceState.TERMINATED: LICENCE_ENDED,
    LicenceState.EXPIRED: LICENCE_ENDED,
    LicenceState.UNDER_CLAIM: ON_HOLD,
}


def withheld(dataset: Dataset, files: Iterable[DatasetFile]) -> dict[str, ErrorCode]:
    """Those of the files that are not given out now, by path, each with why: ``licence_ended`` or ``on_hold``.

    One short query where every licence stands; where one does not, the indexes of the shards are read, once each.
    """
    gone = _gone(dataset)
    indexes = {index_of(file.path): file.path for file in files} if gone else {}
    found = {}
    for index in dataset.files.filter(path__in=[path for path in indexes if path]):
        held = {gone[key] for key in _keys_in(index.storage_key) & gone.keys()}
        if held:
            found[indexes[index.path]] = LICENCE_ENDED if LICENCE_ENDED in held else ON_HOLD
    return found


def _gone(dataset: Dataset) -> dict[str, ErrorCode]:
    """Samples of the order whose licence does not stand; the key of a sample is the id of its clip."""
    rows = Licence.objects.filter(order=dataset.order_id, state__in=list(_CODES))
    return {public_id(Prefix.CLIP, clip): _CODES[state] for clip, state in rows.values_list("clip_id", "state")}


@lru_cache(maxsize=512)
def _keys_in(storage_key: str) -> frozenset[str]:
    """The samples of a shard, from its index; a key of the store always names the same bytes."""
    try:
        with store().open(storage_key) as source:
            return frozenset(json.load(source)["keys"])
    except (BlobMissing, StorageUnavailable) as error:
        raise STORAGE_AWAY("The files are safe and links stay good. Ask again in a moment.") from error
