"""The whole product as people start it: `run.py serve` in a home of its own, with real children."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

from tests.migrated import migrated_database, own_database
from tests.services import free_port, s3_of_this_process, wait_until

ROOT = Path(__file__).resolve().parent.parent
READY_WITHIN_S = 150.0


def _own_services() -> dict[str, str]:
    """On real services: a broker database and a bucket that no other house uses."""
    own = s3_of_this_process()
    if broker := os.environ.get("OFFCUT_TEST_BROKER_URL"):
        own["OFFCUT_BROKER_URL"] = f"{broker.rpartition('/')[0]}/{1 + uuid4().int % 4095}"
    return own


class House:
    """A running `run.py serve`. `url` is its address, `home` its OFFCUT_HOME.

    A new house begins with nothing at all; else its database is migrated, as if it had been started before.
    """

    def __init__(self, home: Path, *, new: bool = False, **environment: str) -> None:
        self.home, self.port = home, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        inherited = {
            name: value for name, value in os.environ.items() if not name.startswith(("OFFCUT_", "DJANGO_", "PYTEST_"))
        }
        database = own_database() if new else migrated_database(home)
        self.environment = {**inherited, **_own_services(), **database, "OFFCUT_HOME": str(home), **environment}
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it is ready."""
        self.home.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, str(ROOT / "run.py"), "serve", "--port", str(self.port)]
        with (self.home / "run.log").open("ab") as log:
            self.process = subprocess.Popen(command, env=self.environment, cwd=self.home, stdout=log, stderr=log)
        wait_until(self._ready_or_dead, within_s=READY_WITHIN_S, what="run.py serve", every_s=0.2)
        if self.process.poll() is not None:
            raise RuntimeError((self.home / "run.log").read_text()[-3000:])

    def _ready_or_dead(self) -> bool:
        return self.process is None or self.process.poll() is not None or self.ready()

    def ready(self) -> bool:
        """Whether the health page says that everything works."""
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{self.url}/health/ready", timeout=5) as answer:  # noqa: S310 - our own address
            return bool(json.load(answer)["status"] == "ok")
        return False

    def processes(self) -> dict[int, str]:
        """Every process that belongs to this home, by its environment: process id and command line."""
        mine = f"OFFCUT_HOME={self.home}".encode()
        found = {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                with contextlib.suppress(OSError):
                    command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                    owned = mine in (entry / "environ").read_bytes().split(b"\0")
                    if command and (owned or f"{self.home}/run/" in command):  # a broker overwrites its environment
                        found[int(entry.name)] = command
        return found

    def leaders(self, name: str) -> list[int]:
        """The process ids whose command line holds `name` and that lead their process group."""
        return [
            number for number, command in self.processes().items() if name in command and os.getpgid(number) == number
        ]

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to run.py itself."""
        if self.process is not None:
            self.process.send_signal(number)

    def stop(self) -> int:
        """End it as Ctrl-C does; return its exit status."""
        if self.process is None:
            return 0
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        status = self.process.wait(40)
        self.process = None
        return status


@contextlib.contextmanager
def house(home: Path, *, new: bool = False, **environment: str) -> Iterator[House]:
    """Hold a running house; whatever happens, nothing of it is left."""
    running = House(home, new=new, **environment)
    try:
        running.start()
        yield running
    finally:
        running.stop()
        for number in running.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
