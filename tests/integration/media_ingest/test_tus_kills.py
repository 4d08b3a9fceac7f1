"""T39: an upload whose server and sender are killed at every boundary and at random ends whole, or says why not."""

from __future__ import annotations

import hashlib
import os
import random
import socket
import struct
import threading
from collections.abc import Iterator

import pytest

from tests.factories.tus_server import CONTENT, SHA256, SIZE, Server
from tests.services import wait_until

pytestmark = pytest.mark.timeout(240)
CHUNK = 1 << 20


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    one = Server(tmp_path_factory.mktemp("home"))
    one.start()
    yield one
    one.kill()
    assert one.breaches() == "[]", "what any of these tests left behind"


def reset(connection: socket.socket) -> None:
    """Vanish as a machine without power does."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def test_a_server_killed_at_every_chunk_boundary_ends_with_the_whole_file(server: Server) -> None:
    """T39: killed right after each chunk was acknowledged: not one acknowledged byte is lost."""
    place = server.create()
    for start in range(0, SIZE, CHUNK):
        end = min(SIZE, start + CHUNK)
        assert server.patch(place, start, end) == 204
        server.kill()
        server.start()
        assert server.offset(place) == end
    assert server.stored()[-1] == SHA256


def test_a_sender_killed_at_every_chunk_boundary_ends_with_the_whole_file(server: Server) -> None:
    """T39: each request announces the rest and dies after one chunk."""
    content = os.urandom(SIZE)
    place, end = server.create(), 0
    while end < SIZE:
        end = min(SIZE, end + CHUNK)
        start = server.offset(place)
        connection = server.begin(place, start, end, content)
        wait_until(lambda before=start: server.offset(place) > before, within_s=20, what="bytes on disk")  # type: ignore[misc]  # a value of now
        reset(connection)
        wait_until(lambda: unlocked(server, place), within_s=20, what="the lock of the cut request")
    assert server.offset(place) == SIZE
    assert server.stored()[-1] == hashlib.sha256(content).hexdigest()


def unlocked(server: Server, place: str) -> bool:
    """Whether no request holds the file: an empty chunk at the right place is taken."""
    return server.patch(place, server.offset(place), 0) in {204, 409}


def test_two_senders_of_one_upload_make_one_whole_file(server: Server) -> None:
    """T39: both send the same file at once; whoever is late is refused, and nothing is mixed."""
    content = os.urandom(SIZE)
    place, statuses = server.create(), list[int]()

    def send() -> None:
        while (offset := server.offset(place)) < SIZE:
            statuses.append(server.patch(place, offset, min(SIZE, offset + 100_000), content))

    senders = [threading.Thread(target=send) for _ in range(3)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert set(statuses) <= {204, 409, 423}
    assert server.stored()[-1] == hashlib.sha256(content).hexdigest()


def test_a_file_that_changed_half_way_fails_cleanly(server: Server) -> None:
    """T39: the sender said what it hashes to, then goes on with other bytes after the server was killed."""
    before = server.stored()
    place = server.create(sha256=hashlib.sha256(b"x" + CONTENT[1:]).hexdigest())
    assert server.patch(place, 0, CHUNK) == 204
    server.kill()
    server.start()
    server.patch(place, CHUNK, SIZE)
    assert server.ask("HEAD", place)[0] == 410
    assert server.stored() == before


def killed_at_random(server: Server, chance: random.Random, kills: int) -> None:
    """Send one random file under random kills of both sides; it must come out equal."""
    content = chance.randbytes(chance.randrange(1, 8 << 20))
    place = server.create(len(content))
    for _ in range(kills):
        start = server.offset(place)
        if start == len(content):
            break
        end = chance.randrange(start + 1, len(content) + 1)
        connection = server.begin(place, start, end, content)
        if chance.random() < 0.5:
            server.kill()
            connection.close()
            server.start()
        else:
            reset(connection)
            wait_until(lambda: unlocked(server, place), within_s=20, what="the lock of the cut request")
    if server.offset(place) < len(content):
        server.resume(place, content)
    assert server.stored()[-1] == hashlib.sha256(content).hexdigest()


def test_random_kills_leave_a_whole_file(server: Server) -> None:
    """T39: two files, two kills each; the seed is told when it fails."""
    seed = random.SystemRandom().randrange(2**32)
    print("seed", seed)
    chance = random.Random(seed)
    for _ in range(2):
        killed_at_random(server, chance, 2)


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_many_random_kills_leave_whole_files(server: Server) -> None:
    """T39: the longer one."""
    seed = random.SystemRandom().randrange(2**32)
    print("seed", seed)
    chance = random.Random(seed)
    for _ in range(25):
        killed_at_random(server, chance, 10)
