"""progress: where the work on files stands, and how long it takes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from offcut.arguments import Commands
from offcut.client import Client
from offcut.errors import ExitCode
from offcut.formats import left_range, left_text, size_text
from offcut.language import t
from offcut.models import Asset, Progress
from offcut.output import Output
from offcut.session import Session

_LOOK_S = 3.0
_SLOW_LOOK_S = 10.0
_QUICK_LOOKS = 20
_SILENT_S = 40.0
_LISTED = 50


def _age_s(moment: str | None) -> float | None:
    """Seconds since a moment the server named; None when it named none."""
    if not moment:
        return None
    try:
        seen = datetime.fromisoformat(moment)
    except ValueError:
        return None
    return max(0.0, (datetime.now(UTC) - seen).total_seconds())


def _clock(moment: str) -> str:
    """A moment of the server's as this machine's clock shows it."""
    return datetime.fromisoformat(moment).astimezone().strftime("%H:%M")


def _silent(progress: Progress) -> str:
    """A sentence when nothing was heard of the work for long; empty otherwise."""
    age = _age_s(progress.heartbeat_at)
    if progress.state != "running" or age is None or age < _SILENT_S:
        return ""
    if progress.retry_at:
        return t("No sign of life for {time}; retrying by itself at {clock}.", time=left_text(age),
                 clock=_clock(progress.retry_at))  # fmt: skip
    return t("No sign of life for {time}; retrying by itself.", time=left_text(age))


def _amount(progress: Progress) -> str:
    """How much of the stage is done, in its own unit."""
    if not progress.total:
        return ""
    if progress.unit == "bytes":
        return f"{size_text(progress.done)} / {size_text(progress.total)}"
    return f"{progress.done} / {progress.total}" + (f" {t(progress.unit)}" if progress.unit else "")


def _place(progress: Progress) -> str:
    names = [str(stage) for stage in progress.stages]
    place = f"{names.index(progress.stage) + 1}/{len(names)} " if progress.stage in names else ""
    return f"{place}{progress.stage}"


def _left(progress: Progress) -> str:
    low, high = progress.seconds_low, progress.seconds_high
    if low is None or high is None:
        low = high = progress.seconds_left
    if low is None or high is None:
        return t("measuring…") if progress.state == "running" else ""
    return t("{time} left", time=left_range(low, high))


def sentence(asset: Asset, progress: Progress) -> str:
    """Where one file stands, in one line."""
    ends = {"dead": t("stopped after {n} attempts", n=progress.attempt), "failed": t("failed, tried again by itself")}
    told = _silent(progress) or ends.get(progress.state, "")
    parts = [asset.original_name, _place(progress), _amount(progress), told or _left(progress)]
    if progress.queued_ahead is not None and progress.state == "queued":
        parts.append(t("{n} ahead", n=progress.queued_ahead))
    return " · ".join(part for part in parts if part)


def _finished(progress: Progress) -> bool:
    return progress.stage == "done" or progress.state in {"done", "dead"}


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
        shown = pairs if args.asset else [pair for pair in pairs if not _finished(pair[1])]
        _report(out, shown)
        if not shown:
            out.say(t("Nothing is being worked on."))
        if args.follow:
            shown = _follow(client, out, shown)
    return ExitCode.FAILED if any(seen.state == "dead" for _, seen in shown) else ExitCode.OK


def _follow(client: Client, out: Output, pairs: list[tuple[Asset, Progress]]) -> list[tuple[Asset, Progress]]:
    """Tell every change until nothing moves any more; look less often as time goes on."""
    told = {asset.id: _key(seen) for asset, seen in pairs}
    looks = 0
    with out.bars() as bars:
        bar = bars.steps(t("Processing"), len(pairs))
        while not all(_finished(seen) for _, seen in pairs):
            client.transport.stopping.wait(_LOOK_S if looks < _QUICK_LOOKS else _SLOW_LOOK_S)
            looks += 1
            pairs = [(a, seen if _finished(seen) else client.assets.progress(a.id)) for a, seen in pairs]
            changed = [(asset, seen) for asset, seen in pairs if told[asset.id] != _key(seen)]
            told |= {asset.id: _key(seen) for asset, seen in changed}
            _report(out, changed)
            open_ones = [pair for pair in pairs if not _finished(pair[1])]
            label = sentence(*open_ones[0]) if open_ones else t("Processing")
            bars.show(bar, len(pairs) - len(open_ones), label)
    return pairs


def _key(seen: Progress) -> tuple[object, ...]:
    """What makes a line worth printing: another stage, state, attempt, or tenth of the way; or silence."""
    tenth = seen.done * 10 // seen.total if seen.total else 0
    return seen.stage, seen.state, seen.attempt, tenth, bool(_silent(seen))


def add(commands: Commands) -> None:
    """Declare the commands of this module."""
    shown = commands.add("progress", progress, "Where the work on my files stands")
    shown.add_argument("asset", nargs="?", metavar="ASSET")
    shown.add_argument("--follow", action="store_true", help=t("go on until everything is done"))
