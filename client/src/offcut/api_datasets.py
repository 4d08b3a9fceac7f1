"""Built deliveries: follow, download, keep up with what was taken down."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from offcut.certificate import Key, read_jwks
from offcut.delivery import Delivered, OnFiles, Plan, dataset_in, deliver
from offcut.downloading import OnDownload
from offcut.errors import OffcutError
from offcut.language import t
from offcut.models import Dataset, DatasetFile, Link, Progress
from offcut.models_changes import Change
from offcut.transport import Transport, new_key
from offcut.verify import Tick, Verification
from offcut.waiting import wait_until
from offcut.wire import decode

_DATASET_DONE = frozenset({"ready", "failed"})
_SIGN_AT_ONCE = 500


class DatasetsApi:
    """Built deliveries."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list(self, limit: int | None = None) -> Iterator[Dataset]:
        """My organisation's datasets, newest first."""
        for item in self._transport.pages("datasets", None, limit):
            yield decode(Dataset, item, "datasets")

    def get(self, dataset_id: str) -> Dataset:
        """One dataset."""
        return decode(Dataset, self._transport.json("GET", f"datasets/{dataset_id}"), "datasets")

    def progress(self, dataset_id: str) -> Progress:
        """Stage, counts and time left of the build."""
        return decode(Progress, self._transport.json("GET", f"datasets/{dataset_id}/progress"), "progress")

    def files(self, dataset_id: str) -> Sequence[DatasetFile]:
        """Every file with its size and digests."""
        return [decode(DatasetFile, item, "files") for item in self._transport.pages(f"datasets/{dataset_id}/files")]

    def links(self, dataset_id: str, names: Sequence[str]) -> Sequence[Link]:
        """Signed links of some files, valid for minutes; ask again at any time while entitled."""
        links: deque[Link] = deque()
        for at in range(0, len(names), _SIGN_AT_ONCE):
            body = {"names": list(names[at : at + _SIGN_AT_ONCE])}
            found = self._transport.items("POST", f"datasets/{dataset_id}/files/links", body=body, key=new_key())
            links.extend(decode(Link, item, "files/links") for item in found)
        return tuple(links)

    def wait(
        self,
        dataset_id: str,
        *,
        timeout_s: float = 3600.0,
        on_progress: Callable[[Dataset, Progress | None], None] | None = None,
    ) -> Dataset:
        """Follow the build until it is ready or failed."""

        def look() -> Dataset:
            dataset = self.get(dataset_id)
            if on_progress is not None:
                on_progress(dataset, None if dataset.state in _DATASET_DONE else self.progress(dataset_id))
            return dataset

        return wait_until(
            self._transport, look, lambda seen: seen.state in _DATASET_DONE, timeout_s=timeout_s, what="The dataset"
        )

    def changes(self, dataset_id: str, since: str = "") -> Iterator[Change]:
        """What was taken down since a moment or a version (`v1`), newest first, and which files replace which."""
        for item in self._transport.pages(f"datasets/{dataset_id}/changes", {"since": since} if since else None):
            yield decode(Change, item, "changes")

    def download(
        self,
        dataset_id: str,
        folder: Path,
        *,
        jobs: int = 4,
        limit_rate: int | None = None,
        trusted: Mapping[str, Key] | None = None,
        on_event: OnDownload | None = None,
        on_files: OnFiles | None = None,
        on_check: Tick | None = None,
        report: bool = True,
        prune: bool = False,
    ) -> Delivered:
        """Fetch a dataset into `folder` (continuing an earlier run), verify it offline, and report the check.

        `trusted` are the signing keys to believe (default: those the server shows now); `limit_rate` is in bytes/s;
        `prune` removes what an earlier version left there.
        """
        keys = trusted
        if keys is None:
            keys = read_jwks(self._transport.json("GET", "/.well-known/jwks.json") or {}, "the server's keys")
        plan = Plan(
            folder=folder,
            dataset=dataset_id,
            list_files=lambda: self.files(dataset_id),
            sign=lambda names: self.links(dataset_id, names),
            jobs=jobs,
            limit_rate=limit_rate,
            trusted=keys,
            trust="pinned" if trusted is not None else "server",
            prune=prune,
        )
        delivered = deliver(self._transport, plan, on_event=on_event, on_files=on_files, on_check=on_check)
        if report and delivered.verification is not None:
            self.report(dataset_id, delivered.verification)
        return delivered

    def newest_of(self, folder: Path) -> Dataset:
        """The newest version of the dataset that lies in a folder; OffcutError `not_a_dataset` when none does."""
        dataset_id = dataset_in(folder)
        if not dataset_id:
            raise OffcutError(
                "not_a_dataset",
                t("{folder} holds no dataset.", folder=folder),
                t("Name the folder that the dataset was downloaded into."),
            )
        dataset = self.get(dataset_id)
        return dataset if dataset.newest_id in {None, dataset.id} else self.get(str(dataset.newest_id))

    def report(self, dataset_id: str, verification: Verification) -> None:
        """Tell the server how the offline check ended; this closes the delivery."""
        body = {
            "ok": verification.ok,
            "files": verification.files,
            "bytes": verification.bytes,
            "bad_files": verification.bad_files,
        }
        self._transport.json("POST", f"datasets/{dataset_id}/verify_report", body=body, key=new_key())
