"""Bytes through the server itself: tus 1.0 in chunks, each with its checksum, continued at the confirmed byte."""

from __future__ import annotations

import base64
import hashlib

import httpx

from offcut.errors import OffcutError
from offcut.hashing import PrefixHash
from offcut.language import t
from offcut.local_files import LocalFile
from offcut.sending import BLOCK_BYTES, FINAL, FIRST_ERROR, GONE, TRANSIENT, GoneError, Sending
from offcut.transport import problem

_TUS = {"Tus-Resumable": "1.0.0"}
_CONTINUE = TRANSIENT | {409, 423, 460}
_TRIES = 10


class TusSender:
    """Sends files through tus."""

    def __init__(self, sending: Sending) -> None:
        self._sending = sending
        self._transport = sending.transport

    def transfer(self, file: LocalFile, address: str, digest: PrefixHash) -> None:
        """Send chunk after chunk until the server confirms the last byte; `digest` follows what was confirmed."""
        sending = self._sending
        offset = self._offset(address)
        sending.tell(file, "sent", offset)
        failures, chunk = 0, sending.chunk_bytes
        first = file.size_bytes == 0
        while offset < file.size_bytes or first:
            first = False
            sending.check_stop()
            try:
                confirmed = self._patch(file, address, offset, chunk)
                chunk = min(sending.chunk_bytes, chunk * 2)
            except OffcutError as error:
                failures += 1
                if error.status not in _CONTINUE or error.code in FINAL or failures > _TRIES:
                    raise
                # A chunk is kept whole or not at all: on a bad line smaller ones get through.
                chunk = max(min(chunk, BLOCK_BYTES), chunk // 2)
                sending.tell(file, "retry", offset)
                sending.wait(failures, error.retry_after_s)
                confirmed = self._offset(address)
            if confirmed > offset:
                failures = 0
                digest.advance_to(confirmed)
            offset = confirmed
            sending.tell(file, "sent", offset)

    def _offset(self, address: str) -> int:
        """How many bytes the server has, by its own word."""
        try:
            response = self._transport.request("HEAD", self._transport.absolute(address), headers=_TUS)
        except OffcutError as error:
            if error.status in GONE:
                raise GoneError from error
            raise
        return _offset_header(response)

    def _patch(self, file: LocalFile, address: str, offset: int, chunk: int) -> int:
        size = min(chunk, file.size_bytes - offset)
        headers = {
            **_TUS,
            "Content-Type": "application/offset+octet-stream",
            "Upload-Offset": str(offset),
            "Content-Length": str(size),
            "Upload-Checksum": f"sha256 {_chunk_digest(file, offset, size)}",
        }
        content = self._sending.blocks(file, offset, size)
        with self._transport.open("PATCH", address, headers=headers, content=content) as response:
            response.read()
        if response.status_code in GONE:
            raise GoneError
        if response.status_code >= FIRST_ERROR:
            raise problem(response)
        return _offset_header(response)


def _chunk_digest(file: LocalFile, offset: int, size: int) -> str:
    sha256 = hashlib.sha256()
    with file.path.open("rb") as stream:
        stream.seek(offset)
        for _ in range(0, size, BLOCK_BYTES):
            sha256.update(stream.read(min(BLOCK_BYTES, size)))
            size -= BLOCK_BYTES
    return base64.b64encode(sha256.digest()).decode("ascii")


def _offset_header(response: httpx.Response) -> int:
    text = response.headers.get("Upload-Offset", "")
    if not text.isdigit():
        raise OffcutError(
            "unexpected_answer", t("The server did not say how much it has."), t("Nothing is lost. Try again.")
        )
    return int(text)
