"""A server to talk to, and a configuration folder of its own for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from offcut.client import Client
from offcut.transport import Patience
from tests.factories.client_server import TOKEN, House, serving


@pytest.fixture
def house() -> Iterator[House]:
    with serving() as running:
        yield running


@pytest.fixture(autouse=True)
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "config"
    monkeypatch.setenv("OFFCUT_CONFIG", str(folder))
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    for name in ("OFFCUT_TOKEN", "OFFCUT_URL", "OFFCUT_PROFILE", "OFFCUT_PASSWORD"):
        monkeypatch.delenv(name, raising=False)
    return folder


@pytest.fixture
def client(house: House) -> Iterator[Client]:
    with Client(house.address, TOKEN, patience=Patience(first_s=0.01, longest_s=0.02)) as connected:
        yield connected
