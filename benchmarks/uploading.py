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
import json
import random
import socket
import subprocess
import sys
import tempfile
import time
from base64 import b64encode
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks.measure import Row, show
from benchmarks.web_server import BLOCK, Server, Synthetic, Watching

UNITS: Final = {"K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
GOAL_SHARE: Final = 0.70
GOAL_GROWTH_MB: Final = 64


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
