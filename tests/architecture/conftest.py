"""What all architecture tests look at is read once, by one process, and forgotten after them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.architecture.source import modules


@pytest.fixture(scope="package", autouse=True)
def _source() -> Iterator[None]:
    yield
    modules.cache_clear()
