"""From command line options to a signed-in client."""

from __future__ import annotations

import argparse
import os
from dataclasses import dataclass, field

from offcut.client import Client
from offcut.errors import OffcutError
from offcut.language import language, t
from offcut.output import Output
from offcut.profiles import DEFAULT, Profile, load_profile

DEFAULT_URL = "http://127.0.0.1:8000"


@dataclass
class Session:
    """One run of the command: its options, where it prints, and how it was typed (to print how to continue)."""

    args: argparse.Namespace
    out: Output
    argv: list[str] = field(default_factory=list)

    @property
    def profile_name(self) -> str:
        """The profile asked for."""
        return self.args.profile or os.environ.get("OFFCUT_PROFILE") or DEFAULT

    def profile(self) -> Profile | None:
        """The saved sign-in, if there is one."""
        return load_profile(self.profile_name)

    @property
    def url(self) -> str:
        """The server: --url, $OFFCUT_URL, the profile's, or this machine."""
        saved = self.profile()
        return self.args.url or os.environ.get("OFFCUT_URL") or (saved.url if saved else DEFAULT_URL)

    def _token(self) -> str | None:
        saved = self.profile()
        given = os.environ.get("OFFCUT_TOKEN")
        if given or saved is None:
            return given
        return saved.token if saved.url.rstrip("/") == self.url.rstrip("/") else None

    def public(self) -> Client:
        """A client that is signed in where possible and anonymous otherwise."""
        return Client(self.url, self._token(), language=language())

    def client(self) -> Client:
        """A signed-in client; OffcutError `not_signed_in` when there is no token for this server."""
        if not self._token():
            raise OffcutError(
                "not_signed_in", t("You are not signed in at {url}.", url=self.url), t("Sign in with: offcut login")
            )
        return self.public()
