"""All tables of the licensing floor."""

from __future__ import annotations

from licensing.models.declaration import Declaration
from licensing.models.ratecard import RateCard
from licensing.models.use_case import UseCase, UseCaseVersion

__all__ = ["Declaration", "RateCard", "UseCase", "UseCaseVersion"]
