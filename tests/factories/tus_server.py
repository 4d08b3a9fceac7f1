"""The product's web process alone, with a home of its own, to be cut off and killed by tests."""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import os
import signal
import socket
import subprocess
import sys
from base64 import b64encode
from pathlib import Path
from typing import Final

from django.conf import settings

from tests.asking import rows_of
from tests.migrated import migrated_database
from tests.services import free_port, wait_until

ROOT: Final = Path(__file__).resolve().parents[2]
CONTENT: Final = os.urandom(3 << 20)
SIZE: Final = len(CONTENT)
SHA256: Final = hashlib.sha256(CONTENT).hexdigest()
PREPARE: Final = """
import django
django.setup()
from tests.factories.core import actor_as, key_of
print(key_of(actor_as()))
"""
VERIFY: Final = """
import django
django.setup()
from tests.factories.checked import breaches
print(breaches())
"""


class Server:
    """The product's web process alone, with a home of its own."""

    def __init__(self, home: Path) -> None:
        self.port = free_port()
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("OFFCUT_", "PYTEST_"))}
        self.environment = {
            **inherited,
            "DJANGO_SETTINGS_MODULE": settings.SETTINGS_MODULE,
            "OFFCUT_HOME": str(home),
            "OFFCUT_SECRET_KEY": "for this test only " * 4,
            "OFFCUT_LOG_LEVEL": "ERROR",
            **migrated_database(home),
        }
        self.log = home / "gunicorn.log"
        self.key = self.run(PREPARE)
        self.process: subprocess.Popen[bytes] | None = None

    def run(self, script: str) -> str:
        """Run a script inside this installation and return its last line."""
        done = subprocess.run(
            [sys.executable, "-c", script],
            cwd=ROOT,
            env=self.environment,
            check=False,
            capture_output=True,
            text=True,
            timeout=50,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return (done.stdout.strip().splitlines() or [""])[-1]

    def start(self) -> None:
        argv = [sys.executable, "-m", "gunicorn", "--worker-class", "gthread", "--workers", "2", "--threads", "4"]
        argv += ["--preload", "--timeout", "30", "--bind", f"127.0.0.1:{self.port}"]
        argv += ["marketplace.config.wsgi:application"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                argv, cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )
        wait_until(self.answers, within_s=40, what="gunicorn", every_s=0.1)

    def answers(self) -> bool:
        with contextlib.suppress(OSError, http.client.HTTPException):
            return self.ask("OPTIONS", "/api/v1/tus")[0] == 204
        return False

    def kill(self) -> None:
        """End every process of it at once, as a power cut would."""
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(20)

    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}", "Tus-Resumable": "1.0.0", "Host": f"127.0.0.1:{self.port}"}

    def ask(
        self, method: str, place: str, headers: dict[str, str] | None = None, body: bytes = b""
    ) -> tuple[int, dict[str, str]]:
        """Send one request on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, place, body, {**self.headers(), **(headers or {})})
            answer = connection.getresponse()
            answer.read()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}
        finally:
            connection.close()

    def create(self, size: int = SIZE, sha256: str = "") -> str:
        said = f"filename {b64encode(b'A001.mov').decode()}"
        said += f",sha256 {b64encode(sha256.encode()).decode()}" if sha256 else ""
        status, headers = self.ask("POST", "/api/v1/tus", {"Upload-Length": str(size), "Upload-Metadata": said})
        assert status == 201
        return headers["location"]

    def offset(self, place: str) -> int:
        status, headers = self.ask("HEAD", place)
        assert status == 200
        return int(headers["upload-offset"])

    def patch(self, place: str, start: int, end: int, content: bytes = CONTENT) -> int:
        headers = {"Upload-Offset": str(start), "Content-Type": "application/offset+octet-stream"}
        return self.ask("PATCH", place, headers, content[start:end])[0]

    def begin(self, place: str, start: int, end: int, content: bytes = CONTENT) -> socket.socket:
        """Announce all the rest, send the bytes up to ``end``, and leave the connection open."""
        lines = {
            **self.headers(),
            "Upload-Offset": str(start),
            "Content-Type": "application/offset+octet-stream",
            "Content-Length": str(len(content) - start),
        }
        head = f"PATCH {place} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=20)
        connection.sendall(head.encode() + b"\r\n" + content[start:end])
        return connection

    def resume(self, place: str, content: bytes = CONTENT) -> int:
        """Go on from what the server has, as soon as it lets us; return where that was."""
        found = 0

        def accepted() -> bool:
            nonlocal found
            found = self.offset(place)
            return self.patch(place, found, len(content), content) == 204

        wait_until(accepted, within_s=20, what="the lock of the cut request")
        return found

    def stored(self) -> list[str]:
        """The hashes of all files that were received, in order."""
        return [found for (found,) in rows_of(self.environment, "SELECT sha256 FROM media_ingest_asset ORDER BY id")]

    def breaches(self) -> str:
        """What the invariant checker finds inside this installation; ``[]`` when all is well."""
        return self.run(VERIFY)
