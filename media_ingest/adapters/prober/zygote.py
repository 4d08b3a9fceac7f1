"""The prober's parent: loads the media library once, locks itself in, and forks a fresh child for each file.

Started by `media_ingest.adapters.prober.parent`, one for each process of the product. It can name no file at all:
an order is eight bytes and three descriptors (the open file, the way out for the report, the order's own line),
and the child keeps only the first two. It leaves when its worker's end of the control socket is closed, however
the worker ended, and its children die with it. It never reads a byte of a file.
"""

from __future__ import annotations

import fcntl
import gc
import json
import os
import resource
import selectors
import signal
import socket
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NoReturn

from media_ingest.adapters import sandbox
from media_ingest.adapters.prober import reader
from media_ingest.adapters.prober.order import ORDER

_GIVEN: Final = 3
_FILE, _REPORT, _FIRST_FREE = 3, 4, 5
_MOST_DESCRIPTORS: Final = 1024
_PARKED_FROM: Final = 512


@dataclass(frozen=True, slots=True)
class Child:
    """One running child and the line on which its end is told; closing the other end of it ends the child."""

    pid: int
    line: int


class Zygote:
    """Takes orders, forks, tells how each child ended."""

    def __init__(self, control: socket.socket, *, confined: bool, at_start: int) -> None:
        self.control, self.confined, self.at_start = control, confined, at_start
        self.children: dict[int, Child] = {}
        self.ready = selectors.DefaultSelector()
        self.awake, self.waking = os.pipe()
        os.set_blocking(self.waking, False)
        os.set_blocking(self.awake, False)

    def serve(self) -> None:
        """Work until the worker is gone; then nothing is left."""
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
        signal.set_wakeup_fd(self.waking, warn_on_full_buffer=False)
        self.ready.register(self.control, selectors.EVENT_READ)
        self.ready.register(self.awake, selectors.EVENT_READ)
        try:
            while True:
                for key, _ in self.ready.select():
                    if key.fd == self.awake:
                        self._reap()
                    elif key.fd != self.control.fileno():
                        self._end(key.data)
                    elif not self._take():
                        return
        finally:
            for child in self.children.values():
                _kill(child.pid)

    def _take(self) -> bool:
        """Take one order; False when there will be no more."""
        order, given, _, _ = socket.recv_fds(self.control, ORDER.size, _GIVEN)
        if len(order) == ORDER.size and len(given) == _GIVEN:
            self._fork(given, *ORDER.unpack(order))
        for descriptor in given[:2]:
            os.close(descriptor)
        return bool(order)

    def _fork(self, given: Sequence[int], cpu_s: int, opening_ms: int) -> None:
        file, report, line = given
        parent = os.getpid()
        try:
            pid = os.fork()
        except OSError:
            os.close(line)  # the worker hears that there is no answer
            return
        if pid == 0:
            self._be_the_child(parent, file, report, cpu_s, opening_ms)
        with suppress(OSError):
            os.setpgid(pid, pid)
        child = self.children[pid] = Child(pid, line)
        self.ready.register(line, selectors.EVENT_READ, child)

    def _be_the_child(self, parent: int, file: int, report: int, cpu_s: int, opening_ms: int) -> NoReturn:
        """Answer the order and end; nothing returns from here into the parent's loop."""
        status = 1
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            with suppress(OSError):
                os.setpgid(0, 0)
            sandbox.die_with_parent(parent)
            _keep(file, report)
            status = _answer(cpu_s, opening_ms / 1000, confined=self.confined, at_start=self.at_start)
        finally:
            os._exit(status)

    def _end(self, child: Child) -> None:
        """Nobody wants this report any more. Its pid is ours until it is reaped, so nobody else can be hit."""
        if self.children.get(child.pid) is child:
            self.ready.unregister(child.line)
            _kill(child.pid)

    def _reap(self) -> None:
        with suppress(BlockingIOError):
            os.read(self.awake, _MOST_DESCRIPTORS)
        for child in list(self.children.values()):
            pid, status, used = os.wait4(child.pid, os.WNOHANG)
            if pid == 0:
                continue
            del self.children[pid]
            with suppress(KeyError):
                self.ready.unregister(child.line)
            told = {
                "status": os.waitstatus_to_exitcode(status),
                "cpu_ms": round((used.ru_utime + used.ru_stime) * 1000),
                "rss_kib": used.ru_maxrss,
            }
            with suppress(OSError):
                os.write(child.line, json.dumps(told).encode())
            os.close(child.line)


def _kill(pid: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)  # it may not lead its group yet


def _keep(file: int, report: int) -> None:
    """Close everything but these two and the three standard ones, which lead nowhere."""
    parked = [fcntl.fcntl(kept, fcntl.F_DUPFD_CLOEXEC, _PARKED_FROM) for kept in (file, report)]
    for place, descriptor in zip((_FILE, _REPORT), parked, strict=True):
        os.dup2(descriptor, place, inheritable=False)
    sandbox.close_from(_FIRST_FREE, _MOST_DESCRIPTORS)


def _answer(cpu_s: int, opening_s: float, *, confined: bool, at_start: int) -> int:
    """Lock this child in for good, read the file, write the report. Returns the exit status."""
    try:
        sandbox.limit(sandbox.Limits(cpu_s=cpu_s))
        if confined:
            sandbox.confine(just_forked=True)
    except (sandbox.SandboxUnavailableError, OSError, ValueError):
        return sandbox.EXIT_UNAVAILABLE
    report = reader.examine(_FILE, opening_s=opening_s, at_start=at_start)
    text = json.dumps(report, ensure_ascii=True, separators=(",", ":"))
    if len(text) > reader.MAX_REPORT_BYTES:
        text = json.dumps({"version": reader.REPORT_VERSION, "tool": reader.tool(), "error": "too_large"})
    left = text.encode("ascii")
    while left:
        left = left[os.write(_REPORT, left) :]
    return 0


def _address_space() -> int:
    """Return how much address space this process has taken; 0 where nobody tells. Asked before it is locked in."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    except OSError:
        return 0


def main(argv: Sequence[str]) -> NoReturn:
    """``zygote CONTROL required|off``: get ready, say so, serve. Says what is missing when it must refuse."""
    control = socket.socket(fileno=int(argv[0]))
    control.set_inheritable(False)
    confined = argv[1] != "off"
    os.environ.pop("PWD", None)  # bubblewrap's own addition
    most = min(_MOST_DESCRIPTORS, resource.getrlimit(resource.RLIMIT_NOFILE)[0])
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    reader.warm_up()
    at_start = _address_space()
    try:
        if confined:
            sandbox.confine(may_fork=True)
    except (sandbox.SandboxUnavailableError, OSError, ValueError) as refusal:
        os.write(control.fileno(), json.dumps({"refused": str(refusal)}).encode() + b"\n")
        sys.exit(sandbox.EXIT_UNAVAILABLE)
    gc.collect()
    gc.freeze()
    os.write(control.fileno(), json.dumps({"tool": reader.tool()}).encode() + b"\n")
    with suppress(ConnectionError):
        Zygote(control, confined=confined, at_start=at_start).serve()
    os._exit(0)
