"""Machines of an installation, as processes: each has a home and scratch of its own.

They share nothing but the database, the broker, the storage and the keys. What runs on one of them is the product's
own program; a fault is a signal.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.db import connection

from tests.services import free_port, wait_until

ROOT = Path(__file__).resolve().parents[2]
LEASE_S = 2
SWEEP_S = 1
QUEUES = "default,probe,derive,bundle,mail"


@dataclass(frozen=True)
class Shared:
    """What the machines have in common: the environment, and folders or files linked into each home."""

    environment: Mapping[str, str]
    linked: Mapping[str, Path] = field(default_factory=dict)


def shared_here(**environment: str) -> Shared:
    """Share the database of this test, and the storage (a folder or a bucket) and keys of this process."""
    database = connection.settings_dict
    home = settings.OFFCUT.home
    bucket = {name: value for name, value in os.environ.items() if name.startswith(("OFFCUT_S3_", "OFFCUT_STORAGE"))}
    linked = {"keys": home / "keys", **({} if bucket else {"storage": home / "storage"})}
    told = {"OFFCUT_SECRET_KEY": settings.SECRET_KEY, **bucket, **environment}
    if connection.vendor == "sqlite":
        linked["offcut.sqlite3"] = Path(str(database["NAME"]))
    else:
        who = quote(str(database["USER"])) + (f":{quote(str(database['PASSWORD']))}" if database["PASSWORD"] else "")
        told["DATABASE_URL"] = f"postgresql://{who}@{database['HOST']}:{database['PORT']}/{database['NAME']}"
    return Shared(told, linked)


def descendants(pid: int) -> list[int]:
    """Return the processes below one, the nearest first."""
    parents = dict[int, list[int]]()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                parents.setdefault(parent, []).append(int(entry.name))
    found, look = list[int](), [pid]
    while look:
        below = parents.get(look.pop(0), [])
        found += below
        look += below
    return found


def state_of(pid: int) -> str:
    """Return the kernel's letter for a process: R, S, T (stopped), Z (ended); empty when it is gone."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    return ""


def alive(pid: int) -> bool:
    """Whether a process is there and not a corpse."""
    return state_of(pid) not in {"", "Z", "X"}


@dataclass(frozen=True)
class Held:
    """A process that stands still with a job."""

    pid: int
    kind: str
    subject: str


class Host:
    """One machine. It runs one program at a time."""

    def __init__(self, home: Path, shared: Shared, **environment: str) -> None:
        self.home = home
        home.mkdir(parents=True)
        for name, target in shared.linked.items():
            if not target.suffix:
                target.mkdir(parents=True, exist_ok=True)
            (home / name).symlink_to(target)
        clean = ("OFFCUT_", "DJANGO_", "PYTEST_", "CHAOS_", "DATABASE_URL")
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(clean)}
        self.environment = {
            **inherited,
            "DJANGO_SETTINGS_MODULE": "marketplace.config.settings",
            "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'client' / 'src'}",
            "PYTHONUNBUFFERED": "1",
            "OFFCUT_HOME": str(home),
            "OFFCUT_JOB_LEASE_S": str(LEASE_S),
            "CHAOS_SWEEP_S": str(SWEEP_S),
            **shared.environment,
            **environment,
        }
        self.process: subprocess.Popen[bytes] | None = None

    def run(self, *argv: str, **environment: str) -> None:
        """Start a program; its output goes to ``log``."""
        with (self.home / "log").open("ab") as log:
            self.process = subprocess.Popen(
                argv, cwd=ROOT, env={**self.environment, **environment}, stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    def poll(self, *arguments: str, **environment: str) -> None:
        """Start `manage.py worker`."""
        self.run(sys.executable, "-m", "tests.chaos.poller", *arguments, **environment)

    def consume(self, *, concurrency: int = 1, beat: bool = False, **environment: str) -> None:
        """Start a Celery worker as `run.py` does, and wait until it takes messages."""
        celery = [sys.executable, "-m", "celery", "-A", "tests.chaos.celery_app", "worker", "-Q", QUEUES]
        clock = ["-B", "--schedule", str(self.home / "beat-schedule")] if beat else []
        self.run(*celery, *clock, "--concurrency", str(concurrency), "-l", "INFO", **environment)
        wait_until(lambda: " ready." in self.log or self.over, within_s=60, what="a Celery worker")
        assert not self.over, self.log[-3000:]

    def serve(self) -> str:
        """Start a web server and wait until it answers; return its address."""
        port = free_port()
        gunicorn = [sys.executable, "-m", "gunicorn", "marketplace.config.wsgi", f"--bind=127.0.0.1:{port}"]
        self.run(*gunicorn, "--worker-class=gthread", "--threads=4", "--no-control-socket")
        wait_until(lambda: "Booting worker" in self.log or self.over, within_s=60, what="a web server")
        assert not self.over, self.log[-3000:]
        return f"http://127.0.0.1:{port}"

    def python(self, *arguments: str, **environment: str) -> str:
        """Run a module or script here to its end; return what it said."""
        done = subprocess.run(
            [sys.executable, *arguments], cwd=ROOT, env={**self.environment, **environment},
            capture_output=True, text=True, check=False, timeout=300,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    @property
    def pid(self) -> int:
        """The program's process id."""
        assert self.process is not None
        return self.process.pid

    @property
    def over(self) -> bool:
        """Whether the program has ended."""
        return self.process is None or self.process.poll() is not None

    @property
    def log(self) -> str:
        """What it said so far."""
        place = self.home / "log"
        return place.read_text(errors="replace") if place.exists() else ""

    def processes(self) -> list[int]:
        """The program and everything below it."""
        return [] if self.process is None else [self.pid, *descendants(self.pid)]

    def held(self) -> list[Held]:
        """Processes of this machine that stand still at a chosen moment."""
        return [Held(**json.loads(place.read_text())) for place in sorted(self.home.glob("held-*.json"))]

    def wait_held(self, kind: str, *, within_s: float = 60) -> Held:
        """Wait until a process stands still with a job of this kind."""
        wait_until(
            lambda: any(one.kind == kind for one in self.held()) or self.over, within_s=within_s, what=f"{kind} held"
        )
        return next(one for one in self.held() if one.kind == kind)

    def kill(self) -> list[int]:
        """Cut the power: everything ends at once, without a word. Return what was running."""
        running = self.processes()
        for pid in running:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if self.process is not None:
            self.process.wait(20)
        return running

    def stop(self, *, within_s: float = 30) -> int:
        """Ask it to end, as a deployment does; return its exit status."""
        if self.process is None:
            return 0
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(within_s)


@contextlib.contextmanager
def hosts(folder: Path, shared: Shared, *names: str, **environment: str) -> Iterator[tuple[Host, ...]]:
    """Hold some machines; whatever happens, nothing of them is left running."""
    made = tuple(Host(folder / name, shared, **environment) for name in names)
    try:
        yield made
    finally:
        for host in made:
            host.kill()
