"""What people see of files on their way: one bar for all bytes, a line for what is unusual, how each file ended."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

from offcut.client import Client
from offcut.errors import ExitCode
from offcut.formats import duration_text, left_text, size_text
from offcut.language import t
from offcut.limits import Meter
from offcut.local_files import LocalFile
from offcut.models import Asset, Progress
from offcut.output import Bars, Output
from offcut.sending import Sent, UploadEvent

_MARKS = {
    "received": "✓",
    "recognised": "✓",
    "changed": "!",
    "damaged": "!",
    "paused": "‖",
    "failed": "✗",
    "interrupted": "‖",
}
_MOVES = frozenset({"sent", "received", "recognised", "resumed"})


class Watch:
    """Turns upload events (from any thread) into one bar for all bytes and a line for what is unusual."""

    def __init__(self, bars: Bars, total: int, count: int) -> None:
        self._bars, self._count = bars, count
        self._meter = Meter(total)
        self._bar = bars.bytes(t("Sending"), self._meter)
        self._seen: dict[LocalFile, int] = {}
        self._safe: set[LocalFile] = set()
        self._lock = threading.Lock()

    def __call__(self, event: UploadEvent) -> None:
        with self._lock:
            self._count_in(event)
            label = t("Sending · {done} of {total} files", done=len(self._safe), total=self._count)
            self._bars.show(self._bar, self._meter.pace().done, label)
        name, size = event.file.path.name, size_text(event.offset)
        if event.kind == "resumed" and event.offset:
            self._bars.tell(t("{name}: continues at {size}", name=name, size=size))
        elif event.kind == "retry":
            self._bars.tell(t("{name}: connection lost at {size}, trying again", name=name, size=size))

    def _count_in(self, event: UploadEvent) -> None:
        if event.kind in {"received", "recognised"}:
            self._safe.add(event.file)
        if event.kind in _MOVES:
            before = self._seen.get(event.file)
            moved = event.offset - (before or 0)
            self._meter.add(moved, moved=event.kind == "sent" and before is not None and moved > 0)
            self._seen[event.file] = event.offset


def sent_facts(sent: Sent) -> dict[str, Any]:
    """How a file ended, as plain data."""
    facts: dict[str, Any] = {"path": str(sent.path), "size_bytes": sent.size_bytes, "state": sent.state}
    facts |= {"upload_id": sent.upload_id or None, "asset_id": sent.asset_id or None, "duplicate": sent.duplicate}
    if sent.error is not None:
        facts["error"] = sent.error.as_dict()
    return facts


def print_sent(out: Output, results: Sequence[Sent]) -> None:
    """How each file ended, for people."""
    for sent in results:
        state = t("same bytes as {asset}", asset=sent.asset_id) if sent.duplicate else t(sent.state)
        out.say(f" {_MARKS[sent.state]} {sent.path}  {size_text(sent.size_bytes)}  {state}  {sent.asset_id}")
        if sent.error is not None:
            out.say("   " + f"{sent.error.title} {sent.error.detail}")


def follow(client: Client, bars: Bars, results: Sequence[Sent], timeout_s: float) -> dict[str, Asset]:
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


def print_assets(out: Output, assets: Sequence[Asset]) -> None:
    """What became of the files."""
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


def exit_of(results: Sequence[Sent], assets: dict[str, Asset] | None = None) -> ExitCode:
    """0 when every file is safe (and usable, where that is known), 4 when some are, else what they have in common."""
    known = assets or {}
    bad = [
        sent for sent in results if not sent.ok or (sent.asset_id in known and known[sent.asset_id].state == "rejected")
    ]
    if not bad:
        return ExitCode.OK
    if len(bad) < len(results):
        return ExitCode.PARTIAL
    errors = {sent.error.exit_code for sent in bad if sent.error is not None}
    return errors.pop() if len(errors) == 1 else ExitCode.FAILED
