"""T12: eighteen hostile names through the API: stored under ids and hashes, no file of that name, data to the end."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from media_ingest.domain.names import display_name
from media_ingest.models import Asset
from tests.factories.core import actor_as, key_of

pytestmark = [pytest.mark.django_db, pytest.mark.local_disk]

NAMES = (
    "-i",
    "-y.mov",
    "%03d.mov",
    "concat:a.mov|b.mov",
    "file:///etc/passwd",
    "http://169.254.169.254/latest",
    "../../../../etc/cron.d/x",
    "..\\..\\windows\\win.ini",
    "/dev/stdin",
    "a\nb.mov",
    "a\r\nSet-Cookie: x=1.mov",
    "a\x07b\x7f\x9b31m.mov",
    "\x1b[2J\x1b[31mred.mov",
    "gpj.\u202evom",
    "$(touch pwned).mov",
    "'; DROP TABLE media_ingest_asset; --.mov",
    "=cmd|'calc'!A0.mov",
    "x" * 300 + ".mov",
)
CONTENT = b"bytes of a hostile name "
OURS = re.compile(r"[0-9a-f]{2,64}|storage|scratch|uploads|blobs|\.lock|\.incoming")


def files_below(home: Path) -> set[str]:
    return {path.name for folder in ("storage", "scratch") for path in (home / folder).rglob("*")}


@pytest.mark.parametrize("number", range(len(NAMES)))
def test_a_hostile_name_is_data_from_declaration_to_receipt(number: int) -> None:
    """T12: through declare, send, look, list, and the receipt."""
    actor, content = actor_as(), CONTENT + str(number).encode()
    api = Client(headers={"Authorization": f"Bearer {key_of(actor)}"})
    before = files_below(settings.OFFCUT.home)
    sent = {"name": NAMES[number], "folder": NAMES[number], "batch_name": "card 1", "size_bytes": len(content)}
    upload = asked(api.post("/api/v1/uploads", json.dumps(sent), content_type="application/json"), 201)
    kept = display_name(NAMES[number])
    assert upload["name"] == kept
    answer = api.patch(
        upload["upload_url"],
        content,
        content_type="application/offset+octet-stream",
        headers={"Tus-Resumable": "1.0.0", "Upload-Offset": "0"},
    )
    assert answer.status_code == 204
    assert asked(api.get(f"/api/v1/uploads/{upload['id']}"), 200)["state"] == "received"
    (asset,) = asked(api.get("/api/v1/assets"), 200)["data"]
    assert asset["original_name"] == Asset.objects.get().original_name == kept
    new = files_below(settings.OFFCUT.home) - before
    assert new
    assert [name for name in new if not OURS.fullmatch(name)] == []
    receipt = api.get(f"/api/v1/batches/{upload['batch_id']}/receipt").getvalue().decode()
    (row,) = csv.DictReader(io.StringIO(receipt, newline=""))
    assert row["file"].endswith(kept)
    assert row["file"][0] not in "=+-@"
    assert ".." not in row["file"].split("/")
    assert receipt.count("\r\n") == 2


def asked(answer: Any, status: int) -> Any:
    assert answer.status_code == status, answer.content
    return answer.json()


def test_the_names_are_eighteen_and_all_different() -> None:
    assert len(set(NAMES)) == len(NAMES) == 18


def test_a_name_with_a_null_is_refused_in_json_and_data_through_tus() -> None:
    """T12: neither way makes a shorter name of it."""
    api = Client(headers={"Authorization": f"Bearer {key_of(actor_as())}"})
    sent = {"name": "a\x00b.mov", "size_bytes": 5}
    asked(api.post("/api/v1/uploads", json.dumps(sent), content_type="application/json"), 422)
    said = {"Tus-Resumable": "1.0.0", "Upload-Length": "5", "Upload-Metadata": "filename YQBiLm1vdg=="}
    assert api.post("/api/v1/tus", headers=said).status_code == 201
    assert asked(api.get("/api/v1/uploads"), 200)["data"][0]["name"] == "a\ufffdb.mov"
