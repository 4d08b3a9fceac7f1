"""The command line of run.py, and the parts of set-up that need no network."""

from __future__ import annotations

import os
import re
import socket
from pathlib import Path

import pytest

import run


def test_no_argument_means_the_demo() -> None:
    options = run.parse([])
    assert (options.command, options.no_serve, options.passed_on) == ("demo", False, [])


def test_the_demos_options_are_passed_on_with_absolute_folders() -> None:
    options = run.parse(["demo", "--footage", "rushes", "--out", "/tmp/x", "--no-serve", "--json"])
    assert options.no_serve
    assert options.passed_on == ["--footage", str(Path.cwd() / "rushes"), "--out", "/tmp/x", "--json"]


def test_what_test_does_not_know_goes_to_the_suite() -> None:
    options = run.parse(["test", "--postgres", "tests/unit", "-k", "money", "-x"])
    assert options.passed_on == ["--postgres", "tests/unit", "-k", "money", "-x"]


def test_an_unknown_option_of_the_demo_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        run.parse(["demo", "--fotage", "x"])
    assert "unknown: --fotage x" in capsys.readouterr().err


def test_a_busy_port_is_told_to_serve_and_avoided_by_the_demo() -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = busy.getsockname()[1]
        with pytest.raises(run.Stop, match=f"Port {port} is in use.*--port {port + 1}"):
            run.free_port(port, any_will_do=False)
        assert run.free_port(port, any_will_do=True) != port


def test_uv_is_installed_at_the_version_and_hashes_of_the_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, repository: Path
) -> None:
    asked: list[list[str]] = []
    monkeypatch.setattr(run, "VENV", tmp_path)
    monkeypatch.setattr(run, "install", lambda command, *_: asked.append(command))
    run.bootstrap_uv(repository / "requirements.lock", {})
    entry = Path(asked[0][-1]).read_text()
    assert "--require-hashes" in asked[0]
    assert re.match(r"uv==[0-9.]+ \\\n( +--hash=sha256:[0-9a-f]{64}( \\)?\n)+$", entry)
    assert entry.count("--hash") > 10


def test_children_get_a_home_that_exists_and_caches_under_offcuts_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOME", raising=False)
    monkeypatch.delenv("PATH", raising=False)
    environment = run.child_environment(OFFCUT_PUBLIC_URL="http://127.0.0.1:1")
    assert environment["HOME"] == environment["OFFCUT_HOME"]
    assert environment["PATH"].split(os.pathsep)[0] == str(run.BIN)
    assert {environment[f"XDG_{kind}_HOME"].startswith(str(run.HOME)) for kind in ("CACHE", "CONFIG")} == {True}
    monkeypatch.setenv("HOME", "/nowhere/at/all")
    assert run.child_environment()["HOME"] == str(run.HOME)


def test_an_unreachable_registry_is_said_in_plain_words(tmp_path: Path) -> None:
    fails = ["sh", "-c", "echo 'error sending request for url' >&2; exit 2"]
    with pytest.raises(run.Stop, match=r"Installing failed \(exit 2\)(?s:.*)registry could not be reached"):
        run.install(fails, {"PATH": os.defpath}, "Installing")
    with pytest.raises(run.Stop) as other:
        run.install(["sh", "-c", "echo 'no space left' >&2; exit 1"], {"PATH": os.defpath}, "Installing")
    assert "registry" not in str(other.value)
    run.install(["true"], {"PATH": os.defpath, "HOME": str(tmp_path)}, "Installing")
