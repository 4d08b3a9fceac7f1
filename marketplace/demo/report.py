"""The end of the demo: one JSON object for programs, a table for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from marketplace.demo.buyer import Bought
from marketplace.demo.creator import Brought
from offcut.delivery import Delivered
from offcut.models import Asset, Dataset

MS_PER_MINUTE = 60_000


@dataclass(frozen=True, slots=True)
class Outcome:
    """All that the story produced."""

    brought: Sequence[Brought]
    bought: Bought | None
    dataset: Dataset | None
    delivered: Delivered | None
    balanced: bool
    seconds: Mapping[str, float]


def _amount(money: Any) -> str | None:
    if money is None:
        return None
    return str(money["amount"] if isinstance(money, Mapping) else money.amount)


def _lines(outcome: Outcome) -> dict[str, Mapping[str, Any]]:
    return {str(line.get("clip_id")): line for line in (outcome.bought.lines if outcome.bought else ())}


def _reason(item: Brought) -> str | None:
    if item.asset is not None and item.asset.reason is not None:
        return item.asset.reason.code
    return item.sent.error.code if item.sent.error is not None else None


def _asset_entry(item: Brought, lines: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    asset = item.asset
    bought = [lines[clip] for clip in (asset.clip_ids if asset else ()) if clip in lines]
    facts: dict[str, Any] = {"file": item.file, "asset_id": asset.id if asset else None}
    facts |= {"state": asset.state if asset else item.sent.state, "reason": _reason(item)}
    for name in (
        "duration_ms",
        "width",
        "height",
        "frame_rate",
        "video_codec",
        "bit_depth",
        "rotation",
        "has_audio",
        "resolution_class",
    ):
        facts[name] = getattr(asset, name) if asset else None
    raw = asset.raw if asset else {}
    facts["clips"] = len(raw.get("clip_ids") or ())
    facts["usable_clips"] = len(raw.get("usable_clip_ids") or ())
    facts["usable_ms"] = raw.get("usable_ms")
    facts["left_out"] = [part["code"] for part in raw.get("left_out") or ()]
    facts["held"] = (raw.get("held") or {}).get("code")
    facts["rate_per_minute"] = _amount(bought[0].get("rate_per_minute")) if bought else None
    facts["earns"] = str(sum(Decimal(str(_amount(line.get("amount")))) for line in bought)) if bought else None
    return facts


def as_json(outcome: Outcome) -> dict[str, Any]:
    """Return the object that ``--json`` prints."""
    lines = _lines(outcome)
    quote = outcome.bought.quote if outcome.bought else None
    dataset, delivered = outcome.dataset, outcome.delivered
    return {
        "assets": [_asset_entry(item, lines) for item in outcome.brought],
        "quote": {
            "quote_id": quote.id,
            "clips": quote.clips,
            "duration_ms": quote.duration_ms,
            "creators": _amount(quote.creators),
            "service_fee": _amount(quote.service_fee),
            "total": _amount(quote.total),
        }
        if quote
        else None,
        "order_id": outcome.bought.order.id if outcome.bought else None,
        "dataset": {
            "dataset_id": dataset.id,
            "path": str(delivered.folder),
            "shards": dataset.shards,
            "samples": dataset.samples,
            "bytes": delivered.size_bytes,
        }
        if dataset and delivered
        else None,
        "certificate": str(delivered.folder / "certificate.jws") if delivered else None,
        "ledger": {"balanced": outcome.balanced},
        "seconds": dict(outcome.seconds),
    }


def show(outcome: Outcome, console: Console) -> None:
    """Print the summary table."""
    lines = _lines(outcome)
    table = Table(
        "file",
        "state",
        "minutes",
        "usable",
        "clips",
        "class",
        "rate / min",
        "creator earns",
        title="What became of the footage",
    )
    for item in outcome.brought:
        entry = _asset_entry(item, lines)
        minutes = f"{entry['duration_ms'] / MS_PER_MINUTE:.3f}" if entry["duration_ms"] else ""
        why = entry["reason"] or entry["held"]
        state = entry["state"] if not why else f"{entry['state']}: {why}"
        usable = f"{entry['usable_ms'] / MS_PER_MINUTE:.3f}" if entry["usable_ms"] else ""
        table.add_row(
            item.file,
            state,
            minutes,
            usable,
            str(entry["usable_clips"] or ""),
            entry["resolution_class"] or "",
            entry["rate_per_minute"] or "",
            entry["earns"] or "",
        )
    console.print(table)
    for line in _sentences(outcome):
        console.print(line, markup=False)


def _sentences(outcome: Outcome) -> list[str]:
    said: list[str] = []
    if outcome.bought:
        quote = outcome.bought.quote
        said.append(
            f"Creators receive {_amount(quote.creators)}, service fee {_amount(quote.service_fee)}, "
            f"the buyer paid {_amount(quote.total)} {quote.total.currency if quote.total else ''}."
        )
    if outcome.dataset and outcome.delivered:
        said.append(
            f"Dataset {outcome.dataset.id}: {outcome.dataset.samples} samples in {outcome.dataset.shards} shards, "
            f"{outcome.delivered.size_bytes} bytes, verified in {outcome.delivered.folder}."
        )
    said.append(f"The ledger {'balances' if outcome.balanced else 'DOES NOT BALANCE'}.")
    said.append("Seconds: " + ", ".join(f"{name} {value:.1f}" for name, value in outcome.seconds.items()))
    return said


def refusals(brought: Sequence[Brought]) -> list[str]:
    """Return one line for each file that was refused: the reason and what to do."""
    return [
        f"  {item.file}: {item.asset.reason.text} {item.asset.reason.what_to_do}"
        for item in brought
        if isinstance(item.asset, Asset) and item.asset.reason is not None
    ]


def default_out(home: Path, dataset: Dataset) -> Path:
    """Return where a dataset goes when nobody says: below the installation's home."""
    return home / "demo" / dataset.id
