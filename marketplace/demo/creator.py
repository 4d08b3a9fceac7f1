"""The creator's part: send files, say what they show, pick terms, amend one clause, sign."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from marketplace.demo.screen import Bar
from offcut import Client
from offcut.models import Agreement, Asset, Progress
from offcut.sending import Sent, UploadEvent
from offcut.waiting import wait_until

TERMS_NAME: Final = "Careful, with more audits"
AMENDED_CLAUSE: Final = "AUDIT"
AMENDED_VALUES: Final = {"per_year": 3}
"""Three audits a year is more than policy lets pass: a reviewer has to read it."""
_WAIT_S: Final = 3600.0
_GENRES: Final = {
    "drone": "drone",
    "talk": "talking_head",
    "interview": "talking_head",
    "animation": "animation_3d",
    "render": "animation_3d",
    "gopro": "egocentric",
}


@dataclass(frozen=True, slots=True)
class Brought:
    """One file of the footage folder: what became of its bytes, and of its asset."""

    file: str
    sent: Sent
    asset: Asset | None


def footage_send(client: Client, folder: Path, state: Path, bar: Bar) -> Sequence[Sent]:
    """Upload every file below ``folder``, resumably; a second run recognises what is there."""
    total = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    sent: dict[Path, int] = {}

    def show(event: UploadEvent) -> None:
        sent[event.file.path] = event.offset
        bar.move(sum(sent.values()), total, event.file.path.name)

    # Named one by one: in a folder only what is called a video would be sent, and refusals are part of the story.
    files = sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return client.uploads.send(files, batch="Demo", state_folder=state, on_event=show)


def footage_follow(client: Client, sent: Sequence[Sent], folder: Path, bar: Bar) -> list[Brought]:
    """Wait until every received file is refused, or ready with its clips, their pictures and its duplicates known."""
    wanted = list(dict.fromkeys(item.asset_id for item in sent if item.asset_id))
    settled: set[str] = set()

    def show(asset: Asset, progress: Progress | None) -> None:
        if asset.settled:
            settled.add(asset.id)
        note = f"{asset.original_name}: {progress.stage or 'waiting'}" if progress else asset.original_name
        bar.move(len(settled), len(wanted), note)

    ready = [
        asset.id for asset in client.assets.wait(wanted, timeout_s=_WAIT_S, on_asset=show) if asset.state == "ready"
    ]
    waiting = list(ready)

    def look() -> int:
        for asset_id in list(waiting):
            progress = client.assets.progress(asset_id)
            bar.move(len(ready) - len(waiting), len(ready), f"{progress.stage}: {progress.done} of {progress.total}")
            if not progress.over:
                break
            waiting.remove(asset_id)
        return len(waiting)

    wait_until(client.transport, look, lambda left: not left, timeout_s=_WAIT_S, what="The work on the footage")
    assets = {asset_id: client.assets.get(asset_id) for asset_id in wanted}
    return [Brought(str(item.path.relative_to(folder)), item, assets.get(item.asset_id)) for item in sent]


def genre_of(name: str) -> str:
    """Guess a genre from a file's name, as a creator would pick it from a list."""
    words = name.lower()
    return next((genre for word, genre in _GENRES.items() if word in words), "generic")


def clips_declare(client: Client, brought: Sequence[Brought], bar: Bar) -> list[str]:
    """Say of each clip that can be offered what it shows; return their ids. Held files wait for the desk."""
    ready = {item.asset.id: item.asset for item in brought if item.asset and item.asset.state == "ready"}
    clips: list[str] = []
    for number, asset in enumerate(ready.values(), start=1):
        if asset.raw.get("held"):
            continue
        for clip_id in asset.raw.get("usable_clip_ids") or ():
            client.clips.declare(
                clip_id,
                {
                    "genre": genre_of(asset.original_name),
                    "tech": [],
                    "published": False,
                    "release": "none_needed",
                    "people": "none",
                    "cmo_status": "none",
                },
            )
            clips.append(clip_id)
        bar.move(number, len(ready), asset.original_name)
    return clips


def clips_live(client: Client, wanted: Sequence[str], bar: Bar) -> None:
    """Wait until the catalogue offers every wanted clip."""

    def look() -> dict[str, str]:
        listed = {str(item["clip_id"]): str(item["state"]) for item in client.transport.pages("listings")}
        states = {clip: listed.get(clip, "processing") for clip in wanted}
        bar.move(sum(state == "live" for state in states.values()), len(wanted))
        return states

    def done(states: dict[str, str]) -> bool:
        return all(state == "live" for state in states.values())

    wait_until(client.transport, look, done, timeout_s=_WAIT_S, what="The catalogue")


def agreement_find(client: Client) -> Agreement | None:
    """Return the agreement that an earlier run left, if any."""
    alive = [agreement for agreement in client.agreements.list() if agreement.state != "ended"]
    return alive[0] if alive else None


def agreement_propose(client: Client) -> Agreement:
    """Draft the contract of the preset *Careful*, change one clause beyond what policy lets pass, and submit it."""
    profile = next((terms for terms in client.terms.list() if terms.name == TERMS_NAME), None)
    profile = profile or client.terms.create(TERMS_NAME, "careful", {"CMO_STATUS": {"societies": ["none"]}})
    agreement = client.agreements.draft(profile.id, "en")
    client.agreements.amend(agreement.id, AMENDED_CLAUSE, parameters=AMENDED_VALUES)
    return client.agreements.submit(agreement.id)
