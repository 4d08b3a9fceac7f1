"""A PostgreSQL that can be cut off in the middle and started again, as durable as people run it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg

from tests.services import DATABASE, _unprivileged, create_database, free_port, postgres_folder, require, wait_until


class Postgres:
    """A server on a loopback port with one database."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.binaries = postgres_folder() or Path()
        self.who: dict[str, Any] = dict(_unprivileged())
        self.address = f"postgresql://{DATABASE}@127.0.0.1:{self.port}"
        self.url = f"{self.address}/{DATABASE}"
        self.process: subprocess.Popen[bytes] | None = None
        self.plain: dict[str, Any] = {
            "cwd": folder, "stdin": subprocess.DEVNULL, "env": {"PATH": os.defpath, "LC_ALL": "C.UTF-8"}, **self.who,
        }  # fmt: skip

    def make(self) -> None:
        """Make an empty cluster and its database."""
        if self.who:
            os.chown(self.folder, int(self.who["user"]), int(self.who["group"]))
        make = [str(self.binaries / "initdb"), "-D", str(self.folder / "data"), "-U", DATABASE, "--auth=trust"]
        subprocess.run([*make, "-E", "UTF8", "--no-sync"], check=True, stdout=subprocess.DEVNULL, **self.plain)
        self.start()
        create_database(f"{self.address}/postgres", DATABASE)

    def start(self) -> None:
        """Start it, recovering what the last one left, and wait until it accepts connections."""
        settings = {"listen_addresses": "127.0.0.1", "port": str(self.port), "unix_socket_directories": ""}
        words = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        with (self.folder / "postgres.log").open("ab") as log:
            argv = [str(self.binaries / "postgres"), "-D", str(self.folder / "data"), *words]
            self.process = subprocess.Popen(argv, stdout=log, stderr=log, **self.plain)
        wait_until(self.accepts, within_s=60, what="PostgreSQL")

    def accepts(self) -> bool:
        """Whether it takes connections."""
        with contextlib.suppress(psycopg.OperationalError):
            psycopg.connect(f"{self.address}/postgres", connect_timeout=2).close()
            return True
        return False

    def end(self, number: signal.Signals) -> None:
        """End it: SIGQUIT is an immediate shutdown, a crash with open connections; SIGINT is a polite one."""
        if self.process is not None:
            self.process.send_signal(number)
            self.process.wait(30)
            self.process = None

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query, asked again while the server is away."""
        for _ in range(20):
            with contextlib.suppress(psycopg.OperationalError), psycopg.connect(self.url, connect_timeout=5) as here:
                return here.execute(query).fetchall()
            wait_until(self.accepts, within_s=60, what="PostgreSQL")
        raise TimeoutError(query)


@contextlib.contextmanager
def postgres_of_its_own() -> Iterator[Postgres]:
    """Hold a server that nobody else uses; skip the test without PostgreSQL, fail it where it is required."""
    require("postgres", postgres_folder(), "apt-get install postgresql")
    with tempfile.TemporaryDirectory(prefix="offcut-chaos-pg-", ignore_cleanup_errors=True) as folder:
        server = Postgres(Path(folder))
        try:
            server.make()
            yield server
        finally:
            server.end(signal.SIGQUIT)
