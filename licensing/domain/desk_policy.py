"""What passes at the desk without a person, who decides the rest and by when: versions of one policy, as data.

A policy may ask for more people than the product does, never for fewer: critical parameters need two whatever it
says, own wording needs one, and some of what passes by itself is always looked at again. What a clause offers to
everybody passes under every policy that does not name the clause: the same could be chosen in one's terms.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from core.states import Machine
from licensing.domain.clauses import AmendmentClass
from licensing.domain.wording import sha256_json, sha256_text

BOUNDS: Final[Mapping[str, tuple[int, int]]] = MappingProxyType(
    {
        "fallback_people": (0, 1),
        "custom_people": (1, 2),
        "days_one": (1, 5),
        "days_two": (1, 10),
        "sample_per_mille": (10, 1000),
    }
)
"""How far each number of a policy may go, both ends included."""
_PER_MILLE: Final = 1000
_TWO: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskPolicy:
    """One version. The defaults are the first: what the desk did before policies had versions, and a sample of 5 %."""

    version: int = 1
    fallback_people: int = 0
    """How many have to agree to a rung of a clause's ladder: the desk approved it beforehand."""
    custom_people: int = 1
    """How many have to agree to own wording, and to values outside what passes."""
    two_people: tuple[str, ...] = ()
    """Clauses of which every change but a rung needs two, besides the parameters that always do; sorted."""
    days_one: int = 1
    """Working days for the decision of one."""
    days_two: int = 2
    sample_per_mille: int = 50
    """How many of a thousand submissions that passed by themselves somebody looks at afterwards."""

    def __post_init__(self) -> None:
        """Refuses what lies outside the bounds, two people faster than one, and clauses out of order."""
        outside = [name for name, (least, most) in BOUNDS.items() if not least <= getattr(self, name) <= most]
        if outside or self.days_two < self.days_one or list(self.two_people) != sorted(set(self.two_people)):
            message = f"not a policy: {outside or 'days_two, two_people'}"
            raise ValueError(message)

    def people(self, clause: str, kind: AmendmentClass) -> int:
        """How many different people have to agree to such a change: none, one or two."""
        match kind:
            case AmendmentClass.STANDARD:
                return 0
            case AmendmentClass.CRITICAL:
                return _TWO
            case AmendmentClass.FALLBACK:
                return self.fallback_people
            case AmendmentClass.IN_RANGE:
                return _TWO if clause in self.two_people else 0
            case AmendmentClass.CUSTOM:
                return _TWO if clause in self.two_people else self.custom_people

    def people_for(self, changes: Iterable[tuple[str, AmendmentClass]]) -> int:
        """How many have to agree to all these changes together: as many as to the weightiest."""
        return max((self.people(clause, kind) for clause, kind in changes), default=0)

    def days(self, people: int) -> int:
        """Working days until so many people have decided."""
        return self.days_two if people > 1 else self.days_one

    def samples(self, agreement: str) -> bool:
        """Whether somebody looks again at what this policy let pass of an agreement, given its public id.

        Drawn from the digest of both: nobody chooses, anybody can check, and submitting again draws nothing new.
        """
        drawn = int(sha256_text(f"{self.sha256} {agreement}")[:16], 16)
        return drawn % _PER_MILLE < self.sample_per_mille

    @property
    def name(self) -> str:
        """How the audit chain calls it."""
        return f"amendments-{self.version}"

    @property
    def says(self) -> dict[str, object]:
        """Everything it says, without its version: two policies that say the same do the same."""
        return {**{name: getattr(self, name) for name in BOUNDS}, "two_people": list(self.two_people)}

    @property
    def sha256(self) -> str:
        """Of everything it says and its version: another rule has another digest."""
        return sha256_json({"version": self.version, **self.says})


Policies = Mapping[int, DeskPolicy]
"""All published versions by their number, the newest last."""


def newest(policies: Policies) -> DeskPolicy:
    """The version in force."""
    return policies[max(policies)]


SHIPPED_POLICIES: Final = (DeskPolicy(),)
"""The versions that come with the product. An installation's desk publishes newer ones."""


class PolicyState(StrEnum):
    """Life of one version of the policy."""

    PROPOSED = "proposed"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class PolicyEvent(StrEnum):
    """What can happen to a version of the policy."""

    PUBLISH = "publish"
    WITHDRAW = "withdraw"


POLICY_MACHINE: Final = Machine(
    "policy version",
    {
        PolicyState.PROPOSED: {
            PolicyEvent.PUBLISH: PolicyState.PUBLISHED,
            PolicyEvent.WITHDRAW: PolicyState.WITHDRAWN,
        },
        PolicyState.PUBLISHED: {},
        PolicyState.WITHDRAWN: {},
    },
)
