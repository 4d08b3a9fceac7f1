"""Releases of people, guardians and owners: who agreed to what, and the links they sign by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from offcut.transport import Transport
from offcut.wire import decode


@dataclass(frozen=True)
class Release:
    """What somebody signed, or is asked to sign; `ai_training` is their own answer, `silent` until there is one."""

    id: str
    kind: str = ""
    state: str = ""
    subject: str = ""
    occasion: str = ""
    language: str = ""
    last_day: str | None = None
    ai_training: str = "silent"
    guardian: bool = False
    clips: int = 0
    link_ends_at: str | None = None
    signed_at: str | None = None
    signed_by: str = ""
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True)
class SigningLink:
    """Where a release is signed: shown once, works once. Pass it on yourself."""

    release_id: str
    sign_url: str
    ends_at: str
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)


class ReleasesApi:
    """The releases of my studio."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def _post(self, path: str, body: Mapping[str, Any]) -> Release:
        return decode(Release, self._transport.json("POST", path, body=dict(body)), "releases")

    def list(self, state: str | None = None, limit: int | None = None) -> Iterator[Release]:
        """Newest first; `state` is draft, sent, signed, refused, revoked or cancelled."""
        for item in self._transport.pages("releases", {"state": state} if state else None, limit):
            yield decode(Release, item, "releases")

    def get(self, release_id: str) -> Release:
        """One release."""
        return decode(Release, self._transport.json("GET", f"releases/{release_id}"), "releases")

    def draft(self, subject: str, kind: str = "person", **words: object) -> Release:
        """Draft one to be sent by a link: `occasion`, `language`, `last_day` ("2030-01-31"), `shows_pictures`."""
        return self._post("releases", {"subject": subject, "kind": kind, **words})

    def record(self, subject: str, paper: Mapping[str, Any], kind: str = "person", **words: object) -> Release:
        """Record one signed on paper: `paper` has signed_on, name, file_name, sha256 of the scan and ai_training."""
        return self._post("releases", {"subject": subject, "kind": kind, "paper": dict(paper), **words})

    def send(self, release_id: str) -> SigningLink:
        """A new signing link; an earlier one stops working."""
        return decode(SigningLink, self._transport.json("POST", f"releases/{release_id}/send", body={}), "releases")

    def attach(self, release_id: str, clip_ids: Sequence[str]) -> Release:
        """Say on which clips the one it is about can be seen or heard."""
        return self._post(f"releases/{release_id}/attach", {"spans": [{"clip_id": one} for one in clip_ids]})

    def revoke(self, release_id: str) -> Release:
        """Record that consent was taken back: nothing new is sold from then on."""
        return self._post(f"releases/{release_id}/revoke", {})

    def cancel(self, release_id: str) -> Release:
        """Drop one that nobody signed; its link stops working."""
        return self._post(f"releases/{release_id}/cancel", {})
