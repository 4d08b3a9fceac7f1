"""Word diff of canonical text: what a reviewer reads, free of format noise."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from enum import StrEnum

from licensing.domain.wording import canonical


class Op(StrEnum):
    """What happened to a run of words."""

    KEEP = "keep"
    ADD = "add"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class Run:
    """Consecutive words that share one fate."""

    op: Op
    text: str


def word_diff(before: str, after: str) -> list[Run]:
    """Runs of kept, removed and added words between two texts in canonical form, in reading order.

    Joining the kept and added runs with spaces gives the canonical `after`; kept and removed, `before`.
    """
    old, new = canonical(before).split(), canonical(after).split()
    runs: list[Run] = []
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for tag, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        if tag == "equal":
            runs.append(Run(Op.KEEP, " ".join(old[old_from:old_to])))
            continue
        if old_to > old_from:
            runs.append(Run(Op.REMOVE, " ".join(old[old_from:old_to])))
        if new_to > new_from:
            runs.append(Run(Op.ADD, " ".join(new[new_from:new_to])))
    return runs


def applied(runs: list[Run]) -> str:
    """The canonical target text that a diff leads to."""
    return " ".join(run.text for run in runs if run.op is not Op.REMOVE)


def reverted(runs: list[Run]) -> str:
    """The canonical source text that a diff came from."""
    return " ".join(run.text for run in runs if run.op is not Op.ADD)


def same_words_percent(before: str, after: str) -> int:
    """How many of all words of both texts are shared, in whole percent rounded down; 100 for two empty texts."""
    runs = word_diff(before, after)
    kept = sum(len(run.text.split()) for run in runs if run.op is Op.KEEP)
    total = len(canonical(before).split()) + len(canonical(after).split())
    return 100 * 2 * kept // total if total else 100
