"""What delivery does when something happens elsewhere, keeps from the sweep, and always promises."""

from __future__ import annotations

from core.invariants import invariant
from core.jobs.registry import subscribe
from marketplace.delivery.domain.topics import (
    BUILD,
    DATASET_READY,
    DOCUMENTS,
    LICENCE_TERMINATED,
    ORDER_PAID,
    RENEW_AFTER_BUILD,
    RENEW_AFTER_END,
)
from marketplace.delivery.services.checking import taken_down_check
from marketplace.delivery.services.marking import preview_mark
from marketplace.delivery.services.usage import masters_last_sold
from marketplace.delivery.services.verification import datasets_check, storage_keys_referenced
from media_ingest.services.lifecycle import uses_from
from media_ingest.services.links import marks_from
from media_ingest.services.sweeping import references_from


def register() -> None:
    """A paid order is built, its licence becomes a document; what was taken down is left out of another version.

    Files of datasets stay stored; datasets agree with orders, store and certificates.

    What was sold lately stays at hand. Previews say what they are offered for.
    """
    subscribe(ORDER_PAID, BUILD)
    subscribe(DATASET_READY, DOCUMENTS)
    subscribe(DATASET_READY, RENEW_AFTER_BUILD)
    subscribe(LICENCE_TERMINATED, RENEW_AFTER_END)
    references_from(storage_keys_referenced)
    uses_from(masters_last_sold)
    marks_from(preview_mark)
    invariant("datasets: stored, certified and built for every paid order")(datasets_check)
    invariant("datasets: what was taken down is not given out, and left out of a later version")(taken_down_check)
