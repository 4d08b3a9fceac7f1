"""Takedown notices: what a holder is asked, and attesting that it was done."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from offcut.manifest import MANIFEST
from offcut.models_changes import Notice
from offcut.transport import Transport, new_key, problem
from offcut.wire import decode

_OK = 200


class NoticesApi:
    """What was taken down of what my organisation licensed."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list(self, limit: int | None = None) -> Iterator[Notice]:
        """My organisation's notices, newest first."""
        for item in self._transport.pages("takedown_notices", None, limit):
            yield decode(Notice, item, "takedown_notices")

    def get(self, notice_id: str) -> Notice:
        """One notice: what is asked, and until when."""
        return decode(Notice, self._transport.json("GET", f"takedown_notices/{notice_id}"), "takedown_notices")

    def delivered(self, notice: Notice) -> Sequence[str]:
        """SHA-256 of each file that was delivered under the notice's licence, from the manifests of every version."""
        found: set[str] = set()
        for dataset in self._transport.pages("datasets", {"order_id": notice.order_id}):
            if dataset["state"] == "ready":
                found |= set(self._rows(str(dataset["id"]), notice.licence_id))
        return sorted(found)

    def attest(
        self, notice: Notice, *, name: str, role: str, method: str, hashes: Sequence[str], places: str = ""
    ) -> Notice:
        """Declare that everything asked was done; the server signs a deletion certificate. Safe to repeat."""
        body = {
            "name": name,
            "role": role,
            "method": method,
            "done": list(notice.effects),
            "hashes": list(hashes),
            "places": places,
        }
        answer = self._transport.json("POST", f"takedown_notices/{notice.id}/attest", body=body, key=new_key())
        return decode(Notice, answer, "takedown_notices")

    def _rows(self, dataset_id: str, licence_id: str) -> Iterator[str]:
        """Hashes of the rows of one licence, read line by line: a manifest may be large."""
        asked = {"names": [MANIFEST]}
        (link,) = self._transport.items("POST", f"datasets/{dataset_id}/files/links", body=asked, key=new_key())
        with self._transport.open("GET", str(link["url"])) as response:
            if response.status_code != _OK:
                response.read()
                raise problem(response)
            for line in response.iter_lines():
                if licence_id in line:
                    row = json.loads(line)
                    if row["licence_id"] == licence_id:
                        yield str(row["sha256"])
