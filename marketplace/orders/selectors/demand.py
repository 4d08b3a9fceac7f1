"""How much footage buyers ask for."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db.models import Max

from core.clock import now
from marketplace.orders.models import Quote

DEMAND_DAYS: Final = 90
"""How long a quote counts as demand."""


def asked_ms_lately() -> dict[UUID, int]:
    """For each use case the longest quote of the last 90 days, in milliseconds: asking twice is one need."""
    recent = Quote.objects.filter(created_at__gte=now() - timedelta(days=DEMAND_DAYS))
    rows = recent.values_list("use_case_version__use_case").annotate(Max("duration_ms")).order_by()
    return dict(rows)
