"""What a creator declares about a clip that no machine can measure, and what that leaves in the way of a sale."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from licensing.domain.errors import DECLARATION_INVALID
from licensing.domain.facts import Genre, ReleaseStatus, Tech
from licensing.domain.matching import People
from licensing.domain.societies import UNANSWERED, Societies, Standing


class CmoStatus(StrEnum):
    """Whether a collecting society administers the rights: the values of CMO_STATUS, and not asked yet."""

    UNDECLARED = "undeclared"
    NONE = "none"
    SACD = "SACD"
    SCAM = "SCAM"
    SACEM = "SACEM"
    ADAGP = "ADAGP"
    SAG_AFTRA = "SAG-AFTRA"
    OTHER = "other"


class PeopleShown(StrEnum):
    """How recognisable the people in the picture are, and whether they agreed."""

    NONE = "none"
    BLURRED = "blurred"
    INCIDENTAL = "incidental"
    RELEASED = "released"
    UNRELEASED = "unreleased"


class SaleObstacle(StrEnum):
    """Why a clip cannot be sold yet."""

    CMO_UNDECLARED = "cmo_undeclared"
    CMO_AUTHORISATION_MISSING = "cmo_authorisation_missing"
    PEOPLE_UNRELEASED = "people_unreleased"
    MINORS_UNRELEASED = "minors_unreleased"


OBSTACLE_WORDS: Final[Mapping[SaleObstacle, tuple[str, str]]] = {
    SaleObstacle.CMO_UNDECLARED: (
        "Say whether a collecting society such as SACD or Scam administers your rights.",
        "Indiquez si un organisme de gestion collective, comme la SACD ou la Scam, gère vos droits.",
    ),
    SaleObstacle.CMO_AUTHORISATION_MISSING: (
        "Attach the society's authorisation for AI training: a member cannot grant it alone.",
        "Joignez l'autorisation de l'organisme pour l'entraînement d'IA : un membre ne peut la donner seul.",
    ),
    SaleObstacle.PEOPLE_UNRELEASED: (
        "Attach releases of the recognisable people, or blur them.",
        "Joignez les autorisations des personnes reconnaissables, ou floutez-les.",
    ),
    SaleObstacle.MINORS_UNRELEASED: (
        "Minors can be recognised: attach the releases signed by their guardians.",
        "Des mineurs sont reconnaissables : joignez les autorisations signées par leurs représentants légaux.",
    ),
}
"""What to do about each obstacle, in English and French."""


@dataclass(frozen=True, slots=True)
class Declared:
    """A creator's declaration of one clip. The defaults are what is assumed before he declares anything."""

    genre: Genre = Genre.GENERIC
    tech: frozenset[Tech] = frozenset()
    published: bool = False
    release: ReleaseStatus = ReleaseStatus.NONE_NEEDED
    people: PeopleShown = PeopleShown.NONE
    minors: bool = False
    cmo_status: CmoStatus = CmoStatus.UNDECLARED
    cmo_authorisation: str = ""

    @property
    def matching_people(self) -> People:
        """How far a buyer may rely on people in this clip; people without a release count as nobody to rely on."""
        return People.NONE if self.people is PeopleShown.UNRELEASED else People(self.people)


_RELEASE_OF: Final[Mapping[PeopleShown, frozenset[ReleaseStatus]]] = {
    PeopleShown.NONE: frozenset(ReleaseStatus),
    PeopleShown.BLURRED: frozenset({ReleaseStatus.BLURRED}),
    PeopleShown.INCIDENTAL: frozenset({ReleaseStatus.NONE_NEEDED, ReleaseStatus.FULL, ReleaseStatus.BLURRED}),
    PeopleShown.RELEASED: frozenset({ReleaseStatus.FULL}),
    PeopleShown.UNRELEASED: frozenset({ReleaseStatus.NONE_NEEDED, ReleaseStatus.BLURRED}),
}


def check_declared(declared: Declared) -> Declared:
    """Refuse a declaration that contradicts itself: `declaration_invalid`, naming both places."""
    faults: list[dict[str, str]] = []
    if declared.release not in _RELEASE_OF[declared.people]:
        detail = f"contradicts /people: people who are {declared.people} do not go with release {declared.release}"
        faults.append({"pointer": "/release", "detail": detail})
    if declared.minors and declared.people is PeopleShown.NONE:
        faults.append({"pointer": "/minors", "detail": "contradicts /people: nobody is in the picture"})
    if faults:
        raise DECLARATION_INVALID("Nothing was stored; correct the listed values and send it again.", errors=faults)
    return declared


def _society_obstacles(declared: Declared, studio: Societies) -> tuple[SaleObstacle, ...]:
    """A clip's own answer and the studio's both count: the stricter decides; an authorisation of either frees both."""
    own = () if declared.cmo_status is CmoStatus.UNDECLARED else (str(declared.cmo_status),)
    authorisation = declared.cmo_authorisation or studio.authorisation
    standings = {Societies(members, authorisation).standing for members in (own, studio.members)}
    if Standing.UNAUTHORISED in standings:
        return (SaleObstacle.CMO_AUTHORISATION_MISSING,)
    return (SaleObstacle.CMO_UNDECLARED,) if standings == {Standing.UNANSWERED} else ()


def sale_obstacles(declared: Declared, studio: Societies = UNANSWERED) -> tuple[SaleObstacle, ...]:
    """Why the clip cannot be sold yet, in the order to deal with it; empty when nothing is in the way.

    `studio` is what its studio answered about collecting societies for everything it makes.
    """
    found = [*_society_obstacles(declared, studio)]
    if declared.people is PeopleShown.UNRELEASED:
        found.append(SaleObstacle.PEOPLE_UNRELEASED)
    if declared.minors and declared.people is not PeopleShown.RELEASED:
        found.append(SaleObstacle.MINORS_UNRELEASED)
    return tuple(found)
