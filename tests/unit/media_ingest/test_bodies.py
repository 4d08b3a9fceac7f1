"""The short way from the socket to the file: the same bytes as the long one, and the server's count kept right."""

from __future__ import annotations

import hashlib
import io
import os
import socket
import struct
from collections.abc import Iterator
from typing import Any

import pytest
from gunicorn.http.body import Body, ChunkedReader, LengthReader  # type: ignore[import-untyped]  # it has no stubs
from gunicorn.http.unreader import SocketUnreader  # type: ignore[import-untyped]  # it has no stubs
from typing_extensions import override

from media_ingest.adapters.bodies import body_of
from media_ingest.adapters.hashing import Hashing
from media_ingest.domain.digests import Digests

CONTENT = os.urandom(200_000)


@pytest.fixture
def line() -> Iterator[tuple[socket.socket, socket.socket]]:
    """A sender's and a server's end of a connection."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        sender = socket.create_connection(listening.getsockname())
        server, _ = listening.accept()
    with sender, server:
        server.settimeout(5)
        yield sender, server


def body(server: socket.socket, length: int = len(CONTENT)) -> Body:
    return Body(LengthReader(SocketUnreader(server), length))


def read_all(source: Any, step: int = 7001) -> bytes:
    pieces = []
    while piece := source.read(step):
        pieces.append(bytes(piece))
    return b"".join(pieces)


def test_the_bytes_are_those_of_the_long_way(line: tuple[socket.socket, socket.socket]) -> None:
    sender, server = line
    found = body(server)
    sender.sendall(CONTENT + b"GET /next")
    short = body_of({"wsgi.input": found}, io.BytesIO(b"the long way"))
    assert read_all(short) == CONTENT
    assert found.reader.length == 0
    assert server.recv(100) == b"GET /next"


def test_bytes_that_came_with_the_head_come_first(line: tuple[socket.socket, socket.socket]) -> None:
    sender, server = line
    found = body(server)
    found.reader.unreader.unread(CONTENT[:500])
    sender.sendall(CONTENT[500:])
    assert read_all(body_of({"wsgi.input": found}, io.BytesIO())) == CONTENT


def test_what_is_not_read_is_left_for_the_server_to_skip(line: tuple[socket.socket, socket.socket]) -> None:
    sender, server = line
    found = body(server)
    sender.sendall(CONTENT)
    assert len(body_of({"wsgi.input": found}, io.BytesIO()).read(1000)) == 1000
    assert found.reader.length == len(CONTENT) - 1000
    assert read_all(found) == CONTENT[1000:]


@pytest.mark.parametrize("how", ["closed", "reset"])
def test_what_came_before_the_end_of_a_connection_is_kept(line: tuple[socket.socket, socket.socket], how: str) -> None:
    sender, server = line
    found = body(server)
    source = body_of({"wsgi.input": found}, io.BytesIO())
    sender.sendall(CONTENT[:3000])
    kept = bytes(source.read(1000))
    if how == "reset":
        assert server.recv(1, socket.MSG_PEEK)
        sender.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sender.close()
    try:
        while piece := source.read(100_000):
            kept += bytes(piece)
        assert how == "closed"
    except OSError:
        assert found.failed
        assert how == "reset"
    assert CONTENT.startswith(kept)
    assert how == "reset" or len(kept) == 3000


@pytest.mark.parametrize("other", ["chunked", "read before", "another server", "nothing"])
def test_any_other_body_is_read_the_long_way(line: tuple[socket.socket, socket.socket], other: str) -> None:
    sender, server = line
    sender.sendall(CONTENT)
    found: Any = body(server)
    if other == "chunked":
        found = Body(ChunkedReader(object(), SocketUnreader(server)))
    elif other == "read before":
        found.read(10)
    elif other == "another server":
        found = io.BytesIO(CONTENT)
    usual = io.BytesIO(b"the long way")
    assert body_of({"wsgi.input": found} if other != "nothing" else {}, usual) is usual


@pytest.mark.parametrize("expected", [0, 1 << 30], ids=["at once", "on a thread"])
def test_hashing_beside_gives_the_same_hashes(expected: int) -> None:
    digests = Digests()
    with Hashing(digests, expected_bytes=expected) as hashing:
        for start in range(0, len(CONTENT), 999):
            hashing.feed(CONTENT[start : start + 999])
    assert digests.sha256 == hashlib.sha256(CONTENT).hexdigest()
    assert digests.sha1 == hashlib.sha1(CONTENT, usedforsecurity=False).hexdigest()
    twin = digests.copy()
    twin.update(b"more")
    assert twin.sha256 != digests.sha256


def test_a_hash_that_fails_says_so_and_blocks_nobody() -> None:
    class Broken(io.BytesIO):
        @override
        def write(self, _: Any) -> int:
            raise ValueError("broken")

        update = write

    def fed() -> None:
        with Hashing(Broken(), expected_bytes=1 << 30) as hashing:
            for _ in range(20):
                hashing.feed(b"x")

    with pytest.raises(ValueError, match="broken"):
        fed()
