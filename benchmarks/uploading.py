"""Sending one large file through the embedded server: speed beside ``dd``, memory, and the file after random kills.

    python -m benchmarks.uploading                     20 GB, one round; needs twice that on the disk
    python -m benchmarks.uploading --size 1G --rounds 3
    python -m benchmarks.uploading --size 2G --kills 20

The file exists nowhere: its blocks are made as they are sent, each different, none compressible. The server is the
product's own web process, started as ``run.py`` starts it, with a home in a temporary folder (``--folder`` chooses the
disk). ``dd`` writes as many bytes to the same disk in the same round.
"""

from __future__ import annotations

import argparse
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
import tempfile
import threading
import time
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Self

from benchmarks.measure import Row, show

ROOT: Final = Path(__file__).resolve().parents[1]
BLOCK: Final = 1 << 20
UNITS: Final = {"K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
GOAL_SHARE: Final = 0.70
GOAL_GROWTH_MB: Final = 64
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


def send(server: Server, place: str, file: Synthetic, start: int, end: int, *, checked: bool) -> int:
    """Send ``[start, end)`` in one request; return the status."""
    headers = {
        **server.headers(),
        "Host": f"127.0.0.1:{server.port}",
        "Upload-Offset": str(start),
        "Content-Type": "application/offset+octet-stream",
        "Content-Length": str(end - start),
        "Connection": "close",
    }
    if checked:
        digest = hashlib.sha256()
        for piece in file.blocks(start, end):
            digest.update(piece)
        headers["Upload-Checksum"] = f"sha256 {b64encode(digest.digest()).decode()}"
    head = f"PATCH {place} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    with socket.create_connection(("127.0.0.1", server.port), timeout=300) as connection:
        connection.sendall(head.encode() + b"\r\n")
        for piece in file.blocks(start, end):
            connection.sendall(piece)
        answer = connection.recv(65536)
    return int(answer.split(b" ", 2)[1])


@dataclass(frozen=True)
class Figures:
    """One round."""

    size_bytes: int
    dd_s: float
    one_request_s: float
    chunks_s: float
    growth_mb: float
    equal: bool

    @property
    def share(self) -> float:
        """Throughput of the upload in one request, as a share of dd's."""
        return self.dd_s / self.one_request_s

    @property
    def share_chunks(self) -> float:
        """The same for chunks with a checksum, which cost a second hash and a sync each."""
        return self.dd_s / self.chunks_s


def measured(server: Server, size: int, seed: int, chunk: int) -> Figures:
    """Run one round: dd, the file in one request, the file in checked chunks."""
    file = Synthetic(size, seed)
    dd = _dd(server.home, size)
    with Watching(server) as watching:
        place = server.declare(size)
        began = time.perf_counter()
        status = send(server, place, file, 0, size, checked=False)
        one = time.perf_counter() - began
    equal = status == 204 and server.received_sha256(place) == file.sha256()
    growth = (watching.most - watching.before) / 1e6
    server.forget()
    file = Synthetic(size, seed + 1)
    with Watching(server) as watching:
        place = server.declare(size)
        began = time.perf_counter()
        for start in range(0, size, chunk):
            status = send(server, place, file, start, min(size, start + chunk), checked=True)
            if status != 204:
                break
        chunks = time.perf_counter() - began
    equal = equal and status == 204 and server.received_sha256(place) == file.sha256()
    server.forget()
    return Figures(size, dd, one, chunks, max(growth, (watching.most - watching.before) / 1e6), equal)


def _dd(folder: Path, size: int) -> float:
    target = folder / "dd.out"
    count, rest = divmod(size, BLOCK)
    began = time.perf_counter()
    subprocess.run(
        ["dd", "if=/dev/zero", f"of={target}", f"bs={BLOCK}", f"count={count + bool(rest)}", "conv=fsync"],
        check=True,
        capture_output=True,
    )
    seconds = time.perf_counter() - began
    target.unlink()
    return seconds


def killed(server: Server, size: int, seed: int, kills: int) -> dict[str, Any]:
    """Send a file while server and sender are killed at random; return what became of it."""
    file, chance = Synthetic(size, seed), random.Random(seed)
    place = server.declare(size)
    servers = senders = 0
    cuts = sorted(chance.sample(range(1, size), kills))
    while (offset := server.offset(place)) < size:
        ahead = [cut for cut in cuts if cut > offset]
        if not ahead:
            _patiently(server, place, file, offset)
            continue
        cuts = ahead
        connection = _begin(server, place, file, offset, ahead[0])
        if chance.random() < 0.5:
            server.kill()
            servers += 1
            connection.close()
            server.start()
        else:
            senders += 1
            connection.close()
        cuts = cuts[1:]
    found, wanted = server.received_sha256(place), file.sha256()
    server.forget()
    return {"size_bytes": size, "servers_killed": servers, "senders_killed": senders, "equal": found == wanted}


def _begin(server: Server, place: str, file: Synthetic, start: int, end: int) -> socket.socket:
    """Announce all the rest, send up to ``end``, and leave the connection open."""
    deadline = time.monotonic() + 120
    while True:
        headers = {
            **server.headers(),
            "Host": f"127.0.0.1:{server.port}",
            "Upload-Offset": str(start),
            "Content-Type": "application/offset+octet-stream",
            "Content-Length": str(file.size - start),
        }
        head = f"PATCH {place} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        connection = socket.create_connection(("127.0.0.1", server.port), timeout=120)
        with contextlib.suppress(OSError):
            connection.sendall(head.encode() + b"\r\n")
            for piece in file.blocks(start, end):
                connection.sendall(piece)
            return connection
        # Refused: the request that was cut before still has the file; a moment later it has not.
        connection.close()
        if time.monotonic() > deadline:
            message = "the server does not let go of a dead sender"
            raise RuntimeError(message)
        time.sleep(0.2)
        start = server.offset(place)
        end = max(end, start)


def _patiently(server: Server, place: str, file: Synthetic, offset: int) -> None:
    with contextlib.suppress(OSError):
        send(server, place, file, offset, file.size, checked=False)


def rows(figures: list[Figures]) -> list[Row]:
    """Return the lines of the table: the median round, and the worst memory."""
    shares = sorted(one.share for one in figures)
    chunked = sorted(one.share_chunks for one in figures)
    share, growth = shares[len(shares) // 2], max(one.growth_mb for one in figures)
    equal = all(one.equal for one in figures)
    size = f"{figures[0].size_bytes / 1e9:g} GB"
    told = "" if equal else "THE FILE IS NOT THE ONE THAT WAS SENT"
    return [
        Row(
            "",
            f"upload of {size} through the embedded server",
            "dd conv=fsync of as many bytes",
            f"≥ {GOAL_SHARE:.2f} of its speed",
            f"{share:.2f}",
            share >= GOAL_SHARE and equal,
            f"{shares[0]:.2f}–{shares[-1]:.2f}, {len(shares)} rounds",
            told or f"in chunks of 64 MiB, each with a checksum and synced: {chunked[len(chunked) // 2]:.2f}",
        ),
        Row(
            "",
            f"memory of the server while {size} come",
            "the same server, idle",
            f"< {GOAL_GROWTH_MB} MB more",
            f"{growth:.0f} MB",
            growth < GOAL_GROWTH_MB,
        ),
    ]


def size_of(text: str) -> int:
    """Read ``20G``, ``500M`` or a plain number of bytes."""
    unit = UNITS.get(text[-1:].upper())
    return int(float(text[:-1]) * unit) if unit else int(text)


def main() -> int:
    """Measure, or kill."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--size", type=size_of, default=size_of("20G"), help="of the file, such as 20G")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--chunk", type=int, default=64 << 20, help="bytes of a checked chunk")
    parser.add_argument("--kills", type=int, default=0, help="instead: kill server or sender so many times")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    parser.add_argument("--folder", type=Path, help="where to write; its disk is what is measured")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.add_argument("--write", action="store_true", help="put the figures on the page of performance")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="offcut-uploading-", dir=options.folder) as folder:
        server = Server(Path(folder))
        server.start()
        try:
            if options.kills:
                told = killed(server, options.size, options.seed, options.kills) | {"seed": options.seed}
                print(json.dumps(told))
                return 0 if told["equal"] else 1
            figures = [
                measured(server, options.size, options.seed + 2 * n, options.chunk) for n in range(options.rounds)
            ]
        finally:
            server.kill()
    table = rows(figures)
    if options.json:
        print(
            json.dumps(
                {
                    "rounds": [asdict(one) | {"share": one.share} for one in figures],
                    "rows": [asdict(row) for row in table],
                }
            )
        )
    else:
        show(table, as_json=False)
    if options.write:
        from benchmarks.page import page_write

        page_write(table)
    return 0 if all(row.met for row in table) else 1


if __name__ == "__main__":
    sys.exit(main())
