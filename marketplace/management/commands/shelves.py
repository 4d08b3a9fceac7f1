"""``manage.py shelves``: put what is live on shelves, and count them anew."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from typing_extensions import override

from marketplace.catalog.services.shelving import shelves_fill, shelves_recount


class Command(BaseCommand):
    """Rebuild the counts that search reads."""

    help = "Put every live clip on its shelf and count the shelves anew; for after a restore, while nothing is sold."

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        """Rebuild and report."""
        self.stdout.write(f"{shelves_fill()} clips put on shelves, {shelves_recount()} shelves corrected")
