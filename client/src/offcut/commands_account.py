"""login, logout, whoami, api."""

from __future__ import annotations

import argparse
import getpass
import json
import os
import sys

from offcut.arguments import Commands, assignments
from offcut.certificate import read_jwks
from offcut.client import Client
from offcut.errors import ExitCode, OffcutError
from offcut.language import language, t
from offcut.profiles import Profile, pin, remove_profile, save_profile
from offcut.session import Session


def _secret(given: str | None, variable: str, prompt: str) -> str:
    """A secret from an option, the environment, standard input (`-`) or the terminal."""
    if given == "-":
        return sys.stdin.readline().strip()
    found = given or os.environ.get(variable)
    if found:
        return found
    if not sys.stdin.isatty():
        raise OffcutError(
            "usage",
            t("{prompt} is missing.", prompt=prompt),
            t("Set ${variable}, or pass - and write it to standard input.", variable=variable),
        )
    return getpass.getpass(f"{prompt}: ")


def _sign_in(session: Session, client: Client) -> None:
    args = session.args
    if args.token is not None:
        client.transport.token = _secret(args.token or None, "OFFCUT_TOKEN", t("Token"))
        return
    email = args.email or (input(f"{t('E-mail')}: ") if sys.stdin.isatty() else "")
    if not email:
        raise OffcutError("usage", t("No e-mail address was given."), t("Use --email and --password, or --token."))
    client.sign_in(email, _secret(args.password, "OFFCUT_PASSWORD", t("Password")), label="offcut login")


def login(session: Session) -> ExitCode:
    """Sign in, save the token, pin the server's signing keys."""
    with Client(session.url, language=language()) as client:
        _sign_in(session, client)
        me = client.me()
        jwks, gone = pin(_same_server(session), client.jwks())
        organisation = me.organisation.id if me.organisation else ""
        profile = Profile(client.url, client.transport.token or "", me.email, organisation, jwks)
        path = save_profile(profile, session.profile_name)
    if gone:
        session.out.note(t("Warning: the server no longer shows signing key {kid}. It stays pinned here.", kid=gone[0]))
    keys = read_jwks(jwks, "the server's keys")
    facts = {"url": profile.url, "email": me.email, "organisation": organisation, "keys": sorted(keys)}
    session.out.json({**facts, "profile": session.profile_name})
    name = me.organisation.name if me.organisation else ""
    session.out.say(t("Signed in at {url} as {email} ({name}).", url=profile.url, email=me.email, name=name or "-"))
    session.out.say(t("Saved in {path}, readable by you only.", path=path))
    for key in keys.values():
        session.out.say(t("Certificates are checked against key {fingerprint}", fingerprint=key.fingerprint))
    return ExitCode.OK


def _same_server(session: Session) -> Profile | None:
    saved = session.profile()
    return saved if saved is not None and saved.url.rstrip("/") == session.url.rstrip("/") else None


def logout(session: Session) -> ExitCode:
    """Forget the saved sign-in."""
    there = remove_profile(session.profile_name)
    session.out.json({"signed_out": there})
    session.out.say(t("Signed out.") if there else t("You were not signed in."))
    return ExitCode.OK


def whoami(session: Session) -> ExitCode:
    """Who the saved token speaks for."""
    with session.client() as client:
        me = client.me()
    organisation = f"{me.organisation.name} ({me.organisation.kind}, {me.organisation.id})" if me.organisation else None
    pairs = (("Server", client.url), ("Person", me.email or me.name), ("Organisation", organisation), ("Role", me.role))
    session.out.facts(me, pairs)
    return ExitCode.OK


def api(session: Session) -> ExitCode:
    """Any API operation, its answer as JSON."""
    args = session.args
    body = assignments(args.field) or None
    method = args.method.upper()
    with session.public() as client:
        answer = client.call(method, args.path, body, args.key)
    if session.out.as_json:
        session.out.json(answer)
    else:
        session.out.say(json.dumps(answer, indent=2, ensure_ascii=False))
    return ExitCode.OK


def add(commands: Commands) -> None:
    """Declare the commands of this module."""
    sign_in = commands.add("login", login, "Sign in and remember it")
    sign_in.add_argument("--email", help=t("e-mail address"))
    sign_in.add_argument("--password", metavar="-", help=t("password; - reads it from standard input"))
    sign_in.add_argument("--token", nargs="?", const="", help=t("API token instead of a password; - reads it"))
    commands.add("logout", logout, "Forget the sign-in")
    commands.add("whoami", whoami, "Who am I")
    raw = commands.add("api", api, "Call any API operation")
    raw.add_argument("method", help="GET, POST, …")
    raw.add_argument("path", help="/me, /clips?limit=5, …")
    raw.add_argument("-f", "--field", action="append", default=[], metavar="NAME=VALUE", help=t("a field of the body"))
    raw.add_argument("--key", help="Idempotency-Key")
    raw.formatter_class = argparse.HelpFormatter
