"""The command line of run.py, and the parts of set-up that need no network."""

from __future__ import annotations

import os
import re
import socket
import sys
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


def test_a_python_without_venv_names_the_one_package_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "can_make_venv", lambda _: False)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(
        run.Stop, match=rf"apt-get install python3\.{sys.version_info.minor}-venv \(as root\); run again"
    ):
        run.find_python()


def test_root_on_debian_installs_the_missing_package(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[str]] = []
    monkeypatch.setattr(run, "can_make_venv", lambda _: bool(asked))
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr("run.shutil.which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr("run.subprocess.run", lambda command, **_: asked.append(command))
    assert run.find_python() == sys.executable
    assert [command[1] for command in asked] == ["update", "install"]
    assert asked[1][-1] == f"python3.{sys.version_info.minor}-venv"


def test_another_python_on_the_path_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "can_make_venv", lambda python: python == "python3.12")
    assert run.find_python() == "python3.12"


def test_what_pip_is_configured_with_is_told_to_uv(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pytest.importorskip("pip")
    config = tmp_path / "pip.conf"
    config.write_text(f"[global]\nindex-url = http://127.0.0.1:9/simple\nfind-links = {tmp_path} /not/there\n")
    for name in ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "UV_INDEX_URL", "SSL_CERT_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(run, "PYTHON", Path(sys.executable))
    monkeypatch.setenv("PIP_CONFIG_FILE", str(config))
    settings = run.pip_settings()
    assert settings["UV_DEFAULT_INDEX"] == "http://127.0.0.1:9/simple"
    assert settings["UV_FIND_LINKS"] == str(tmp_path)
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:10/simple")
    assert run.pip_settings()["UV_DEFAULT_INDEX"] == "http://127.0.0.1:10/simple"
    monkeypatch.setenv("UV_INDEX_URL", "http://127.0.0.1:11/simple")
    assert run.pip_settings()["UV_DEFAULT_INDEX"] == "http://127.0.0.1:11/simple"
