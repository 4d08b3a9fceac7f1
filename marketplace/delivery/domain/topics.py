"""Names that delivery hears, does and tells."""

from __future__ import annotations

from typing import Final

ORDER_PAID: Final = "marketplace.order.paid"
"""Heard: an order's money was captured. Subject: the order's public id."""
BUILD: Final = "delivery.build"
"""Done: the job that builds. Subject: the order's public id."""
DATASET_READY: Final = "marketplace.dataset.ready"
"""Told: every file is stored and verified. Subject: the dataset's public id; payload: ``order``, a public id."""
DATASET_DELIVERED: Final = "marketplace.dataset.delivered"
"""Told: the buyer verified every file. Subject: the dataset's public id; payload: ``order``, a public id."""
DOCUMENTS: Final = "delivery.documents"
"""Done: the job that issues the licence as a document. Subject: the dataset's public id."""
