"""progress: where the work on files stands, and how long it takes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from offcut.arguments import Commands
from offcut.client import Client
from offcut.errors import ExitCode
from offcut.formats import duration_text, left_range, left_text, size_text
from offcut.language import t
from offcut.models import Asset, Progress
from offcut.output import Output
from offcut.session import Session

_LOOK_S = 3.0
_SLOW_LOOK_S = 10.0
_QUICK_LOOKS = 20
_LISTED = 50


def _age_s(moment: str | None) -> float | None:
    """Seconds since a moment the server named; None when it named none."""
    if not moment:
        return None
    return max(0.0, (datetime.now(UTC) - datetime.fromisoformat(moment)).total_seconds())


def _clock(moment: str | None) -> str:
    """A moment of the server's as this machine's clock shows it."""
    return datetime.fromisoformat(moment).astimezone().strftime("%H:%M") if moment else "?"


def _life(progress: Progress) -> str:
    """A sentence when the work does not simply go on; empty otherwise."""
    if progress.life == "silent":
        age, clock = left_text(_age_s(progress.heartbeat_at)), _clock(progress.retry_at)
        return t("No sign of life for {time}; retrying by itself at {clock}.", time=age, clock=clock)
    if progress.life == "waiting":
        facts = {"n": progress.attempt, "total": progress.max_attempts, "clock": _clock(progress.retry_at)}
        return t("attempt {n} of {total} failed; the next one begins by itself at {clock}", **facts)
    if progress.life == "stopped":
        return progress.what_to_do or t("stopped after {n} attempts", n=progress.attempt)
    return _queued(progress) if progress.life == "queued" else ""


def _queued(progress: Progress) -> str:
    if progress.queue is None or not progress.queue.ahead:
        return t("queued")
    wait = progress.queue.wait
    if wait is None:
        return t("queued: {n} ahead", n=progress.queue.ahead)
    return t("queued: {n} ahead, about {time}", n=progress.queue.ahead, time=left_range(wait.low, wait.high))


def _amount(progress: Progress) -> str:
    """How much of the stage is done, in units people know."""
    if not progress.total or progress.life not in {"working", "silent"}:
        return ""
    if progress.unit == "bytes":
        return f"{size_text(progress.done)} / {size_text(progress.total)}"
    if progress.unit == "media_ms":
        done, total = (duration_text(ms).partition(".")[0] for ms in (progress.done, progress.total))
        return f"{done} / {total}"
    return f"{progress.done} / {progress.total} {t(progress.unit)}"


def _left(progress: Progress) -> str:
    if progress.life != "working":
        return ""
    if progress.time_left is None:
        return t("measuring…")
    return t("{time} left", time=left_range(progress.time_left.low, progress.time_left.high))


def sentence(asset: Asset, progress: Progress) -> str:
    """Where one file stands, in one line."""
    stage = t(progress.stage)
    place = f"{progress.stage_number}/{len(progress.stages)} {stage}" if progress.stage_number else stage
    parts = [asset.original_name, place, _amount(progress), _life(progress) or _left(progress)]
    return " · ".join(part for part in parts if part)


def _asked(client: Client, asset_id: str | None) -> list[Asset]:
    if asset_id:
        return [client.assets.get(asset_id)]
    return [asset for asset in client.assets.list(_LISTED) if asset.state != "rejected"]


def _report(out: Output, pairs: Iterable[tuple[Asset, Progress]]) -> None:
    for asset, progress in pairs:
        out.json({"asset_id": asset.id, "original_name": asset.original_name, **progress.raw})
        out.say(sentence(asset, progress))


def progress(session: Session) -> ExitCode:
    """Stages, amounts and time left of the work on files."""
    args, out = session.args, session.out
    with session.client() as client:
        pairs = [(asset, client.assets.progress(asset.id)) for asset in _asked(client, args.asset)]
        shown = pairs if args.asset else [pair for pair in pairs if not pair[1].over]
        _report(out, shown)
        if not shown:
            out.say(t("Nothing is being worked on."))
        if args.follow:
            shown = _follow(client, out, shown)
    return ExitCode.FAILED if any(seen.life == "stopped" for _, seen in shown) else ExitCode.OK


def _follow(client: Client, out: Output, pairs: list[tuple[Asset, Progress]]) -> list[tuple[Asset, Progress]]:
    """Tell every change until nothing moves any more; look less often as time goes on."""
    told = {asset.id: _key(seen) for asset, seen in pairs}
    looks = 0
    with out.bars() as bars:
        bar = bars.steps(t("Processing"), len(pairs))
        while not all(seen.over for _, seen in pairs):
            client.transport.stopping.wait(_LOOK_S if looks < _QUICK_LOOKS else _SLOW_LOOK_S)
            looks += 1
            pairs = [(a, seen if seen.over else client.assets.progress(a.id)) for a, seen in pairs]
            changed = [(asset, seen) for asset, seen in pairs if told[asset.id] != _key(seen)]
            told |= {asset.id: _key(seen) for asset, seen in changed}
            _report(out, changed)
            open_ones = [pair for pair in pairs if not pair[1].over]
            label = sentence(*open_ones[0]) if open_ones else t("Processing")
            bars.show(bar, len(pairs) - len(open_ones), label)
    return pairs


def _key(seen: Progress) -> tuple[object, ...]:
    """What makes a line worth printing: another stage, state, attempt, or tenth of the way; or silence."""
    tenth = seen.done * 10 // seen.total if seen.total else 0
    return seen.stage, seen.life, seen.attempt, tenth


def add(commands: Commands) -> None:
    """Declare the commands of this module."""
    shown = commands.add("progress", progress, "Where the work on my files stands")
    shown.add_argument("asset", nargs="?", metavar="ASSET")
    shown.add_argument("--follow", action="store_true", help=t("go on until everything is done"))
