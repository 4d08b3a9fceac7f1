"""Publishing rate cards."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from django.db import transaction

from core.accounts.policy import Actor
from core.audit.services import record
from core.clock import now
from licensing.domain.errors import RATE_CARD_CHANGED
from licensing.domain.ratecard import parse_rate_card, shipped_card
from licensing.models import RateCard

SHIPPED: Final = "2026-11"


def _first_of_month(version: str) -> datetime:
    year, month = version[:7].split("-")
    return datetime(int(year), int(month), 1, tzinfo=UTC)


def ratecard_load(
    *, actor: Actor | None = None, raw: Mapping[str, object] | None = None, valid_from: datetime | None = None
) -> RateCard:
    """Publish a rate card, once: loading the same card again returns the published row.

    Without `raw`, the card that comes with the product. It is in force from `valid_from`, else from the first of the
    month it is named after; an installation's first card is never in the future. `rate_card_changed` when another
    content was published under its version.
    """
    data = dict(raw) if raw is not None else shipped_card(SHIPPED)
    card = parse_rate_card(data)
    with transaction.atomic():
        published = RateCard.objects.filter(version=card.version).first()
        if published is not None:
            if published.sha256 != card.sha256:
                raise RATE_CARD_CHANGED(f"Card {card.version} is published with other figures. Choose a new version.")
            return published
        start = valid_from or _first_of_month(card.version)
        if not RateCard.objects.exists():
            start = min(start, now())
        row = RateCard.objects.create(
            version=card.version, currency=card.currency, card=data, sha256=card.sha256, valid_from=start
        )
        record(
            actor=actor or Actor.system(),
            action="rate_card.published",
            subject=f"rate_card:{card.version}",
            after={"version": card.version, "sha256": card.sha256, "valid_from": start.isoformat()},
        )
    return row
