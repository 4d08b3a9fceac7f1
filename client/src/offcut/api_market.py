"""The buyer's side: search, quotes, orders, datasets, licences."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from offcut.certificate import Key, read_jwks
from offcut.delivery import Delivered, OnFiles, Plan, deliver
from offcut.downloading import OnDownload
from offcut.models import Dataset, DatasetFile, Found, Licence, Link, Order, Progress, Quote
from offcut.transport import Transport, new_key
from offcut.verify import Tick, Verification
from offcut.waiting import wait_until
from offcut.wire import decode, unexpected

_ORDER_DONE = frozenset({"ready", "delivered", "refunded", "cancelled", "on_hold", "disputed"})
_DATASET_DONE = frozenset({"ready", "failed"})
_SIGN_AT_ONCE = 500


class SearchApi:
    """Clips that may be used, and why the others may not."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def __call__(self, query: str = "", *, use_case: str | None = None, limit: int = 50, **filters: object) -> Found:
        """Search live clips, at most `limit`; with `use_case` each says whether it fits (`verdict`), and why not.

        `filters` are those of the API: verdict, resolution_class, genre, orientation (lists), fps_min, has_audio, ….
        """
        clips: list[Mapping[str, Any]] = []
        facts: dict[str, Any] = {}
        cursor: str | None = None
        while len(clips) < limit:
            body = {"query": query, "limit": min(200, limit - len(clips)), **filters}
            body |= {name: value for name, value in {"use_case_id": use_case, "cursor": cursor}.items() if value}
            answer = self._transport.json("POST", "search", body=body, key=new_key())
            if not isinstance(answer, dict) or not isinstance(answer.get("data"), list):
                raise unexpected("search", "data is missing")
            clips.extend(answer["data"])
            facts = facts or {name: value for name, value in answer.items() if name != "data"}
            cursor = answer.get("next_cursor")
            if not cursor:
                break
        return Found(tuple(clips), facts)

    def explain(self, query: str = "", *, use_case: str, **filters: object) -> dict[str, Any]:
        """What is excluded, by which need, and what relaxing it would gain."""
        body = {"query": query, "use_case_id": use_case, **filters}
        return dict(self._transport.json("POST", "search/explain", body=body, key=new_key()) or {})


class QuotesApi:
    """Frozen offers."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def create(self, use_case: str, clips: Sequence[str] | None = None, **filters: object) -> Quote:
        """A quote under a use case: for clips, or for a search (`query`, …), or for everything that fits."""
        body: dict[str, Any] = {"use_case_id": use_case, **filters}
        if clips is not None:
            body["clip_ids"] = list(clips)
        return decode(Quote, self._transport.json("POST", "quotes", body=body, key=new_key()), "quotes")

    def list(self, limit: int | None = None) -> Iterator[Quote]:
        """My organisation's quotes, newest first."""
        for item in self._transport.pages("quotes", None, limit):
            yield decode(Quote, item, "quotes")

    def get(self, quote_id: str) -> Quote:
        """One quote with its conditions."""
        return decode(Quote, self._transport.json("GET", f"quotes/{quote_id}"), "quotes")

    def items(self, quote_id: str, limit: int | None = None) -> Iterator[dict[str, Any]]:
        """The lines: clip, minutes, rate, amount."""
        for item in self._transport.pages(f"quotes/{quote_id}/items", None, limit):
            yield dict(item)

    def accept(self, quote_id: str, conditions: Sequence[str]) -> Order:
        """Accept the named conditions; the quote becomes an order."""
        body = {"conditions": list(conditions)}
        return decode(
            Order, self._transport.json("POST", f"quotes/{quote_id}/accept", body=body, key=new_key()), "orders"
        )


class OrdersApi:
    """Accepted quotes."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list(self, limit: int | None = None) -> Iterator[Order]:
        """My organisation's orders, newest first."""
        for item in self._transport.pages("orders", None, limit):
            yield decode(Order, item, "orders")

    def get(self, order_id: str) -> Order:
        """One order."""
        return decode(Order, self._transport.json("GET", f"orders/{order_id}"), "orders")

    def pay(self, order_id: str, key: str | None = None, *, method: str = "test", token: str = "") -> Order:
        """Pay; safe to repeat with the same `key`. A decline is OffcutError with status 402: nothing was charged.

        `token` names the card or account at the payment provider.
        """
        body = {"method": method, "token": token}
        answer = self._transport.json("POST", f"orders/{order_id}/pay", body=body, key=key or new_key())
        return decode(Order, answer, "orders")

    def wait(
        self, order_id: str, *, timeout_s: float = 3600.0, on_order: Callable[[Order], None] | None = None
    ) -> Order:
        """Follow an order until its dataset is ready (or it stops for another reason)."""

        def look() -> Order:
            order = self.get(order_id)
            if on_order is not None:
                on_order(order)
            return order

        return wait_until(
            self._transport, look, lambda order: order.state in _ORDER_DONE, timeout_s=timeout_s, what="The order"
        )


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
    ) -> Delivered:
        """Fetch a dataset into `folder` (continuing an earlier run), verify it offline, and report the check.

        `trusted` are the signing keys to believe (default: those the server shows now); `limit_rate` is in bytes/s.
        """
        keys = trusted
        if keys is None:
            keys = read_jwks(self._transport.json("GET", "/.well-known/jwks.json") or {}, "the server's keys")
        plan = Plan(
            folder=folder,
            list_files=lambda: self.files(dataset_id),
            sign=lambda names: self.links(dataset_id, names),
            jobs=jobs,
            limit_rate=limit_rate,
            trusted=keys,
            trust="pinned" if trusted is not None else "server",
        )
        delivered = deliver(self._transport, plan, on_event=on_event, on_files=on_files, on_check=on_check)
        if report and delivered.verification is not None:
            self.report(dataset_id, delivered.verification)
        return delivered

    def report(self, dataset_id: str, verification: Verification) -> None:
        """Tell the server how the offline check ended; this closes the delivery."""
        body = {
            "ok": verification.ok,
            "files": verification.files,
            "bytes": verification.bytes,
            "bad_files": verification.bad_files,
        }
        self._transport.json("POST", f"datasets/{dataset_id}/verify_report", body=body, key=new_key())


class LicencesApi:
    """Rights granted."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list(self, limit: int | None = None) -> Iterator[Licence]:
        """My organisation's licences, newest first."""
        for item in self._transport.pages("licences", None, limit):
            yield decode(Licence, item, "licences")

    def get(self, licence_id: str) -> Licence:
        """One licence."""
        return decode(Licence, self._transport.json("GET", f"licences/{licence_id}"), "licences")
