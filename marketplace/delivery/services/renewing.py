"""A later version of a dataset: the same order and price, without the clips of licences that ended early."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from core.accounts.policy import Actor
from core.audit.services import record
from core.jobs.services import enqueue
from marketplace.delivery.domain.states import DatasetState
from marketplace.delivery.domain.topics import REBUILD
from marketplace.delivery.models import Dataset, Omission
from marketplace.delivery.selectors import ready_before
from marketplace.delivery.services.building import BUILDABLE
from marketplace.orders.domain.states import LicenceState
from marketplace.orders.models import Licence, Order


def dataset_renew(*, actor: Actor, order_id: UUID) -> Dataset | None:
    """Begin a version that leaves out every licence of an order that was terminated; None when none is called for.

    A version under way is waited for: when it is ready this is asked again. So is the first one. Where no licence is
    left there is nothing to build: what was delivered is no longer given out, and that is all. Asking again changes
    nothing.
    """
    with transaction.atomic():
        order = Order.objects.select_for_update(of=("self",)).get(pk=order_id)
        newest = Dataset.objects.filter(order=order).order_by("-version").first()
        if newest is None or order.state not in BUILDABLE or not _settled(newest):
            return None
        ended = set(order.licences.filter(state=LicenceState.TERMINATED).values_list("pk", flat=True))
        known = set(newest.omissions.values_list("licence_id", flat=True))
        if ended <= known or len(ended) == order.licences.count():
            return None
        dataset = Dataset.objects.create(order=order, version=newest.version + 1, shard_bytes=newest.shard_bytes)
        Omission.objects.bulk_create(
            [Omission(dataset=dataset, licence_id=key) for key in sorted(ended | known)], batch_size=500
        )
        record(
            actor=actor,
            action="dataset.renewed",
            subject=dataset.public_id,
            organisation_id=order.organisation_id,
            after={"version": dataset.version, "left_out": len(ended | known)},
        )
        enqueue(kind=REBUILD, subject=dataset.public_id, payload={"order": order.public_id})
    return dataset


def dataset_renew_without(*, actor: Actor, licence_id: UUID) -> Dataset | None:
    """The same for the order of a licence that ended."""
    order_id = Licence.objects.values_list("order_id", flat=True).get(pk=licence_id)
    return dataset_renew(actor=actor, order_id=order_id)


def _settled(newest: Dataset) -> bool:
    """Whether nothing is being built: the newest version is ready, or failed after one that is."""
    failed_later = newest.state == DatasetState.FAILED and ready_before(newest) is not None
    return newest.state == DatasetState.READY or failed_later
