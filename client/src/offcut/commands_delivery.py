"""dataset, download, verify, licences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from offcut.arguments import Commands, byte_rate
from offcut.certificate import CertificateError, Key, claims_unverified, read_jwks
from offcut.checking_files import verify_file
from offcut.client import Client
from offcut.delivery import Delivered
from offcut.downloading import Downloader, DownloadEvent
from offcut.errors import ExitCode, OffcutError
from offcut.formats import duration_text, left_text, size_text
from offcut.language import t
from offcut.limits import Meter
from offcut.models import Dataset, DatasetFile
from offcut.output import Bars, Output
from offcut.profiles import all_pinned, pin, save_profile
from offcut.session import Session
from offcut.verify import CERTIFICATE, Verification, folder_bytes, verify_folder


def _print_dataset(out: Output, dataset: Dataset) -> None:
    size = size_text(dataset.size_bytes) if dataset.size_bytes is not None else None
    pairs = (
        ("Dataset", dataset.id),
        ("Name", dataset.name or None),
        ("State", dataset.state),
        ("Order", dataset.order_id),
        ("Samples", dataset.samples),
        ("Shards", dataset.shards),
        ("Size", size),
    )
    out.facts(dataset, pairs)


def dataset_ls(session: Session) -> ExitCode:
    """My datasets."""
    with session.client() as client:
        items = list(client.datasets.list())
    rows = [(d.id, d.state, d.samples, d.shards, d.order_id) for d in items]
    session.out.table(("Dataset", "State", ">Samples", ">Shards", "Order"), items, rows)
    return ExitCode.OK


def dataset_status(session: Session) -> ExitCode:
    """One dataset and its build."""
    with session.client() as client:
        dataset = client.datasets.get(session.args.dataset)
        _print_dataset(session.out, dataset)
        if dataset.state not in {"ready", "failed"}:
            progress = client.datasets.progress(dataset.id)
            left = left_text(progress.seconds_left)
            session.out.say(f"{progress.stage} {progress.done}/{progress.total}" + (f" · {left}" if left else ""))
    return ExitCode.OK if dataset.state == "ready" else ExitCode.NOT_READY


class _Watch:
    """Turns download events into one bar for all bytes, and lines for what is unusual."""

    def __init__(self, bars: Bars) -> None:
        self._bars = bars
        self._meter = Meter()
        self._bar: Any = None

    def files(self, files: Sequence[DatasetFile], downloader: Downloader) -> None:
        """What is to come is known."""
        self._meter = Meter(sum(file.size_bytes for file in files))
        label = t("{count} files", count=len(files))
        self._bar = self._bars.bytes(label, self._meter)
        there = self._meter.total - downloader.missing_bytes(files)
        if there:
            self._bars.tell(t("Continuing: {size} are here already.", size=size_text(there)))

    def __call__(self, event: DownloadEvent) -> None:
        self._meter.add(event.size_bytes, moved=event.kind == "bytes")
        if event.kind == "again":
            self._bars.tell(t("{name}: started again, the part here did not fit", name=event.name))
        elif event.kind == "retry":
            self._bars.tell(t("{name}: connection lost, trying again", name=event.name))
        self._bars.show(self._bar, self._meter.pace().done)


def download(session: Session) -> ExitCode:
    """Fetch a dataset, continuing an earlier run, and verify it."""
    args, out = session.args, session.out
    with session.client() as client, out.bars() as bars:
        dataset = client.datasets.get(args.dataset)
        require_ready(dataset)
        delivered = fetched(session, client, bars, dataset, Path(args.output))
    return print_delivered(out, delivered)


def require_ready(dataset: Dataset) -> None:
    """Refuse a dataset that is still being built."""
    if dataset.state != "ready":
        raise OffcutError(
            "not_ready",
            t("The dataset is not ready ({state}).", state=dataset.state),
            t("Wait for it with: offcut order wait {order_id}", order_id=dataset.order_id),
        )


def fetched(
    session: Session, client: Client, bars: Bars, dataset: Dataset, folder: Path, *, prune: bool = False
) -> Delivered:
    """Fetch and verify a dataset as the command line does: with bars, and keys pinned at sign-in."""
    watch, check = _Watch(bars), Meter(dataset.size_bytes or 0)
    return client.datasets.download(
        dataset.id,
        folder,
        jobs=session.args.jobs,
        limit_rate=session.args.limit_rate,
        trusted=_fresh_pins(session, client.jwks()),
        on_event=watch,
        on_files=watch.files,
        on_check=check.add,
        prune=prune,
    )


def _fresh_pins(session: Session, jwks: Mapping[str, Any]) -> dict[str, Key]:
    """Pinned keys and those the server shows now (it may have rotated them); the union is pinned from here on."""
    saved = session.profile()
    if saved is None or saved.url.rstrip("/") != session.url.rstrip("/"):
        return read_jwks(jwks, "the server's keys")
    document, _ = pin(saved, jwks)
    if document != saved.jwks:
        save_profile(saved.pinning(document), session.profile_name)
    return read_jwks(document, "pinned keys")


def print_delivered(out: Output, delivered: Delivered) -> ExitCode:
    """Say how it ended, as text or JSON."""
    for file in delivered.failed:
        if file.error is not None:
            out.note(f" ✗ {file.name}: {file.error.title} {file.error.detail}")
    if delivered.verification is not None:
        return _print_verification(out, delivered.verification)
    failed = [
        {"name": file.name, "state": file.state, "code": file.error and file.error.code} for file in delivered.failed
    ]
    out.json({"ok": False, "folder": str(delivered.folder), "failed": failed})
    if any(file.state == "mismatch" for file in delivered.failed):
        return ExitCode.MISMATCH
    out.note(t("What came is kept. Run the same command again to continue."))
    return ExitCode.PARTIAL if len(delivered.failed) < len(delivered.files) else ExitCode.FAILED


def _verification_facts(result: Verification) -> dict[str, Any]:
    certificate = result.certificate
    return {
        "ok": result.ok,
        "folder": str(result.folder),
        "trust": result.trust,
        "key": certificate.key.kid if certificate else None,
        "fingerprint": certificate.key.fingerprint if certificate else None,
        "certificate": certificate.payload if certificate else None,
        "log": {"origin": result.head.origin, "size": result.head.size, "signed_at": result.head.signed_at}
        if result.head
        else None,
        "files": result.files,
        "bytes": result.bytes,
        "problems": [vars(problem) for problem in result.problems],
        "warnings": [vars(warning) for warning in result.warnings],
    }


_TRUST = {
    "pinned": "the key pinned when you signed in",
    "server": "the key the server shows now",
    "file": "the key file you gave",
    "folder": "the folder's own key: it proves only that the folder is whole",
}


def _print_verification(out: Output, result: Verification) -> ExitCode:
    out.json(_verification_facts(result))
    for warning in result.warnings:
        out.say(f" ! {warning.file}: {t(warning.detail)}")
    for problem in result.problems:
        out.note(f" ✗ {problem.file}: {t(problem.detail)} ({problem.code})")
    if result.problems:
        out.note(
            t("{count} files do not match the certificate. Do not train on this folder.", count=len(result.bad_files))
        )
        return ExitCode.MISMATCH
    certificate = result.certificate
    if certificate is not None and not out.as_json:
        out.say(t("This dataset is whole and genuine."))
        samples = certificate.number("samples", "count")
        length = duration_text(certificate.number("samples", "duration_ms"))
        price = f"{certificate.text('price', 'total')} {certificate.text('price', 'currency')}"
        until = certificate.text("grant", "ends")
        out.facts(
            None,
            (
                ("Dataset", f"{certificate.text('dataset')} v{certificate.number('version')}"),
                ("Order", certificate.text("order")),
                ("Licensee", certificate.text("licensee", "name") or certificate.text("licensee", "id")),
                ("Samples", f"{samples} · {length}"),
                ("Valid until", until or None),
                ("Price", price),
                ("Files", f"{result.files} · {size_text(result.bytes)}"),
                ("Issued by", certificate.text("iss")),
                ("Log", f"{result.head.origin} · {result.head.size}" if result.head else None),
                ("Checked with", t(_TRUST[result.trust])),
                ("Key", certificate.key.fingerprint),
            ),
        )
    if result.trust == "folder":
        out.note(t("Warning: no pinned key. Sign in to the seller, or pass --jwks FILE, to prove who issued this."))
    return ExitCode.OK


def _trusted(session: Session, folder: Path) -> tuple[Mapping[str, Key] | None, str]:
    """Which keys to believe, and the word for it."""
    args = session.args
    if args.jwks:
        try:
            return read_jwks(Path(args.jwks).read_bytes(), args.jwks), "file"
        except (OSError, CertificateError) as error:
            raise OffcutError("usage", t("{jwks} is not a usable key file.", jwks=args.jwks), str(error)) from error
    pinned = all_pinned()
    if args.pinned:
        if not pinned:
            raise OffcutError(
                "usage", t("No key is pinned on this machine."), t("Sign in first (offcut login), or pass --jwks FILE.")
            )
        return {kid: key for keys in pinned.values() for kid, key in keys.items()}, "pinned"
    kid, issuer, _ = claims_unverified(folder / CERTIFICATE)
    for url, keys in pinned.items():
        if kid in keys or url == issuer.rstrip("/"):
            return keys, "pinned"
    return None, "folder"


def verify(session: Session) -> ExitCode:
    """Check a dataset folder, a document or a video without any network."""
    if session.args.pdf or session.args.video:
        return verify_file(session)
    folder = Path(session.args.folder or ".")
    if not folder.is_dir():
        raise OffcutError(
            "usage",
            t("{folder} is not a folder.", folder=folder),
            t("Name the folder that the dataset was downloaded into."),
        )
    keys, trust = _trusted(session, folder)
    with session.out.bars() as bars:
        meter = Meter(folder_bytes(folder))
        bar = bars.bytes(t("Verifying"), meter)

        def tick(size_bytes: int) -> None:
            meter.add(size_bytes)
            bars.show(bar, meter.pace().done)

        fresh = Path(session.args.proof) if session.args.proof else None
        result = verify_folder(folder, keys, trust=trust, jobs=session.args.jobs, tick=tick, fresh_proof=fresh)
    return _print_verification(session.out, result)


def licences_ls(session: Session) -> ExitCode:
    """My licences."""
    with session.client() as client:
        items = list(client.licences.list(session.args.limit))
    rows = [(item.id, item.state, item.clip_id, item.ends_at[:10]) for item in items]
    session.out.table(("Licence", "State", "Clip", "Valid until"), items, rows)
    return ExitCode.OK


def add(commands: Commands) -> None:
    """Declare the commands of this module."""
    datasets = commands.group("dataset", "Built deliveries")
    datasets.add("ls", dataset_ls, "My datasets")
    datasets.add("status", dataset_status, "One dataset and its build").add_argument("dataset")
    fetch = commands.add("download", download, "Fetch a dataset and verify it; run again to continue")
    fetch.add_argument("dataset")
    fetch.add_argument("-o", "--output", required=True, metavar="DIR")
    fetch.add_argument("--jobs", type=int, default=4, help=t("files at the same time (4)"))
    fetch.add_argument("--limit-rate", type=byte_rate, metavar="RATE", help=t("bytes per second, such as 20M"))
    check = commands.add("verify", verify, "Check a dataset folder without any network")
    check.add_argument("folder", metavar="DIR", nargs="?", help=t("the dataset's folder (this one)"))
    alone = check.add_mutually_exclusive_group()
    alone.add_argument("--pdf", metavar="FILE", help=t("check an agreement or a licence instead"))
    alone.add_argument("--video", metavar="FILE", help=t("check one delivered video instead"))
    check.add_argument("--trust", metavar="FILE", help=t("the certificates to believe for --pdf and --video"))
    trust = check.add_mutually_exclusive_group()
    trust.add_argument("--jwks", metavar="FILE", help=t("believe the keys in this file"))
    trust.add_argument("--pinned", action="store_true", help=t("believe only keys pinned at sign-in"))
    check.add_argument("--proof", metavar="FILE", help=t("a newer proof from the log, if the key was revoked"))
    check.add_argument("--jobs", type=int, default=2, help=t("files at the same time (2)"))
    listed = commands.group("licences", "Rights granted").add("ls", licences_ls, "My licences")
    listed.add_argument("--limit", type=int, default=200)
