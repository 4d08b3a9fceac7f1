"""Rules of the house that ruff cannot express. Each says what went wrong elsewhere, and is seen red on a sample."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable

import pytest

from tests.architecture.source import Module, modules, product

Rule = Callable[[Module], list[str]]

MAY_START_PROCESSES = (
    "run.py", "media_ingest/adapters/processes.py", "tests/", "client/", "benchmarks/",
    "media_ingest/adapters/prober/zygote.py",  # forks copies of itself, locked in before, runs no program
)  # fmt: skip
STARTING = {"os.system", "os.popen", "os.posix_spawn", "os.spawnv", "os.fork", "pty.spawn"}
FLOATING = re.compile(r"(_ms|_minor|_ticks|amount|price|rate|share|fee|total)$")
# Where a floating number is the thing itself, not money or media time: progress in seconds on the wall clock.
FLOAT_IS_RIGHT = ("core/jobs/", "marketplace/demo/")


def signals(module: Module) -> list[str]:
    """Django signals: who reacts to what becomes invisible (others are leaving them); we publish jobs instead."""
    banned = {name for name in module.imported() if name.startswith(("django.db.models.signals", "django.dispatch"))}
    return [f"{module.path}: imports {name}" for name in sorted(banned)]


def save_overrides(module: Module) -> list[str]:
    """`save()` overrides: logic that bulk and update statements walk around."""
    return [
        f"{module.path}:{method.lineno} {cls.name}.{method.name}"
        for cls in module.classes()
        for method in cls.body
        if isinstance(method, ast.FunctionDef) and method.name in {"save", "delete"}
        and any("Model" in ast.unparse(base) or "Record" in ast.unparse(base) for base in cls.bases)
    ]  # fmt: skip


def eager_tasks(module: Module) -> list[str]:
    """Eager Celery hides every fault of a queue: serialisation, loss, repetition, concurrency."""
    return [
        f"{module.path}: {word}"
        for word in ("task_always_" + "eager", "CELERY_TASK_ALWAYS_" + "EAGER")
        if word in module.text
    ]


def sleeping_tests(module: Module) -> list[str]:
    """A test that sleeps is slow when it passes and flaky when the machine is busy: wait for the thing itself."""
    if not module.path.startswith("tests/"):
        return []
    slept = {"time.sleep", "sleep", "asyncio.sleep"} & module.calls()
    return [f"{module.path}: {name}" for name in sorted(slept)]


def processes(module: Module) -> list[str]:
    """Every process starts through the sandboxed adapter: one forgotten call is one unconfined decoder."""
    if module.path.startswith(MAY_START_PROCESSES):
        return []
    imported = {name for name in module.imported() if name.split(".")[0] in {"subprocess", "pty", "multiprocessing"}}
    return [f"{module.path}: {name}" for name in sorted(imported | (STARTING & module.calls()))]


def floats(module: Module) -> list[str]:
    """Floats for money or media time: cents and frames get lost one at a time."""
    found = [
        f"{module.path}: {name}"
        for name in sorted(module.calls())
        if name.endswith("FloatField") and module.path.endswith(".py") and "serializers" not in name
    ]
    if module.path.startswith(FLOAT_IS_RIGHT):
        return found
    for node in ast.walk(module.tree):
        name, kind = None, None
        if isinstance(node, ast.AnnAssign):
            name, kind = ast.unparse(node.target), node.annotation
        elif isinstance(node, ast.arg):
            name, kind = node.arg, node.annotation
        elif isinstance(node, ast.FunctionDef):
            name, kind = node.name, node.returns
        if name and kind is not None and re.search(r"\bfloat\b", ast.unparse(kind)) and FLOATING.search(name):
            found.append(f"{module.path}:{node.lineno} {name}: float")  # type: ignore[attr-defined]  # all three have it
    return found


def measurements(module: Module) -> list[str]:
    """The product imports its measurements: what is only there to be compared with would have to be installed."""
    return [f"{module.path}: {name}" for name in sorted(module.imported()) if name.split(".")[0] == "benchmarks"]


def extraction(module: Module) -> list[str]:
    """Archives are never unpacked: a link or a `..` in one writes anywhere."""
    return [
        f"{module.path}: {name}"
        for name in sorted(module.calls())
        if name.endswith((".extractall", ".extract", "unpack_archive"))
    ]


def empty_excuses(module: Module) -> list[str]:
    """A silenced check says which one and why."""
    found = []
    for number, line in enumerate(module.text.splitlines(), 1):
        for mark, pattern in (
            ("noqa", r"# noqa(?!: [A-Z0-9, ]+ - \S)"),
            ("type: ignore", r"# type: ignore(?!\[[a-z, -]+\]\s+# \S)"),
        ):
            if re.search(pattern, line) and '"# ' not in line and "r'" not in line and 'r"' not in line:
                found.append(f"{module.path}:{number} {mark} without a code or a reason")
    return found


EVERYWHERE: dict[Rule, Module] = {
    eager_tasks: Module("tests/x.py", "settings." + "task_always_" + "eager = True"),
    sleeping_tests: Module("tests/x.py", "import time\ntime.sleep(1)"),
    processes: Module("licensing/x.py", "def f():\n    from subprocess import run\n    run(['ls'])"),
    extraction: Module("core/x.py", "import tarfile\ntarfile.open('a').extractall()"),
    empty_excuses: Module("core/x.py", "x = 1  # no" + "qa\ny: int = ''  # type: " + "ignore[assignment]"),
}
ON_THE_FLOORS: dict[Rule, Module] = {
    signals: Module(
        "core/x.py", "from django.db.models.signals import post_save\nfrom django.dispatch import receiver"
    ),
    save_overrides: Module("core/x.py", "class A(models.Model):\n    def save(self): ..."),
    measurements: Module("core/x.py", "from benchmarks.measure import Row"),
    floats: Module(
        "core/x.py", "class A(models.Model):\n    price = models.FloatField()\ndef f(duration_ms: float) -> int: ..."
    ),
}


def broken(rule: Rule, given: Iterable[Module]) -> list[str]:
    """What the rule finds in all of them."""
    return [fault for module in given if not module.is_migration for fault in rule(module)]


@pytest.mark.parametrize("rule", EVERYWHERE, ids=lambda rule: rule.__name__)
def test_the_rule_holds_everywhere(rule: Rule) -> None:
    assert broken(rule, modules()) == [], rule.__doc__


@pytest.mark.parametrize("rule", ON_THE_FLOORS, ids=lambda rule: rule.__name__)
def test_the_rule_holds_on_the_four_floors(rule: Rule) -> None:
    assert broken(rule, product()) == [], rule.__doc__


@pytest.mark.parametrize("rule", [*EVERYWHERE, *ON_THE_FLOORS], ids=lambda rule: rule.__name__)
def test_the_rule_is_seen_red(rule: Rule) -> None:
    assert rule({**EVERYWHERE, **ON_THE_FLOORS}[rule]) != []
