"""The locks: everything pinned and hashed, nothing about where it came from, tests on top of what runs."""

from __future__ import annotations

import re

from tests.architecture.source import ROOT

ENTRY = re.compile(r"^([a-z0-9][a-z0-9._-]*)==(\S+)(?: ; (.*?))? \\$", re.MULTILINE)
NAME = re.compile(r"^[A-Za-z0-9._-]+")


def entries(name: str) -> set[tuple[str, str, str]]:
    """Name, version and marker of every entry of a lock."""
    return {(match[1], match[2], match[3] or "") for match in ENTRY.finditer((ROOT / name).read_text())}


def asked_for(name: str) -> set[str]:
    """The packages that an input file names, in the lock's spelling."""
    lines = [line for line in (ROOT / name).read_text().splitlines() if line and line[0] not in "#-"]
    found = (NAME.match(line) for line in lines)
    return {re.sub(r"[-_.]+", "-", match[0]).lower() for match in found if match}


def test_every_entry_is_pinned_with_hashes_and_says_no_address() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / name).read_text()
        blocks = re.split(r"\n(?=\S)", text.strip())
        assert [block for block in blocks if "--hash=sha256:" not in block or not ENTRY.match(block)] == []
        assert re.findall(r"https?://|file:|--index|--find-links| @ |/[a-z]+/", text) == []


def test_the_locks_hold_what_the_inputs_ask_for() -> None:
    assert asked_for("requirements.in") - {name for name, _, _ in entries("requirements.lock")} == set()
    assert asked_for("requirements-dev.in") - {name for name, _, _ in entries("requirements-dev.lock")} == set()


def test_the_test_lock_holds_everything_that_the_run_lock_holds() -> None:
    run, tests = entries("requirements.lock"), entries("requirements-dev.lock")
    assert {(name, version) for name, version, _ in run} - {(name, version) for name, version, _ in tests} == set()


def test_celery_is_the_version_whose_workers_survive_a_broker_restart() -> None:
    assert {version for name, version, _ in entries("requirements.lock") if name == "celery"} == {"5.6.3"}


def test_no_lock_of_another_kind_is_kept() -> None:
    assert not (ROOT / "uv.lock").exists()
