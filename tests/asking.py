"""The database of an installation, asked past the product."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import psycopg


@contextlib.contextmanager
def database_of(environment: Mapping[str, str]) -> Iterator[Callable[[str], list[Any]]]:
    """Hold a connection to the database that these variables name; it answers a query with its rows."""
    if url := environment.get("DATABASE_URL"):
        with psycopg.connect(url, autocommit=True) as postgres:
            yield lambda query: postgres.execute(query).fetchall()
        return
    file = f"file:{environment['OFFCUT_HOME']}/offcut.sqlite3?mode=ro"
    with contextlib.closing(sqlite3.connect(file, uri=True)) as sqlite:
        yield lambda query: sqlite.execute(query).fetchall()


def rows_of(environment: Mapping[str, str], query: str) -> list[Any]:
    """Ask it once."""
    with database_of(environment) as ask:
        return ask(query)
