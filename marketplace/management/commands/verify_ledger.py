"""``manage.py verify_ledger``: prove the money."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from typing_extensions import override

from marketplace.orders.services.verification import ledger_verify


class Command(BaseCommand):
    """Check the ledger and every order against it; a disagreement ends non-zero."""

    help = "Prove that the ledger is balanced and agrees with orders, licences and earnings. Changes nothing."

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="One JSON object instead of lines.")

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        findings = ledger_verify()
        if options["json"]:
            rows = [{"code": one.code, "subject": one.subject, "detail": one.detail} for one in findings]
            self.stdout.write(json.dumps({"balanced": not findings, "findings": rows}))
        else:
            for one in findings:
                self.stdout.write(f"{one.code}  {one.subject}  {one.detail}")
        if findings:
            raise CommandError(f"{len(findings)} disagreements. Nothing was changed.")
        if not options["json"]:
            self.stdout.write("The ledger is balanced and agrees with every order, licence and earning.")
