"""Two organisations with the same footage: how the question is put, answered, and what is held meanwhile."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from core.states import Machine
from media_ingest.domain.reasons import ENGLISH, FRENCH, Wording


class CaseKind(StrEnum):
    """What made us ask."""

    SAME_BYTES = "same_bytes"
    """The files are equal, byte for byte."""
    NEAR_DUPLICATE = "near_duplicate"
    """The pictures are the same: another encoding, size, crop or frame rate."""


class OwnershipState(StrEnum):
    """Whether somebody has answered."""

    OPEN = "open"
    """The desk has to look. The later file is held."""
    SETTLED = "settled"
    """The desk has decided; the outcome says how."""


class OwnershipEvent(StrEnum):
    """What can happen to a case."""

    SETTLE = "settle"


class Outcome(StrEnum):
    """What the desk decided. "This" is the later file, "other" the earlier one."""

    KEEP_BOTH = "keep_both"
    """Both may offer it: they shot it together, or one has it from the other."""
    OTHER_IS_OWNER = "other_is_owner"
    """The earlier file is the owner's: the later one stays held."""
    THIS_IS_OWNER = "this_is_owner"
    """The later file is the owner's: it is released, and the earlier one is held."""


class Hold(StrEnum):
    """Why the clips of a ready file are not offered; codes are stable, texts may improve."""

    OWNERSHIP_CASE = "ownership_case"
    NEAR_DUPLICATE = "near_duplicate"


OWNERSHIP: Final = Machine(
    "ownership case",
    {OwnershipState.OPEN: {OwnershipEvent.SETTLE: OwnershipState.SETTLED}, OwnershipState.SETTLED: {}},
)

_WORDINGS: Final = {
    ENGLISH: {
        Hold.OWNERSHIP_CASE: Wording(
            "We are checking who owns this footage; it is not offered meanwhile.",
            "Nothing is lost and nothing is charged. We write to you if we need proof, such as the camera original.",
        ),
        Hold.NEAR_DUPLICATE: Wording(
            "You have almost the same footage in better quality; only the better one is offered.",
            "Nothing to do. If they are different takes, say so and both are offered.",
        ),
    },
    FRENCH: {
        Hold.OWNERSHIP_CASE: Wording(
            "Nous vérifions à qui appartiennent ces images ; elles ne sont pas proposées entre-temps.",
            "Rien n'est perdu, rien n'est facturé. Nous vous écrirons s'il faut une preuve (l'original de caméra).",
        ),
        Hold.NEAR_DUPLICATE: Wording(
            "Vous avez presque les mêmes images en meilleure qualité ; seules les meilleures sont proposées.",
            "Rien à faire. S'il s'agit de prises différentes, dites-le et les deux seront proposées.",
        ),
    },
}


def hold_wording(hold: Hold, language: str) -> dict[str, str]:
    """Return a hold's code, text and advice; other languages than ``fr`` read English."""
    words = _WORDINGS[FRENCH if language.startswith(FRENCH) else ENGLISH][hold]
    return {"code": str(hold), "text": words.text, "what_to_do": words.what_to_do}
