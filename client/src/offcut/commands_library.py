"""upload, uploads, assets, clips."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from offcut.arguments import Commands, byte_rate
from offcut.client import Client
from offcut.errors import ExitCode
from offcut.formats import duration_text, left_text, size_text
from offcut.language import t
from offcut.limits import Meter
from offcut.local_files import Scan, scan
from offcut.models import Asset, Progress
from offcut.output import Bars, Output
from offcut.session import Session
from offcut.uploading import Sent, UploadEvent, send_all

_MARKS = {"received": "✓", "recognised": "✓", "changed": "!", "failed": "✗", "interrupted": "‖"}


class _Watch:
    """Turns upload events into one bar for all bytes and a line for what is unusual."""

    def __init__(self, bars: Bars, total: int) -> None:
        self._bars = bars
        self._meter = Meter(total)
        self._bar = bars.bytes(t("Sending"), self._meter)
        self._seen: dict[Path, int] = {}

    def __call__(self, event: UploadEvent) -> None:
        before = self._seen.get(event.file.path)
        if event.kind in {"sent", "received", "recognised", "resumed"}:
            self._meter.add(event.offset - (before or 0), moved=event.kind == "sent" and before is not None)
            self._seen[event.file.path] = event.offset
        name = event.file.path.name
        if event.kind == "resumed" and event.offset:
            self._bars.tell(t("{name}: continues at {size}", name=name, size=size_text(event.offset)))
        elif event.kind == "retry":
            self._bars.tell(
                t("{name}: connection lost at {size}, trying again", name=name, size=size_text(event.offset))
            )
        self._bars.show(self._bar, self._meter.pace().done)


def _facts(sent: Sent) -> dict[str, Any]:
    facts: dict[str, Any] = {"path": str(sent.path), "size_bytes": sent.size_bytes, "state": sent.state}
    facts |= {"upload_id": sent.upload_id or None, "asset_id": sent.asset_id or None, "duplicate": sent.duplicate}
    if sent.error is not None:
        facts["error"] = sent.error.as_dict()
    return facts


def _print_sent(out: Output, results: Sequence[Sent]) -> None:
    for sent in results:
        state = t("same bytes as {asset}", asset=sent.asset_id) if sent.duplicate else t(sent.state)
        out.say(f" {_MARKS[sent.state]} {sent.path}  {size_text(sent.size_bytes)}  {state}  {sent.asset_id}")
        if sent.error is not None:
            out.say("   " + f"{sent.error.title} {sent.error.detail}")


def _follow(client: Client, bars: Bars, results: Sequence[Sent], timeout_s: float) -> dict[str, Asset]:
    """Watch the work on the received files until each is ready or refused."""
    ids = list(dict.fromkeys(sent.asset_id for sent in results if sent.asset_id))
    done: set[str] = set()
    bar = bars.steps(t("Processing"), len(ids))

    def look(asset: Asset, progress: Progress | None) -> None:
        if progress is None:
            done.add(asset.id)
        label = t("Processing {done} of {total}", done=len(done), total=len(ids))
        if progress is not None:
            left = left_text(progress.seconds_left)
            label += f" · {asset.original_name} · {progress.stage}" + (
                f" · {t('{time} left', time=left)}" if left else ""
            )
        bars.show(bar, len(done), label)

    if not ids:
        return {}
    return {asset.id: asset for asset in client.assets.wait(ids, timeout_s=timeout_s, on_asset=look)}


def _print_assets(out: Output, assets: Sequence[Asset]) -> None:
    ready = [asset for asset in assets if asset.state != "rejected"]
    rows = [
        (
            a.id,
            a.original_name,
            a.state,
            duration_text(a.duration_ms),
            f"{a.width or '?'}×{a.height or '?'}",
            a.frame_rate,
        )
        for a in ready
    ]
    if rows:
        out.table(("Asset", "File", "State", ">Duration", ">Picture", ">Rate"), ready, rows)
    for asset in assets:
        if asset.state == "rejected" and asset.reason is not None:
            out.say(f" ✗ {asset.original_name}: {asset.reason.text} ({asset.reason.code})")
            out.say(f"   {asset.reason.what_to_do}")


def _exit(results: Sequence[Sent], assets: dict[str, Asset]) -> ExitCode:
    bad = [
        sent
        for sent in results
        if not sent.ok or (sent.asset_id in assets and assets[sent.asset_id].state == "rejected")
    ]
    if not bad:
        return ExitCode.OK
    if len(bad) < len(results):
        return ExitCode.PARTIAL
    errors = {sent.error.exit_code for sent in bad if sent.error is not None}
    return errors.pop() if len(errors) == 1 else ExitCode.FAILED


def _dry_run(out: Output, found: Scan) -> ExitCode:
    items = [{"path": str(file.path), "size_bytes": file.size_bytes} for file in found.files]
    out.table(("File", ">Size"), items, [(file.path, size_text(file.size_bytes)) for file in found.files])
    out.say(t("{count} files, {size}. Nothing was sent.", count=len(items), size=size_text(found.size_bytes)))
    return ExitCode.OK


def upload(session: Session) -> ExitCode:
    """Send files and folders, continuing what an earlier run left."""
    args, out = session.args, session.out
    found = scan(Path(path) for path in args.paths)
    for path in found.skipped:
        out.note(t("Left out: {path} (not a regular file, or left by the system)", path=path))
    if args.dry_run:
        return _dry_run(out, found)
    assets: dict[str, Asset] = {}
    with session.client() as client, out.bars() as bars:
        machine = client.uploads.uploader(limit_rate=args.limit_rate, on_event=_Watch(bars, found.size_bytes))
        results = send_all(machine, found.files, args.batch, args.jobs)
        if args.wait:
            assets = _follow(client, bars, results, args.timeout)
    for sent in results:
        asset = assets.get(sent.asset_id)
        out.json({**_facts(sent), **({"asset": asset.raw} if asset else {})})
    _print_sent(out, results)
    if assets and not out.as_json:
        _print_assets(out, list(assets.values()))
    return _exit(results, assets)


def uploads(session: Session) -> ExitCode:
    """Transfers and how far they are."""
    with session.client() as client:
        items = list(client.uploads.list(session.args.state, session.args.limit))
    rows = [(u.id, u.name, u.state, size_text(u.offset), size_text(u.size_bytes), u.asset_id) for u in items]
    session.out.table(("Upload", "File", "State", ">Safe", ">Size", "Asset"), items, rows)
    return ExitCode.OK


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
    send = commands.add("upload", upload, "Send files and folders; run again to continue")
    send.add_argument("paths", nargs="+", metavar="PATH")
    send.add_argument("--batch", help=t("name of the batch they belong to"))
    send.add_argument("--jobs", type=int, default=2, help=t("files at the same time (2)"))
    send.add_argument("--limit-rate", type=byte_rate, metavar="RATE", help=t("bytes per second, such as 20M"))
    send.add_argument(
        "--wait", action="store_true", help=t("follow the processing until each file is ready or refused")
    )
    send.add_argument("--timeout", type=float, default=3600.0, help=t("seconds to wait at most (3600)"))
    send.add_argument("--dry-run", action="store_true", help=t("only show what would be sent"))
    listing = commands.add("uploads", uploads, "Transfers and how far they are")
    listing.add_argument("--state", help=t("only those in this state"))
    listing.add_argument("--limit", type=int, default=50)
    for name, run, summary in (("assets", assets_ls, "Received files"), ("clips", clips_ls, "My clips")):
        listed = commands.group(name, summary).add("ls", run, summary)
        listed.add_argument("--limit", type=int, default=50)
