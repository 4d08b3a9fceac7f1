"""The reasons that come with the product, first versions all. An installation's desk publishes newer ones."""

from __future__ import annotations

from typing import Final

from licensing.domain.reasons import FixAction, Reason, ReasonCode, Versions
from licensing.domain.wording import wording

_A = FixAction
_C = ReasonCode


def _first(name: str, words: tuple[str, str], fix: tuple[str, str], *actions: FixAction) -> tuple[Reason, ...]:
    return (Reason(name, wording(*words), wording(*fix), actions),)


_FOOTAGE: Final[Versions] = {
    _C.TOO_DARK_OR_BLURRED: _first(
        "too_dark_or_blurred",
        ("Most of this clip is too dark or out of focus.", "L'essentiel de ce plan est trop sombre ou flou."),
        ("Trim it to what can be seen, or say why it is so.", "Gardez ce qui se voit, ou dites pourquoi."),
        _A.TRIM,
        _A.DISPUTE,
    ),
    _C.NEAR_DUPLICATE: _first(
        "near_duplicate",
        ("This is almost the same as another clip.", "Ce plan est presque identique à un autre."),
        ("Keep the better one, or keep both as takes.", "Gardez le meilleur, ou les deux comme prises."),
        _A.KEEP_BEST,
        _A.KEEP_BOTH,
    ),
    _C.WATERMARK_OR_OVERLAY: _first(
        "watermark_or_overlay",
        ("A logo or text covers the picture.", "Un logo ou un texte recouvre l'image."),
        ("Upload it without, or crop it.", "Envoyez l'image nue, ou recadrez-la."),
        _A.UPLOAD_CLEAN,
        _A.CROP,
    ),
    _C.NO_LICENSABLE_SPAN: _first(
        "no_licensable_span",
        ("Less than two seconds can be offered.", "Il reste moins de deux secondes à proposer."),
        ("Nothing can be done about this clip; the others stay.", "Ce plan ne peut être proposé ; les autres restent."),
    ),
    _C.AI_GENERATED_UNDECLARED: _first(
        "ai_generated_undeclared",
        ("This looks generated; please declare it.", "Ceci semble généré ; merci de le déclarer."),
        ("Declare it, or say that it was filmed.", "Déclarez-le, ou dites que c'est filmé."),
        _A.DECLARE,
        _A.DISPUTE,
    ),
    _C.PUBLISHED_ELSEWHERE: _first(
        "published_elsewhere",
        ("This was found published elsewhere.", "Ceci a été trouvé publié ailleurs."),
        ("Mark it as published.", "Indiquez que c'est publié."),
        _A.MARK_PUBLISHED,
    ),
}
_PEOPLE: Final[Versions] = {
    _C.PERSON_UNRELEASED: _first(
        "person_unreleased",
        ("Somebody can be recognised who signed no release.", "On reconnaît une personne qui n'a rien signé."),
        ("Send them a link to sign, or blur them.", "Envoyez-lui un lien à signer, ou floutez-la."),
        _A.SEND_LINKS,
        _A.BLUR,
    ),
    _C.MINOR: _first(
        "minor",
        ("A child may be recognised.", "On peut reconnaître un enfant."),
        ("Have a guardian sign a release, or blur the child.", "Faites signer un parent, ou floutez l'enfant."),
        _A.GUARDIAN_RELEASE,
        _A.BLUR,
    ),
    _C.PRIVATE_PLACE_OR_DATA: _first(
        "private_place_or_data",
        ("A number plate, a screen or a document can be read.", "On lit une plaque, un écran ou un document."),
        ("Blur it.", "Floutez-le."),
        _A.BLUR,
    ),
    _C.RELEASE_SILENT_ON_AI: _first(
        "release_silent_on_ai",
        (
            "The release does not mention AI training.",
            "L'autorisation ne parle pas de l'entraînement d'IA.",
        ),
        ("Ask for a new release that does.", "Demandez une nouvelle autorisation qui en parle."),
        _A.NEW_RELEASE,
    ),
}
_RIGHTS: Final[Versions] = {
    _C.THIRD_PARTY_WORK: _first(
        "third_party_work",
        (
            "Music, artwork or a broadcast of others can be heard or seen.",
            "On entend ou voit une musique, une œuvre ou une émission d'autrui.",
        ),
        ("Mute it, blur it, or show that you may license it.", "Coupez le son, floutez, ou prouvez votre droit."),
        _A.MUTE,
        _A.BLUR,
        _A.UPLOAD_PROOF,
    ),
    _C.OWNERSHIP_DOUBT: _first(
        "ownership_doubt",
        ("Please show that you own this.", "Merci de montrer que ceci est à vous."),
        ("Upload a proof of ownership.", "Envoyez une preuve."),
        _A.UPLOAD_PROOF,
    ),
    _C.UNSAFE: _first(
        "unsafe",
        ("This cannot be licensed: it is unsafe.", "Ceci ne peut être licencié : c'est dangereux."),
        ("Appeal if this is a mistake.", "Faites appel si c'est une erreur."),
        _A.APPEAL,
    ),
    _C.ILLEGAL: _first(
        "illegal",
        ("This cannot be licensed: it is illegal.", "Ceci ne peut être licencié : c'est illégal."),
        ("There is no appeal.", "Il n'y a pas d'appel."),
    ),
}
_CONTRACTS: Final[Versions] = {
    _C.OUTSIDE_POLICY: _first(
        "outside_policy",
        ("We cannot accept this wording.", "Nous ne pouvons pas accepter cette rédaction."),
        ("See our own wording of this clause.", "Voyez notre propre rédaction de cette clause."),
        _A.SEE_OUR_WORDING,
    ),
    _C.UNCLEAR_WORDING: _first(
        "unclear_wording",
        ("This can be read in two ways.", "Ceci peut se lire de deux manières."),
        ("Say which of the two you mean.", "Dites laquelle des deux vous entendez."),
        _A.CHOOSE_MEANING,
    ),
    _C.CONFLICTS: _first(
        "conflicts_with_other_clause",
        ("This conflicts with another clause.", "Ceci contredit une autre clause."),
        ("Change one of the two clauses.", "Modifiez l'une des deux clauses."),
        _A.EDIT_CLAUSE,
    ),
    _C.LAW_OR_TAX: _first(
        "law_or_tax_limit",
        ("The law or tax rules do not allow this.", "La loi ou la fiscalité ne le permet pas."),
        ("Keep the clause as it stands.", "Conservez la clause telle quelle."),
        _A.KEEP_STANDARD,
    ),
}
_IDENTITY: Final[Versions] = {
    _C.IDENTITY_MISMATCH: _first(
        "identity_mismatch",
        ("The name does not match the document.", "Le nom ne correspond pas au document."),
        ("Try again with a document in your name.", "Recommencez avec un document à votre nom."),
        _A.RETRY,
    ),
    _C.DOCUMENT_UNREADABLE: _first(
        "document_unreadable",
        ("The document cannot be read.", "Le document est illisible."),
        ("Photograph it again, flat and in good light.", "Photographiez-le à plat et bien éclairé."),
        _A.RETRY,
    ),
}

SHIPPED_REASONS: Final[Versions] = {**_FOOTAGE, **_PEOPLE, **_RIGHTS, **_CONTRACTS, **_IDENTITY}
"""Every code has its first version; C01 to C04 say what decisions already quote."""
