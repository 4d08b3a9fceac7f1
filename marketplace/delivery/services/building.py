"""Building a dataset: claim, work outside any transaction, settle once. Safe to kill at any point."""

from __future__ import annotations

import errno
from typing import Final

from django.db import transaction

from core.accounts.policy import Actor
from core.audit.services import record
from core.errors import DomainError
from core.ids import Prefix, parse_public_id
from core.jobs.services import Claim, LeaseLost, Retryable
from core.transitions import advance
from marketplace.delivery.adapters.bench import bench
from marketplace.delivery.domain.errors import DATASET_NOT_BUILDABLE
from marketplace.delivery.domain.states import MACHINE, DatasetEvent, DatasetState
from marketplace.delivery.models import Dataset
from marketplace.delivery.services.attempt import Attempt
from marketplace.orders.domain.states import OrderState
from marketplace.orders.models import Order

BUILDABLE: Final = frozenset({OrderState.BUILDING, OrderState.READY, OrderState.DELIVERED})
"""States of an order in which its datasets are built."""
_DISK_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})


def dataset_build(*, actor: Actor, claim: Claim) -> None:
    """Build version 1 of the paid order named by the claim's subject, or go on where an attempt was cut off.

    A full disk is ``Retryable`` and leaves nothing half-published. A source that cannot be delivered fails the
    dataset with a reason.
    """
    _attempt(actor, claim, _first_version(claim))


def dataset_rebuild(*, actor: Actor, claim: Claim) -> None:
    """Build the later version named by the claim's subject in the same way, out of the version before it."""
    dataset_id = parse_public_id(Prefix.DATASET, claim.subject)
    with transaction.atomic():
        order = Order.objects.select_for_update(of=("self",)).get(datasets__pk=dataset_id)
        _require_buildable(order)
        dataset = Dataset.objects.get(pk=dataset_id)
    _attempt(actor, claim, dataset)


def _attempt(actor: Actor, claim: Claim, dataset: Dataset) -> None:
    if dataset.state == DatasetState.READY:
        return
    try:
        with bench(dataset.id) as folder:
            Attempt(actor, claim, dataset, folder).run()
    except OSError as error:
        if error.errno in _DISK_FULL:
            raise Retryable(_disk_full_text(error)) from error
        raise
    except DomainError as error:
        _dataset_fail(actor, claim, dataset, error)
        raise


def _disk_full_text(error: OSError) -> str:
    return (
        f"The disk is full ({error.strerror}). Nothing was published and finished shards are kept;"
        " free some room and the build goes on by itself."
    )


def _first_version(claim: Claim) -> Dataset:
    """The dataset of the paid order; made by the first attempt."""
    order_id = parse_public_id(Prefix.ORDER, claim.subject)
    with transaction.atomic():
        order = Order.objects.select_for_update(of=("self",)).get(pk=order_id)
        _require_buildable(order)
        dataset, _created = Dataset.objects.get_or_create(order=order, version=1)
    return dataset


def _require_buildable(order: Order) -> None:
    if order.state not in BUILDABLE:
        raise DATASET_NOT_BUILDABLE(f"The order is {order.state}; only a paid order is built. Nothing was changed.")


def _dataset_fail(actor: Actor, claim: Claim, dataset: Dataset, error: DomainError) -> None:
    with transaction.atomic():
        if not claim.beat():
            raise LeaseLost(str(claim.job_id))
        advance(dataset, MACHINE, DatasetEvent.FAIL, reason=error.detail)
        record(actor=actor, action="dataset.failed", subject=dataset.public_id, after={"code": error.code})
