"""The words around the clauses in contracts of the template's version 2. They never change."""

from __future__ import annotations

from typing import Final

from licensing.domain.editions.edition import Edition
from licensing.domain.wording import wording

DEFINITIONS: Final = (
    wording(
        '"Footage": the clips the Licensor offers on the Platform under this Agreement, whole or in part.',
        '"Rushes" : les plans proposés par le Concédant sur la Plateforme selon le présent Contrat, en tout ou partie.',
    ),
    wording(
        '"Licence": the right granted to one Licensee in one clip, as stated in its certificate.',
        '"Licence" : le droit consenti à un Licencié sur un plan, tel qu\'énoncé dans son certificat.',
    ),
    wording(
        '"Licensee": the buyer to whom a Licence is granted.',
        '"Licencié" : l\'acheteur auquel une Licence est consentie.',
    ),
    wording(
        '"Model": a system whose parameters are set or adjusted by computation on data.',
        '"Modèle" : un système dont les paramètres sont fixés ou ajustés par un calcul sur des données.',
    ),
    wording(
        '"Output": anything a Model produces in answer to an input.',
        '"Sortie" : tout ce qu\'un Modèle produit en réponse à une entrée.',
    ),
)

GRID: Final = (
    (
        wording("Reproduction", "Reproduction"),
        wording(
            "Extent: {modalities}. Purpose: {purposes}, for {classes}. Place: {processing}; storage {storage}. "
            "Duration: at most {term} from each Licence.",
            "Étendue : {modalities}. Destination : {purposes}, pour {classes}. Lieu : {processing} ; conservation "
            "{storage}. Durée : {term} au plus à compter de chaque Licence.",
        ),
    ),
    (
        wording("Extraction for text and data mining", "Extraction aux fins de fouille de textes et de données"),
        wording(
            "Extent: {modalities}. Purpose: {purposes}, and nothing else. Place: {processing}. "
            "Duration: at most {term} from each Licence.",
            "Étendue : {modalities}. Destination : {purposes}, et rien d'autre. Lieu : {processing}. "
            "Durée : {term} au plus à compter de chaque Licence.",
        ),
    ),
    (
        wording("Adaptation, technical only", "Adaptation, technique seulement"),
        wording(
            "Extent: cutting, scaling, transcoding; derived data {derived}. Purpose: {purposes}, and nothing else. "
            "Place: {processing}. Duration: at most {term} from each Licence.",
            "Étendue : coupe, mise à l'échelle, transcodage ; données dérivées, qui {derived}. "
            "Destination : {purposes}, et rien d'autre. Lieu : {processing}. "
            "Durée : {term} au plus à compter de chaque Licence.",
        ),
    ),
    (
        wording("Communication to the public", "Représentation"),
        wording("Not granted.", "Non cédée."),
    ),
)

SECOND: Final = Edition(DEFINITIONS, GRID)
