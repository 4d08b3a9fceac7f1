"""A whole dataset into a folder: lock, room, fetch, verify offline, report."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from offcut.certificate import Key, claims_unverified
from offcut.downloading import Downloader, Fetched, OnDownload, check_space, fetch_all
from offcut.durable import folder_lock, read_json, write_json
from offcut.errors import OffcutError
from offcut.language import t
from offcut.limits import RateLimit
from offcut.links import LinkBook
from offcut.models import DatasetFile, Link
from offcut.sums import safe_path
from offcut.transport import Transport
from offcut.verify import CERTIFICATE, STATE_FOLDER, Tick, Verification, verify_folder

_NOTE = "dataset.json"
_SHARD = re.compile(r"shard-\d{6}\.(tar|json)")


@dataclass(frozen=True)
class Plan:
    """What to fetch and how: `list_files` and `sign` ask the server; `limit_rate` is in bytes per second."""

    folder: Path
    dataset: str
    list_files: Callable[[], Sequence[DatasetFile]]
    sign: Callable[[Sequence[str]], Sequence[Link]]
    jobs: int = 4
    limit_rate: int | None = None
    trusted: Mapping[str, Key] | None = None
    trust: str = "pinned"
    prune: bool = False
    """Whether what an earlier version of the dataset left in the folder is removed."""


@dataclass(frozen=True)
class Delivered:
    """What lies in the folder now: one entry per file, and the offline check (None when files are still missing)."""

    folder: Path
    files: tuple[Fetched, ...]
    size_bytes: int
    verification: Verification | None
    left_over: tuple[str, ...] = ()
    """Files of an earlier version that do not belong there any more; they are gone where pruning was asked for."""

    @property
    def ok(self) -> bool:
        """Whether every file came and the folder verifies."""
        return self.verification is not None and self.verification.ok

    @property
    def failed(self) -> tuple[Fetched, ...]:
        """Files that did not come."""
        return tuple(file for file in self.files if file.state not in {"fetched", "here"})


OnFiles = Callable[[Sequence[DatasetFile], Downloader], None]


def _fetch_once(
    transport: Transport, plan: Plan, on_event: OnDownload | None, on_files: OnFiles | None
) -> tuple[Sequence[DatasetFile], list[Fetched]]:
    listed = plan.list_files()
    files = [file for file in listed if file.withheld is None]
    # The largest first: the last seconds are then spent on small files.
    order = sorted(files, key=lambda file: -file.size_bytes)
    links = LinkBook([file.name for file in order], plan.sign)
    downloader = Downloader(transport, plan.folder, links, limit=RateLimit(plan.limit_rate), on_event=on_event)
    check_space(plan.folder, downloader.missing_bytes(files))
    if on_files is not None:
        on_files(files, downloader)
    refused = [_withheld(file, plan.folder) for file in listed if file.withheld is not None]
    return files, [*fetch_all(downloader, order, plan.jobs), *refused]


def _withheld(file: DatasetFile, folder: Path) -> Fetched:
    detail = (
        t("A claim on a clip in it is being looked at. Try again later.")
        if file.withheld == "on_hold"
        else t("A clip in it was taken down; a version without it takes its place: offcut sync {folder}", folder=folder)
    )
    title = t("{name} is not given out any more.", name=file.name)
    return Fetched(file.name, "withheld", OffcutError(str(file.withheld), title, detail))


def dataset_in(folder: Path) -> str:
    """The id of the dataset that is or was being brought into a folder; empty when there is none."""
    noted = (read_json(folder / STATE_FOLDER / _NOTE) or {}).get("dataset")
    return noted if isinstance(noted, str) else claims_unverified(folder / CERTIFICATE)[2]


def _left_over(folder: Path, listed: Collection[str]) -> tuple[str, ...]:
    """Files that this client brought, or that look like shards, and that the dataset does not list."""
    notes = (read_json(path) or {} for path in (folder / STATE_FOLDER / "files").glob("*.json"))
    brought = {name for note in notes if isinstance(name := note.get("name"), str) and safe_path(name)}
    shards = {f"shards/{path.name}" for path in (folder / "shards").glob("*") if _SHARD.fullmatch(path.name)}
    return tuple(sorted(name for name in (brought | shards) - set(listed) if (folder / name).is_file()))


def deliver(
    transport: Transport,
    plan: Plan,
    *,
    on_event: OnDownload | None = None,
    on_files: OnFiles | None = None,
    on_check: Tick | None = None,
) -> Delivered:
    """Fetch what is missing in `plan.folder`, then check the whole folder offline.

    A dataset that was rebuilt meanwhile is listed and fetched once more. Unfinished parts stay for the next run.
    """
    try:
        plan.folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OffcutError(
            "disk_error",
            t("{folder} cannot be made.", folder=plan.folder),
            t("{strerror}. Choose another folder.", strerror=error.strerror),
        ) from error
    state = plan.folder / STATE_FOLDER
    with folder_lock(state / "lock"):
        write_json(state / _NOTE, {"dataset": plan.dataset})
        files, results = _fetch_once(transport, plan, on_event, on_files)
        if any(result.error is not None and result.error.code == "object_changed" for result in results):
            files, results = _fetch_once(transport, plan, on_event, on_files)
        verification = None
        left_over: tuple[str, ...] = ()
        if all(result.state in {"fetched", "here"} for result in results):
            shutil.rmtree(state / "parts", ignore_errors=True)
            left_over = _left_over(plan.folder, {file.name for file in files})
            for name in left_over if plan.prune else ():
                (plan.folder / name).unlink()
            verification = verify_folder(
                plan.folder, plan.trusted, trust=plan.trust, jobs=min(4, plan.jobs), tick=on_check
            )
            _forget_bad(state, verification)
    return Delivered(plan.folder, tuple(results), sum(file.size_bytes for file in files), verification, left_over)


def _forget_bad(state: Path, verification: Verification) -> None:
    """What was trusted from an earlier run and does not verify is hashed, and so fetched again, next time."""
    if not verification.ok:
        shutil.rmtree(state / "files", ignore_errors=True)
