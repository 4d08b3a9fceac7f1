"""What a check says, in words: the standing of a certificate, its key, and what the log holds about a clip."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from marketplace.delivery.domain.standing import KeyState, Standing
from marketplace.delivery.services.certifying import PublicCertificate
from marketplace.transparency.domain.entry import LogEvent, entry_read
from marketplace.transparency.selectors.proofs import Presence

STANDINGS: Final[dict[Standing, tuple[str, str, Promise]]] = {
    Standing.VALID: ("ok", "✓", _("All its licences stand today.")),
    Standing.WITHDRAWN: (
        "warn",
        "!",
        _("A creator withdrew at least one clip. Its terms say what the holder must do."),
    ),
    Standing.UNDER_CLAIM: (
        "warn",
        "!",
        _("Somebody claims a right on at least one clip. Its licence stands meanwhile."),
    ),
    Standing.PARTLY_ENDED: ("warn", "!", _("Some of its licences ended before their time.")),
    Standing.ENDED: ("danger", "✕", _("Its licences ended before their time. Nothing may be trained on it any more.")),
    Standing.EXPIRED: ("danger", "✕", _("The time of its licences is over.")),
    Standing.INVALID: ("danger", "✕", _("It no longer verifies.")),
}
"""Standing → how it is shown (tag, sign) and the sentence."""
KEYS: Final[dict[KeyState, Promise]] = {
    KeyState.ACTIVE: _("in use"),
    KeyState.CLOSING: _("about to retire; a newer key signs"),
    KeyState.RETIRED: _("retired; what it signed stays valid"),
    KeyState.REVOKED: _("revoked; only what the log shows to be older counts"),
}
EVENTS: Final[dict[LogEvent, Promise]] = {
    LogEvent.ISSUED: _("licensed"),
    LogEvent.WITHDRAWN: _("withdrawn by its creator"),
    LogEvent.CLAIMED: _("under a claim"),
    LogEvent.CLEARED: _("cleared of a claim"),
    LogEvent.TERMINATED: _("a licence ended before its time"),
    LogEvent.EXPIRED: _("the time of a licence was over"),
    LogEvent.DELETION_ATTESTED: _("its deletion was attested"),
    LogEvent.CERTIFIED: _("certified"),
}


@dataclass(frozen=True, slots=True)
class ShownStanding:
    """A standing as the page shows it."""

    tag: str
    sign: str
    words: Promise
    key: Promise | None


@dataclass(frozen=True, slots=True)
class ShownPresence:
    """What the log holds about a clip, as the page shows it."""

    subject: str
    size: int
    signed_at: datetime
    event: Promise | None
    at: datetime | None
    index: int | None


def shown_standing(found: PublicCertificate) -> ShownStanding:
    """Say what became of a certificate."""
    return ShownStanding(*STANDINGS[found.standing], None if found.key is None else KEYS[found.key.state])


def shown_presence(found: Presence) -> ShownPresence:
    """Say what the log holds about a clip."""
    signed_at = datetime.fromtimestamp(found.head.signed_at, UTC)
    if found.latest is None:
        return ShownPresence(found.subject, found.head.size, signed_at, None, None, None)
    entry = entry_read(found.latest.entry.encode("ascii"))
    at = datetime.fromtimestamp(entry.at, UTC)
    return ShownPresence(found.subject, found.head.size, signed_at, EVENTS[entry.event], at, found.latest.index)
