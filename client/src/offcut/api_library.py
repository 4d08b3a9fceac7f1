"""The creator's side: uploads, assets, clips."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from offcut.limits import RateLimit
from offcut.local_files import scan
from offcut.models import Asset, Clip, Me, Progress, Upload
from offcut.profiles import config_folder
from offcut.transport import Transport
from offcut.upload_state import UploadStore
from offcut.uploading import CHUNK_BYTES, OnUpload, Sent, Uploader, send_all
from offcut.waiting import wait_until
from offcut.wire import decode

_LOOK_AHEAD = 8

OnAsset = Callable[[Asset, Progress | None], None]


class UploadsApi:
    """Sending files."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list(self, state: str | None = None, limit: int | None = None) -> Iterator[Upload]:
        """My organisation's uploads, newest first."""
        for item in self._transport.pages("uploads", {"state": state}, limit):
            yield decode(Upload, item, "uploads")

    def get(self, upload_id: str) -> Upload:
        """One upload as the server sees it."""
        return decode(Upload, self._transport.json("GET", f"uploads/{upload_id}"), "uploads")

    def cancel(self, upload_id: str) -> None:
        """Give up an unfinished upload; its bytes are thrown away."""
        self._transport.request("DELETE", f"uploads/{upload_id}")

    def uploader(
        self,
        *,
        state_folder: Path | None = None,
        limit_rate: int | None = None,
        chunk_bytes: int = CHUNK_BYTES,
        on_event: OnUpload | None = None,
    ) -> Uploader:
        """The machine behind `send`, for callers that choose files themselves. `limit_rate` in bytes per second."""
        return Uploader(
            self._transport,
            UploadStore(state_folder or config_folder() / "uploads", self._account()),
            chunk_bytes=chunk_bytes,
            limit=RateLimit(limit_rate),
            on_event=on_event,
        )

    def send(
        self,
        paths: Sequence[Path],
        *,
        batch: str | None = None,
        jobs: int = 2,
        limit_rate: int | None = None,
        chunk_bytes: int = CHUNK_BYTES,
        state_folder: Path | None = None,
        on_event: OnUpload | None = None,
    ) -> Sequence[Sent]:
        """Send files and folders (any depth); continues what an earlier run left, sends nothing twice.

        One result per file, in order; a failed file does not stop the others. `on_event` is called from worker threads.
        """
        machine = self.uploader(
            state_folder=state_folder, limit_rate=limit_rate, chunk_bytes=chunk_bytes, on_event=on_event
        )
        return send_all(machine, scan(paths).files, batch, jobs)

    def _account(self) -> str:
        me = decode(Me, self._transport.json("GET", "me"), "me")
        return f"{self._transport.url}|{me.organisation.id if me.organisation else me.email}"


class AssetsApi:
    """Received files."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list(self, limit: int | None = None, **filters: str) -> Iterator[Asset]:
        """My organisation's assets, newest first."""
        for item in self._transport.pages("assets", filters, limit):
            yield decode(Asset, item, "assets")

    def get(self, asset_id: str) -> Asset:
        """One asset with its facts."""
        return decode(Asset, self._transport.json("GET", f"assets/{asset_id}"), "assets")

    def progress(self, asset_id: str) -> Progress:
        """Stage, counts and time left of the work on an asset."""
        return decode(Progress, self._transport.json("GET", f"assets/{asset_id}/progress"), "progress")

    def wait(
        self, asset_ids: Sequence[str], *, timeout_s: float = 3600.0, on_asset: OnAsset | None = None
    ) -> Sequence[Asset]:
        """Follow assets until each is ready, rejected or withdrawn; results in the order given.

        `on_asset` hears every look at an unsettled asset with its progress, and each settled asset once with None.
        Only the next few unsettled assets are looked at in a round: work is done in the order of arrival.
        Raises OffcutError `still_waiting` when `timeout_s` pass.
        """
        settled: dict[str, Asset] = {}

        def look() -> int:
            waiting = [asset_id for asset_id in dict.fromkeys(asset_ids) if asset_id not in settled]
            for place, asset_id in enumerate(waiting):
                asset = self.get(asset_id)
                if asset.settled:
                    settled[asset_id] = asset
                if on_asset is not None:
                    on_asset(asset, None if asset.settled else self.progress(asset_id))
                if not asset.settled and place >= _LOOK_AHEAD:
                    break
            return len(settled)

        wait_until(
            self._transport,
            look,
            lambda count: count == len(set(asset_ids)),
            timeout_s=timeout_s,
            what="The work on these files",
        )
        return [settled[asset_id] for asset_id in asset_ids]


class ClipsApi:
    """Licensable spans."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list(self, limit: int | None = None, **filters: str) -> Iterator[Clip]:
        """My organisation's clips, newest first."""
        for item in self._transport.pages("clips", filters, limit):
            yield decode(Clip, item, "clips")

    def get(self, clip_id: str) -> Clip:
        """One clip."""
        return decode(Clip, self._transport.json("GET", f"clips/{clip_id}"), "clips")

    def edit(self, clip_id: str, **changes: object) -> Clip:
        """Change title, description, tags or language."""
        return decode(Clip, self._transport.json("PATCH", f"clips/{clip_id}", body=changes), "clips")

    def declare(self, clip_id: str, facts: Mapping[str, Any]) -> dict[str, Any]:
        """Say what the clip shows: genre, tech, published, release, collecting-society status."""
        answer = self._transport.json("PUT", f"clips/{clip_id}/declaration", body=facts)
        return dict(answer or {})
