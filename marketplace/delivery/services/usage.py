"""When footage was last sold: the floor of the masters keeps those at hand that people buy."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Max

from marketplace.orders.models import Licence


def masters_last_sold(keys: Sequence[str]) -> dict[str, datetime]:
    """Return when a right on a clip of each of these stored masters was last granted; unsold ones are left out."""
    master = "clip__asset__storage_key"
    sold = Licence.objects.filter(**{f"{master}__in": list(keys)}).order_by().values(master)
    return {row[master]: row["last"] for row in sold.annotate(last=Max("created_at"))}
