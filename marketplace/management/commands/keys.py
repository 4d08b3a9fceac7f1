"""``manage.py keys``: the signing keys, their rotation, and what to do when one may have been stolen."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError
from typing_extensions import override

from core.accounts.policy import Actor
from core.clock import now
from core.errors import DomainError
from marketplace.delivery.domain.standing import key_state
from marketplace.transparency.adapters.keys import Keys
from marketplace.transparency.services.keys import (
    OVERLAP,
    seconds_now,
    signing_key_ensure,
    signing_key_revoke,
    signing_key_rotate,
)

_LONGEST_OVERLAP_HOURS: Final = 366 * 24


class Command(BaseCommand):
    """``list``, ``rotate`` or ``revoke``."""

    help = "List the signing keys, start a new one, or revoke one that may have been stolen."

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the three."""
        parser.add_argument("--json", action="store_true", help="One JSON object a line.")
        what = parser.add_subparsers(dest="what", required=True)
        what.add_parser("list", help="All keys that ever signed, the newest last.")
        rotate = what.add_parser("rotate", help="Sign with a new key from now on.")
        hours = int(OVERLAP.total_seconds()) // 3600
        rotate.add_argument(
            "--overlap-hours", type=int, default=hours, help=f"How long the old key stays valid ({hours})."
        )
        revoke = what.add_parser("revoke", help="Say since when somebody else may have held a key.")
        revoke.add_argument("kid")
        revoke.add_argument("--at", help="When, such as 2026-11-22T10:00:00Z (now).")

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        """Do it and show all keys."""
        self._show(self._keys(options), as_json=options["json"])

    @staticmethod
    def _keys(options: dict[str, Any]) -> Keys:
        if options["what"] == "list":
            return signing_key_ensure()
        if options["what"] == "rotate":
            if not 0 <= options["overlap_hours"] <= _LONGEST_OVERLAP_HOURS:
                raise CommandError(
                    f"The overlap is 0 to {_LONGEST_OVERLAP_HOURS} hours. Nothing was changed; choose one in between."
                )
            return signing_key_rotate(actor=Actor.system(), overlap=timedelta(hours=options["overlap_hours"]))
        try:
            return signing_key_revoke(actor=Actor.system(), kid=options["kid"], at=_moment(options["at"]))
        except DomainError as refused:
            raise CommandError(refused.detail) from refused

    def _show(self, keys: Keys, *, as_json: bool) -> None:
        for key in keys:
            public = key.public
            state = key_state(not_after=public.exp, revoked_at=public.revoked_at, now=seconds_now())
            facts = {"kid": public.kid, "state": str(state), "signs": key.secret is not None}
            times = {"from": _text(public.nbf), "until": _text(public.exp), "revoked": _text(public.revoked_at)}
            if as_json:
                self.stdout.write(json.dumps({**facts, **times}))
                continue
            until = f" until {times['until']}" if times["until"] else ""
            revoked = f", revoked from {times['revoked']}" if times["revoked"] else ""
            self.stdout.write(f"{public.kid}  {state:8}  from {times['from']}{until}{revoked}")


def _text(seconds: int | None) -> str | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat()


def _moment(text: str | None) -> datetime:
    if text is None:
        return now()
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"{text} is not a time such as 2026-11-22T10:00:00Z. Nothing was changed.") from error
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if moment > now():
        raise CommandError(f"{text} lies ahead: say since when it may have been stolen. Nothing was changed.")
    return moment
