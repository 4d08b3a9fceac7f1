"""The body of a request, read with one copy where the web server lets us.

gunicorn's own body object copies each byte about six times, which costs more processor time than hashing it
twice. Below it lies the socket: reading there, and keeping gunicorn's count of what is left right, costs a
tenth. Any other server, a chunked body, or bytes that somebody read before us are read the usual way.
"""

from __future__ import annotations

from typing import Any, Protocol

from gunicorn.http.body import Body, LengthReader  # type: ignore[import-untyped]  # it has no stubs
from gunicorn.http.unreader import SocketUnreader  # type: ignore[import-untyped]  # it has no stubs

Block = bytes | bytearray


class ByteSource(Protocol):
    """Where bytes come from, such as the body of a request."""

    def read(self, size: int, /) -> Block:
        """Return up to ``size`` bytes, none at the end; OSError when the sender is gone."""
        ...


class _SocketBody:
    """The rest of a body of known length, straight from the socket."""

    def __init__(self, body: Body, reader: LengthReader, unreader: SocketUnreader) -> None:
        self._body, self._reader, self._unreader = body, reader, unreader
        self._error: OSError | None = None

    def read(self, size: int, /) -> Block:
        """Return ``size`` bytes, fewer only at the end; what came before an error is returned before it is raised."""
        if self._error is not None:
            raise self._error
        size = min(size, self._reader.length)
        ahead = self._unreader.buf.getbuffer().nbytes
        if ahead or not size:
            held: bytes = self._reader.read(min(size, ahead)) if size else b""
            return held
        block = bytearray(size)
        filled = self._fill(memoryview(block))
        if filled < size:
            del block[filled:]
        return block

    def _fill(self, room: memoryview) -> int:
        filled = 0
        try:
            while filled < len(room):
                count = self._unreader.sock.recv_into(room[filled:])
                if not count:
                    break
                filled += count
        except OSError as error:
            self._body.failed = True  # where the next request would begin is unknown now
            if not filled:
                raise
            self._error = error
        finally:
            room.release()
            self._reader.length -= filled
        return filled


def body_of(environ: dict[str, Any], usual: ByteSource) -> ByteSource:
    """Return the body of the request that ``environ`` describes; ``usual`` is how the framework reads it."""
    body = environ.get("wsgi.input")
    if not isinstance(body, Body) or body.buf.tell():
        return usual
    reader = body.reader
    unreader = getattr(reader, "unreader", None)
    if not isinstance(reader, LengthReader) or not isinstance(unreader, SocketUnreader):
        return usual
    return _SocketBody(body, reader, unreader)
