"""The object store as uploaders reach it: a real store behind a line that cuts, stalls and refuses on demand."""

from __future__ import annotations

import http.client
import re
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import urlsplit

from typing_extensions import override

_BLOCK = 64 << 10
_PAUSE = threading.Event()


@dataclass
class Line:
    """What goes wrong next, and what came through: bytes and puts by part number."""

    store: str = ""
    address: str = ""
    statuses: list[int] = field(default_factory=list)
    cut_after: list[int] = field(default_factory=list)
    slow_s: float = 0.0
    puts: Counter[int] = field(default_factory=Counter)
    whole: Counter[int] = field(default_factory=Counter)
    received: int = 0
    at_once: int = 0
    most_at_once: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def next_fault(self) -> tuple[int | None, int | None]:
        """A status to answer instead, bytes to cut after."""
        with self.lock:
            status = self.statuses.pop(0) if self.statuses else None
            cut = self.cut_after.pop(0) if self.cut_after and status is None else None
            return status, cut


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    line: ClassVar[Line]

    @override
    def log_message(self, format: str, *args: Any) -> None:
        return

    def do_PUT(self) -> None:
        line, found = self.line, re.search(r"partNumber=(\d+)", self.path)
        number = int(found[1]) if found else 0
        with line.lock:
            line.puts[number] += 1
            line.at_once += 1
            line.most_at_once = max(line.most_at_once, line.at_once)
        try:
            self._put(number)
        finally:
            with line.lock:
                line.at_once -= 1

    def _put(self, number: int) -> None:
        line = self.line
        status, cut = line.next_fault()
        if status is not None:
            self._body(None)
            self._answer(status, b"<Error><Code>Told</Code></Error>", {})
            return
        upstream = http.client.HTTPConnection(urlsplit(line.store).netloc, timeout=60)
        upstream.putrequest("PUT", self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            upstream.putheader(name, value)
        upstream.endheaders()
        if not self._body(upstream, cut):
            upstream.close()
            self.close_connection = True
            self.connection.close()
            return
        answer = upstream.getresponse()
        content = answer.read()
        if answer.status == 200:
            with line.lock:
                line.whole[number] += 1
        self._answer(answer.status, content, {name: value for name, value in answer.getheaders() if name == "ETag"})
        upstream.close()

    def _body(self, upstream: http.client.HTTPConnection | None, cut: int | None = None) -> bool:
        """Pass the body on; False when the line was cut or the sender left."""
        left, passed = int(self.headers["Content-Length"]), 0
        while left > 0:
            block = self.rfile.read(min(_BLOCK, left))
            if not block or (cut is not None and passed >= cut):
                return False
            left, passed = left - len(block), passed + len(block)
            with self.line.lock:
                self.line.received += len(block)
            if upstream is not None:
                upstream.send(block)
            _PAUSE.wait(self.line.slow_s)
        return True

    def _answer(self, status: int, content: bytes, headers: dict[str, str]) -> None:
        with suppress(OSError):
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(content))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    @override
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Senders that leave in the middle are what these tests are about."""


@contextmanager
def store_line(store: str) -> Iterator[Line]:
    """A line to the store at this address, on a port of its own."""
    line = Line(store)
    server = _Server(("127.0.0.1", 0), type("LineHandler", (_Handler,), {"line": line}))
    line.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield line
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
