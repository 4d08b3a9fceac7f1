"""The creator agreement around its clauses: title, parties, headings, notices. What grew with time is in `editions`."""

from __future__ import annotations

from typing import Final

from licensing.domain.wording import Text, wording

TEMPLATE_NAME: Final = "creator_agreement"
TEMPLATE_VERSION: Final = 3

TITLE: Final = wording(
    "Agreement on the licensing of footage for the training of artificial intelligence",
    "Contrat de licence de rushes pour l'entraînement de l'intelligence artificielle",
)

PARTIES: Final = wording(
    """
    Between {licensor} ({licensor_id}), "the Licensor", and {platform}, operator of the Offcut service, "the Platform",
    which grants licences to buyers in the name and on behalf of the Licensor.
    """,
    """
    Entre {licensor} ({licensor_id}), "le Concédant", et {platform}, exploitant du service Offcut, "la Plateforme",
    qui consent des licences aux acheteurs au nom et pour le compte du Concédant.
    """,
)

REFERENCE: Final = wording(
    "Reference {agreement_id}, template {template}, version {template_version}, revision {revision}.",
    "Référence {agreement_id}, modèle {template}, version {template_version}, révision {revision}.",
)

GRID_TITLE: Final = wording(
    "Grid of rights (article L131-3 of the French Intellectual Property Code)",
    "Grille des droits (article L131-3 du code de la propriété intellectuelle)",
)

GRID_INTRO: Final = wording(
    "Each right granted is stated separately, with its extent, purpose, place and duration. The rest is kept.",
    "Chaque droit cédé est mentionné distinctement, avec son étendue, sa destination, son lieu et sa durée. Le reste "
    "est conservé.",
)

GRID_SOURCES: Final = {
    "modalities": ("FIELD_OF_USE", "modalities"),
    "purposes": ("FIELD_OF_USE", "purposes"),
    "classes": ("MODEL_CLASS", "classes"),
    "processing": ("TERRITORY", "processing"),
    "processing_countries": ("TERRITORY", "processing_countries"),
    "storage": ("TERRITORY", "storage"),
    "storage_countries": ("TERRITORY", "storage_countries"),
    "term": ("TERM", "training_access_months"),
    "derived": ("DERIVATIVE_DATASET", "sharing"),
}
"""Where each word of the grid comes from: clause and parameter."""

ONE_LANGUAGE: Final = wording(
    "[The parties agreed on this clause in French only, in these words.]",
    "[Les parties sont convenues de cette clause en anglais seulement, dans les termes suivants.]",
)

COUNSEL_NOTICE: Final = wording(
    "Notice: this text was drafted with care but is not legal advice. Each party should have counsel review it before "
    "signing, and counsel must review it before it is relied on in a dispute.",
    "Avertissement : ce texte a été rédigé avec soin mais ne constitue pas un avis juridique. Chaque partie devrait "
    "le faire relire par un conseil avant de signer, et un conseil doit le relire avant tout litige.",
)

HEADINGS: Final[dict[str, Text]] = {
    "definitions": wording("Definitions", "Définitions"),
    "clauses": wording("Clauses", "Clauses"),
    "general": wording("General provisions", "Dispositions générales"),
}
