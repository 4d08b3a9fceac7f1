"""What can be done with datasets, and by whom."""

from __future__ import annotations

from typing import Final

from core.accounts.actions import Action, OrganisationKind, Role, Scope

_BUYER: Final = frozenset({OrganisationKind.BUYER})
_HANDS: Final = frozenset({Role.OWNER, Role.ENGINEER})

DATASET_VIEW: Final = Action(
    "dataset.view", Scope.DATASETS_READ, _BUYER, _HANDS | {Role.LEGAL, Role.PROCUREMENT, Role.VIEWER}
)
DATASET_DOWNLOAD: Final = Action("dataset.download", Scope.DATASETS_READ, _BUYER, _HANDS)
DATASET_CONFIRM: Final = Action("dataset.confirm", Scope.DATASETS_READ, _BUYER, _HANDS)
