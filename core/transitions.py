"""The one way a state changes: ask the machine, then compare and set."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, TypeVar

from django.db import models

from core.errors import ErrorCode, Kind
from core.states import Machine

SOMEBODY_WAS_FASTER = ErrorCode("somebody_was_faster", Kind.CONFLICT, "Somebody else changed this first")

S = TypeVar("S", bound=StrEnum)
E = TypeVar("E", bound=StrEnum)


def advance(instance: models.Model, machine: Machine[S, E], event: E, **changes: Any) -> S:
    """Move ``instance`` by ``event`` in one UPDATE that also checks the old state; return the new state.

    ``changes`` are further columns set in the same UPDATE. Refused with ``illegal_transition`` when the
    machine forbids it and ``somebody_was_faster`` when another transaction moved the row first.
    """
    row: Any = instance  # any model with a state column
    states = type(next(iter(machine.transitions)))
    old = states(row.state)
    new = machine.next(old, event)
    manager = type(row)._default_manager  # noqa: SLF001 - Django's documented name
    rows = manager.filter(pk=row.pk, state=str(old)).update(state=str(new), **changes)
    if rows != 1:
        raise SOMEBODY_WAS_FASTER(f"The {machine.name} is no longer {old}. Nothing was changed; reload and look again.")
    for name, value in {"state": str(new), **changes}.items():
        setattr(row, name, value)
    return new
