"""A running prober parent as its worker holds it: the line for orders, its first word, its end."""

from __future__ import annotations

import json
import socket
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Final

from media_ingest.adapters import confinement
from media_ingest.adapters.prober.order import ORDER
from media_ingest.adapters.processes import Budget, Companion, unavailable

START: Final = (
    "import sys; sys.path.insert(0, sys.argv.pop(1));"
    "from media_ingest.adapters.prober.zygote import main; main(sys.argv[1:])"
)
_ROOT: Final = str(Path(__file__).resolve().parents[3])
_READY_WITHIN_S: Final = 60.0
_HELLO_BYTES: Final = 4096


class ParentGoneError(Exception):
    """The prober's parent ended; nothing is known of the file."""


class ProberParent:
    """A running prober parent and the line on which it takes orders."""

    def __init__(self) -> None:
        self.control, theirs = socket.socketpair()
        self.sending = threading.Lock()
        self.process: Companion | None = None
        try:
            with theirs:
                mode = "off" if confinement.off() else "required"
                command = [sys.executable, "-I", "-c", START, _ROOT, str(theirs.fileno()), mode]
                self.process = Companion(confinement.wrapped(command, dies_with_us=False), theirs.fileno())
            self._hear_hello()
        except BaseException:
            self.end()
            raise

    def _hear_hello(self) -> None:
        self.control.settimeout(_READY_WITHIN_S)
        heard = b""
        try:
            while not heard.endswith(b"\n") and len(heard) < _HELLO_BYTES:
                part = self.control.recv(_HELLO_BYTES)
                if not part:
                    break
                heard += part
            hello = json.loads(heard or b"{}")
        except (OSError, ValueError) as fault:
            raise unavailable(f"the prober did not start: {type(fault).__name__}") from fault
        if "tool" not in hello:
            raise unavailable(str(hello.get("refused", "the prober did not start")))
        self.control.settimeout(None)

    def send(self, file: int, report: int, line: int, budget: Budget, opening_ms: int) -> None:
        """Order one file to be read. Raises ParentGoneError."""
        try:
            with self.sending:
                socket.send_fds(self.control, [ORDER.pack(budget.cpu_s, opening_ms)], [file, report, line])
        except OSError as gone:
            raise ParentGoneError from gone

    def end(self) -> None:
        """End it and every child of it."""
        with suppress(OSError):
            self.control.close()
        if self.process is not None:
            self.process.end()

    def forget(self) -> None:
        """Let go of it in a copy of this process: the copy starts its own."""
        self.control.close()
        if self.process is not None:
            self.process.forget()
