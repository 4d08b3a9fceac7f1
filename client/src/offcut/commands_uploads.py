"""uploads, pause, batches, receipt, scan: what is on its way, what arrived, what would be sent."""

from __future__ import annotations

import os
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from offcut.arguments import Commands
from offcut.errors import ExitCode, OffcutError
from offcut.formats import size_text
from offcut.language import t
from offcut.local_files import Kind, LocalFile, kind_of, scan
from offcut.mhl import read_card
from offcut.models_sending import Batch, Upload
from offcut.sampling import sample_sha256
from offcut.session import Session


def _state(upload: Upload) -> str:
    return t("paused") if upload.paused and upload.state == "receiving" else upload.state


def uploads(session: Session) -> ExitCode:
    """Transfers and how far they are."""
    with session.client() as client:
        items = list(client.uploads.list(session.args.state, session.args.limit))
    rows = [(u.id, u.name, _state(u), size_text(u.offset), size_text(u.size_bytes), u.asset_id) for u in items]
    session.out.table(("Upload", "File", "State", ">Safe", ">Size", "Asset"), items, rows)
    return ExitCode.OK


def pause(session: Session) -> ExitCode:
    """Stop an upload where it is; what arrived stays."""
    with session.client() as client:
        upload = client.uploads.pause(session.args.upload)
    session.out.json(upload)
    session.out.say(
        t(
            "{name} is paused; {size} are safe. Go on with:  offcut resume {id}",
            name=upload.name,
            size=size_text(upload.offset),
            id=upload.id,
        )
    )
    return ExitCode.OK


def batches_ls(session: Session) -> ExitCode:
    """My batches, and which cards may be erased."""
    with session.client() as client:
        items = list(client.batches.list(session.args.limit))
    rows = [
        (b.id, b.name, f"{b.received} / {b.files}", size_text(b.received_bytes), t("yes") if b.safe_to_erase else "-")
        for b in items
    ]
    session.out.table(("Batch", "Name", ">Received", ">Size", "Safe to erase"), items, rows)
    return ExitCode.OK


def _no_batch(name: str) -> OffcutError:
    return OffcutError("no_batch", t("There is no batch {name}.", name=name), t("List them with: offcut batches ls"))


def receipt(session: Session) -> ExitCode:
    """What was received of a batch and verified, as a file for the archive."""
    args, out = session.args, session.out
    target = Path(args.output) if args.output and args.output != "-" else None
    if target is not None and target.exists() and not args.force:
        raise OffcutError(
            "file_exists",
            t("{path} is there already.", path=target),
            t("It was not touched. Choose another name, or replace it with --force."),
        )
    with session.client() as client:
        batch: Batch | None = client.batches.named(args.batch)
        if batch is None:
            raise _no_batch(args.batch)
        content = client.batches.receipt(batch.id, args.format, partial=args.partial)
    if target is None:
        sys.stdout.buffer.write(content)
        sys.stdout.flush()
        return ExitCode.OK
    _write(target, content, replace=args.force)
    out.json({"batch": batch.id, "path": str(target), "format": args.format, "size_bytes": len(content)})
    out.say(t("Written: {path}", path=target))
    if not batch.safe_to_erase:
        out.note(t("Not every file of this batch is received. Do not erase the card yet."))
    return ExitCode.OK


def _write(path: Path, content: bytes, *, replace: bool) -> None:
    """Put a file in place whole; without `replace` never over another one, not even one made a moment ago."""
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).chmod(0o644)
        if replace:
            Path(name).replace(path)
            return
        try:
            os.link(name, path)
        finally:
            Path(name).unlink()
    except OSError as error:
        raise OffcutError(
            "cannot_write", t("{path} cannot be written.", path=path), t("{why}. Nothing was changed.", why=error)
        ) from error


def _duplicates(files: Iterable[LocalFile]) -> dict[Path, Path]:
    """Files whose size and sampled hash an earlier one has: likely the same bytes. Copy → first."""
    sizes: defaultdict[int, list[LocalFile]] = defaultdict(list)
    for file in files:
        sizes[file.size_bytes].append(file)
    first: dict[tuple[int, str], Path] = {}
    copies: dict[Path, Path] = {}
    for alike in (group for group in sizes.values() if len(group) > 1):
        for file in alike:
            key = (file.size_bytes, sample_sha256(file.path, file.size_bytes))
            if key in first:
                copies[file.path] = first[key]
            else:
                first[key] = file.path
    return copies


def look(session: Session) -> ExitCode:
    """What an upload of these paths would send; nothing leaves the machine."""
    args, out = session.args, session.out
    found = scan((Path(path) for path in args.paths), everything=args.all)
    copies = _duplicates(found.files)
    rows: list[tuple[object, ...]] = []
    items: list[dict[str, Any]] = []
    for file, sent in [*((one, True) for one in found.files), *((one, False) for one in found.aside)]:
        kind, copy = kind_of(file.path), copies.get(file.path)
        batch, _ = found.batch(file)
        items.append({
            "path": str(file.path), "size_bytes": file.size_bytes, "kind": str(kind), "sent": sent, "batch": batch,
            "same_as": str(copy) if copy else None,
        })  # fmt: skip
        told = t("same as {path}", path=copy) if copy else t("is sent") if sent else t("stays here")
        rows.append((file.path, t(str(kind)), size_text(file.size_bytes), told))
    out.table(("File", "Kind", ">Size", "Upload"), items, rows)
    _say_scan(session, found.files, copies, [one for one in found.aside if kind_of(one.path) is Kind.SIDECAR])
    for root in [path for path in map(Path, args.paths) if path.is_dir()]:
        for path in read_card(root).lists:
            out.say(t("The card's own list: {path} (compare with --mhl)", path=path))
    return ExitCode.OK


def _say_scan(
    session: Session, files: tuple[LocalFile, ...], copies: dict[Path, Path], sidecars: list[LocalFile]
) -> None:
    size = sum(file.size_bytes for file in files if file.path not in copies)
    facts = {"count": len(files), "size": size_text(size), "copies": len(copies), "sidecars": len(sidecars)}
    session.out.say(
        t("{count} files, {size} to send at most; {copies} are there twice, {sidecars} sidecars stay here.", **facts)
    )


def add(commands: Commands) -> None:
    """Declare the commands of this module."""
    listing = commands.add("uploads", uploads, "Transfers and how far they are")
    listing.add_argument("--state", help=t("only those in this state"))
    listing.add_argument("--limit", type=int, default=50)
    hold = commands.add("pause", pause, "Stop an upload where it is; what arrived stays")
    hold.add_argument("upload", metavar="ID")
    listed = commands.group("batches", "My batches, and which cards may be erased").add(
        "ls", batches_ls, "My batches, and which cards may be erased"
    )
    listed.add_argument("--limit", type=int, default=50)
    proof = commands.add("receipt", receipt, "Proof of what was received and verified")
    proof.add_argument("batch", metavar="BATCH", help=t("its id or its name"))
    proof.add_argument("--format", choices=("csv", "mhl"), default="csv")
    proof.add_argument("-o", "--output", metavar="FILE", help=t("write it there instead of printing it"))
    proof.add_argument("--force", action="store_true", help=t("replace the file if it is there"))
    proof.add_argument("--partial", action="store_true", help=t("also while files are missing"))
    peek = commands.add("scan", look, "What an upload would send; nothing leaves this machine")
    peek.add_argument("paths", nargs="+", metavar="PATH")
    peek.add_argument("--all", action="store_true", help=t("also files in folders that are no videos"))
