"""releases: who is in the picture, and what they agreed to."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from offcut.api_releases import Release
from offcut.arguments import Commands
from offcut.client import Client
from offcut.errors import ExitCode, OffcutError
from offcut.hashing import hash_stream
from offcut.language import t
from offcut.session import Session

_KINDS = ("person", "voice", "minor", "premises", "mark", "permit")
_ANSWERS = ("no", "silent", "evaluation", "non_generative", "generative")
_STATES = ("draft", "sent", "signed", "refused", "revoked", "cancelled")


def _print(session: Session, release: Release) -> ExitCode:
    pairs = (
        ("Release", release.id),
        ("About", release.subject),
        ("Kind", release.kind),
        ("State", release.state),
        ("AI training", release.ai_training),
        ("Signed by", release.signed_by or None),
        ("Until", release.last_day),
        ("Clips", release.clips),
    )
    session.out.facts(release, pairs)
    return ExitCode.OK


def releases_ls(session: Session) -> ExitCode:
    """My releases, newest first."""
    with session.client() as client:
        items = list(client.releases.list(session.args.state, session.args.limit))
    rows = [
        (item.id, item.subject, item.kind, item.state, item.ai_training, item.clips, item.signed_by) for item in items
    ]
    session.out.table(("Release", "About", "Kind", "State", "AI training", ">Clips", "Signed by"), items, rows)
    return ExitCode.OK


def releases_show(session: Session) -> ExitCode:
    """One release."""
    with session.client() as client:
        return _print(session, client.releases.get(session.args.release))


def _words(session: Session) -> dict[str, Any]:
    args = session.args
    words = {"occasion": args.occasion, "language": args.language, "last_day": args.last_day}
    return {name: value for name, value in words.items() if value}


def releases_new(session: Session) -> ExitCode:
    """Draft a release, attach it to clips, and make its signing link if asked."""
    args, out = session.args, session.out
    with session.client() as client:
        words = _words(session) | ({"shows_pictures": False} if args.no_pictures else {})
        made = client.releases.draft(args.subject, args.kind, **words)
        made = _attached(client, made, args.on)
        if not args.send:
            out.note(t("Make its link with: offcut releases send {release}", release=made.id))
            return _print(session, made)
        return _sent(session, made.id)


def _attached(client: Client, made: Release, clips: list[str]) -> Release:
    """Put a release that was just stored on its clips; a refusal says that it is stored, and under which number."""
    try:
        return client.releases.attach(made.id, clips) if clips else made
    except OffcutError as error:
        error.detail = t(
            "The release is stored as {release}, on no clip so far. Go on with: offcut releases attach {release} CLIP",
            release=made.id,
        )
        raise


def _sent(session: Session, release_id: str) -> ExitCode:
    with session.client() as client:
        link = client.releases.send(release_id)
    session.out.facts(link, (("Release", link.release_id), ("Link", link.sign_url), ("Until", link.ends_at)))
    session.out.note(t("The link is shown this once and signs once. Pass it on to the person yourself."))
    return ExitCode.OK


def releases_send(session: Session) -> ExitCode:
    """A link to sign by."""
    return _sent(session, session.args.release)


def _why(error: OSError) -> str:
    return " ".join((f"{error.strerror}.", t("Nothing was recorded.")))


def _digest(scan: str) -> tuple[str, str]:
    path = Path(scan)
    try:
        with path.open("rb") as stream:
            hashed = hash_stream(stream)
    except OSError as error:
        raise OffcutError("usage", t("{file} cannot be read.", file=scan), _why(error)) from error
    if not hashed.size_bytes:
        raise OffcutError("usage", t("{file} is empty.", file=scan), t("Nothing was recorded."))
    return path.name, hashed.digests().sha256


def releases_record(session: Session) -> ExitCode:
    """Record a release signed on paper; the scan stays here, its digest is kept."""
    args = session.args
    named = args.minor_name or args.guardian_relation
    if named and args.kind != "minor":
        raise OffcutError(
            "usage",
            t("A guardian is named for a child only."),
            t("Add --kind minor, or leave --minor-name and --guardian-relation out. Nothing was recorded."),
        )
    name, sha256 = _digest(args.scan)
    paper = {"signed_on": args.signed_on, "name": args.signed_by, "file_name": name, "sha256": sha256}
    paper["ai_training"] = args.ai_training
    if named:
        paper |= {"minor_name": args.minor_name, "guardian_relation": args.guardian_relation}
    with session.client() as client:
        made = client.releases.record(args.subject, paper, args.kind, **_words(session))
        made = _attached(client, made, args.on)
    session.out.note(t("Keep the scan: its SHA-256 was recorded, the file itself was not sent."))
    return _print(session, made)


def releases_attach(session: Session) -> ExitCode:
    """Say on which clips the person, place or mark is."""
    with session.client() as client:
        return _print(session, client.releases.attach(session.args.release, session.args.clips))


def releases_revoke(session: Session) -> ExitCode:
    """Consent was taken back."""
    with session.client() as client:
        return _print(session, client.releases.revoke(session.args.release))


def releases_cancel(session: Session) -> ExitCode:
    """Drop a release that nobody signed."""
    with session.client() as client:
        return _print(session, client.releases.cancel(session.args.release))


def _about(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("subject", help=t("whom or what it is about"))
    parser.add_argument("--kind", choices=_KINDS, default="person")
    parser.add_argument("--occasion", help=t("where and when it was filmed"))
    parser.add_argument("--language", choices=("en", "fr"), help=t("the language it is written in"))
    parser.add_argument("--last-day", metavar="YYYY-MM-DD", help=t("until when it holds; for good when left out"))
    parser.add_argument("--on", action="append", default=[], metavar="CLIP", help=t("a clip it is about; may repeat"))


def add(commands: Commands) -> None:
    """Declare the commands of this module."""
    group = commands.group("releases", "Who is in the picture, and what they agreed to")
    ls = group.add("ls", releases_ls, "My releases, newest first")
    ls.add_argument("--state", choices=_STATES)
    ls.add_argument("--limit", type=int)
    new = group.add("new", releases_new, "Draft a release for somebody to sign")
    _about(new)
    new.add_argument("--no-pictures", action="store_true", help=t("show no frames on the page that is signed"))
    new.add_argument("--send", action="store_true", help=t("make the signing link at once"))
    paper = group.add("record", releases_record, "Record a release that was signed on paper")
    _about(paper)
    paper.add_argument("--scan", required=True, metavar="FILE", help=t("the signed paper; it stays on this machine"))
    paper.add_argument("--signed-on", required=True, metavar="YYYY-MM-DD")
    paper.add_argument("--signed-by", required=True, metavar="NAME")
    paper.add_argument(
        "--ai-training", required=True, choices=_ANSWERS, help=t("what the paper says about AI training")
    )
    paper.add_argument("--minor-name", default="", metavar="NAME", help=t("the child's name, when a guardian signed"))
    paper.add_argument("--guardian-relation", default="", metavar="RELATION")
    for name, run, summary in (
        ("show", releases_show, "One release"),
        ("send", releases_send, "A link to sign by"),
        ("revoke", releases_revoke, "Consent was taken back: nothing new is sold"),
        ("cancel", releases_cancel, "Drop a release that nobody signed"),
    ):
        group.add(name, run, summary).add_argument("release")
    attach = group.add("attach", releases_attach, "Say on which clips the person, place or mark is")
    attach.add_argument("release")
    attach.add_argument("clips", nargs="+", metavar="CLIP")
