"""The one way a state changes: ask the machine, then compare and set."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeVar

from django.db import models

from core.errors import ErrorCode, Kind
from core.states import Machine

SOMEBODY_WAS_FASTER = ErrorCode("somebody_was_faster", Kind.CONFLICT, "Somebody else changed this first")

S = TypeVar("S", bound=StrEnum)
E = TypeVar("E", bound=StrEnum)


def advance(instance: models.Model, machine: Machine[S, E], event: E, *, field: str = "state", **changes: object) -> S:
    """Move ``instance`` by ``event`` in one UPDATE that also checks the old state; return the new state.

    ``changes`` are further columns set in the same UPDATE. Refused with ``illegal_transition`` when the
    machine forbids it and ``somebody_was_faster`` when another transaction moved the row first.
    """
    states = type(next(iter(machine.transitions)))
    old = states(getattr(instance, field))
    new = machine.next(old, event)
    manager = type(instance)._default_manager  # noqa: SLF001 - Django's documented name
    rows = manager.filter(pk=instance.pk, **{field: str(old)}).update(**{field: str(new)}, **changes)
    if rows != 1:
        raise SOMEBODY_WAS_FASTER(f"The {machine.name} is no longer {old}. Nothing was changed; reload and look again.")
    setattr(instance, field, str(new))
    for name, value in changes.items():
        setattr(instance, name, value)
    return new
