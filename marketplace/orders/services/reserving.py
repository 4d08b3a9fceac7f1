"""Holding clips for an order before its money moves, and letting go of them. Part of the caller's transaction."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db import IntegrityError, transaction

from core.clock import now
from marketplace.orders.errors import UNDER_EXCLUSIVE
from marketplace.orders.models import Order, Reservation
from marketplace.orders.selectors.holds import holds_planned, reservations_standing


def reservations_make(order: Order) -> None:
    """Hold every clip of the order from now until its term ends; `under_exclusive` when the database refuses one.

    The refusal does not depend on any lock of ours: whoever else writes to the table, two holds never clash.
    """
    rows = [
        Reservation(
            order=order,
            clip_id=clip_id,
            cells=hold.cells,
            exclusive=hold.exclusive,
            starts_at=hold.starts_at,
            ends_at=hold.ends_at,
        )
        for clip_id, holds in holds_planned(order.quote, now())
        for hold in holds
    ]
    try:
        with transaction.atomic():
            Reservation.objects.bulk_create(rows, batch_size=500)
    except IntegrityError as refused:
        raise UNDER_EXCLUSIVE(
            "Somebody was granted one of these clips in the meantime. Nothing was ordered or charged."
        ) from refused


def reservations_release(*, order_id: UUID, clip_ids: Collection[UUID] | None = None) -> int:
    """Let go of an order's holds, of some clips only when they are named; return how many rows ended."""
    rows = reservations_standing().filter(order_id=order_id)
    if clip_ids is not None:
        rows = rows.filter(clip_id__in=clip_ids)
    return rows.update(released_at=now())
