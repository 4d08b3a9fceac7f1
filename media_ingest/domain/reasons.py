"""Why a file is refused: stable codes, with words and advice for the creator in English and French."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Reason(StrEnum):
    """The closed list of reasons; codes are stable, texts may improve."""

    EMPTY_FILE = "empty_file"
    NOT_MEDIA = "not_media"
    DAMAGED = "damaged"
    NO_VIDEO = "no_video"
    TOO_SHORT = "too_short"
    UNSUPPORTED_CONTAINER = "unsupported_container"
    CODEC_NOT_ALLOWED = "codec_not_allowed"
    TOO_MANY_PIXELS = "too_many_pixels"
    TOO_MANY_STREAMS = "too_many_streams"
    RESOURCE_LIMIT = "resource_limit"
    ENCRYPTED = "encrypted"
    IMPLAUSIBLE_TIME = "implausible_time"


@dataclass(frozen=True, slots=True)
class Wording:
    """What a creator reads: what is wrong, and what to do about it."""

    text: str
    what_to_do: str


@dataclass(frozen=True, slots=True)
class Rejection:
    """A refusal: its reason, and a detail for the record (no paths, no bytes of the file)."""

    reason: Reason
    detail: str


ENGLISH: Final = "en"
FRENCH: Final = "fr"

_EN: Final[dict[Reason, Wording]] = {
    Reason.EMPTY_FILE: Wording("The file is empty.", "Copy it again from the camera or the card and upload it again."),
    Reason.NOT_MEDIA: Wording(
        "This is not a video file, whatever its name says.",
        "Upload the original recording (MP4, MOV, MKV, WebM, MTS, AVI or MXF).",
    ),
    Reason.DAMAGED: Wording(
        "The file is damaged or incomplete: part of the recording cannot be read.",
        "Copy it again from the card; if the camera stopped by surprise, repair it with the maker's tool first.",
    ),
    Reason.NO_VIDEO: Wording(
        "The file has no moving picture.", "Upload a video; sound and still images are not taken."
    ),
    Reason.TOO_SHORT: Wording("The video is shorter than one second.", "Upload a longer take."),
    Reason.UNSUPPORTED_CONTAINER: Wording(
        "This kind of file is not supported.",
        "Wrap the video into MP4, MOV, MKV or MXF without re-encoding it; unpack archives first.",
    ),
    Reason.CODEC_NOT_ALLOWED: Wording(
        "The picture or the sound is encoded in a way that is not accepted.",
        "Export it as H.264, HEVC, AV1, ProRes or DNxHR, with ordinary sound (up to 64 channels, up to 384 kHz).",
    ),
    Reason.TOO_MANY_PIXELS: Wording(
        "The picture is larger than what is accepted (40 million pixels).",
        "Export it at 8K (7680 × 4320) or below.",
    ),
    Reason.TOO_MANY_STREAMS: Wording(
        "The file holds too many tracks.", "Export it with the picture and the sound tracks you need."
    ),
    Reason.RESOURCE_LIMIT: Wording(
        "Reading the file took far more time or memory than a recording of its size needs.",
        "Export it again with a common program; if it is an ordinary recording, tell us.",
    ),
    Reason.ENCRYPTED: Wording("The file is encrypted.", "Upload a copy without copy protection."),
    Reason.IMPLAUSIBLE_TIME: Wording(
        "The times inside the file contradict each other, so its length cannot be trusted.",
        "Export or re-wrap it once; the length is what you are paid for, so it has to be right.",
    ),
}

_FR: Final[dict[Reason, Wording]] = {
    Reason.EMPTY_FILE: Wording(
        "Le fichier est vide.", "Recopiez-le depuis la caméra ou la carte, puis envoyez-le de nouveau."
    ),
    Reason.NOT_MEDIA: Wording(
        "Ce n'est pas un fichier vidéo, quel que soit son nom.",
        "Envoyez l'enregistrement d'origine (MP4, MOV, MKV, WebM, MTS, AVI ou MXF).",
    ),
    Reason.DAMAGED: Wording(
        "Le fichier est endommagé ou incomplet : une partie de l'enregistrement est illisible.",
        "Recopiez-le depuis la carte ; si la caméra s'est arrêtée par surprise, réparez-le avec l'outil du fabricant.",
    ),
    Reason.NO_VIDEO: Wording(
        "Le fichier ne contient pas d'image animée.", "Envoyez une vidéo ; ni le son seul ni les photos ne sont pris."
    ),
    Reason.TOO_SHORT: Wording("La vidéo dure moins d'une seconde.", "Envoyez une prise plus longue."),
    Reason.UNSUPPORTED_CONTAINER: Wording(
        "Ce type de fichier n'est pas pris en charge.",
        "Remettez la vidéo en MP4, MOV, MKV ou MXF sans la réencoder ; décompressez d'abord les archives.",
    ),
    Reason.CODEC_NOT_ALLOWED: Wording(
        "L'image ou le son est encodé d'une manière qui n'est pas acceptée.",
        "Exportez en H.264, HEVC, AV1, ProRes ou DNxHR, avec un son ordinaire (64 canaux et 384 kHz au plus).",
    ),
    Reason.TOO_MANY_PIXELS: Wording(
        "L'image dépasse la taille acceptée (40 millions de pixels).", "Exportez-la en 8K (7680 × 4320) ou moins."
    ),
    Reason.TOO_MANY_STREAMS: Wording(
        "Le fichier contient trop de pistes.", "Exportez-le avec l'image et les pistes sonores utiles."
    ),
    Reason.RESOURCE_LIMIT: Wording(
        "La lecture du fichier a demandé bien plus de temps ou de mémoire qu'un enregistrement de cette taille.",
        "Exportez-le de nouveau avec un logiciel courant ; si c'est un enregistrement ordinaire, dites-le-nous.",
    ),
    Reason.ENCRYPTED: Wording("Le fichier est chiffré.", "Envoyez une copie sans protection."),
    Reason.IMPLAUSIBLE_TIME: Wording(
        "Les durées inscrites dans le fichier se contredisent : on ne peut pas se fier à sa longueur.",
        "Exportez-le ou remettez-le en boîte une fois ; vous êtes payé à la durée, elle doit être juste.",
    ),
}

WORDINGS: Final[dict[str, dict[Reason, Wording]]] = {ENGLISH: _EN, FRENCH: _FR}


def wording(reason: Reason, language: str = ENGLISH) -> Wording:
    """Return what to tell the creator, in ``language`` (``en`` or ``fr``; anything else reads English)."""
    return WORDINGS.get(language, _EN)[reason]
