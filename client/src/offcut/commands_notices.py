"""notices, attest: what was taken down, and declaring that it is gone."""

from __future__ import annotations

from offcut.arguments import Commands
from offcut.errors import ExitCode
from offcut.language import t
from offcut.models_changes import Notice
from offcut.output import Output
from offcut.session import Session


def notices_ls(session: Session) -> ExitCode:
    """My takedown notices."""
    with session.client() as client:
        items = list(client.notices.list())
    rows = [(i.id, i.state, i.clip_id, (i.delete_by or "")[:10], (i.due_at or "")[:10]) for i in items]
    session.out.table(("Notice", "State", "Clip", "Delete by", "Attest by"), items, rows)
    return ExitCode.OK


def _print_notice(out: Output, notice: Notice) -> None:
    pairs = (
        ("Notice", notice.id),
        ("State", notice.state),
        ("Clip", notice.clip_id),
        ("Takes the place of", notice.supersedes_id),
        ("Counts instead", notice.superseded_by_id),
        ("Asked", " ".join(notice.effects)),
        ("Delete by", (notice.delete_by or "")[:10] or None),
        ("Attest by", (notice.due_at or "")[:10] or None),
        ("Signed by", notice.signatory or None),
        ("Method", notice.method or None),
        ("Refund", refund_text(notice)),
    )
    out.facts(notice, pairs)


def refund_text(notice: Notice) -> str | None:
    """What goes back, and how far it is."""
    if notice.refund is None or not notice.refund.decimal:
        return None
    words = {
        "promised": t("when the licence ends"),
        "credited": t("credited, on its way"),
        "delayed": t("credited; it could not be sent the way it came, and the platform sees to it"),
        "sent": t("sent on {date}", date=(notice.refund_sent_at or "")[:10]),
    }
    said = words.get(notice.refund_stage)
    return notice.refund.text if said is None else f"{notice.refund.text}, {said}"


def notices_show(session: Session) -> ExitCode:
    """One takedown notice: what is asked, and until when."""
    with session.client() as client:
        _print_notice(session.out, client.notices.get(session.args.notice))
    return ExitCode.OK


def attest(session: Session) -> ExitCode:
    """Declare that everything a notice asks was done, with the hashes of what was delivered."""
    args = session.args
    with session.client() as client:
        notice = client.notices.get(args.notice)
        if notice.state != "attested":
            hashes = client.notices.delivered(notice)
            session.out.say(t("{count} files were delivered under this licence.", count=len(hashes)))
            notice = client.notices.attest(
                notice, name=args.name, role=args.role, method=args.method, hashes=hashes, places=args.places
            )
    _print_notice(session.out, notice)
    return ExitCode.OK


def add(commands: Commands) -> None:
    """Declare the commands of this module."""
    notices = commands.group("notices", "What was taken down of what I licensed")
    notices.add("ls", notices_ls, "My takedown notices")
    notices.add("show", notices_show, "One notice: what is asked, and until when").add_argument("notice")
    said = commands.add("attest", attest, "Declare that what a notice asks was done")
    said.add_argument("notice")
    said.add_argument("--name", required=True, help=t("who declares it, by their full name"))
    said.add_argument("--role", required=True, help="officer, security_lead, auditor")
    said.add_argument("--method", required=True, help="erase, crypto_erase, destroy")
    said.add_argument("--places", default="", help=t("where copies lay"))
