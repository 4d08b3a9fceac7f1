"""The import contracts of pyproject.toml hold, and are seen red on a copy that breaks one."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.source import FLOORS, ROOT


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    """Check the contracts in a folder that holds the four floors and pyproject.toml."""
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_the_import_contracts_hold() -> None:
    done = lint_imports(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("media_ingest/domain/reasons.py", "from licensing.domain import clauses"),
        ("core/money.py", "from django.db import models"),
        ("licensing/domain/pricing.py", "from licensing import models"),
    ],
)
def test_a_rising_import_is_seen_red(tmp_path: Path, path: str, line: str) -> None:
    for floor in FLOORS:
        shutil.copytree(ROOT / floor, tmp_path / floor, ignore=shutil.ignore_patterns("__pycache__", "static"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    broken = tmp_path / path
    broken.write_text(broken.read_text() + f"\n\ndef late() -> None:\n    {line}\n")
    assert lint_imports(tmp_path).returncode != 0
