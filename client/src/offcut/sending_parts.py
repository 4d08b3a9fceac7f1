"""Bytes straight to object storage: signed parts, several at a time, none of them sent twice or held in memory."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

import httpx

from offcut.errors import OffcutError
from offcut.hashing import PrefixHash
from offcut.language import t
from offcut.local_files import LocalFile
from offcut.models_sending import PartLink, Upload
from offcut.sending import FINAL, FIRST_ERROR, GONE, TRANSIENT, GoneError, Sending, changed_error
from offcut.transport import new_key, problem
from offcut.upload_state import UploadRecord
from offcut.wire import decode, unexpected

IN_FLIGHT = 4
_SIGN_AT_ONCE = 20
_RENEW_BEFORE_S = 300
_TRIES = 8
_ROUNDS = 3
_TELL_BYTES = 4 << 20
# S3 answers 400 to a body that came too slowly or was damaged on the way, and 403 to a link that has ended.
_AGAIN = TRANSIENT | {400, 403, 409}

Keep = Callable[[dict[int, str]], None]


@dataclass
class _Job:
    """One file on its way in parts: what it consists of, what is there, and how many bytes have left."""

    file: LocalFile
    upload_id: str
    part_bytes: int
    total: int
    etags: dict[int, str]
    done: set[int]
    lock: threading.Lock = field(default_factory=threading.Lock)
    ending: threading.Event = field(default_factory=threading.Event)
    moving: dict[int, int] = field(default_factory=dict)

    def span(self, number: int) -> tuple[int, int]:
        start = (number - 1) * self.part_bytes
        return start, min(self.part_bytes, self.file.size_bytes - start)

    def missing(self) -> list[int]:
        return [number for number in range(1, self.total + 1) if number not in self.done]

    def safe(self) -> int:
        """Bytes that are there or on their way."""
        with self.lock:
            return sum(self.span(number)[1] for number in self.done) + sum(self.moving.values())

    def unbroken(self, reached: int) -> int:
        """Where the parts that are there end without a gap, counted on from part `reached`."""
        while reached + 1 in self.done:
            reached += 1
        return reached


class _Links:
    """Signed addresses, asked for in groups, renewed before they end."""

    def __init__(self, sending: Sending, job: _Job) -> None:
        self._sending, self._job = sending, job
        self._lock = threading.Lock()
        self._known: dict[int, tuple[PartLink, float]] = {}

    def get(self, number: int) -> PartLink:
        with self._lock:
            link, until = self._known.get(number, (None, 0.0))
            if link is None or time.monotonic() > until:
                self._sign(number)
                link, _ = self._known[number]
            return link

    def drop(self, number: int) -> None:
        """This one was refused."""
        with self._lock:
            self._known.pop(number, None)

    def _sign(self, number: int) -> None:
        wanted = [one for one in self._job.missing() if one >= number][:_SIGN_AT_ONCE] or [number]
        path = f"uploads/{self._job.upload_id}/parts"
        try:
            items = self._sending.transport.items("POST", path, body={"numbers": wanted}, key=new_key())
        except OffcutError as error:
            if error.status in GONE:
                raise GoneError from error
            raise
        for item in items:
            link = decode(PartLink, item, "parts")
            rest = max(link.expires_in_s - _RENEW_BEFORE_S, link.expires_in_s / 2)
            self._known[link.number] = (link, time.monotonic() + rest)
        if number not in self._known:
            raise unexpected("parts", f"no address for part {number}")


class PartsSender:
    """Sends files in parts; at most `IN_FLIGHT` parts of all files together are on their way."""

    def __init__(self, sending: Sending) -> None:
        self._sending = sending
        self._flight = threading.BoundedSemaphore(IN_FLIGHT)

    def transfer(self, file: LocalFile, record: UploadRecord, upload: Upload, digest: PrefixHash, keep: Keep) -> None:
        """Send every part the server lacks, then have it join them; `keep` hears the ETags as they come."""
        if upload.parts_total is None or not (upload.part_bytes or upload.parts_total == 0):
            raise unexpected("uploads", "parts_total or part_bytes is missing")
        held = set(upload.parts_held or ())
        etags = {int(number): etag for number, etag in record.etags.items() if int(number) in held}
        job = _Job(file, upload.id, upload.part_bytes or 1, upload.parts_total, etags, held)
        for _ in range(_ROUNDS):
            self._send_missing(job, digest, keep)
            missing = self._complete(job, digest)
            if not missing:
                return
            job.done -= missing
            for number in missing:
                job.etags.pop(number, None)
        raise OffcutError(
            "parts_missing",
            t("The storage lost parts of {name}.", name=file.path.name),
            t("What it has stays there. Run the same command again."),
        )

    def _send_missing(self, job: _Job, digest: PrefixHash, keep: Keep) -> None:
        links = _Links(self._sending, job)
        reached = job.unbroken(0)
        self._sending.tell(job.file, "sent", job.safe())
        queue = iter(job.missing())
        with ThreadPoolExecutor(max_workers=IN_FLIGHT, thread_name_prefix="part") as pool:
            running: dict[Future[str], int] = {}
            try:
                self._fill(pool, running, queue, job, links)
                while running:
                    finished, _ = wait(running, return_when=FIRST_COMPLETED)
                    for future in finished:
                        number = running.pop(future)
                        self._arrived(job, number, future.result())
                    self._fill(pool, running, queue, job, links)
                    keep(job.etags)
                    self._sending.tell(job.file, "sent", job.safe())
                    reached = job.unbroken(reached)
                    digest.advance_to(min(reached * job.part_bytes, job.file.size_bytes))
            except BaseException:
                self._settle(job, running)
                keep(job.etags)
                raise

    def _fill(
        self, pool: ThreadPoolExecutor, running: dict[Future[str], int], queue: Iterator[int], job: _Job, links: _Links
    ) -> None:
        while len(running) < IN_FLIGHT and not self._sending.stop.is_set():
            number = next(queue, None)
            if number is None:
                return
            running[pool.submit(self._part, job, number, links)] = number
        if not running:
            self._sending.check_stop()

    def _settle(self, job: _Job, running: dict[Future[str], int]) -> None:
        """One part failed for good: let the others end, and keep what arrived."""
        job.ending.set()
        wait(running)
        for future, number in running.items():
            if future.exception() is None:
                self._arrived(job, number, future.result())

    @staticmethod
    def _arrived(job: _Job, number: int, etag: str) -> None:
        with job.lock:
            job.moving.pop(number, None)
            job.done.add(number)
            job.etags[number] = etag

    def _part(self, job: _Job, number: int, links: _Links) -> str:
        """Send one part, with a bounded number of tries; returns its ETag."""
        failures = 0
        while True:
            try:
                with self._flight:
                    self._sending.check_stop()
                    return self._put(job, number, links.get(number))
            except OffcutError as error:
                failures += 1
                final = error.status not in _AGAIN or error.code in FINAL or job.ending.is_set()
                if final or failures > _TRIES:
                    raise
                links.drop(number)
                with job.lock:
                    job.moving.pop(number, None)
                self._sending.tell(job.file, "retry", job.safe())
                if error.status != httpx.codes.FORBIDDEN:
                    self._sending.wait(failures, error.retry_after_s)

    def _put(self, job: _Job, number: int, link: PartLink) -> str:
        start, size = job.span(number)
        if link.size_bytes != size:
            raise unexpected("parts", f"part {number} has {size} bytes, not {link.size_bytes}")
        headers = {"Content-Length": str(size)}
        content = self._counted(job, number, start, size)
        with self._sending.transport.open("PUT", link.url, headers=headers, content=content) as response:
            response.read()
        if response.status_code in GONE:
            raise GoneError
        if response.status_code >= FIRST_ERROR:
            raise problem(response)
        etag: str = response.headers.get("ETag", "")
        if not etag:
            raise unexpected("storage", "ETag is missing")
        return etag

    def _counted(self, job: _Job, number: int, start: int, size: int) -> Iterator[bytes]:
        told = 0
        for block in self._sending.blocks(job.file, start, size):
            yield block
            with job.lock:
                moved = job.moving[number] = job.moving.get(number, 0) + len(block)
            if moved - told >= _TELL_BYTES:
                told = moved
                self._sending.tell(job.file, "sent", job.safe())

    def _complete(self, job: _Job, digest: PrefixHash) -> set[int]:
        """Have the parts joined; returns those that the storage does not have after all."""
        body: dict[str, object] = {"sha256": digest.advance_to(job.file.size_bytes)}
        if job.file.changed():
            raise changed_error(job.file.path)
        if len(job.etags) == job.total:
            body["parts"] = [{"number": number, "etag": job.etags[number]} for number in sorted(job.etags)]
        try:
            self._sending.transport.json("POST", f"uploads/{job.upload_id}/complete", body=body, key=new_key())
        except OffcutError as error:
            if error.status in GONE:
                raise GoneError from error
            missing = error.extra.get("missing")
            if error.code != "parts_missing" or not isinstance(missing, list):
                raise
            return {number for number in missing if isinstance(number, int)} or set(range(1, job.total + 1))
        return set()
