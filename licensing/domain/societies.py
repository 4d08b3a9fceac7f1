"""What a studio answers about collecting societies, once for everything it makes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from licensing.domain.wording import Text, wording


class Standing(StrEnum):
    """What the answer means for sales."""

    UNANSWERED = "unanswered"
    FREE = "free"
    """Member of no society."""
    AUTHORISED = "authorised"
    UNAUTHORISED = "unauthorised"
    """A member whose society has not authorised generative AI training: nothing is sold."""


@dataclass(frozen=True, slots=True)
class Societies:
    """The answer: codes of the clause CMO_STATUS (empty: none given yet), and the society's reference."""

    members: tuple[str, ...] = ()
    authorisation: str = ""

    @property
    def standing(self) -> Standing:
        """What the answer means for sales."""
        if not self.members:
            return Standing.UNANSWERED
        if self.members == ("none",):
            return Standing.FREE
        return Standing.AUTHORISED if self.authorisation else Standing.UNAUTHORISED

    @property
    def clause_values(self) -> dict[str, object]:
        """The same as values of the clause CMO_STATUS."""
        return {"societies": [*self.members], "authorisation": [self.authorisation] if self.authorisation else []}


UNANSWERED: Final = Societies()

STANDING_WORDS: Final[Mapping[Standing, Text]] = {
    Standing.UNANSWERED: wording(
        "Nothing of yours is sold until you have answered, here for everything or clip by clip. A society such as SACD "
        "or Scam may hold the very right a buyer needs.",
        "Rien n'est vendu tant que vous n'avez pas répondu, ici pour tout ou plan par plan. Un organisme comme la SACD "
        "ou la Scam détient peut-être le droit dont un acheteur a besoin.",
    ),
    Standing.FREE: wording(
        "You administer your rights yourself, so you can grant AI training alone.",
        "Vous gérez vous-même vos droits : vous pouvez donc concéder seul l'entraînement d'IA.",
    ),
    Standing.AUTHORISED: wording(
        "Your society has authorised generative AI training under the reference you gave.",
        "Votre organisme a autorisé l'entraînement d'IA générative sous la référence que vous avez donnée.",
    ),
    Standing.UNAUTHORISED: wording(
        "Nothing of yours is sold yet: a member may be unable to grant generative AI training alone. Ask your society "
        "for its authorisation and write its reference here.",
        "Rien n'est encore vendu : un membre ne peut parfois pas concéder seul l'entraînement d'IA générative. "
        "Demandez l'autorisation de votre organisme et indiquez-en ici la référence.",
    ),
}
"""What follows from the answer, and what to do."""
