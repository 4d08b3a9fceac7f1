"""Why a clip cannot be sold for every use, in plain English and French, each with what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from licensing.domain.consent import IssueCode
from licensing.domain.wording import Text, wording


class FixAction(StrEnum):
    """What a page offers next to an issue."""

    SEND_LINK = "send_link"
    NEW_RELEASE = "new_release"
    BLUR = "blur"
    ATTACH_PERMIT = "attach_permit"
    LIST_PEOPLE = "list_people"
    WAIT = "wait"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Issue:
    """An issue's name, what the creator reads, and what helps."""

    name: str
    words: Text
    fix: Text
    action: FixAction


ISSUES_VERSION: Final = 1
ISSUES: Final[Mapping[IssueCode, Issue]] = {
    IssueCode.PERSON_UNRELEASED: Issue(
        "person_unreleased",
        wording(
            "Somebody can be recognised who has signed nothing.",
            "Une personne reconnaissable n'a rien signé.",
        ),
        wording("Send a signing link, or blur.", "Envoyez un lien de signature, ou floutez."),
        FixAction.SEND_LINK,
    ),
    IssueCode.MINOR_UNRELEASED: Issue(
        "minor",
        wording(
            "A child can be recognised and no guardian has signed.",
            "Un enfant est reconnaissable et aucun représentant légal n'a signé.",
        ),
        wording("Send the guardian a signing link, or blur.", "Envoyez un lien au représentant légal, ou floutez."),
        FixAction.SEND_LINK,
    ),
    IssueCode.PLACE_UNRELEASED: Issue(
        "private_place_or_data",
        wording(
            "A private place can be recognised and its owner has not agreed.",
            "Un lieu privé est reconnaissable et son propriétaire n'a pas donné son accord.",
        ),
        wording("Send the owner a signing link, or blur.", "Envoyez un lien au propriétaire, ou floutez."),
        FixAction.SEND_LINK,
    ),
    IssueCode.SILENT_ON_AI: Issue(
        "release_silent_on_ai",
        wording(
            "The release says nothing about AI training, so it counts as none.",
            "L'autorisation ne dit rien de l'entraînement d'IA : elle ne compte pas.",
        ),
        wording("Ask for a new release.", "Demandez une nouvelle autorisation."),
        FixAction.NEW_RELEASE,
    ),
    IssueCode.MARK_UNRELEASED: Issue(
        "mark_unreleased",
        wording(
            "A mark or work of others can be recognised and its owner has not agreed.",
            "Une marque ou l'œuvre d'un tiers est reconnaissable sans l'accord de son titulaire.",
        ),
        wording("Send the owner a signing link, or blur.", "Envoyez un lien au titulaire, ou floutez."),
        FixAction.SEND_LINK,
    ),
    IssueCode.PERMIT_MISSING: Issue(
        "permit_missing",
        wording("The permit to film or fly there is missing.", "L'autorisation de filmer ou de voler là manque."),
        wording("Record the permit, or say that none is needed.", "Ajoutez-la, ou dites qu'il n'en faut pas."),
        FixAction.ATTACH_PERMIT,
    ),
    IssueCode.AI_REFUSED: Issue(
        "ai_refused",
        wording("The release says no to AI training.", "L'autorisation refuse l'entraînement d'IA."),
        wording("Respect it: blur, or leave the clip out.", "Respectez ce refus : floutez, ou renoncez au plan."),
        FixAction.BLUR,
    ),
    IssueCode.AI_LIMITED: Issue(
        "ai_limited",
        wording(
            "The release allows some AI uses, but none that makes new pictures or voices.",
            "L'autorisation permet certains usages d'IA, mais pas la création d'images ou de voix.",
        ),
        wording("Nothing to do: it is offered for those uses.", "Rien à faire : le plan est offert pour ces usages."),
        FixAction.NOTHING,
    ),
    IssueCode.EXPIRED: Issue(
        "release_expired",
        wording("The release has ended.", "L'autorisation est arrivée à son terme."),
        wording("Ask for a new release.", "Demandez une nouvelle autorisation."),
        FixAction.NEW_RELEASE,
    ),
    IssueCode.REVOKED: Issue(
        "release_revoked",
        wording("The release was taken back.", "L'autorisation a été retirée."),
        wording("Respect it: blur, or leave the clip out.", "Respectez ce retrait : floutez, ou renoncez au plan."),
        FixAction.BLUR,
    ),
    IssueCode.NOT_SIGNED_YET: Issue(
        "release_not_signed",
        wording("The release is not signed yet.", "L'autorisation n'est pas encore signée."),
        wording("Wait, or send the link again.", "Attendez, ou renvoyez le lien."),
        FixAction.WAIT,
    ),
    IssueCode.NOBODY_LISTED: Issue(
        "nobody_listed",
        wording(
            "You declared that everybody agreed, but no release is on file.",
            "Vous déclarez que chacun a donné son accord, mais aucune autorisation n'est au dossier.",
        ),
        wording("List the people and attach their releases.", "Listez les personnes et joignez leurs autorisations."),
        FixAction.LIST_PEOPLE,
    ),
}
