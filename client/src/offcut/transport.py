"""The one place that speaks HTTP: sign-in header, time-outs, retries with back-off, problem documents, pages."""

from __future__ import annotations

import logging
import random
import threading
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx

from offcut.errors import OffcutError
from offcut.language import t
from offcut.wire import unexpected

API = "/api/v1"
USER_AGENT = "offcut-client/1"
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})
_TRANSIENT = frozenset({429, 502, 503, 504})
_IN_FLIGHT = "idempotency_in_progress"
_FIRST_ERROR = 400


@dataclass(frozen=True)
class Patience:
    """How often and how long to try again: `attempts` in all, waits doubling from `first_s` up to `longest_s`."""

    attempts: int = 6
    first_s: float = 0.25
    longest_s: float = 8.0

    def wait_s(self, attempt: int, asked_s: float | None = None) -> float:
        """Seconds to wait before attempt number `attempt` (1 = second try), with jitter; the server's wish wins."""
        if asked_s is not None:
            return min(asked_s, 60.0)
        longest = min(self.longest_s, self.first_s * 2.0 ** (attempt - 1))
        return longest * (0.5 + random.random() / 2)  # noqa: S311 - jitter, not a secret


def new_key() -> str:
    """A fresh Idempotency-Key."""
    return uuid.uuid4().hex


def unreachable(url: str, reason: object) -> OffcutError:
    """No answer came."""
    return OffcutError(
        "unreachable",
        t("The server did not answer."),
        t(
            "{url}: {reason}. Nothing is lost: what was confirmed stays confirmed. Check the address and try again.",
            url=url,
            reason=reason,
        ),
    )


def problem(response: httpx.Response) -> OffcutError:
    """The OffcutError that an error answer stands for (RFC 9457 where the server speaks it)."""
    try:
        body = response.json()
    except ValueError:
        body = None
    facts: dict[str, Any] = body if isinstance(body, dict) else {}
    known = {"code", "title", "detail", "status", "type", "errors", "request_id", "instance"}
    errors = facts.get("errors")
    return OffcutError(
        str(facts.get("code") or f"http_{response.status_code}"),
        str(facts.get("title") or f"The server answered {response.status_code} {response.reason_phrase}."),
        str(facts.get("detail") or ""),
        response.status_code,
        request_id=str(facts.get("request_id") or facts.get("instance") or ""),
        errors=tuple(item for item in errors if isinstance(item, dict)) if isinstance(errors, list) else (),
        extra={name: value for name, value in facts.items() if name not in known},
        retry_after_s=_seconds(response.headers.get("Retry-After")),
    )


def _seconds(text: str | None) -> float | None:
    return float(text) if text and text.isdigit() else None


def _may_repeat(error: OffcutError) -> bool:
    return error.status in _TRANSIENT or error.code in {"unreachable", _IN_FLIGHT}


class Transport:
    """A connection pool to one server, safe to share between threads."""

    def __init__(
        self,
        url: str,
        token: str | None = None,
        *,
        language: str = "en",
        timeout_s: float = 60.0,
        patience: Patience | None = None,
    ) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.netloc:
            raise OffcutError(
                "usage", t("{url} is not a web address.", url=repr(url)), t("Write it like https://offcut.example.")
            )
        self.url = url.rstrip("/").removesuffix(API)
        self.token = token
        self.patience = patience or Patience()
        self.stopping = threading.Event()
        # httpx logs every address at INFO; signed links must not end in anybody's log.
        logging.getLogger("httpx").setLevel(logging.WARNING)
        self._http = httpx.Client(
            base_url=self.url,
            timeout=httpx.Timeout(timeout_s, connect=10.0),
            headers={"User-Agent": USER_AGENT, "Accept-Language": language},
            limits=httpx.Limits(max_connections=64, max_keepalive_connections=16),
            # A proxy is for the outside world; this machine is reached directly.
            mounts={"all://127.0.0.1": None, "all://localhost": None, "all://[::1]": None},
            follow_redirects=False,
        )

    def close(self) -> None:
        """Close the connections; waits between tries end at once."""
        self.stopping.set()
        self._http.close()

    def absolute(self, address: str) -> str:
        """A full address from what the server gave: full already, or relative to the API or the site."""
        if address.startswith(("http://", "https://")):
            return address
        return urljoin(self.url + "/", address if address.startswith("/") else f"{API}/{address}")

    def headers_for(self, address: str) -> dict[str, str]:
        """The sign-in header, only ever for the server that the token belongs to."""
        own, other = urlsplit(self.url), urlsplit(address)
        if self.token and (own.scheme, own.netloc) == (other.scheme, other.netloc):
            return {"Authorization": f"Bearer {self.token}"}
        return {}

    @contextmanager
    def open(
        self,
        method: str,
        address: str,
        *,
        headers: Mapping[str, str] | None = None,
        content: Iterator[bytes] | bytes | None = None,
        **options: Any,
    ) -> Iterator[httpx.Response]:
        """One request, no retry, body not read yet. Raises OffcutError `unreachable` when the connection fails."""
        full = self.absolute(address)
        merged = {**self.headers_for(full), **(headers or {})}
        try:
            with self._http.stream(method, full, headers=merged, content=content, **options) as response:
                yield response
        except httpx.TransportError as error:
            raise unreachable(self.url, str(error) or type(error).__name__) from error

    def once(self, method: str, address: str, **options: Any) -> httpx.Response:
        """One request, no retry, body read; error answers are returned, not raised."""
        with self.open(method, address, **options) as response:
            response.read()
        return response

    def request(
        self,
        method: str,
        path: str,
        *,
        body: Mapping[str, Any] | None = None,
        query: Mapping[str, Any] | None = None,
        key: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """An API call. Retried when repeating is harmless: safe methods, and writes that carry an Idempotency-Key."""
        options: dict[str, Any] = {"headers": {**(headers or {}), **({"Idempotency-Key": key} if key else {})}}
        if body is not None:
            options["json"] = dict(body)
        if query:
            options["params"] = {name: value for name, value in query.items() if value is not None}
        repeatable = method in _SAFE_METHODS or key is not None
        attempt = 0
        while True:
            attempt += 1
            try:
                response = self.once(method, path, **options)
                if response.status_code < _FIRST_ERROR:
                    return response
                raise problem(response)
            except OffcutError as error:
                if not repeatable or attempt >= self.patience.attempts or not _may_repeat(error):
                    raise
                if self.stopping.wait(self.patience.wait_s(attempt, error.retry_after_s)):
                    raise

    def json(self, method: str, path: str, **options: Any) -> Any:
        """An API call whose answer is JSON (None for an empty answer)."""
        response = self.request(method, path, **options)
        if not response.content:
            return None
        try:
            return response.json()
        except ValueError:
            raise unexpected(path, "it is not JSON") from None

    def items(self, method: str, path: str, **options: Any) -> list[Any]:
        """An API call whose answer is a whole list, bare or as `data`."""
        answer = self.json(method, path, **options)
        found = answer.get("data") if isinstance(answer, dict) else answer
        if not isinstance(found, list):
            raise unexpected(path, "data is missing")
        return found

    def pages(self, path: str, query: Mapping[str, Any] | None = None, limit: int | None = None) -> Iterator[Any]:
        """Every item of a list, page after page; at most `limit` items."""
        asked: dict[str, Any] = {"limit": min(limit or 200, 200), **(query or {})}
        left = limit
        while True:
            page = self.json("GET", path, query=asked)
            data = page.get("data") if isinstance(page, dict) else None
            if not isinstance(data, list):
                raise unexpected(path, "data is missing")
            for item in data:
                yield item
                left = None if left is None else left - 1
                if left == 0:
                    return
            cursor = page.get("next_cursor")
            if not cursor or not page.get("has_more", True):
                return
            asked["cursor"] = cursor
