"""Generated files are what their source says; the API's description is valid; error codes are one of a kind."""

from __future__ import annotations

import importlib
from collections import Counter

import pytest
import yaml
from openapi_spec_validator import OpenAPIV31SpecValidator

from core.errors import REGISTRY, ErrorCode, Kind
from tests.architecture.source import FLOORS, ROOT, product
from tests.generated import GENERATED, openapi


@pytest.mark.parametrize("name", GENERATED)
def test_the_generated_file_is_current(name: str) -> None:
    wanted = GENERATED[name]()
    assert (ROOT / name).read_text() == wanted, "python -m tests.generated --write, then read the diff"


def test_the_api_description_is_valid_openapi_31() -> None:
    described = yaml.safe_load(openapi())
    assert described["openapi"].startswith("3.1")
    OpenAPIV31SpecValidator(described).validate()


def test_every_operation_has_one_name_and_a_summary() -> None:
    described = yaml.safe_load(openapi())
    operations = [
        operation
        for path in described["paths"].values()
        for verb, operation in path.items()
        if verb in {"get", "post", "put", "patch", "delete"}
    ]
    assert [name for name, count in Counter(one["operationId"] for one in operations).items() if count > 1] == []
    assert [one["operationId"] for one in operations if not one.get("summary")] == []


def declared() -> dict[str, list[str]]:
    """Every error code and the modules that declare it."""
    found: dict[str, list[str]] = {}
    for module in product():
        if "ErrorCode(" not in module.text or module.path == "core/errors.py":
            continue
        loaded = importlib.import_module(module.path.removesuffix(".py").replace("/", "."))
        for value in vars(loaded).values():
            if isinstance(value, ErrorCode) and f'"{value.code}"' in module.text:
                found.setdefault(value.code, []).append(module.path)
    return found


def test_every_error_code_is_declared_once() -> None:
    assert {code: paths for code, paths in declared().items() if len(paths) > 1} == {}
    assert len(declared()) > 40, "the search finds them"


def test_an_error_code_declared_twice_is_refused() -> None:
    code = next(iter(REGISTRY.values()))
    with pytest.raises(ValueError, match="declared twice"):
        ErrorCode(code.code, Kind.GONE, "Something else")


def test_every_floor_is_looked_at() -> None:
    assert {module.path.split("/")[0] for module in product()} == set(FLOORS)
