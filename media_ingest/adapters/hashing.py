"""Hashing beside the work that brings the bytes, so that a fast line waits for no hash."""

from __future__ import annotations

import queue
import threading
from types import TracebackType
from typing import Final, Protocol, Self

Block = bytes | bytearray

_AHEAD: Final = 4
"""Blocks that may wait for the hash; more would only cost memory."""
_WORTH_A_THREAD: Final = 4 << 20


class Sink(Protocol):
    """A hash, or two."""

    def update(self, block: Block, /) -> object:
        """Go on with these bytes."""
        ...


class Hashing:
    """Feeds blocks, in order, to every sink: on a thread of its own when there is much to come.

    hashlib lets other threads run meanwhile, so receiving, writing and hashing overlap. Use it as a context
    manager; the sinks are complete once it ends (or after ``drain``).
    """

    def __init__(self, *sinks: Sink, expected_bytes: int) -> None:
        self._sinks = sinks
        self._error: Exception | None = None
        self._queue: queue.Queue[Block | None] | None = None
        if expected_bytes >= _WORTH_A_THREAD:
            self._queue = queue.Queue(_AHEAD)
            self._thread = threading.Thread(target=self._work, args=(self._queue,), name="hashing", daemon=True)

    def __enter__(self) -> Self:
        """Start."""
        if self._queue is not None:
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Hash what waits, and end."""
        if self._queue is not None:
            self._queue.put(None)
            self._thread.join()
        if self._error is not None and kind is None:
            raise self._error

    def feed(self, block: Block) -> None:
        """Hash a block, now or in a moment. The caller must not change it any more."""
        if self._queue is not None:
            self._queue.put(block)
        else:
            self._hash(block)

    def _hash(self, block: Block) -> None:
        for sink in self._sinks:
            sink.update(block)

    def _work(self, blocks: queue.Queue[Block | None]) -> None:
        while (block := blocks.get()) is not None:
            try:
                self._hash(block)
            except Exception as error:  # noqa: BLE001 - raised again where the bytes come from, which must not wait for us
                self._error = error
