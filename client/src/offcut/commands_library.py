"""assets and clips."""

from __future__ import annotations

from offcut.arguments import Commands
from offcut.errors import ExitCode
from offcut.formats import duration_text
from offcut.session import Session


def assets_ls(session: Session) -> ExitCode:
    """Received files."""
    with session.client() as client:
        items = list(client.assets.list(session.args.limit))
    rows = [
        (a.id, a.original_name, a.state, duration_text(a.duration_ms), a.resolution_class, a.reason and a.reason.code)
        for a in items
    ]
    session.out.table(("Asset", "File", "State", ">Duration", "Class", "Reason"), items, rows)
    return ExitCode.OK


def clips_ls(session: Session) -> ExitCode:
    """My clips."""
    with session.client() as client:
        items = list(client.clips.list(session.args.limit))
    rows = [
        (c.id, c.title or c.original_name, duration_text(c.duration_ms), c.resolution_class, c.asset_id) for c in items
    ]
    session.out.table(("Clip", "Title", ">Duration", "Class", "Asset"), items, rows)
    return ExitCode.OK


def add(commands: Commands) -> None:
    """Declare the commands of this module."""
    for name, run, summary in (("assets", assets_ls, "Received files"), ("clips", clips_ls, "My clips")):
        listed = commands.group(name, summary).add("ls", run, summary)
        listed.add_argument("--limit", type=int, default=50)
