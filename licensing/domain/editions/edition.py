"""What an edition is: the words that stand around the clauses of a contract."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from licensing.domain import template
from licensing.domain.wording import Text, sha256_json


@dataclass(frozen=True, slots=True)
class Edition:
    """The words that were published together around the clauses. `grid` pairs each right with its limits."""

    definitions: tuple[Text, ...]
    grid: tuple[tuple[Text, Text], ...]
    general: tuple[Text, ...] = ()

    def contract_sha256(self, clauses: Sequence[str]) -> str:
        """The hash of a contract made of clauses with these hashes, in its order, with this edition around them."""
        around = [
            template.TITLE,
            template.REFERENCE,
            template.PARTIES,
            *self.definitions,
            template.GRID_TITLE,
            template.GRID_INTRO,
            *(text for row in self.grid for text in row),
            template.COUNSEL_NOTICE,
            *self.general,
        ]
        return sha256_json({"clauses": list(clauses), "around": [[text.en, text.fr] for text in around]})
