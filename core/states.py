"""State machines as data: which event leads where, refused otherwise, rendered into the docs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from core.errors import ErrorCode, Kind

ILLEGAL_TRANSITION = ErrorCode("illegal_transition", Kind.CONFLICT, "This cannot happen in the present state")

S = TypeVar("S", bound=StrEnum)
E = TypeVar("E", bound=StrEnum)


@dataclass(frozen=True)
class Machine(Generic[S, E]):
    """Legal transitions of one kind of object: ``{state: {event: next state}}``."""

    name: str
    transitions: Mapping[S, Mapping[E, S]]

    def next(self, state: S, event: E) -> S:
        """Return the state that ``event`` leads to, or refuse with ``illegal_transition``."""
        following = self.transitions.get(state, {}).get(event)
        if following is None:
            possible = ", ".join(self.transitions.get(state, {})) or "nothing"
            raise ILLEGAL_TRANSITION(
                f"The {self.name} is {state}; {event} is not possible now (possible: {possible}). Nothing was changed.",
                state=str(state),
                event=str(event),
            )
        return following

    def mermaid(self) -> str:
        """Return the machine as a Mermaid state diagram for the docs."""
        lines = ["stateDiagram-v2"]
        for state, events in self.transitions.items():
            lines += [f"    {state} --> {following}: {event}" for event, following in events.items()]
        return "\n".join(lines)
