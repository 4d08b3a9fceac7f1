"""The words of a release that is signed by a link: short, plain, English and French, the same bytes each time.

A signed text never changes: other words are another `RELEASE_TEXT_VERSION`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from licensing.domain.consent import AiAnswer, NodeKind
from licensing.domain.release import Given
from licensing.domain.wording import Language, Text, date_text, sha256_text, wording

RELEASE_TEXT_VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class ReleaseFacts:
    """What the text speaks of: who asks, whom or what it is about, on which occasion, until when."""

    studio: str
    kind: NodeKind
    subject: str
    occasion: str
    last_day: date | None = None


_WHAT: Final[Mapping[NodeKind, Text]] = {
    NodeKind.PERSON: wording("your image and voice", "votre image et votre voix"),
    NodeKind.VOICE: wording("your voice", "votre voix"),
    NodeKind.MINOR: wording("the child's image and voice", "l'image et la voix de l'enfant"),
    NodeKind.PREMISES: wording("the place", "le lieu"),
    NodeKind.MARK: wording("the mark or work", "la marque ou l'oeuvre"),
    NodeKind.PERMIT: wording("the place", "le lieu"),
}
_ANSWERED: Final[Mapping[AiAnswer, Text]] = {
    AiAnswer.NO: wording("No: it may not be used to train AI.", "Non : aucun entraînement d'IA."),
    AiAnswer.NON_GENERATIVE: wording(
        "Yes, but not for AI that makes new pictures, video or voices.",
        "Oui, sauf pour une IA qui crée des images, des vidéos ou des voix.",
    ),
    AiAnswer.GENERATIVE: wording(
        "Yes, including AI that makes new pictures, video or voices.",
        "Oui, y compris pour une IA qui crée des images, des vidéos ou des voix.",
    ),
}


def sentences(facts: ReleaseFacts) -> Sequence[Text]:
    """What the signer agrees to by signing, without the answer on AI training, which is theirs to choose."""
    what = _WHAT[facts.kind]
    where = (f": {facts.occasion}", f" : {facts.occasion}") if facts.occasion else ("", "")
    return (
        wording(
            f"{facts.studio} filmed {facts.subject}{where[0]}.",
            f"{facts.studio} a filmé {facts.subject}{where[1]}.",
        ),
        wording(
            f"{facts.studio} may keep these recordings and license them, with {what.en} in them, through Offcut.",
            f"{facts.studio} peut conserver ces enregistrements et les concéder sous licence, avec {what.fr}, "
            "par l'intermédiaire d'Offcut.",
        ),
        wording(
            "AI training is a separate question. It is answered below, and only that answer counts.",
            "L'entraînement d'IA est une question à part. La réponse donnée plus bas compte seule.",
        ),
        wording(
            "Nobody is allowed to make a digital double from them, or to find out who is shown.",
            "Personne n'est autorisé à en tirer un double numérique, ni à chercher qui y figure.",
        ),
        wording(
            "Names are not passed on to those who license the recordings.",
            "Les noms ne sont pas transmis à ceux qui prennent une licence.",
        ),
        wording(
            "You can take this back at any time, without a reason. From that moment nothing new is sold. Licences "
            "granted before are ended or kept as the law and their own terms say.",
            "Vous pouvez revenir sur cet accord à tout moment, sans motif. Dès lors, plus rien n'est vendu. Les "
            "licences déjà accordées prennent fin ou demeurent selon la loi et leurs propres conditions.",
        ),
        _until(facts.last_day),
    )


def _until(last_day: date | None) -> Text:
    if last_day is None:
        return wording("It holds until you take it back.", "Il vaut jusqu'à ce que vous reveniez dessus.")
    return wording(
        f"New licences can be granted until {date_text(last_day, Language.EN)}.",
        f"De nouvelles licences peuvent être accordées jusqu'au {date_text(last_day, Language.FR)}.",
    )


def signed_text(facts: ReleaseFacts, given: Given, language: Language) -> str:
    """The whole text as signed, with the answers in it; its SHA-256 is what the signature stands for."""
    said = [sentence.of(language) for sentence in sentences(facts)]
    question = wording("AI training:", "Entraînement d'IA :").of(language)
    said.append(f"{question} {_ANSWERED[given.ai].of(language)}")
    if facts.kind is NodeKind.MINOR:
        said.append(
            wording(
                f"Signed for {given.guardian_of}, a minor, by {given.name} ({given.guardian_relation}).",
                f"Signé pour {given.guardian_of}, mineur, par {given.name} ({given.guardian_relation}).",
            ).of(language)
        )
    else:
        said.append(wording(f"Signed by {given.name}.", f"Signé par {given.name}.").of(language))
    return "\n\n".join(said)


def digest_of(text: str) -> str:
    """SHA-256 of the text's canonical form, as hexadecimal."""
    return sha256_text(text)
