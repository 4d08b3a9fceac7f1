"""The buyer's side: search, quotes, orders, licences."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from offcut.models import Found, Licence, Order, Quote
from offcut.transport import Transport, new_key
from offcut.waiting import wait_until
from offcut.wire import decode, unexpected

_ORDER_DONE = frozenset({"ready", "delivered", "refunded", "cancelled", "on_hold", "disputed"})


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
