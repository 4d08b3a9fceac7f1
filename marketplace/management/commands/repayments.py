"""``manage.py repayments``: refunds that could not be sent the way the money came, and what to do about them."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from typing_extensions import override

from core.accounts.policy import Actor
from core.errors import DomainError
from core.ids import Prefix, parse_public_id
from marketplace.repayments.models import Repayment
from marketplace.repayments.selectors.owed import repayments_refused
from marketplace.repayments.services.sending import repayment_again, repayment_by_hand


class Command(BaseCommand):
    """Without options: each refund that waits for a person, and why."""

    help = "List refunds that were refused; try one again, or write down that it was sent by hand."

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare options."""
        parser.add_argument("--again", metavar="LICENCE", help="Ask the provider once more (lic_…).")
        parser.add_argument("--by-hand", metavar="LICENCE", help="It was sent in another way (lic_…).")
        parser.add_argument("--reference", help="With --by-hand: the provider's or bank's reference.")

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        """Do what was asked."""
        try:
            if options["again"]:
                self._tell(repayment_again(actor=Actor.system(), licence_id=_key(options["again"])))
            elif options["by_hand"]:
                self._tell(_by_hand(options["by_hand"], options["reference"]))
            else:
                for refused in repayments_refused():
                    self._tell(refused)
        except DomainError as error:
            raise CommandError(str(error)) from None

    def _tell(self, repayment: Repayment | None) -> None:
        if repayment is None:
            return
        licence = repayment.licence
        why = repayment.refusal_code or repayment.reference
        buyer = licence.licensee.name
        self.stdout.write(f"{licence.public_id}  {repayment.amount} to {buyer}: {repayment.state} ({why})")


def _by_hand(licence: str, reference: str | None) -> Repayment:
    if not reference:
        message = "Say with --reference under which number the money left."
        raise CommandError(message)
    return repayment_by_hand(actor=Actor.system(), licence_id=_key(licence), reference=reference[:80])


def _key(licence: str) -> UUID:
    return parse_public_id(Prefix.LICENCE, licence)
