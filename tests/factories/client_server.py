"""A small real HTTP server that speaks the part of the API the client's transfers need, and breaks on demand."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

from blake3 import blake3
from typing_extensions import override

TOKEN = "oc_live_test"
PART = 64 << 10
PAUSE = threading.Event()


@dataclass
class Wire:
    """What goes wrong next: connections cut after so many body bytes, statuses answered instead, answers swallowed."""

    cut_upload_after: list[int] = field(default_factory=list)
    cut_uploads_longer_than: int | None = None
    cut_download_after: list[int] = field(default_factory=list)
    statuses: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    lose_answer_to: list[str] = field(default_factory=list)
    refuse_links: int = 0
    ignore_range: bool = False
    slow_s: float = 0.0


@dataclass
class House:
    """What the server holds."""

    uploads: dict[str, dict[str, Any]] = field(default_factory=dict)
    kept: dict[str, bytearray] = field(default_factory=dict)
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    jwks: dict[str, Any] = field(default_factory=dict)
    reports: list[dict[str, Any]] = field(default_factory=list)
    calls: Counter[str] = field(default_factory=Counter)
    received: Counter[str] = field(default_factory=Counter)
    sent: Counter[str] = field(default_factory=Counter)
    ranges: list[str] = field(default_factory=list)
    link_number: int = 0
    wire: Wire = field(default_factory=Wire)
    lock: threading.RLock = field(default_factory=threading.RLock)
    address: str = ""

    def asset(self, upload_id: str) -> dict[str, Any]:
        data = bytes(self.kept[upload_id])
        name = self.uploads[upload_id]["name"]
        bad = name.startswith("bad")
        reason = {"code": "damaged", "text": "The file is damaged.", "what_to_do": "Copy it again from the card."}
        return {
            "id": f"ast_{upload_id[4:]}",
            "original_name": name,
            "state": "rejected" if bad else "ready",
            "reason": reason if bad else None,
            "sha256": hashlib.sha256(data).hexdigest(),
            "size_bytes": len(data),
            "duration_ms": None if bad else 2000,
            "frame_rate": "25/1",
        }


class Handler(BaseHTTPRequestHandler):
    """Routes by method and path; the House is a class attribute of a subclass made per server."""

    protocol_version = "HTTP/1.1"
    house: ClassVar[House]

    @override
    def log_message(self, format: str, *args: Any) -> None:
        return

    def __getattr__(self, name: str) -> Any:
        if name.startswith("do_"):
            return self._serve
        raise AttributeError(name)

    def _serve(self) -> None:
        house, path = self.house, self.path.partition("?")[0]
        call = f"{self.command} " + re.sub(r"(upl|ast|tok)_[0-9]+", r"\1", path)
        with house.lock:
            house.calls[call] += 1
            status = house.wire.statuses[call].pop(0) if house.wire.statuses[call] else None
            lost = call in house.wire.lose_answer_to
            if lost:
                house.wire.lose_answer_to.remove(call)
        self._lost = lost
        if status is not None:
            self._drain()
            self._problem(status, "maintenance")
            return
        public = path.startswith(("/files/", "/.well-known/", "/api/v1/auth/"))
        if not public and self.headers.get("Authorization") != f"Bearer {TOKEN}":
            self._drain()
            self._problem(401, "auth_required")
            return
        for pattern, method, name in ROUTES:
            found = re.fullmatch(pattern, path)
            if found and method == self.command:
                getattr(self, name)(*found.groups())
                return
        self._drain()
        self._problem(404, "not_found")

    def _drain(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def _body(self) -> dict[str, Any]:
        body: dict[str, Any] = json.loads(self._drain() or b"{}")
        return body

    def _hang_up(self) -> None:
        self.close_connection = True
        self.connection.close()

    def _answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        if self._lost:
            self._hang_up()
            return
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _json(self, value: Any, status: int = 200, **headers: str) -> None:
        self._answer(status, json.dumps(value).encode(), Content_Type="application/json", **headers)

    def _problem(self, status: int, code: str) -> None:
        body = {
            "type": "about:blank",
            "code": code,
            "title": code,
            "status": status,
            "detail": "",
            "request_id": "req_1",
        }
        self._answer(status, json.dumps(body).encode(), Content_Type="application/problem+json")

    # -- accounts ---------------------------------------------------------------------------------------------------

    def sign_in(self) -> None:
        if self._body().get("password") != "right":
            self._problem(401, "wrong_password")
            return
        self._json(
            {"token": TOKEN, "expires_at": None, "organisation": {"id": "org_1", "name": "Nord"}, "role": "owner"}
        )

    def me(self) -> None:
        self._json(
            {"email": "a@example.test", "name": "A", "role": "owner", "organisation": {"id": "org_1", "name": "Nord"}}
        )

    def keys(self) -> None:
        self._json(self.house.jwks)

    # -- uploads ----------------------------------------------------------------------------------------------------

    def declare(self) -> None:
        body, house = self._body(), self.house
        key = self.headers["Idempotency-Key"]
        with house.lock:
            if key not in house.answers:
                upload_id = f"upl_{len(house.uploads)}"
                house.kept[upload_id] = bytearray()
                house.uploads[upload_id] = {
                    "id": upload_id,
                    "name": body["name"],
                    "state": "receiving",
                    "size_bytes": body["size_bytes"],
                    "upload_url": f"/api/v1/tus/{upload_id}",
                    "batch_name": body.get("batch_name"),
                    "folder": body.get("folder", ""),
                    "sample_sha256": body.get("sample_sha256"),
                    "paused": False,
                    "sha256": body.get("sha256"),
                }
                held = [kept for other, kept in house.kept.items() if other != upload_id and kept]
                if body.get("sha256") in [hashlib.sha256(kept).hexdigest() for kept in held]:
                    house.uploads[upload_id]["duplicate"] = True
                    house.kept[upload_id] = next(
                        kept for kept in held if hashlib.sha256(kept).hexdigest() == body["sha256"]
                    )
                house.answers[key] = house.uploads[upload_id]
            self._json(self._upload(house.answers[key]["id"]), 201)

    def uploads(self) -> None:
        found = [self._upload(upload_id) for upload_id in reversed(list(self.house.uploads))]
        if "state=receiving" in self.path:
            found = [one for one in found if one["state"] == "receiving"]
        self._json({"data": found, "next_cursor": None, "has_more": False})

    def _upload(self, upload_id: str) -> dict[str, Any]:
        house = self.house
        facts = house.uploads[upload_id]
        done = len(house.kept[upload_id]) == facts["size_bytes"] and facts["state"] != "cancelled"
        asset = f"ast_{upload_id[4:]}" if done else None
        return {
            **facts,
            "offset": len(house.kept[upload_id]),
            "state": "received" if done else facts["state"],
            "asset_id": asset,
        }

    def match(self) -> None:
        data = []
        for asked in self._body()["files"]:
            facts = {**asked, "result": "unknown", "upload_id": None, "offset": 0, "parts_held": None, "asset_id": None}
            for upload_id in self.house.uploads:
                seen = self._upload(upload_id)
                if all(seen[name] == asked[name] for name in asked) and seen["state"] != "cancelled":
                    result = "received" if seen["asset_id"] else "continue"
                    facts |= {"result": result, "upload_id": upload_id, "offset": seen["offset"]}
                    facts["asset_id"] = seen["asset_id"]
            data.append(facts)
        self._json({"data": data})

    def pause(self, upload_id: str, verb: str) -> None:
        self.house.uploads[upload_id]["paused"] = verb == "pause"
        self._json(self._upload(upload_id))

    def upload(self, upload_id: str) -> None:
        if upload_id in self.house.uploads:
            self._json(self._upload(upload_id))
        else:
            self._problem(404, "not_found")

    def cancel(self, upload_id: str) -> None:
        self.house.uploads[upload_id]["state"] = "cancelled"
        self.house.kept[upload_id].clear()
        self._answer(204)

    def offset(self, upload_id: str) -> None:
        if upload_id not in self.house.uploads:
            self._problem(404, "not_found")
            return
        self._answer(200, Upload_Offset=str(len(self.house.kept[upload_id])), Tus_Resumable="1.0.0")

    def patch(self, upload_id: str) -> None:
        house, stored = self.house, self.house.kept[upload_id]
        if house.uploads[upload_id]["paused"]:
            self._drain()
            self._problem(409, "upload_paused")
            return
        if int(self.headers["Upload-Offset"]) != len(stored):
            self._drain()
            self._problem(409, "offset_conflict")
            return
        length = int(self.headers["Content-Length"])
        cut = house.wire.cut_upload_after.pop(0) if house.wire.cut_upload_after else None
        if house.wire.cut_uploads_longer_than is not None and length > house.wire.cut_uploads_longer_than:
            cut = house.wire.cut_uploads_longer_than
        data = self.rfile.read(length if cut is None else min(cut, length))
        house.received[upload_id] += len(data)
        PAUSE.wait(house.wire.slow_s)
        if cut is not None:
            # With a checksum a chunk is kept whole or not at all.
            self._hang_up()
            return
        stored.extend(data)
        digest = base64.b64encode(hashlib.sha256(data).digest()).decode()
        if self.headers["Upload-Checksum"] != f"sha256 {digest}":
            del stored[-len(data) :]
            self._problem(460, "checksum_mismatch")
            return
        self._answer(204, Upload_Offset=str(len(stored)), Tus_Resumable="1.0.0")

    def asset(self, asset_id: str) -> None:
        self._json(self.house.asset(f"upl_{asset_id[4:]}"))

    # -- datasets ---------------------------------------------------------------------------------------------------

    def dataset(self, dataset_id: str) -> None:
        size = sum(map(len, self.house.files.values()))
        self._json(
            {"id": dataset_id, "state": "ready", "samples": 3, "shards": 1, "size_bytes": size, "order_id": "ord_1"}
        )

    def files(self, _dataset_id: str) -> None:
        data = [
            {
                "name": name,
                "size_bytes": len(content),
                "sha256": hashlib.sha256(content).hexdigest(),
                "blake3": blake3(content).hexdigest(),
                "etag": f'"{hashlib.sha256(content).hexdigest()}"',
            }
            for name, content in sorted(self.house.files.items())
        ]
        self._json({"data": data, "next_cursor": None, "has_more": False})

    def links(self, _dataset_id: str) -> None:
        names = self._body()["names"]
        with self.house.lock:
            self.house.link_number += 1
            number = self.house.link_number
        expires = time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(time.time() + 900))
        links = [{"name": name, "url": f"/files/tok_{number}/{name}", "expires_at": expires} for name in names]
        self._json({"data": links, "next_cursor": None, "has_more": False})

    def file(self, token: str, name: str) -> None:
        house = self.house
        if int(token) <= house.wire.refuse_links:
            self._problem(403, "link_expired")
            return
        data = house.files[name]
        etag = f'"{hashlib.sha256(data).hexdigest()}"'
        start, status = 0, 200
        asked = self.headers.get("Range")
        if asked and self.headers.get("If-Range") == etag and not house.wire.ignore_range:
            start, status = int(asked.removeprefix("bytes=").removesuffix("-")), 206
        house.ranges.append(f"{name} {start}")
        self.send_response(status)
        self.send_header("Content-Length", str(len(data) - start))
        self.send_header("ETag", etag)
        if status == 206:
            self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
        self.end_headers()
        with house.lock:
            cut = house.wire.cut_download_after.pop(0) if house.wire.cut_download_after else None
        self._stream(name, data[start:] if cut is None else data[start : start + cut])
        if cut is not None:
            self._hang_up()

    def _stream(self, name: str, data: bytes) -> None:
        for at in range(0, len(data), PART):
            part = data[at : at + PART]
            self.wfile.write(part)
            self.wfile.flush()
            self.house.sent[name] += len(part)
            PAUSE.wait(self.house.wire.slow_s)

    def report(self, _dataset_id: str) -> None:
        self.house.reports.append(self._body())
        self._answer(204)


API = "/api/v1"
ROUTES = [
    (rf"{API}/auth/token", "POST", "sign_in"),
    (rf"{API}/me", "GET", "me"),
    (r"/\.well-known/jwks\.json", "GET", "keys"),
    (rf"{API}/uploads", "POST", "declare"),
    (rf"{API}/uploads", "GET", "uploads"),
    (rf"{API}/uploads/match", "POST", "match"),
    (rf"{API}/uploads/(upl_\d+)/(pause|resume)", "POST", "pause"),
    (rf"{API}/uploads/(upl_\d+)", "GET", "upload"),
    (rf"{API}/uploads/(upl_\d+)", "DELETE", "cancel"),
    (rf"{API}/tus/(upl_\d+)", "HEAD", "offset"),
    (rf"{API}/tus/(upl_\d+)", "PATCH", "patch"),
    (rf"{API}/assets/(ast_\d+)", "GET", "asset"),
    (rf"{API}/datasets/(dst_\w+)", "GET", "dataset"),
    (rf"{API}/datasets/(dst_\w+)/files", "GET", "files"),
    (rf"{API}/datasets/(dst_\w+)/files/links", "POST", "links"),
    (rf"{API}/datasets/(dst_\w+)/verify_report", "POST", "report"),
    (r"/files/tok_(\d+)/(.+)", "GET", "file"),
]


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    @override
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that leave in the middle are what these tests are about."""


@contextmanager
def serving() -> Iterator[House]:
    """A running server on a free port of this machine; its House can be looked into and told to misbehave."""
    house = House()
    handler = type("HouseHandler", (Handler,), {"house": house})
    server = _Server(("127.0.0.1", 0), handler)
    house.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield house
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
