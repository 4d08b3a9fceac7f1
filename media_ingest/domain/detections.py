"""What a detector may say about a clip: labels with a score and the moments that show it. It never refuses."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from media_ingest.domain.reasons import ENGLISH, FRENCH, Wording


class Label(StrEnum):
    """The closed list of labels; codes are stable, texts may improve."""

    AI_GENERATED = "ai_generated"
    AI_POSSIBLE = "ai_possible"
    SILENT = "silent"
    SOUND = "sound"
    FLASHING = "flashing"
    SCREEN_RECORDING = "screen_recording"
    UPSCALED = "upscaled"
    SPEECH = "speech"
    ON_SCREEN_TEXT = "on_screen_text"


class LabelState(StrEnum):
    """What its owner says of a label."""

    SHOWN = "shown"
    DISPUTED = "disputed"
    """The owner says that it is wrong. It is still shown, as disputed."""


@dataclass(frozen=True, slots=True)
class Detection:
    """One label: who gave it, how sure it is in thousandths, and the moments that show it."""

    name: str
    version: str
    label: Label
    score: int
    evidence_ms: tuple[int, ...] = ()
    """From the start of the recording."""
    note: str = ""
    """What was found, in a few technical words; never text out of the file."""


_WORDINGS: Final = {
    ENGLISH: {
        Label.AI_GENERATED: Wording(
            "The file itself says that it was made by a generator.",
            "If it was filmed, dispute the label and keep the camera original at hand.",
        ),
        Label.AI_POSSIBLE: Wording(
            "The file has traces that generators leave; cameras rarely do.",
            "If it was filmed, dispute the label: editors can leave the same traces.",
        ),
        Label.SILENT: Wording("The sound track is silence.", "Nothing to do: buyers see it as footage without sound."),
        Label.SOUND: Wording("It has sound.", "Make sure that you own the music and voices that can be heard."),
        Label.FLASHING: Wording(
            "It flashes more than three times a second, which can harm people with photosensitive epilepsy.",
            "Nothing to do: it is never played by itself, and buyers are warned.",
        ),
        Label.SCREEN_RECORDING: Wording(
            "It looks like a recording of a screen.",
            "Make sure that you own what the screen shows, or dispute the label.",
        ),
        Label.UPSCALED: Wording(
            "The picture holds less detail than its size promises; it may have been enlarged.",
            "If you have the original size, upload it instead: it is worth as much and trains better.",
        ),
        Label.SPEECH: Wording("People speak in it.", "Make sure that they agreed to being recorded."),
        Label.ON_SCREEN_TEXT: Wording(
            "Text can be read in the picture.", "Check that no name, plate, logo or watermark of others is shown."
        ),
    },
    FRENCH: {
        Label.AI_GENERATED: Wording(
            "Le fichier dit lui-même qu'il a été produit par un générateur.",
            "S'il a été filmé, contestez l'étiquette et gardez l'original de caméra.",
        ),
        Label.AI_POSSIBLE: Wording(
            "Le fichier porte des traces que laissent les générateurs, rarement les caméras.",
            "S'il a été filmé, contestez l'étiquette : un logiciel de montage peut laisser les mêmes traces.",
        ),
        Label.SILENT: Wording(
            "La piste son est silencieuse.", "Rien à faire : les acheteurs voient des images sans son."
        ),
        Label.SOUND: Wording(
            "Il y a du son.", "Assurez-vous que la musique et les voix que l'on entend vous appartiennent."
        ),
        Label.FLASHING: Wording(
            "Plus de trois éclairs par seconde : cela peut nuire aux personnes photosensibles.",
            "Rien à faire : la lecture n'est jamais automatique et les acheteurs sont avertis.",
        ),
        Label.SCREEN_RECORDING: Wording(
            "Cela ressemble à l'enregistrement d'un écran.",
            "Assurez-vous que ce que montre l'écran vous appartient, ou contestez l'étiquette.",
        ),
        Label.UPSCALED: Wording(
            "L'image contient moins de détails que sa taille ne le promet ; elle a peut-être été agrandie.",
            "Si vous avez la taille d'origine, envoyez-la plutôt : elle vaut autant et sert mieux.",
        ),
        Label.SPEECH: Wording("On y parle.", "Assurez-vous que ces personnes ont accepté d'être enregistrées."),
        Label.ON_SCREEN_TEXT: Wording(
            "On peut lire du texte dans l'image.",
            "Vérifiez qu'aucun nom, plaque, logo ou filigrane d'autrui n'apparaît.",
        ),
    },
}


def label_wording(label: Label, language: str) -> Wording:
    """Return a label's text and advice; other languages than ``fr`` read English."""
    return _WORDINGS[FRENCH if language.startswith(FRENCH) else ENGLISH][label]
