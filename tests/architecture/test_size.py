"""Small files and short functions: a reader holds one in the head. The cap is hard, the 95th percentile is a target."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from tests.architecture.source import Module, modules, product

FILE_CAP, FUNCTION_CAP = 400, 60
FILE_TARGET, FUNCTION_TARGET = 250, 35
FORBIDDEN_NAMES = {"utils.py", "helpers.py", "common.py", "misc.py", "methods.py", "util.py", "helper.py"}
# Generated or frozen files, and tables of data, have no size.
EXEMPT_FOLDERS = ("licensing/domain/catalogue/",)


def lines(module: Module) -> int:
    """How long the file is."""
    return module.text.count("\n")


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from `def` to the end, without the docstring."""
    whole = (function.end_lineno or function.lineno) - function.lineno + 1
    first = function.body[0]
    if ast.get_docstring(function) is not None:
        whole -= (first.end_lineno or first.lineno) - first.lineno + 1
    return whole


def too_long(given: Iterable[Module]) -> list[str]:
    """Name every file and function beyond its cap."""
    found = []
    for module in given:
        if module.is_migration or module.path.startswith(EXEMPT_FOLDERS):
            continue
        if lines(module) > FILE_CAP:
            found.append(f"{module.path}: {lines(module)} lines, at most {FILE_CAP}")
        found += [
            f"{module.path}:{function.lineno} {function.name}: {length(function)} lines, at most {FUNCTION_CAP}"
            for function in module.functions()
            if length(function) > FUNCTION_CAP
        ]
    return found


def percentile_95(numbers: Iterable[int]) -> int:
    """The number that 95 of 100 don't exceed."""
    ordered = sorted(numbers)
    return ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))] if ordered else 0


def test_no_file_and_no_function_is_too_long() -> None:
    assert too_long(modules()) == []


def test_nineteen_in_twenty_files_and_functions_are_short() -> None:
    written = [module for module in product() if not module.is_migration and not module.path.startswith(EXEMPT_FOLDERS)]
    assert percentile_95(lines(module) for module in written) <= FILE_TARGET
    assert percentile_95(length(function) for module in written for function in module.functions()) <= FUNCTION_TARGET


def test_no_file_has_a_name_that_says_nothing() -> None:
    assert [module.path for module in modules() if module.path.rsplit("/", 1)[-1] in FORBIDDEN_NAMES] == []


def test_the_size_rule_finds_what_is_too_long() -> None:
    body = "\n".join(f"    x{number} = {number}" for number in range(70))
    module = Module("core/long.py", f"def long():\n{body}\n" + "\n" * FILE_CAP)
    assert too_long([module]) == [
        "core/long.py: 471 lines, at most 400",
        "core/long.py:1 long: 71 lines, at most 60",
    ]
