"""Footage that can be priced: a ready asset with its one clip."""

from __future__ import annotations

import hashlib
import itertools
from typing import Any

from core.accounts.actions import OrganisationKind
from core.accounts.models import Organisation
from core.accounts.policy import Actor
from media_ingest.domain.states import AssetState
from media_ingest.models import Asset, Clip
from tests.factories.core import OrganisationFactory, actor_as

_COUNT = itertools.count(1)


def studio() -> tuple[Actor, Organisation]:
    """Return the owner of a new studio, and the studio."""
    organisation = OrganisationFactory.create(kind=OrganisationKind.STUDIO)
    return actor_as(organisation=organisation), organisation


def ready_clip(organisation: Organisation, **facts: Any) -> Clip:
    """Return the clip of a new ready asset: 40 minutes of 4K at 25 frames a second, unless told otherwise."""
    name = f"rush-{next(_COUNT)}.mp4"
    sha256 = hashlib.sha256(name.encode()).hexdigest()
    columns: dict[str, Any] = {
        "state": AssetState.READY,
        "duration_ms": 2_400_000,
        "width": 3840,
        "height": 2160,
        "frame_rate_num": 25,
        "frame_rate_den": 1,
        **facts,
    }
    asset = Asset.objects.create(
        organisation=organisation,
        original_name=name,
        sha256=sha256,
        size_bytes=1,
        storage_key=f"blobs/{sha256}",
        **columns,
    )
    return Clip.objects.create(
        asset=asset, start_ticks=0, end_ticks=columns["duration_ms"], start_ms=0, end_ms=columns["duration_ms"]
    )
