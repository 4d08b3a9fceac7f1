"""sync, changes: keeping a delivered dataset in line with what was taken down."""

from __future__ import annotations

from pathlib import Path

from offcut.arguments import Commands, byte_rate
from offcut.commands_delivery import fetched, print_delivered, require_ready
from offcut.errors import ExitCode
from offcut.language import t
from offcut.session import Session


def sync(session: Session) -> ExitCode:
    """Bring a folder to the newest version of its dataset: fetch what changed, remove what left, verify."""
    args, out = session.args, session.out
    folder = Path(args.folder or ".")
    with session.client() as client, out.bars() as bars:
        dataset = client.datasets.newest_of(folder)
        require_ready(dataset)
        out.say(t("Newest version: {dataset} v{version}", dataset=dataset.id, version=dataset.version))
        delivered = fetched(session, client, bars, dataset, folder, prune=args.prune)
    for name in delivered.left_over:
        out.say(t("{name}: left the dataset", name=name))
    if delivered.left_over:
        out.note(
            t("Removed: {count} files of earlier versions.", count=len(delivered.left_over))
            if args.prune
            else t("Run it again with --prune to remove what left the dataset.")
        )
    return print_delivered(out, delivered)


def changes(session: Session) -> ExitCode:
    """What was taken down of a dataset, and which files replace which."""
    with session.client() as client:
        items = list(client.datasets.changes(session.args.dataset, session.args.since or ""))
    rows = [
        (
            item.clip_id,
            item.state,
            (item.delete_by or "")[:10],
            (item.due_at or "")[:10],
            "" if item.version is None else f"v{item.version}",
            " ".join(file.name for file in item.files),
        )
        for item in items
    ]
    session.out.table(("Clip", "State", "Delete by", "Attest by", "Left out by", "Files"), items, rows)
    return ExitCode.OK


def add(commands: Commands) -> None:
    """Declare the commands of this module."""
    keep = commands.add("sync", sync, "Bring a dataset's folder to its newest version and verify it")
    keep.add_argument("folder", metavar="DIR", nargs="?", help=t("the dataset's folder (this one)"))
    keep.add_argument("--prune", action="store_true", help=t("remove files of earlier versions"))
    keep.add_argument("--jobs", type=int, default=4, help=t("files at the same time (4)"))
    keep.add_argument("--limit-rate", type=byte_rate, metavar="RATE", help=t("bytes per second, such as 20M"))
    told = commands.add("changes", changes, "What was taken down of a dataset, and what replaces it")
    told.add_argument("dataset")
    told.add_argument("--since", metavar="VERSION", help=t("only since a version (v1) or a moment"))
