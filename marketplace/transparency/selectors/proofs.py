"""What anybody may ask of the log: heads, entries and proofs, as plain values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from marketplace.transparency.domain import sparse
from marketplace.transparency.domain.entry import thing
from marketplace.transparency.domain.errors import LOG_EMPTY, LOG_RANGE
from marketplace.transparency.domain.sparse import MapProof
from marketplace.transparency.models import LogEntry, LogHead, LogPending
from marketplace.transparency.selectors.trees import consistency_path, frontier_at, inclusion_paths, map_nodes


@dataclass(frozen=True, slots=True)
class Inclusion:
    """An entry, the size of the tree, its root, and the path from the entry to it."""

    index: int
    size: int
    entry: str
    root: bytes
    path: Sequence[bytes]


@dataclass(frozen=True, slots=True)
class Consistency:
    """Two sizes, their roots, and the path that leads to both."""

    first: int
    second: int
    first_root: bytes
    second_root: bytes
    path: Sequence[bytes]


@dataclass(frozen=True, slots=True)
class Presence:
    """Whether the log holds an entry about a thing: the proof against a head's map, and the latest entry if it does."""

    subject: str
    key: bytes
    head: LogHead
    proof: MapProof
    latest: Inclusion | None

    @property
    def present(self) -> bool:
        """Whether there is such an entry."""
        return self.latest is not None


def head_latest() -> LogHead:
    """The newest signed head; ``log_empty`` before the first one."""
    head = LogHead.objects.order_by("-number").first()
    if head is None:
        raise LOG_EMPTY("Nothing was logged yet, so there is nothing to prove. Ask again after the first licence.")
    return head


def head_covering(index: int) -> LogHead:
    """The first signed head whose tree holds the entry at ``index``; the same one for ever."""
    head = LogHead.objects.filter(size__gt=index).order_by("size", "number").first()
    return head or head_latest()


def entries_from(start: int, limit: int) -> Sequence[LogEntry]:
    """Entries in order, from a position on."""
    return list(LogEntry.objects.filter(position__gte=start, position__lt=start + limit).order_by("position"))


def entries_about(subject: str) -> Sequence[LogEntry]:
    """All entries of a subject (a licence's public id, a certificate's code), the oldest first."""
    return list(LogEntry.objects.filter(subject=subject).order_by("position"))


def _within(value: int, most: int) -> None:
    if not 0 <= value <= most:
        raise LOG_RANGE(f"The log has {most} entries; {value} is not within it. Ask for the newest head first.")


def inclusions_of(entries: Sequence[LogEntry], size: int) -> list[Inclusion]:
    """Prove that entries are in the tree of ``size`` leaves; all of them in one reading."""
    root = frontier_at(size).root
    paths = inclusion_paths([entry.position for entry in entries], size)
    return [Inclusion(entry.position, size, entry.body, root, path) for entry, path in zip(entries, paths, strict=True)]


def inclusion_of(*, index: int, size: int | None = None) -> Inclusion:
    """Prove that the entry at ``index`` is in the log of ``size`` entries (the newest head's); else ``log_range``."""
    length = head_latest().size
    wanted = length if size is None else size
    _within(wanted, length)
    _within(index, wanted - 1)
    return inclusions_of([LogEntry.objects.get(position=index)], wanted)[0]


def consistency_of(*, first: int, second: int | None = None) -> Consistency:
    """Prove that the log of ``second`` entries (the newest head's) begins with that of ``first``; ``log_range``."""
    length = head_latest().size
    wanted = length if second is None else second
    _within(wanted, length)
    _within(first, wanted)
    roots = frontier_at(first).root, frontier_at(wanted).root
    return Consistency(first, wanted, *roots, consistency_path(first, wanted))


def presence_of(subject: str) -> Presence:
    """Prove by the newest head whether the log holds any entry about a thing, named by its public id."""
    head, key = head_latest(), thing(subject)
    proof = sparse.proof_of(bytes.fromhex(head.map_root), key, map_nodes)
    found = proof.leaf is not None and proof.leaf.key == key
    latest = inclusion_of(index=proof.leaf.position, size=head.size) if proof.leaf is not None and found else None
    return Presence(subject, key, head, proof, latest)


def subjects_without(event: str, subjects: Sequence[str]) -> set[str]:
    """Those of the subjects for which no such event is in the log or on its way into it."""
    keys = {f"{event}:{subject}": subject for subject in subjects}
    for table in (LogPending, LogEntry):
        for key in table.objects.filter(key__in=list(keys)).values_list("key", flat=True):
            keys.pop(key, None)
    return set(keys.values())
