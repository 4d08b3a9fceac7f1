"""`environment.md`, `cli.md` and `openapi.yaml`: how the installation is set up and spoken to."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiYamlRenderer

from marketplace.docs_pages.markdown import cell, code, fence, page, table
from offcut.cli import build_parser


def environment() -> str:
    """Return the page of environment variables."""
    rows = [
        (
            code(one.name),
            "required" if one.default is None else code(one.default),
            "yes" if one.secret else "",
            one.help,
        )
        for one in settings.ENVIRONMENT
    ]
    return page(
        "Environment",
        "Everything that differs between installations is an environment variable, read once at start in "
        "`marketplace/config/env.py`. What is missing or malformed is reported together. `.env.example` holds the same "
        "list. A secret is never logged and has no usable default.",
        table(("Variable", "Default", "Secret", "Means"), rows),
        "`python3 run.py` sets `OFFCUT_HOME`, `OFFCUT_PUBLIC_URL` and `OFFCUT_BROKER_URL` for the processes it starts, "
        "unless they are set, and keeps a secret key of its own in `<home>/keys/secret_key`.",
    )


@contextmanager
def _in_english() -> Iterator[None]:
    """The command line speaks the language of its locale; the reference is English."""
    before = os.environ.get("LC_ALL")
    os.environ["LC_ALL"] = "C.UTF-8"
    try:
        yield
    finally:
        os.environ.pop("LC_ALL")
        if before is not None:
            os.environ["LC_ALL"] = before


def _spelled(option: argparse.Action) -> str:
    if not option.option_strings:
        return str(option.metavar or option.dest)
    names = ", ".join(option.option_strings)
    takes_value = option.nargs != 0
    return f"{names} {option.metavar or option.dest.upper()}" if takes_value else names


def _usage(parser: argparse.ArgumentParser, given: list[argparse.Action]) -> str:
    words = [parser.prog]
    for one in given:
        shown = (
            _spelled(one) if not one.option_strings else f"{one.option_strings[-1]} {one.metavar or one.dest.upper()}"
        )
        if one.option_strings:
            words += [shown] if one.required else []
        else:
            words.append({"*": f"[{shown} …]", "+": f"{shown} …", "?": f"[{shown}]"}.get(str(one.nargs), shown))
    return " ".join(words)


def _commands(parser: argparse.ArgumentParser, everywhere: set[str]) -> Iterator[str]:
    """One section for each command that does something, in the order of `--help`."""
    levels = [one for one in parser._actions if isinstance(one, argparse._SubParsersAction)]  # noqa: SLF001 - no other way to list them
    for level in levels:
        for below in level.choices.values():
            yield from _commands(below, everywhere)
    if levels:
        return
    actions = parser._actions  # noqa: SLF001 - no other way to list them
    given = [one for one in actions if one.dest not in everywhere and one.dest != "help"]
    rows = [(code(_spelled(one)), one.help or "") for one in given]
    title = f"## {parser.prog}"
    told = [title, parser.description or "", fence("", _usage(parser, given)), table(("Option", "Means"), rows)]
    yield "\n\n".join(block for block in told if block)


def command_line() -> str:
    """Return the page of the `offcut` command."""
    with _in_english():
        parser = build_parser()
        shared = [one for one in parser._actions if one.option_strings and one.dest != "help"]  # noqa: SLF001 - as above
        sections = list(_commands(parser, {one.dest for one in shared}))
        return page(
            "The offcut command",
            cell(parser.description or ""),
            "Install it with `pip install ./client`; after `python3 run.py` it is also in `.venv/bin/offcut`. Tables "
            "on a terminal, one JSON object a line when piped or with `--json`. Codes and exit statuses never change "
            "with the language.",
            cell(parser.epilog or ""),
            "## Everywhere\n\n" + table(("Option", "Means"), [(code(_spelled(one)), one.help or "") for one in shared]),
            *sections,
        )


def openapi() -> str:
    """Return the API's OpenAPI 3.1 description as YAML."""
    schema = SchemaGenerator().get_schema(request=None, public=True)
    return bytes(OpenApiYamlRenderer().render(schema, renderer_context={})).decode()
