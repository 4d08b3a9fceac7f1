"""Speed: a shared limit on bytes per second, and a meter that knows the rate and the time left."""

from __future__ import annotations

import threading
import time
from collections import deque
from dataclasses import dataclass

_WINDOW_S = 20.0
_MEASURE_S = 2.0


class RateLimit:
    """Keeps all threads together under `bytes_per_s` (None: no limit)."""

    def __init__(self, bytes_per_s: int | None = None) -> None:
        self._rate = bytes_per_s
        self._free_at = 0.0
        self._lock = threading.Lock()

    def take(self, size_bytes: int, stopping: threading.Event) -> None:
        """Wait until `size_bytes` more may pass."""
        if not self._rate:
            return
        with self._lock:
            now = time.monotonic()
            start = max(now, self._free_at)
            self._free_at = start + size_bytes / self._rate
        if start > now:
            stopping.wait(start - now)


@dataclass(frozen=True)
class Pace:
    """A moment of a transfer: bytes done of total, bytes per second, and seconds left (None while measuring)."""

    done: int
    total: int
    bytes_per_s: float
    seconds_left: float | None


class Meter:
    """Counts bytes from many threads; the rate is measured over the last seconds only."""

    def __init__(self, total: int = 0) -> None:
        self.total = total
        self._done = 0
        self._moved = 0
        self._samples: deque[tuple[float, int]] = deque([(time.monotonic(), 0)])
        self._lock = threading.Lock()

    def add(self, size_bytes: int, *, moved: bool = True) -> None:
        """Count bytes; `moved=False` for bytes that were there already (they say nothing about speed)."""
        with self._lock:
            self._done += size_bytes
            if moved:
                self._moved += size_bytes
                now = time.monotonic()
                self._samples.append((now, self._moved))
                while len(self._samples) > 2 and now - self._samples[1][0] > _WINDOW_S:
                    self._samples.popleft()

    def pace(self) -> Pace:
        """Where the transfer stands."""
        with self._lock:
            now = time.monotonic()
            start, moved = self._samples[0]
            spent = now - start
            rate = (self._moved - moved) / spent if spent > 0 else 0.0
            left = max(0, self.total - self._done)
            known = spent >= _MEASURE_S and rate > 0
            return Pace(self._done, self.total, rate, left / rate if known else None)


def parse_rate(text: str) -> int:
    """Bytes per second from a text such as 500k, 20M or 1.5G (decimal units); ValueError otherwise."""
    units = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9}
    number = text.strip().lower().removesuffix("/s").removesuffix("b")
    unit = number[-1:] if number[-1:] in units else ""
    value = int(float(number.removesuffix(unit)) * units[unit])
    if value <= 0:
        raise ValueError(text)
    return value
