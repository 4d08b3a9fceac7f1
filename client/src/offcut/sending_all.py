"""Sending many files: several at a time, results as they come, and an orderly end when the person stops."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from offcut.errors import OffcutError
from offcut.local_files import LocalFile
from offcut.sending import Sent
from offcut.uploading import Uploader

_COLLECTORS = 8
_ASK_AT_ONCE = 50

OnSent = Callable[[Sent], None]


def send_all(
    uploader: Uploader,
    files: Sequence[LocalFile],
    batch_of: Callable[[LocalFile], tuple[str | None, str]],
    on_sent: OnSent | None = None,
) -> list[Sent]:
    """Send files in parallel, results in the order given; `batch_of` tells each file's batch and folder in it.

    The server is asked about files in groups while earlier ones are on their way. `on_sent` hears each result as it
    comes, in this thread. KeyboardInterrupt stops after the chunks in flight (a second one at once) and is raised
    again when all is safe.
    """
    results: dict[LocalFile, Sent] = {}
    running: dict[Future[Sent], LocalFile] = {}

    def collect(*, down_to: int) -> None:
        while len(running) > down_to:
            finished, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in finished:
                results[running.pop(future)] = sent = future.result()
                if on_sent is not None:
                    on_sent(sent)

    # More threads than slots: a file that waits for the server's last word does not keep the next one from starting.
    with ThreadPoolExecutor(max_workers=uploader.jobs + _COLLECTORS, thread_name_prefix="upload") as pool:
        try:
            for start in range(0, len(files), _ASK_AT_ONCE):
                group = files[start : start + _ASK_AT_ONCE]
                _ask(uploader, group, first=start == 0)
                for file in group:
                    running[pool.submit(uploader.send, file, *batch_of(file))] = file
                collect(down_to=_ASK_AT_ONCE)
            collect(down_to=0)
        except KeyboardInterrupt:
            _wind_down(uploader, list(running))
            raise
    return [results[file] for file in files]


def _ask(uploader: Uploader, files: Sequence[LocalFile], *, first: bool) -> None:
    try:
        uploader.ask(files)
    except OffcutError:
        # With files on their way each one asks again in its own turn; before that nothing would work.
        if first:
            raise


def _wind_down(uploader: Uploader, running: list[Future[Sent]]) -> None:
    uploader.stop.set()
    try:
        wait(running)
    except KeyboardInterrupt:
        uploader.stop_now.set()
        wait(running)
