"""The buyer's part: say what for, search, take a quote, accept its conditions, pay, fetch, verify."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from marketplace.demo.screen import Bar, Screen
from offcut import Client
from offcut.delivery import Delivered
from offcut.downloading import DownloadEvent
from offcut.models import Dataset, Order, Progress, Quote, UseCase
from offcut.waiting import wait_until

USE_CASE_NAME: Final = "Text-to-video, commercial"
_WAIT_S: Final = 3600.0
_LIMIT: Final = 10_000


@dataclass(frozen=True, slots=True)
class Bought:
    """An order and the offer behind it."""

    quote: Quote
    order: Order
    lines: tuple[dict[str, Any], ...]


def use_case_state(client: Client) -> UseCase:
    """Return the demo's use case, made from the preset on the first run."""
    for use_case in client.use_cases.list():
        if use_case.name == USE_CASE_NAME:
            return use_case
    # Nothing is accepted beforehand: the conditions of the creators' terms come up with the quote.
    return client.use_cases.create(USE_CASE_NAME, {"preset": "text_to_video", "values": {"accepts": []}})


def fitting(client: Client, use_case: UseCase, screen: Screen) -> list[str]:
    """Search what is on offer; show what fits and why the rest does not; return the clips that may be quoted."""
    found = client.search("", use_case=use_case.id, limit=_LIMIT)
    ids: list[str] = []
    for clip in found.clips:
        verdict = str(clip.get("verdict"))
        reasons = "; ".join(str(reason) for reason in clip.get("reasons") or [])
        screen.say(f"  {clip.get('title')!s:<32.32} {verdict:<14} {reasons}")
        if verdict in {"fits", "fits_if"}:
            ids.append(str(clip.get("id")))
    screen.say(f"  {len(ids)} of {len(found.clips)} clips fit, or fit once their conditions are accepted")
    for obstacle in client.search.explain("", use_case=use_case.id).get("obstacles", []):
        seconds = int(obstacle["only_obstacle_ms"]) // 1000
        screen.say(f"  {obstacle['name']}: {obstacle['relax']} gains {seconds} s of footage")
    return ids


def purchase_find(client: Client, use_case: UseCase, clips: Sequence[str]) -> Bought | None:
    """Return the order of an earlier run for exactly these clips, if there is one."""
    for order in client.orders.list():
        if order.state in {"cancelled", "refunded"}:
            continue
        quote = client.quotes.get(str(order.raw.get("quote_id")))
        lines = tuple(client.quotes.items(quote.id))
        same = {str(line.get("clip_id")) for line in lines} == set(clips)
        if same and quote.raw.get("use_case_id") == use_case.id:
            return Bought(quote, order, lines)
    return None


def purchase_make(client: Client, use_case: UseCase, clips: Sequence[str], screen: Screen) -> Bought:
    """Take a quote for the clips, read its conditions and accept them all."""
    quote = client.quotes.create(use_case.id, list(clips))
    for condition in quote.conditions:
        screen.say(f"  accepted: {condition.code}  {condition.title or condition.text}")
    order = client.quotes.accept(quote.id, [condition.code for condition in quote.conditions])
    return Bought(quote, order, tuple(client.quotes.items(quote.id)))


def order_settle(client: Client, order: Order) -> Order:
    """Pay with the test provider unless that is done."""
    if order.state == "awaiting_payment":
        return client.orders.pay(order.id, key=f"demo-{order.id}")
    return order


def dataset_follow(client: Client, order: Order, bar: Bar) -> Dataset:
    """Wait for the workers to build the dataset."""

    def placed(current: Order) -> None:
        bar.move(0, 1, current.state)

    order = client.orders.get(order.id)
    if not order.dataset_id:
        order = client.orders.wait(order.id, timeout_s=_WAIT_S, on_order=placed)

    def show(_: Dataset, progress: Progress | None) -> None:
        if progress and progress.total:
            bar.move(progress.done, progress.total, progress.stage)

    return client.datasets.wait(str(order.dataset_id), timeout_s=_WAIT_S, on_progress=show)


def delivery_close(client: Client, order: Order) -> Order:
    """Wait until the verified download has closed the delivery, which credits the creators."""
    return wait_until(
        client.transport,
        lambda: client.orders.get(order.id),
        lambda seen: seen.state == "delivered",
        timeout_s=_WAIT_S,
        what="The delivery",
    )


def dataset_fetch(client: Client, dataset: Dataset, folder: Path, bar: Bar) -> Delivered:
    """Download and verify offline; what is there already is not fetched again."""
    total = dataset.size_bytes or 1
    done = 0

    def show(event: DownloadEvent) -> None:
        nonlocal done
        done += event.size_bytes
        bar.move(done, total, event.name)

    return client.datasets.download(dataset.id, folder, on_event=show)
