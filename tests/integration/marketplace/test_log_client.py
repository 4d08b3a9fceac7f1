"""`offcut licensed` believes proofs only: a server that lies, forgets or rewrites its log is caught."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from pytest_django.live_server_helper import LiveServer

from marketplace.transparency.adapters.notes import head_sign, head_verify
from marketplace.transparency.domain import merkle
from marketplace.transparency.domain.checkpoint import Head
from marketplace.transparency.domain.entry import LogEvent
from marketplace.transparency.services.keys import public_keys, signing_key_ensure
from marketplace.transparency.services.recording import Happened, events_record
from marketplace.transparency.services.sealing import log_seal
from offcut.cli import main
from offcut.client import Client

CLIP = "clp_01kaq000000000000000000001"
NEVER = "clp_01kaq000000000000000000009"


@pytest.fixture
def ask(
    live_server: LiveServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[[str], tuple[int, Any]]:
    """Ask as a person would, with a memory of their own."""
    monkeypatch.setenv("OFFCUT_CONFIG", str(tmp_path))

    def asked(name: str) -> tuple[int, Any]:
        code = main(["--url", live_server.url, "--json", "licensed", name])
        said = capsys.readouterr()
        return code, json.loads(said.out or said.err)

    return asked


def licensed(clip: str, licence: str) -> None:
    with transaction.atomic():
        events_record([Happened(LogEvent.ISSUED, licence, (clip, licence), 1_795_310_000, facts={"licence": licence})])
    log_seal()


def test_a_clip_is_shown_licensed_or_never_and_the_log_is_remembered(ask: Callable[[str], tuple[int, Any]]) -> None:
    log_seal()
    assert ask(CLIP)[1]["licensed"] is False
    licensed(CLIP, "lic_1")
    code, told = ask(CLIP)
    assert (code, told["licensed"], told["latest"]["event"], told["seen"]) == (0, True, "issued", 0)
    licensed("clp_2", "lic_2")
    code, told = ask(NEVER)
    assert (code, told["licensed"], told["log"]["size"], told["seen"]) == (0, False, 2, 1)
    assert ask(NEVER)[1]["seen"] == 2


def test_a_server_that_rewrote_its_log_is_caught(ask: Callable[[str], tuple[int, Any]], tmp_path: Path) -> None:
    licensed(CLIP, "lic_1")
    assert ask(CLIP)[0] == 0
    (memory,) = (tmp_path / "heads").iterdir()
    kept = json.loads(memory.read_text())
    head = head_verify(kept["head"], public_keys())
    other = Head(head.origin, 1, merkle.leaf_hash(b"another entry"), head.map_root, head.signed_at)
    memory.write_text(json.dumps({**kept, "head": head_sign(other, signing_key_ensure()[-1])}))
    licensed("clp_2", "lic_2")
    code, told = ask(CLIP)
    assert (code, told["error"]["code"]) == (5, "log_mismatch")
    assert json.loads(memory.read_text())["head"] == head_sign(other, signing_key_ensure()[-1]), "the evidence stays"


@pytest.mark.parametrize(
    "lie",
    [
        lambda told: told["proof"].update(leaf=None),
        lambda told: told["proof"].update(siblings=told["proof"]["siblings"][1:]),
        lambda told: told["latest"].update(index=0),
        lambda told: told["latest"].update(entry=told["latest"]["entry"].replace("issued", "expired")),
        lambda told: told["head"].update(text=told["head"]["text"].replace("\n3\n", "\n2\n")),
        lambda told: told.update(latest=None),
        lambda told: told.pop("proof"),
    ],
)
def test_a_server_that_lies_about_a_clip_is_caught(
    ask: Callable[[str], tuple[int, Any]], monkeypatch: pytest.MonkeyPatch, lie: Callable[[Any], None]
) -> None:
    for number in range(2):
        licensed(f"clp_{number}", f"lic_{number}")
    licensed(CLIP, "lic_x")
    honest = Client("http://127.0.0.1").transport.__class__.json

    def lying(self: Any, method: str, path: str, **more: Any) -> Any:
        told = honest(self, method, path, **more)
        if "absence" in path:
            lie(told)
        return told

    assert ask(CLIP)[0] == 0
    monkeypatch.setattr("offcut.transport.Transport.json", lying)
    code, told = ask(CLIP)
    assert (code, told["error"]["code"]) == (5, "log_mismatch")
