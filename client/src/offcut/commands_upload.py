"""upload and resume: bytes on their way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from offcut.arguments import Commands, byte_rate
from offcut.client import Client
from offcut.errors import ExitCode, OffcutError
from offcut.formats import size_text
from offcut.language import t
from offcut.local_files import LocalFile, Scan, scan
from offcut.mhl import CardList, only_by_size, read_card
from offcut.models import Asset
from offcut.models_sending import Upload
from offcut.output import Output
from offcut.sending import Sent
from offcut.sending_all import send_all
from offcut.session import Session
from offcut.upload_shown import Watch, exit_of, follow, print_assets, print_sent, sent_facts
from offcut.upload_state import UploadRecord

BatchOf = Callable[[LocalFile], tuple[str | None, str]]


def _dry_run(out: Output, found: Scan) -> ExitCode:
    items = [{"path": str(file.path), "size_bytes": file.size_bytes} for file in found.files]
    out.table(("File", ">Size"), items, [(file.path, size_text(file.size_bytes)) for file in found.files])
    out.say(t("{count} files, {size}. Nothing was sent.", count=len(items), size=size_text(found.size_bytes)))
    return ExitCode.OK


def _note_left_out(out: Output, found: Scan) -> None:
    for path in found.skipped:
        out.note(t("Left out: {path} (not a regular file, or left by the system)", path=path))
    if found.aside:
        out.note(t("Files beside the videos that stay here: {count} (--all sends them).", count=len(found.aside)))


def _card(out: Output, found: Scan) -> CardList:
    """The lists of every folder that is sent, with a word on what they cannot tell."""
    card = CardList()
    for root in dict.fromkeys(found.roots.values()):
        here = read_card(root)
        card.lists += here.lists
        card.files |= here.files
    if not card.lists:
        raise OffcutError(
            "no_mhl",
            t("There is no list of checksums (.mhl) on this card."),
            t("Nothing was sent. Leave --mhl out to send without comparing."),
        )
    for path in card.missing():
        out.note(t("Listed and not there: {path}", path=path))
    for file in only_by_size(card, found.files):
        out.note(t("{name}: only its size is compared; for xxHash: pip install 'offcut[mhl]'", name=file.path.name))
    for file in found.files:
        if file.path.resolve() not in card.files:
            out.note(t("Not in the card's list: {path}", path=file.path))
    return card


def _checker(out: Output, card: CardList, *, force: bool) -> Callable[[LocalFile], None]:
    def check(file: LocalFile) -> None:
        try:
            card.check(file)
        except OffcutError as error:
            if not force:
                raise
            out.note(t("Sent all the same: {title} {detail}", title=error.title, detail=error.detail))

    return check


def _send(session: Session, client: Client, found: Scan, batch_of: BatchOf) -> tuple[list[Sent], dict[str, Asset]]:
    args, out = session.args, session.out
    check = _checker(out, _card(out, found), force=args.force) if args.mhl else None
    assets: dict[str, Asset] = {}
    with out.bars() as bars:
        machine = client.uploads.uploader(
            limit_rate=args.limit_rate,
            jobs=args.jobs,
            on_event=Watch(bars, found.size_bytes, len(found.files)),
            check=check,
        )
        told = None if args.wait else lambda sent: out.json(sent_facts(sent))
        results = send_all(machine, found.files, batch_of, told)
        if args.wait:
            assets = follow(client, bars, results, args.timeout)
            for sent in results:
                asset = assets.get(sent.asset_id)
                out.json({**sent_facts(sent), **({"asset": asset.raw} if asset else {})})
    return results, assets


def upload(session: Session) -> ExitCode:
    """Send files and folders, continuing what an earlier run left."""
    args, out = session.args, session.out
    found = scan((Path(path) for path in args.paths), everything=args.all)
    _note_left_out(out, found)
    if args.dry_run:
        return _dry_run(out, found)
    if not found.files:
        raise OffcutError(
            "nothing_to_send",
            t("There is no video to send."),
            t("Videos are told by the ends of their names. --all sends every file of a folder."),
        )
    with session.client() as client:
        results, assets = _send(session, client, found, lambda file: found.batch(file, args.batch))
        print_sent(out, results)
        if assets and not out.as_json:
            print_assets(out, list(assets.values()))
        _say_batches(session, client, {name for file in found.files if (name := found.batch(file, args.batch)[0])})
    return exit_of(results, assets)


def _say_batches(session: Session, client: Client, names: set[str]) -> None:
    """For people: whether the card may be erased, and where the receipt is."""
    if session.out.as_json or session.out.quiet:
        return
    for name in sorted(names):
        try:
            batch = client.batches.named(name)
        except OffcutError:
            batch = None
        if batch is None:
            continue
        facts = {"received": batch.received, "files": batch.files, "name": name}
        if batch.safe_to_erase:
            session.out.say(t("{name}: all {files} files are received and verified. You may erase this card.", **facts))
        else:
            session.out.say(t("{name}: {received} of {files} files are received. Do not erase the card yet.", **facts))
        session.out.say(t("Receipt:  offcut receipt {id} --format mhl -o receipt.mhl", id=batch.id))


def _wanted(session: Session, client: Client) -> list[Upload]:
    args = session.args
    if bool(args.upload) == bool(args.all_uploads):
        raise OffcutError(
            "usage", t("Which upload is to go on?"), t("Name one, or say --all. List them with: offcut uploads")
        )
    if args.all_uploads:
        return list(client.uploads.list("receiving"))
    return [client.uploads.get(args.upload)]


def _found_here(records: dict[str, UploadRecord], uploads: Sequence[Upload], out: Output) -> list[LocalFile]:
    """The files on this machine that belong to these uploads, unchanged since; a word on each of the others."""
    files = []
    for upload in uploads:
        record = records.get(upload.id)
        try:
            file = LocalFile.at(Path(record.path)) if record else None
        except OffcutError:
            file = None
        if record is None or file is None or not record.describes(file):
            out.note(
                t(
                    "{id} {name}: its file is not here, or changed. Where it is, run: offcut upload FILE",
                    id=upload.id,
                    name=upload.name,
                )
            )
        else:
            files.append(file)
    return files


def resume(session: Session) -> ExitCode:
    """Let paused uploads go on, and send what is missing of files that are on this machine."""
    with session.client() as client:
        uploads = _wanted(session, client)
        over = [upload for upload in uploads if upload.state != "receiving"]
        for upload in over:
            session.out.say(f"{upload.id} {upload.name}: {upload.state}")
        uploads = [client.uploads.resume(one.id) if one.paused else one for one in uploads if one not in over]
        records = {record.upload_id: record for record in client.uploads.store().unfinished()}
        files = _found_here(records, uploads, session.out)
        batches = {Path(record.path): record.batch or None for record in records.values()}
        found = Scan(tuple(files), ())
        results, _ = _send(session, client, found, lambda file: (batches.get(file.path), ""))
        print_sent(session.out, results)
    if len(files) < len(uploads) and all(sent.ok for sent in results):
        return ExitCode.PARTIAL if results else ExitCode.FAILED
    return exit_of(results)


def add(commands: Commands) -> None:
    """Declare the commands of this module."""
    send = commands.add("upload", upload, "Send files and folders; run again to continue")
    send.add_argument("paths", nargs="+", metavar="PATH")
    send.add_argument("--batch", help=t("name of the batch they belong to (the folder's name)"))
    send.add_argument("--all", action="store_true", help=t("also files in folders that are no videos"))
    send.add_argument("--mhl", action="store_true", help=t("compare with the card's own list of checksums first"))
    send.add_argument("--force", action="store_true", help=t("send files that differ from the card's list, too"))
    send.add_argument("--dry-run", action="store_true", help=t("only show what would be sent"))
    again = commands.add("resume", resume, "Go on with unfinished or paused uploads")
    again.add_argument("upload", nargs="?", metavar="ID")
    again.add_argument("--all", action="store_true", dest="all_uploads", help=t("every unfinished upload"))
    again.set_defaults(mhl=False, force=False)
    for parser in (send, again):
        parser.add_argument("--jobs", type=int, default=2, help=t("files at the same time (2)"))
        parser.add_argument("--limit-rate", type=byte_rate, metavar="RATE", help=t("bytes per second, such as 20M"))
        parser.add_argument(
            "--wait", action="store_true", help=t("follow the processing until each file is ready or refused")
        )
        parser.add_argument("--timeout", type=float, default=3600.0, help=t("seconds to wait at most (3600)"))
