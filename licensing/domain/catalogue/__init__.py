"""The forty clauses as data, grouped by theme; `CATALOGUE` is version 1 of all of them by code."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from licensing.domain.catalogue import author, conduct, handling, money, parties, proof, reach, use
from licensing.domain.clauses import Catalogue

_THEMES: Final = (use, conduct, reach, handling, proof, money, author, parties)

CATALOGUE: Final[Catalogue] = MappingProxyType(
    {
        clause.code: clause
        for clause in sorted((item for theme in _THEMES for item in theme.CLAUSES), key=lambda clause: clause.number)
    }
)
