"""Which topics wake which jobs of the marketplace."""

from __future__ import annotations

from core.jobs.registry import subscribe
from marketplace import tasks
from marketplace.delivery import subscribers as delivery
from marketplace.delivery import tasks as delivery_tasks
from marketplace.orders import subscribers as orders
from marketplace.orders import tasks as order_tasks
from marketplace.repayments import subscribers as repayments
from marketplace.repayments import tasks as repayment_tasks
from marketplace.transparency import subscribers as transparency
from marketplace.transparency import tasks as transparency_tasks
from marketplace.withdrawals import subscribers as withdrawals
from marketplace.withdrawals import tasks as withdrawal_tasks

__all__ = ["delivery_tasks", "order_tasks", "register", "repayment_tasks", "transparency_tasks", "withdrawal_tasks"]


def register() -> None:
    """Listen to the floors below, to delivery and to ourselves."""
    tasks.register()
    delivery.register()
    orders.register()
    transparency.register()
    withdrawals.register()
    repayments.register()
    subscribe("media_ingest.asset.derived", tasks.LISTINGS_CREATE)
    subscribe("media_ingest.asset.hold_changed", tasks.LISTINGS_HOLD)
    subscribe("licensing.agreement.signed", tasks.LISTINGS_REFRESH)
    subscribe("licensing.agreement.ended", tasks.LISTINGS_REFRESH)
    subscribe("licensing.societies.answered", tasks.LISTINGS_REFRESH)
    subscribe("licensing.clip.declared", tasks.LISTING_REFRESH)
    subscribe("licensing.consent.changed", tasks.LISTING_REFRESH)
    subscribe("marketplace.dataset.ready", tasks.ORDER_READY)
    subscribe("marketplace.dataset.delivered", tasks.ORDER_DELIVERED)
