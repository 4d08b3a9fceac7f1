"""The policy as TDMRep (W3C community group): rights to text and data mining are reserved, with a policy or without."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from licensing.domain.signals.policy import RightsPolicy, SignalState

RESERVATION: Final = "tdm-reservation"
POLICY: Final = "tdm-policy"
WELL_KNOWN: Final = "/.well-known/tdmrep.json"


@dataclass(frozen=True, slots=True)
class TdmRule:
    """One rule: rights are always reserved here; ``policy`` is where they can be had, if anywhere."""

    location: str
    policy: str = ""

    def as_json(self) -> dict[str, str | int]:
        """The rule as an entry of ``tdmrep.json``."""
        entry: dict[str, str | int] = {"location": self.location, RESERVATION: 1}
        return entry | ({POLICY: self.policy} if self.policy else {})

    def headers(self) -> dict[str, str]:
        """The rule as HTTP headers; the same names serve as ``meta`` tags of pages."""
        return {RESERVATION: "1"} | ({POLICY: self.policy} if self.policy else {})


def tdm_rule(policy: RightsPolicy, location: str) -> TdmRule:
    """The rule of one policy at a location, which is a path of the site and may hold ``*``."""
    match policy.state:
        case SignalState.ON_SALE | SignalState.LICENSED:
            return TdmRule(location, policy.policy_url or policy.rights_url)
        case SignalState.NOT_FOR_SALE | SignalState.EVALUATION:
            return TdmRule(location)


def tdmrep_json(rules: Iterable[TdmRule]) -> bytes:
    """The file ``/.well-known/tdmrep.json``: an array of rules."""
    return json.dumps([rule.as_json() for rule in rules], indent=1).encode() + b"\n"
