"""``manage.py quota``: how much room an organisation has; agree on another limit; count the sums anew."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from typing_extensions import override

from core.accounts.policy import Actor
from core.errors import DomainError
from core.ids import Prefix, parse_public_id
from media_ingest.services.quotas import quota_limit_set, quota_recount, quota_room


class Command(BaseCommand):
    """Show, and change, an organisation's room."""

    help = "Show how much an organisation may keep and what of it is taken, in bytes."

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare options."""
        parser.add_argument("organisation", metavar="ID", help="the organisation's public id (org_…)")
        limit = parser.add_mutually_exclusive_group()
        limit.add_argument("--limit", type=int, metavar="BYTES", help="agree on another limit")
        limit.add_argument("--usual", action="store_true", help="back to what the installation grants everybody")
        parser.add_argument("--recount", action="store_true", help="write the sums down anew from files and uploads")

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        """Change what was asked for, then show."""
        try:
            organisation_id = parse_public_id(Prefix.ORGANISATION, options["organisation"])
            if options["limit"] is not None or options["usual"]:
                quota_limit_set(actor=Actor.system(), organisation_id=organisation_id, limit_bytes=options["limit"])
            if options["recount"]:
                quota_recount(organisation_id=organisation_id)
            room = quota_room(organisation_id)
        except DomainError as refused:
            raise CommandError(f"{refused.title}. {refused.detail}") from refused
        self.stdout.write(f"limit: {room.limit_bytes}")
        self.stdout.write(f"used: {room.used_bytes}")
        self.stdout.write(f"reserved by uploads under way: {room.reserved_bytes}")
        self.stdout.write(f"free: {room.free_bytes}")
