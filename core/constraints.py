"""Database constraints generated from enums, so that the column can hold nothing else."""

from __future__ import annotations

from enum import StrEnum

from django.db import models


def check_in(field: str, enum: type[StrEnum], name: str) -> models.CheckConstraint:
    """Return a CHECK that ``field`` holds one of the enum's values. ``name`` is the constraint's."""
    values = [str(member) for member in enum]
    return models.CheckConstraint(condition=models.Q(**{f"{field}__in": values}), name=name)
