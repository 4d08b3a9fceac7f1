"""tus against a real gunicorn with two worker processes: cut connections, killed servers, alternating workers (T39)."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator

import pytest

from tests.factories.tus_server import SHA256, SIZE, Server
from tests.services import wait_until


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
