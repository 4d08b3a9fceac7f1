"""The words around the facts on documents, in both languages."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from licensing.domain.wording import Language, Text, date_text, wording

WORDS: Final[dict[str, Text]] = {
    "agreement": wording("Creator agreement", "Contrat de créateur"),
    "licence": wording("Licence", "Licence"),
    "licence_title": wording(
        "Licence of footage for the training of artificial intelligence",
        "Licence de rushes pour l'entraînement de l'intelligence artificielle",
    ),
    "signed": wording("Signed", "Signé"),
    "granted": wording("Granted", "Consentie"),
    "draft": wording("Draft, not signed", "Projet, non signé"),
    "hash": wording("SHA-256 of the contract", "SHA-256 du contrat"),
    "certificate_hash": wording("SHA-256 of the certificate", "SHA-256 du certificat"),
    "page": wording("Page", "Page"),
    "licensor": wording("Licensor", "Concédant"),
    "licensors": wording("Licensors", "Concédants"),
    "licensee": wording("Licensee", "Licencié"),
    "platform": wording("Platform", "Plateforme"),
    "facts": wording("The contract at a glance", "Le contrat en bref"),
    "licence_facts": wording("The licence at a glance", "La licence en bref"),
    "plain": wording("In plain words", "En clair"),
    "reference": wording("Reference", "Référence"),
    "template": wording("Template", "Modèle"),
    "revision": wording("version {version}, revision {revision}", "version {version}, révision {revision}"),
    "prevailing": wording("Prevailing language", "Langue qui prévaut"),
    "signed_on": wording("Signed on", "Signé le"),
    "signed_by": wording("Signed by", "Signé par"),
    "account": wording("Account", "Compte"),
    "not_yet": wording("not yet", "pas encore"),
    "own_wording": wording("Clauses worded by the parties", "Clauses rédigées par les parties"),
    "none": wording("none", "aucune"),
    "contract_hash": wording("SHA-256 of the text", "SHA-256 du texte"),
    "definitions": wording("Definitions", "Définitions"),
    "clauses": wording("Clauses", "Clauses"),
    "notice": wording("Notice", "Avertissement"),
    "signatures": wording("Signatures", "Signatures"),
    "signatures_intro": wording(
        "The text above was agreed electronically. Its exact words in both languages are attached to this file; "
        "their SHA-256 stands at the foot of every page.",
        "Le texte qui précède a été conclu par voie électronique. Ses termes exacts, dans les deux langues, sont "
        "joints à ce fichier ; leur SHA-256 figure au pied de chaque page.",
    ),
    "sealed": wording("Seal", "Cachet"),
    "sealed_how": wording("electronic (PAdES), of this installation", "électronique (PAdES), de cette installation"),
    "not_sealed": wording("none: a draft is not sealed", "aucun : un projet n'est pas scellé"),
    "check": wording("How to check this document", "Comment vérifier ce document"),
    "check_seal": wording(
        "Any PDF reader that knows PAdES shows the seal; the certificate it must name is at {site}{path}.",
        "Tout lecteur PDF connaissant PAdES montre le cachet ; le certificat à retrouver est à l'adresse {site}{path}.",
    ),
    "check_command": wording(
        'The command "offcut verify --pdf" checks every byte of this file without any network.',
        'La commande "offcut verify --pdf" contrôle chaque octet de ce fichier, sans réseau.',
    ),
    "check_text": wording(
        "The attached file {name} holds the exact facts and words for machines.",
        "Le fichier joint {name} contient les faits et les termes exacts, pour les machines.",
    ),
    "order": wording("Order", "Commande"),
    "dataset": wording("Dataset", "Jeu de données"),
    "certificate": wording("Certificate", "Certificat"),
    "use_case": wording("Use case", "Cas d'usage"),
    "purposes": wording("Purposes", "Usages"),
    "models": wording("Models", "Modèles"),
    "territory": wording("Territory", "Territoire"),
    "term": wording("Term", "Durée"),
    "from_until": wording("From {start} until {end}", "Du {start} au {end}"),
    "exclusivity": wording("Exclusivity", "Exclusivité"),
    "sublicense": wording("Sublicensing", "Sous-licence"),
    "clips": wording("Clips", "Plans"),
    "duration": wording("Duration", "Durée totale"),
    "price": wording("Price", "Prix"),
    "price_parts": wording(
        "{total} {currency}: {creators} to the creators, {fee} service fee",
        "{total} {currency} : {creators} aux créateurs, {fee} de frais de service",
    ),
    "merkle": wording("Merkle root of the samples", "Racine de Merkle des échantillons"),
    "schedule": wording("Schedule of clips", "Liste des plans"),
    "schedule_intro": wording(
        "One licence is granted on each of these clips. Under each stand the SHA-256 of the source file and that of "
        "the creator's signed agreement.",
        "Une licence est consentie sur chacun de ces plans. Sous chacun figurent le SHA-256 du fichier source et celui "
        "du contrat signé par le créateur.",
    ),
    "no": wording("No.", "N°"),
    "clip": wording("Clip", "Plan"),
    "by": wording("Licensor", "Concédant"),
    "span": wording("Span", "Passage"),
    "amount": wording("Amount", "Montant"),
    "source": wording("source", "source"),
    "agreed": wording("agreement", "contrat"),
    "some_clips": wording("Clips {numbers}", "Plans {numbers}"),
    "basis": wording("What each licence rests on", "Ce sur quoi repose chaque licence"),
    "accepted": wording("Licence issued on", "Licence délivrée le"),
    "creators_count": wording("{count} creators", "{count} créateurs"),
    "licence_intro": wording(
        "The Platform grants these licences in the name and on behalf of the creators. The certificate, signed on its "
        "own, is attached to this file with all it states; its SHA-256 stands at the foot of every page.",
        "La Plateforme consent ces licences au nom et pour le compte des créateurs. Le certificat, signé séparément, "
        "est joint à ce fichier avec tout ce qu'il énonce ; son SHA-256 figure au pied de chaque page.",
    ),
    "territory_worldwide": wording("worldwide", "monde entier"),
    "exclusivity_none": wording("not exclusive", "non exclusive"),
    "exclusivity_category": wording(
        "exclusive within these classes of models", "exclusive pour ces catégories de modèles"
    ),
    "exclusivity_ai_training": wording("exclusive for AI training", "exclusive pour l'entraînement d'IA"),
    "exclusivity_buyout": wording("exclusive for every use", "exclusive pour tout usage"),
    "sublicense_none": wording("not allowed", "interdite"),
    "sublicense_affiliates": wording("to affiliates", "aux sociétés affiliées"),
    "sublicense_contractors": wording(
        "to affiliates and named subprocessors", "aux affiliées et sous-traitants nommés"
    ),
    "sublicense_third_parties": wording("to third parties", "à des tiers"),
    "kept_back": wording("kept between the creator and the Platform", "gardés entre le créateur et la Plateforme"),
    "licence_clauses": wording(
        "Clauses of the creators' agreements that bind the Licensee",
        "Clauses des contrats des créateurs qui obligent le Licencié",
    ),
    "licence_basis": wording(
        "Each clip is licensed under the agreement its creator signed. Where creators agreed on different words, each "
        "wording says for which clips it stands. A creator's price floor is between the creator and the Platform.",
        "Chaque plan est concédé selon le contrat signé par son créateur. Lorsque les créateurs sont convenus de "
        "termes différents, chaque rédaction indique à quels plans elle s'applique. Le prix plancher d'un créateur ne "
        "concerne que lui et la Plateforme.",
    ),
}

CERTIFICATES_PATH: Final = "/.well-known/document-certificates.pem"
"""Where an installation publishes every certificate its documents were ever sealed with."""


def said(name: str, language: Language, /, **words: str) -> str:
    """The words of that name, each {placeholder} replaced."""
    text = WORDS[name].of(language)
    for key, value in words.items():
        text = text.replace(f"{{{key}}}", value)
    return text


def moment_text(at: datetime, language: Language) -> str:
    """A moment in words, to the second, in UTC."""
    utc = at.astimezone(UTC)
    return f"{date_text(utc.date(), language)}, {utc:%H:%M:%S} UTC"


def check_lines(language: Language, site: str, attachment: str) -> tuple[str, ...]:
    """How a reader checks a document."""
    return (
        said("check_seal", language, site=site, path=CERTIFICATES_PATH),
        said("check_command", language),
        said("check_text", language, name=attachment),
    )
