"""licensed: was a clip ever licensed? Answered by a proof, not by the server's word."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from offcut.api_log import Told
from offcut.arguments import Commands
from offcut.certificate import Key, read_jwks
from offcut.client import Client
from offcut.durable import read_json, write_json
from offcut.errors import ExitCode
from offcut.language import t
from offcut.profiles import all_pinned, config_folder
from offcut.session import Session

_EVENTS = {
    "issued": "licensed",
    "withdrawn": "withdrawn by its creator",
    "claimed": "under a claim",
    "cleared": "cleared of a claim",
    "terminated": "a licence ended before its time",
    "expired": "the time of a licence was over",
    "deletion_attested": "its deletion was attested",
}


def _memory(url: str) -> Path:
    """Where the last head of a server's log is kept: what it must have grown from."""
    return config_folder() / "heads" / f"{hashlib.sha256(url.rstrip('/').encode()).hexdigest()[:16]}.json"


def _keys(session: Session, client: Client) -> tuple[Mapping[str, Key], str]:
    pinned = all_pinned().get(session.url.rstrip("/"))
    shown = read_jwks(client.jwks(), "the server's keys")
    return ({**shown, **pinned}, "pinned") if pinned else (shown, "server")


def licensed(session: Session) -> ExitCode:
    """Whether a clip was ever licensed."""
    out, memory = session.out, _memory(session.url)
    with session.public() as client:
        keys, trust = _keys(session, client)
        last = str((read_json(memory) or {}).get("head", ""))
        told = client.log.about(session.args.clip, keys, last)
    write_json(memory, {"url": session.url, "head": told.head_text})
    out.json({**_facts(told), "trust": trust})
    if out.as_json:
        return ExitCode.OK
    if told.entry is None:
        out.say(t("Never: none of the {size} entries of the log is about {id}.", size=told.head.size, id=told.id))
    else:
        event = t(_EVENTS.get(told.entry.event, told.entry.event))
        when = datetime.fromtimestamp(told.entry.at, UTC).date().isoformat()
        out.say(t("{id}: {event}, {when} (entry {index}).", id=told.id, event=event, when=when, index=told.index))
    if told.seen is not None:
        out.say(t("The log only grew since you last looked ({seen} entries then).", seen=told.seen))
    if trust == "server":
        out.note(t("Warning: no pinned key. The server vouches for itself; sign in once to pin its keys."))
    return ExitCode.OK


def _facts(told: Told) -> dict[str, object]:
    latest = None if told.entry is None else {"index": told.index, "event": told.entry.event, "at": told.entry.at}
    head = {"origin": told.head.origin, "size": told.head.size, "signed_at": told.head.signed_at}
    return {"id": told.id, "licensed": latest is not None, "latest": latest, "log": head, "seen": told.seen}


def add(commands: Commands) -> None:
    """Declare the command of this module."""
    asked = commands.add("licensed", licensed, "Was a clip ever licensed? Proven by the public log")
    asked.add_argument("clip", help="clp_… or lic_…")
