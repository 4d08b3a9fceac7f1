"""``manage.py verify``: prove the installation's invariants."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from typing_extensions import override

from core.invariants import invariants


class Command(BaseCommand):
    """Run every floor's invariant checks; a breach ends non-zero."""

    help = "Prove that uploads, licences, money, audit and stored files agree with each other."

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        """Check and report."""
        breaches = 0
        for item in invariants():
            findings = list(item.check())
            breaches += len(findings)
            self.stdout.write(f"{'ok  ' if not findings else 'FAIL'}  {item.name}")
            for finding in findings:
                self.stdout.write(f"      {finding}")
        if breaches:
            raise CommandError(f"{breaches} breaches found. Nothing was changed; see the lines marked FAIL.")
