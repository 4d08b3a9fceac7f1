"""A line to a real object store on which things go wrong on purpose: a TCP proxy, one request per connection.

It changes nothing of a request but its `Connection` header, which is not signed.
"""

from __future__ import annotations

import contextlib
import re
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

_BLOCK: Final = 64 << 10
_BUSY: Final = b"HTTP/1.1 503 Slow Down\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
_LONGEST_S: Final = 120.0


class Fault(StrEnum):
    """What happens to a request."""

    BUSY = "503"
    HANG = "hang"
    CUT_REQUEST = "cut request"
    LOST_ACK = "ack lost"
    SILENT_ACK = "ack lost, line open"
    CUT_ANSWER = "cut response"


@dataclass
class FaultLine:
    """The proxy: `arm` it, and the next requests that match go wrong."""

    upstream: tuple[str, int]
    port: int = 0
    asked: list[str] = field(default_factory=list)
    """First lines of all requests, and the range they asked for."""
    _fault: Fault | None = None
    _method: str = ""
    _times: int = 0
    _after: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _over: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        """The address to use instead of the store's."""
        return f"http://127.0.0.1:{self.port}"

    def arm(self, fault: Fault, *, method: str = "", times: int = 1, after: int = 300_000) -> None:
        """Let the next `times` requests with `method` (any, when empty) go wrong; cuts come `after` so many bytes."""
        with self._lock:
            self._fault, self._method, self._times, self._after = fault, method, times, after
            self.asked.clear()

    def heal(self) -> None:
        """Let everything through again."""
        with self._lock:
            self._fault, self._times = None, 0

    def count(self, method: str) -> int:
        """How many requests with this method came since the line was armed."""
        return sum(line.startswith(f"{method} ") for line in self.asked)

    def serve(self, listener: socket.socket) -> None:
        """Take connections until the listener is closed."""
        with contextlib.suppress(OSError):
            while True:
                client, _ = listener.accept()
                threading.Thread(target=self._carry, args=[client], daemon=True).start()

    def _carry(self, client: socket.socket) -> None:
        with client, contextlib.suppress(OSError):
            head, rest = _head_of(client)
            if not head:
                return
            fault = self._fate(head)
            if fault is Fault.BUSY:
                client.sendall(_BUSY)
                _drain(client)
            elif fault is Fault.HANG:
                _drain(client, until=self._over)
            else:
                with socket.create_connection(self.upstream) as store:
                    self._exchange(client, store, re.sub(rb"(?im)^connection:.*\r\n", b"", head), rest, fault)

    def _fate(self, head: bytes) -> Fault | None:
        line, wanted = head.partition(b"\r\n")[0].decode(), re.search(rb"(?im)^range: (\S+)", head)
        with self._lock:
            self.asked.append(f"{line} {wanted[1].decode() if wanted else ''}")
            if not self._times or not line.startswith(self._method):
                return None
            self._times -= 1
            return self._fault

    def _exchange(
        self, client: socket.socket, store: socket.socket, head: bytes, rest: bytes, fault: Fault | None
    ) -> None:
        first, _, headers = head.partition(b"\r\n")
        store.sendall(first + b"\r\nConnection: close\r\n" + headers + rest)
        most = self._after if fault is Fault.CUT_REQUEST else None
        there = threading.Thread(target=_pump, args=[client, store, most], daemon=True)
        there.start()
        if fault is Fault.CUT_REQUEST:
            there.join(_LONGEST_S)
            _hang_up(client, store)
        elif fault in {Fault.LOST_ACK, Fault.SILENT_ACK}:
            _swallow_answer(client, store)
            if fault is Fault.SILENT_ACK:
                _drain(client, until=self._over)
            _hang_up(client, store)
        else:
            _pump(store, client, self._after if fault is Fault.CUT_ANSWER else None)
            _hang_up(client, store)

    def close(self) -> None:
        """Let go of everything that hangs."""
        self._over.set()


def _head_of(client: socket.socket) -> tuple[bytes, bytes]:
    """Read up to the empty line; return the head with it, and what came after."""
    data = b""
    while b"\r\n\r\n" not in data:
        block = client.recv(_BLOCK)
        if not block:
            return b"", b""
        data += block
    head, _, rest = data.partition(b"\r\n\r\n")
    return head + b"\r\n\r\n", rest


def _pump(source: socket.socket, target: socket.socket, most: int | None) -> None:
    """Carry bytes until one side is done, or `most` were carried."""
    with contextlib.suppress(OSError):
        carried = 0
        while block := source.recv(_BLOCK):
            if most is not None and carried + len(block) > most:
                target.sendall(block[: most - carried])
                return
            target.sendall(block)
            carried += len(block)


def _swallow_answer(client: socket.socket, store: socket.socket) -> None:
    """Let the store do its work and answer; pass on nothing but "go on sending"."""
    while block := store.recv(_BLOCK):
        if block.startswith(b"HTTP/1.1 100"):
            client.sendall(block)


def _drain(client: socket.socket, until: threading.Event | None = None) -> None:
    """Read what is sent, until the sender goes away or everything is over."""
    client.settimeout(0.2)
    while until is None or not until.is_set():
        try:
            if not client.recv(_BLOCK):
                return
        except TimeoutError:
            if until is None:
                return


def _hang_up(*ends: socket.socket) -> None:
    for end in ends:
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def fault_line(store_url: str) -> Iterator[FaultLine]:
    """Hold a proxy in front of an object store."""
    parts = urlsplit(store_url)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        line = FaultLine((str(parts.hostname), int(parts.port or 80)), int(listener.getsockname()[1]))
        thread = threading.Thread(target=line.serve, args=[listener], daemon=True)
        thread.start()
        try:
            yield line
        finally:
            line.close()
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            thread.join(5)
