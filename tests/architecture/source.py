"""The product's source as data: what the architecture tests look at."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FLOORS = ("core", "media_ingest", "licensing", "marketplace")


@dataclass(frozen=True)
class Module:
    """One Python file: where it is (relative to the repository) and what it says."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        """The syntax tree, for as long as modules are kept."""
        return ast.parse(self.text, self.path)

    @property
    def is_migration(self) -> bool:
        """Whether Django made it."""
        return "/migrations/" in self.path

    def functions(self) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
        """Every function and method."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield node

    def classes(self) -> Iterator[ast.ClassDef]:
        """Every class."""
        return (node for node in ast.walk(self.tree) if isinstance(node, ast.ClassDef))

    def imported(self) -> set[str]:
        """Dotted names of everything imported: `a.b` for `import a.b`, `a.b.c` for `from a.b import c`."""
        names = set()
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
        return names

    def calls(self) -> set[str]:
        """Dotted names of everything called, such as `time.sleep`."""
        return {ast.unparse(node.func) for node in ast.walk(self.tree) if isinstance(node, ast.Call)}


@cache
def tracked() -> tuple[str, ...]:
    """Every file of the repository, committed or about to be, but nothing that git ignores."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    if listed.returncode == 0:
        return tuple(sorted(name for name in listed.stdout.decode().split("\0") if name and (ROOT / name).is_file()))
    skipped = {".venv", "var", ".git", "__pycache__"}
    files = (path.relative_to(ROOT) for path in ROOT.rglob("*") if path.is_file())
    return tuple(sorted(str(path) for path in files if not skipped & set(path.parts)))


@cache
def modules() -> tuple[Module, ...]:
    """Every Python file of the repository."""
    return tuple(Module(name, (ROOT / name).read_text()) for name in tracked() if name.endswith(".py"))


def product() -> tuple[Module, ...]:
    """Every Python file of the four floors."""
    return tuple(module for module in modules() if module.path.split("/")[0] in FLOORS)


def texts() -> Iterator[tuple[str, str]]:
    """Every text file of the repository: path and content."""
    for name in tracked():
        content = (ROOT / name).read_bytes()
        if b"\0" not in content[:8000]:
            yield name, content.decode(errors="replace")
