"""States of a dataset version."""

from __future__ import annotations

from enum import StrEnum

from core.states import Machine


class DatasetState(StrEnum):
    """Where a dataset version stands, from payment to a folder that can be downloaded."""

    QUEUED = "queued"
    """Waiting for a worker."""
    SELECTING = "selecting"
    """Reading the order: clips, licences, sources; planning the shards."""
    TRANSFORMING = "transforming"
    """Cutting sources into samples, removing metadata, writing one shard after the other."""
    PACKING = "packing"
    """Writing manifests, Croissant, card, sums and the signed certificate."""
    VERIFYING = "verifying"
    """Reading every stored file back and comparing it with the sums."""
    READY = "ready"
    """Every file is stored and verified; links can be signed."""
    FAILED = "failed"
    """Stopped with a reason; nothing of it is offered."""


class DatasetEvent(StrEnum):
    """What moves a dataset version on."""

    SELECT = "select"
    TRANSFORM = "transform"
    PACK = "pack"
    VERIFY = "verify"
    FINISH = "finish"
    FAIL = "fail"


STAGES = (DatasetState.SELECTING, DatasetState.TRANSFORMING, DatasetState.PACKING, DatasetState.VERIFYING)
"""Stages with progress, in order."""

_RESTART = {DatasetEvent.SELECT: DatasetState.SELECTING, DatasetEvent.FAIL: DatasetState.FAILED}

MACHINE = Machine(
    "dataset version",
    {
        DatasetState.QUEUED: _RESTART,
        DatasetState.SELECTING: {**_RESTART, DatasetEvent.TRANSFORM: DatasetState.TRANSFORMING},
        DatasetState.TRANSFORMING: {**_RESTART, DatasetEvent.PACK: DatasetState.PACKING},
        DatasetState.PACKING: {**_RESTART, DatasetEvent.VERIFY: DatasetState.VERIFYING},
        DatasetState.VERIFYING: {**_RESTART, DatasetEvent.FINISH: DatasetState.READY},
        DatasetState.READY: {},
        DatasetState.FAILED: {DatasetEvent.SELECT: DatasetState.SELECTING},
    },
)
"""A build that lost its worker starts again from ``selecting``; a failed one may be retried; ready is final."""
