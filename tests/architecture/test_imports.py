"""The import contracts of pyproject.toml hold, and are seen red on a copy that breaks one."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.source import FLOORS, ROOT, Module, product


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


PURE = ("core.ids", "core.money", "core.timecode", "core.errors", "core.states", "core.accounts.actions")


def impure(module: Module) -> list[str]:
    """What a domain module imports beyond the standard library, core's pure modules and domain code."""
    found = []
    for node in ast.walk(module.tree):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
        for name in names:
            inside = name.split(".")[0] in FLOORS
            pure = ".domain" in name or name.startswith(PURE) or name.endswith(".errors")
            if not (pure if inside else name.split(".")[0] in sys.stdlib_module_names):
                found.append(f"{module.path}: {name}")
    return found


def test_domain_code_needs_only_the_standard_library() -> None:
    pure = {f"{name.replace('.', '/')}.py" for name in PURE}
    looked_at = [one for one in product() if "/domain" in one.path or one.path in pure]
    assert len(looked_at) > len(pure)
    assert [fault for module in looked_at for fault in impure(module)] == []


def test_a_library_in_domain_code_is_seen_red() -> None:
    assert impure(Module("core/x.py", "import pyarrow")) == ["core/x.py: pyarrow"]
    assert impure(Module("core/x.py", "from licensing import models")) == ["core/x.py: licensing"]
