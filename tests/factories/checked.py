"""The last line of a fault test: nothing that must always be true is broken."""

from __future__ import annotations

from core.invariants import invariants


def breaches(*about: str) -> list[str]:
    """Return what the invariant checker finds; ``about`` keeps the checks whose names begin so."""
    wanted = [item for item in invariants() if not about or item.name.startswith(about)]
    assert wanted
    return [f"{item.name}: {breach}" for item in wanted for breach in item.check()]
