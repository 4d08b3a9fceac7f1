"""``manage.py sweep_storage``: expire idle uploads, remove files that nothing refers to."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from typing_extensions import override

from core.accounts.policy import Actor
from media_ingest.services.sweeping import storage_sweep


class Command(BaseCommand):
    """Keep house now instead of at night."""

    help = "Expire uploads idle for 14 days and remove files that no row refers to for a day."

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare options."""
        parser.add_argument("--dry-run", action="store_true", help="Only count; change nothing.")

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        """Sweep and report."""
        found = storage_sweep(actor=Actor.system(), dry=options["dry_run"])
        verb = "would be removed" if options["dry_run"] else "removed"
        self.stdout.write(f"uploads expired: {found.expired_uploads}")
        self.stdout.write(f"scratch files {verb}: {found.scratch_files}")
        self.stdout.write(f"objects {verb}: {len(found.blobs.removed)} ({found.blobs.removed_bytes} bytes)")
        self.stdout.write(f"unfinished uploads in parts {verb}: {found.blobs.aborted}")
        self.stdout.write(f"objects kept: {found.blobs.kept}")
