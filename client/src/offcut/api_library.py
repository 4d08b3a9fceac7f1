"""The creator's side: assets and clips."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from offcut.models import Asset, Clip, Progress
from offcut.transport import Transport
from offcut.waiting import wait_until
from offcut.wire import decode

_LOOK_AHEAD = 8

OnAsset = Callable[[Asset, Progress | None], None]


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
