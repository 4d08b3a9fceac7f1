"""Declaring commands and reading what people type for them."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from offcut.errors import ExitCode, OffcutError
from offcut.formats import parse_duration, parse_frame_rate
from offcut.language import t
from offcut.limits import parse_rate
from offcut.session import Session

Run = Callable[[Session], ExitCode]
T = TypeVar("T")


def global_options(*, suppress: bool) -> argparse.ArgumentParser:
    """Options that may stand before or after the command."""
    missing: Any = argparse.SUPPRESS if suppress else None
    parser = argparse.ArgumentParser(add_help=False)
    group = parser.add_argument_group(t("everywhere"))
    group.add_argument("--json", action="store_true", default=missing, help=t("JSON lines instead of tables"))
    group.add_argument("--quiet", "-q", action="store_true", default=missing, help=t("print results and errors only"))
    group.add_argument("--profile", default=missing, metavar="NAME", help=t("which saved sign-in to use"))
    group.add_argument("--url", default=missing, help=t("address of the server"))
    return parser


class Commands:
    """A level of commands, each with its function."""

    def __init__(self, parser: argparse.ArgumentParser, name: str) -> None:
        self._options = global_options(suppress=True)
        self._level = parser.add_subparsers(dest=name, metavar="COMMAND", required=True)

    def add(self, name: str, run: Run, summary: str) -> argparse.ArgumentParser:
        """A command; returns its parser for its own options."""
        parser = self._level.add_parser(name, help=t(summary), description=t(summary), parents=[self._options])
        parser.set_defaults(run=run)
        return parser

    def group(self, name: str, summary: str) -> Commands:
        """A command with commands below it (`quote new`)."""
        parser = self._level.add_parser(name, help=t(summary), description=t(summary), parents=[self._options])
        return Commands(parser, f"{name}_command")


def _typed(read: Callable[[str], T], example: str) -> Callable[[str], T]:
    def convert(text: str) -> T:
        try:
            return read(text)
        except (ValueError, ZeroDivisionError):
            raise argparse.ArgumentTypeError(
                t("{text} is not understood; write it like {example}", text=repr(text), example=example)
            ) from None

    return convert


duration = _typed(parse_duration, "40:00 or 90s")
frame_rate = _typed(parse_frame_rate, "25/1 or 29.97")
byte_rate = _typed(parse_rate, "20M")


def assignments(fields: Iterable[str]) -> dict[str, Any]:
    """`name=value` pairs; values are JSON where they are JSON, else text. A dot in the name reaches inside."""
    result: dict[str, Any] = {}
    for item in fields:
        name, sign, text = item.partition("=")
        if not sign or not name:
            raise OffcutError(
                "usage", t("{item} is not NAME=VALUE.", item=repr(item)), t("Write for example: --set term_months=36")
            )
        node = result
        *path, last = name.split(".")
        for part in path:
            node = node.setdefault(part, {})
        node[last] = _value(text)
    return result


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
