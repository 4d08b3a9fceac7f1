"""Why an upload failed: codes with words and advice, in English and French."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from media_ingest.domain.reasons import ENGLISH, FRENCH, Wording


class Failure(StrEnum):
    """The closed list; codes are stable, texts may improve."""

    CHECKSUM_MISMATCH = "checksum_mismatch"
    """The whole file hashes to something else than its sender declared."""
    BYTES_LOST = "bytes_lost"
    """The bytes were complete and then gone from the scratch disk."""


_WORDINGS: Final = {
    ENGLISH: {
        Failure.CHECKSUM_MISMATCH: Wording(
            "The file that arrived is not the file that was announced.",
            "It probably changed while it was sent. Nothing was kept; send it again.",
        ),
        Failure.BYTES_LOST: Wording(
            "The bytes were lost on our side before they were stored.", "Nothing was kept; please send the file again."
        ),
    },
    FRENCH: {
        Failure.CHECKSUM_MISMATCH: Wording(
            "Le fichier arrivé n'est pas celui qui était annoncé.",
            "Il a sans doute changé pendant l'envoi. Rien n'a été gardé ; envoyez-le de nouveau.",
        ),
        Failure.BYTES_LOST: Wording(
            "Les octets ont été perdus chez nous avant d'être rangés.",
            "Rien n'a été gardé ; envoyez le fichier de nouveau.",
        ),
    },
}


def failure_wording(failure: str, language: str) -> dict[str, str]:
    """Return a failure's code, text and advice; other languages than ``fr`` read English."""
    known = Failure(failure)
    words = _WORDINGS[FRENCH if language.startswith(FRENCH) else ENGLISH][known]
    return {"code": str(known), "text": words.text, "what_to_do": words.what_to_do}
