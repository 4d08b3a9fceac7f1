"""What goes along with a certificate, so that its place in the log can be checked without asking anybody."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from marketplace.transparency.models import LogEntry
from marketplace.transparency.selectors.proofs import Inclusion, head_covering, head_latest, inclusions_of

FORMAT: Final = "offcut-proof/1"
_AT_ONCE = 500


def inclusion_json(found: Inclusion) -> dict[str, Any]:
    """An inclusion proof as JSON, without the size and the root, which the head says."""
    return {"index": found.index, "entry": found.entry, "path": [step.hex() for step in found.path]}


def bundle_of(*, certified: str, licences: Sequence[str]) -> dict[str, Any]:
    """Proof that a certificate (the key of its entry) and its licences (public ids) are logged, by one head.

    The head is the first that holds all of them, so that asking again gives the same. The salts that open the
    licences' entries are in it: it is for the parties.
    """
    certificate = LogEntry.objects.get(key=certified)
    issued: list[LogEntry] = []
    for start in range(0, len(licences), _AT_ONCE):
        keys = [f"issued:{licence}" for licence in licences[start : start + _AT_ONCE]]
        issued += LogEntry.objects.filter(key__in=keys).order_by("position")
    entries = [certificate, *issued]
    head = head_covering(max(entry.position for entry in entries))
    first, *others = inclusions_of(entries, head.size)
    return {
        "format": FORMAT,
        "head": head.text,
        "certificate": inclusion_json(first),
        "licences": [
            {"id": entry.subject, "salt": entry.salt, **inclusion_json(found)}
            for entry, found in zip(issued, others, strict=True)
        ],
    }


def bundle_public(*, code: str) -> dict[str, Any]:
    """Proof by the newest head that the certificate with this code is logged; ``DoesNotExist`` when it is not."""
    entry = LogEntry.objects.filter(subject=code, event="certified").latest("position")
    head = head_latest()
    (found,) = inclusions_of([entry], head.size)
    return {"format": FORMAT, "head": head.text, "certificate": inclusion_json(found), "licences": []}
