"""The policy as the CAWG training and data mining assertion, to be signed into a file's C2PA manifest."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from licensing.domain.signals.policy import RightsPolicy, SignalState

LABEL: Final = "cawg.training-mining"


class Use(StrEnum):
    """The values in use: the third one of the specification, which grants a use to everybody, is never said."""

    CONSTRAINED = "constrained"
    NOT_ALLOWED = "notAllowed"


@dataclass(frozen=True, slots=True)
class Entry:
    """What is said of one kind of use; ``constraint_info`` tells where the constraints are written."""

    kind: str
    use: Use
    constraint_info: str = ""

    def as_json(self) -> dict[str, str]:
        """The entry as the assertion's map holds it under its kind."""
        where = {"constraint_info": self.constraint_info} if self.constraint_info else {}
        return {"use": str(self.use)} | where


def cawg_entries(policy: RightsPolicy) -> tuple[Entry, ...]:
    """The four entries of the assertion, in their fixed order."""
    match policy.state:
        case SignalState.ON_SALE | SignalState.LICENSED:
            training, where = Use.CONSTRAINED, policy.rights_url
        case SignalState.NOT_FOR_SALE | SignalState.EVALUATION:
            training, where = Use.NOT_ALLOWED, ""
    return (
        Entry("cawg.ai_generative_training", training, where),
        Entry("cawg.ai_training", training, where),
        Entry("cawg.data_mining", Use.NOT_ALLOWED),
        Entry("cawg.ai_inference", Use.NOT_ALLOWED),
    )


def cawg_assertion(policy: RightsPolicy) -> dict[str, object]:
    """The assertion as a manifest definition takes it: the label, and a map of entries."""
    entries = {entry.kind: entry.as_json() for entry in cawg_entries(policy)}
    return {"label": LABEL, "data": {"entries": entries}}
