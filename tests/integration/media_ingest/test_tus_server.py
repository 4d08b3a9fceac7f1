"""tus against a real gunicorn with two worker processes: cut connections, killed servers, alternating workers (T39)."""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import os
import signal
import socket
import struct
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from django.conf import settings

from tests.services import create_database, free_port, wait_until

ROOT: Final = Path(__file__).resolve().parents[3]
CONTENT: Final = os.urandom(3 << 20)
SIZE: Final = len(CONTENT)
SHA256: Final = hashlib.sha256(CONTENT).hexdigest()
PREPARE: Final = """
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from tests.factories.core import actor_as, key_of
print(key_of(actor_as()))
"""
RESULT: Final = """
import django
django.setup()
from media_ingest.models import Asset
print(*Asset.objects.values_list("sha256", flat=True))
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
        }
        if database := os.environ.get("DATABASE_URL"):
            self.environment["DATABASE_URL"] = create_database(database, f"tus_{self.port}")
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
        argv += ["--bind", f"127.0.0.1:{self.port}", "--timeout", "30", "marketplace.config.wsgi:application"]
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

    def create(self) -> str:
        said = f"filename {b64encode(b'A001.mov').decode()}"
        status, headers = self.ask("POST", "/api/v1/tus", {"Upload-Length": str(SIZE), "Upload-Metadata": said})
        assert status == 201
        return headers["location"]

    def offset(self, place: str) -> int:
        status, headers = self.ask("HEAD", place)
        assert status == 200
        return int(headers["upload-offset"])

    def patch(self, place: str, start: int, end: int) -> int:
        headers = {"Upload-Offset": str(start), "Content-Type": "application/offset+octet-stream"}
        return self.ask("PATCH", place, headers, CONTENT[start:end])[0]

    def begin(self, place: str, start: int, end: int) -> socket.socket:
        """Announce all the rest, send the bytes up to ``end``, and leave the connection open."""
        lines = {
            **self.headers(),
            "Upload-Offset": str(start),
            "Content-Type": "application/offset+octet-stream",
            "Content-Length": str(SIZE - start),
        }
        head = f"PATCH {place} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=20)
        connection.sendall(head.encode() + b"\r\n" + CONTENT[start:end])
        return connection

    def resume(self, place: str) -> int:
        """Go on from what the server has, as soon as it lets us; return where that was."""
        found = 0

        def accepted() -> bool:
            nonlocal found
            found = self.offset(place)
            return self.patch(place, found, SIZE) == 204

        wait_until(accepted, within_s=20, what="the lock of the cut request")
        return found

    def stored(self) -> list[str]:
        return self.run(RESULT).split()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    one = Server(tmp_path_factory.mktemp("home"))
    one.start()
    yield one
    one.kill()


@pytest.mark.timeout(120)
@pytest.mark.parametrize("how", ["closed", "reset"])
def test_the_bytes_of_a_cut_connection_are_kept(server: Server, how: str) -> None:
    place = server.create()
    half = SIZE // 2 + 12_345
    connection = server.begin(place, 0, half)
    wait_until(lambda: server.offset(place) > 0, within_s=20, what="the first bytes on disk")
    if how == "reset":
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()
    kept = server.resume(place)
    # A closed connection loses nothing; a reset one at most what was between the sockets.
    assert kept == half if how == "closed" else half - (1 << 20) <= kept <= half
    assert server.offset(place) == SIZE
    assert server.stored() == [SHA256]


@pytest.mark.timeout(120)
def test_a_second_sender_is_locked_out_while_the_first_is_connected(server: Server) -> None:
    place = server.create()
    connection = server.begin(place, 0, 1 << 20)
    wait_until(lambda: server.offset(place) > 0, within_s=20, what="the first bytes on disk")
    offset = server.offset(place)
    assert server.patch(place, offset, SIZE) == 423
    connection.close()
    server.resume(place)
    assert server.stored() == [SHA256]


@pytest.mark.timeout(120)
def test_pieces_through_changing_workers_are_one_whole_file(server: Server) -> None:
    place = server.create()
    step = 200_000
    for start in range(0, SIZE, step):
        assert server.patch(place, start, min(SIZE, start + step)) == 204
    assert server.offset(place) == SIZE
    assert server.stored() == [SHA256]


@pytest.mark.timeout(120)
def test_an_upload_outlives_a_killed_server(server: Server) -> None:
    place = server.create()
    assert server.patch(place, 0, 1000) == 204
    connection = server.begin(place, 1000, 2 << 20)
    wait_until(lambda: server.offset(place) > 1000, within_s=20, what="bytes of the second request")
    server.kill()
    connection.close()
    server.start()
    kept = server.offset(place)
    assert 1000 < kept <= 2 << 20
    assert server.resume(place) == kept
    assert server.stored() == [SHA256]
