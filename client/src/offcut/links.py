"""Signed download links, renewed in time and after a refusal, by one thread at a time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from offcut.models import Link

_BATCH = 100
_MARGIN_S = 60.0
_NO_EXPIRY_S = 300.0


class LinkBook:
    """Links by file name. `sign` asks the server for links of some names."""

    def __init__(self, names: Sequence[str], sign: Callable[[Sequence[str]], Sequence[Link]]) -> None:
        self._order = list(names)
        self._sign = sign
        self._links: dict[str, tuple[str, float]] = {}
        self._lock = threading.Lock()
        self.renewals = 0

    def link(self, name: str, stale: str | None = None) -> str:
        """A link that works for at least a minute; `stale` is one that was just refused and must not come again."""
        with self._lock:
            url, until = self._links.get(name, ("", 0.0))
            if not url or url == stale or until < _now() + _MARGIN_S:
                self.renewals += 1 if url else 0
                self._ask(name)
                url, _ = self._links[name]
            return url

    def _ask(self, name: str) -> None:
        """Sign the whole stretch of files around one, so that one renewal serves all threads."""
        at = self._order.index(name) // _BATCH * _BATCH
        for link in self._sign(self._order[at : at + _BATCH]):
            self._links[link.name] = (link.url, _moment(link.expires_at))


def _now() -> float:
    return datetime.now(UTC).timestamp()


def _moment(text: str | None) -> float:
    """When a link ends (Unix seconds); a clock that runs wrong only costs a renewal."""
    try:
        return datetime.fromisoformat(text).timestamp() if text else _now() + _NO_EXPIRY_S
    except ValueError:
        return _now() + _NO_EXPIRY_S
