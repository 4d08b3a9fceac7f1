"""The product's web process on a home of its own, a file that exists nowhere to send to it, and its memory."""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Self

ROOT: Final = Path(__file__).resolve().parents[1]
BLOCK: Final = 1 << 20
_PREPARE: Final = """
import io, django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
call_command("prepare", stdout=io.StringIO())
from benchmarks.house import _studio as studio
from core.accounts.services import token_issue
actor = studio()
print(token_issue(actor=actor, label="measuring", scopes=actor.scopes).text)
"""


class Synthetic:
    """A file made of numbered blocks of noise: any part of it can be made at any time, twice the same."""

    def __init__(self, size: int, seed: int) -> None:
        self.size = size
        self._noise = random.Random(seed).randbytes(BLOCK)

    def block(self, number: int) -> bytes:
        """Return one block; the last one is shorter."""
        head = number.to_bytes(16, "big")
        return (head + self._noise[len(head) :])[: self.size - number * BLOCK]

    def blocks(self, start: int, end: int | None = None) -> Iterator[bytes]:
        """Yield the bytes from ``start`` on, up to ``end``, in pieces."""
        end = self.size if end is None else end
        while start < end:
            number, skip = divmod(start, BLOCK)
            piece = self.block(number)[skip : skip + end - start]
            yield piece
            start += len(piece)

    def sha256(self) -> str:
        """Hash the whole."""
        digest = hashlib.sha256()
        for piece in self.blocks(0):
            digest.update(piece)
        return digest.hexdigest()


class Server:
    """The product's web process, alone, on a home of its own."""

    def __init__(self, home: Path) -> None:
        self.home = home
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("OFFCUT_", "DATABASE_"))}
        self.environment = kept | {
            "OFFCUT_HOME": str(home),
            "OFFCUT_SECRET_KEY": "only-for-measuring-" * 3,
            "OFFCUT_LOG_LEVEL": "ERROR",
            "DJANGO_SETTINGS_MODULE": "marketplace.config.settings",
        }
        self.process: subprocess.Popen[bytes] | None = None
        self.key = self.run(_PREPARE)

    def run(self, script: str) -> str:
        """Run a script inside this installation; return its last line."""
        done = subprocess.run(
            [sys.executable, "-c", script], cwd=ROOT, env=self.environment, check=True, capture_output=True, text=True
        )
        return done.stdout.strip().splitlines()[-1]

    def start(self) -> None:
        """Start it as ``run.py`` does, and wait until it answers."""
        sys.path.insert(0, str(ROOT))
        from run import WEB

        argv = [sys.executable, "-m", "gunicorn", "marketplace.config.wsgi", f"--bind=127.0.0.1:{self.port}", *WEB]
        with (self.home / "web.log").open("ab") as log:
            self.process = subprocess.Popen(
                argv, cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError, http.client.HTTPException):
                if self.ask("OPTIONS", "/api/v1/tus")[0] == 204:
                    return
            time.sleep(0.1)
        message = f"the server does not answer; see {self.home / 'web.log'}"
        raise RuntimeError(message)

    def kill(self) -> None:
        """End every process of it at once, as a power cut would."""
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def headers(self) -> dict[str, str]:
        """What every request says."""
        return {"Authorization": f"Bearer {self.key}", "Tus-Resumable": "1.0.0"}

    def ask(self, method: str, place: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
        """Send one request without a body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        try:
            said = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, place, headers={**self.headers(), **said})
            answer = connection.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        finally:
            connection.close()

    def declare(self, size: int) -> str:
        """Declare a file; return where its bytes go."""
        name = b64encode(b"synthetic.mov").decode()
        status, headers, body = self.ask(
            "POST", "/api/v1/tus", Upload_Length=str(size), Upload_Metadata=f"filename {name}"
        )
        if status != 201:
            raise RuntimeError(body.decode())
        return headers["location"]

    def offset(self, place: str) -> int:
        """Return how many bytes are there."""
        status, headers, body = self.ask("HEAD", place)
        if status != 200:
            raise RuntimeError(f"{status} {body.decode()}")
        return int(headers["upload-offset"])

    def received_sha256(self, place: str) -> str:
        """Return the hash of what was stored."""
        upload = json.loads(self.ask("GET", f"/api/v1/uploads/{place.rpartition('/')[2]}")[2])
        asset = json.loads(self.ask("GET", f"/api/v1/assets/{upload['asset_id']}")[2])
        return str(asset["sha256"])

    def memory(self) -> int:
        """Return the resident bytes of all its processes."""
        return sum(_resident(pid) for pid in self.processes())

    def processes(self) -> list[int]:
        """Return the process ids of the server's group."""
        if self.process is None:
            return []
        found = subprocess.run(["pgrep", "-g", str(self.process.pid)], capture_output=True, text=True, check=False)
        return [int(pid) for pid in found.stdout.split()]

    def forget(self) -> None:
        """Drop stored bytes between rounds: the next file is another one and would need room."""
        for folder in ("storage", "scratch"):
            shutil.rmtree(self.home / folder, ignore_errors=True)


def _resident(pid: int) -> int:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
    return 0


class Watching:
    """The largest resident size of the server's processes while a body runs."""

    def __init__(self, server: Server) -> None:
        self._pids = server.processes()
        self.before = self.most = self._now()
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def _now(self) -> int:
        return sum(_resident(pid) for pid in self._pids)

    def _watch(self) -> None:
        while not self._end.wait(0.2):
            self.most = max(self.most, self._now())

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()
