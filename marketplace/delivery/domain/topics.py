"""Names that delivery hears, does and tells."""

from __future__ import annotations

from typing import Final

ORDER_PAID: Final = "marketplace.order.paid"
"""Heard: an order's money was captured. Subject: the order's public id."""
BUILD: Final = "delivery.build"
"""Done: the job that builds. Subject: the order's public id."""
LICENCE_TERMINATED: Final = "marketplace.licence.terminated"
"""Heard: a licence ended before its time. Subject: the licence's public id."""
RENEW_AFTER_END: Final = "delivery.renew_after_end"
"""Done: begins a version without the clip of a licence that ended. Subject: the licence's public id."""
RENEW_AFTER_BUILD: Final = "delivery.renew_after_build"
"""Done: begins another version when licences ended while one was built. Subject: the dataset that was built."""
REBUILD: Final = "delivery.rebuild"
"""Done: the job that builds a later version. Subject: the dataset's public id."""
DATASET_CHANGED: Final = "marketplace.dataset.changed"
"""Told: a version that leaves out what was taken down is ready. Subject: the dataset's public id."""
DATASET_READY: Final = "marketplace.dataset.ready"
"""Told: every file is stored and verified. Subject: the dataset's public id; payload: ``order``, a public id."""
DATASET_DELIVERED: Final = "marketplace.dataset.delivered"
"""Told: the buyer verified every file. Subject: the dataset's public id; payload: ``order``, a public id."""
DOCUMENTS: Final = "delivery.documents"
"""Done: the job that issues the licence as a document. Subject: the dataset's public id."""
