"""What was sold lately stays at hand, however long nobody looked at it."""

from __future__ import annotations

import pytest

from core.clock import now
from marketplace.delivery.services.usage import masters_last_sold
from marketplace.orders.models import Licence
from media_ingest.services import lifecycle
from tests.factories.delivery import sale

pytestmark = pytest.mark.django_db


def test_a_sale_is_a_use_of_its_masters_and_of_no_others() -> None:
    sold = sale(clips=2)
    keys = [clip.asset.storage_key for clip in sold.clips]
    unsold = "blobs/00/00/" + "0" * 64
    found = masters_last_sold([*keys, unsold])
    assert set(found) == set(keys)
    assert set(found.values()) <= set(Licence.objects.values_list("created_at", flat=True))
    assert max(found.values()) <= now()


def test_the_floor_of_the_masters_hears_of_sales() -> None:
    assert masters_last_sold in lifecycle._sources
