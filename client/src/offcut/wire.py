"""JSON answers become typed dataclasses, and back.

Unknown members are kept in `raw`, missing optional ones get their defaults.
"""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from offcut.errors import OffcutError
from offcut.language import t

T = TypeVar("T")


def unexpected(where: str, what: str) -> OffcutError:
    """The server answered something this client does not understand."""
    return OffcutError(
        "unexpected_answer",
        t("The server's answer was not understood."),
        t(
            "{where}: {what}. Nothing was changed on this machine. Is this client older than the server?",
            where=where,
            what=what,
        ),
    )


_HINTS: dict[type, dict[str, Any]] = {}


def _hints(cls: type) -> dict[str, Any]:
    if cls not in _HINTS:
        _HINTS[cls] = get_type_hints(cls)
    return _HINTS[cls]


def decode(cls: type[T], value: object, where: str = "answer") -> T:
    """Read a JSON object into dataclass `cls`; OffcutError `unexpected_answer` when a required member is missing."""
    if not isinstance(value, Mapping):
        raise unexpected(where, f"expected an object for {cls.__name__}")
    facts: dict[str, Any] = {}
    for field in dataclasses.fields(cls):  # type: ignore[arg-type]  # T is always a dataclass here
        name = field.metadata.get("name", field.name)
        if field.name == "raw":
            facts["raw"] = dict(value)
        elif name in value:
            facts[field.name] = _convert(_hints(cls)[field.name], value[name], f"{where}.{name}", _optional(field))
        elif not _optional(field):
            raise unexpected(where, f"{name} is missing")
        if facts.get(field.name, 0) is _USE_DEFAULT:
            del facts[field.name]
    return cls(**facts)


class _Default:
    """Marks a null where the field has a default of its own."""


_USE_DEFAULT = _Default()


def _optional(field: dataclasses.Field[Any]) -> bool:
    return field.default is not dataclasses.MISSING or field.default_factory is not dataclasses.MISSING


def _convert(kind: Any, value: object, where: str, optional: bool = False) -> Any:  # noqa: FBT001, FBT002 - JSON
    origin = get_origin(kind)
    if kind is Any:
        return value
    if origin in {types.UnionType, Union}:
        return _convert_union(get_args(kind), value, where)
    if value is None and optional:
        return _USE_DEFAULT
    if origin is tuple:
        return _convert_list(get_args(kind)[0], value, where)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        if not isinstance(value, Mapping):
            raise unexpected(where, "expected an object")
        return {str(key): _convert(get_args(kind)[1], item, f"{where}.{key}") for key, item in value.items()}
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        return decode(kind, value, where)
    return _convert_scalar(kind, value, where)


def _convert_union(kinds: tuple[Any, ...], value: object, where: str) -> Any:
    if value is None and type(None) in kinds:
        return None
    error: OffcutError | None = None
    for kind in kinds:
        if kind is type(None):
            continue
        try:
            return _convert(kind, value, where)
        except OffcutError as failure:
            error = failure
    raise error or unexpected(where, "a value is null")


def _convert_list(kind: Any, value: object, where: str) -> tuple[Any, ...]:
    if not isinstance(value, Sequence) or isinstance(value, str | bytes):
        raise unexpected(where, "expected a list")
    return tuple(_convert(kind, item, f"{where}[{number}]") for number, item in enumerate(value))


def _convert_scalar(kind: Any, value: object, where: str) -> Any:
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise unexpected(where, f"expected {kind.__name__}")
    return value


def plain(value: object) -> Any:
    """A result as plain JSON data: exactly what the server said where it is known, else the dataclass's fields."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        raw = getattr(value, "raw", None)
        if raw:
            return raw
        return {
            field.metadata.get("name", field.name): plain(getattr(value, field.name))
            for field in dataclasses.fields(value)
            if field.name != "raw"
        }
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    return value if isinstance(value, str | int | float | bool | type(None)) else str(value)
