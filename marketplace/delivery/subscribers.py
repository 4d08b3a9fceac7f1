"""What delivery does when something happens elsewhere."""

from __future__ import annotations

from core.jobs.registry import subscribe
from marketplace.delivery.domain.topics import BUILD, ORDER_PAID


def register() -> None:
    """A paid order is built."""
    subscribe(ORDER_PAID, BUILD)
