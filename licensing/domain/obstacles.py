"""Plain words, English and French, for each of the twelve dimensions and each of the four answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from core.money import decimal_text
from licensing.domain.explain import Answer, Verdict
from licensing.domain.matching import (
    Cleared,
    Dimension,
    Exclusivity,
    People,
    Profile,
    Retention,
    Sublicense,
    UseCase,
    is_cleared,
    use_needed,
)

LANGUAGES: Final = ("en", "fr")


@dataclass(frozen=True, slots=True)
class Words:
    """One text in both languages."""

    en: str
    fr: str

    def in_language(self, language: str) -> str:
        """French for `fr`, English for anything else."""
        return self.fr if language == "fr" else self.en


NAMES: Final[Mapping[Dimension, Words]] = {
    Dimension.PURPOSE: Words("Purpose", "Finalité"),
    Dimension.COMMERCIAL: Words("Commercial use", "Usage commercial"),
    Dimension.TERRITORY: Words("Territory", "Territoire"),
    Dimension.TERM: Words("Term", "Durée"),
    Dimension.RETENTION: Words("After the term", "Après la durée"),
    Dimension.SUBLICENSE: Words("Sharing", "Partage"),
    Dimension.PEOPLE: Words("People", "Personnes"),
    Dimension.OUTPUT_LIMITS: Words("Conditions", "Conditions"),
    Dimension.MODALITIES: Words("Picture and sound", "Image et son"),
    Dimension.BUYER_BLOCK: Words("Blocked buyer", "Acheteur exclu"),
    Dimension.PRICE_FLOOR: Words("Price", "Prix"),
    Dimension.EXCLUSIVITY: Words("Exclusivity", "Exclusivité"),
}

RELAXATIONS: Final[Mapping[Dimension, Words]] = {
    Dimension.PURPOSE: Words("Ask for fewer purposes or kinds of model", "Demander moins de finalités ou de modèles"),
    Dimension.COMMERCIAL: Words("Use it for research only", "S'en servir pour la recherche seulement"),
    Dimension.TERRITORY: Words("Ask for fewer countries", "Demander moins de pays"),
    Dimension.TERM: Words("Accept a shorter term", "Accepter une durée plus courte"),
    Dimension.RETENTION: Words("Accept less after the term", "Accepter moins après la durée"),
    Dimension.SUBLICENSE: Words("Share with fewer parties", "Partager avec moins de tiers"),
    Dimension.PEOPLE: Words(
        "Accept footage without recognisable people", "Accepter des plans sans personne reconnaissable"
    ),
    Dimension.OUTPUT_LIMITS: Words("Accept the creator's conditions", "Accepter les conditions du créateur"),
    Dimension.MODALITIES: Words(
        "Do without sound, captions or embeddings", "Se passer du son, des légendes ou des vecteurs"
    ),
    Dimension.BUYER_BLOCK: Words("Choose other footage", "Choisir d'autres plans"),
    Dimension.PRICE_FLOOR: Words("Raise your highest price", "Relever votre prix maximal"),
    Dimension.EXCLUSIVITY: Words("Do without exclusivity", "Renoncer à l'exclusivité"),
}

VERDICTS: Final[Mapping[Verdict, Words]] = {
    Verdict.FITS: Words("Fits", "Convient"),
    Verdict.FITS_IF_YOU_ACCEPT: Words("Fits if you accept its conditions", "Convient si vous acceptez ses conditions"),
    Verdict.ASK_THE_CREATOR: Words("Ask the creator", "Demandez au créateur"),
    Verdict.DOES_NOT_FIT: Words("Does not fit", "Ne convient pas"),
}

RETENTION_WORDS: Final[Mapping[Retention, Words]] = {
    Retention.RETIRE: Words("the model is retired", "le modèle est retiré"),
    Retention.KEEP_NO_NEW_TRAINING: Words(
        "the model stays, no new training", "le modèle reste, sans nouvel entraînement"
    ),
    Retention.PERPETUAL: Words("the model stays and may be trained on", "le modèle reste et peut être réentraîné"),
}
SUBLICENSE_WORDS: Final[Mapping[Sublicense, Words]] = {
    Sublicense.NONE: Words("nobody else", "personne d'autre"),
    Sublicense.AFFILIATES: Words("your affiliates", "vos filiales"),
    Sublicense.CONTRACTORS: Words("your named contractors", "vos sous-traitants nommés"),
    Sublicense.THIRD_PARTIES: Words("third parties", "des tiers"),
}
PEOPLE_WORDS: Final[Mapping[People, Words]] = {
    People.NONE: Words("no people", "aucune personne"),
    People.BLURRED: Words("blurred people", "des personnes floutées"),
    People.INCIDENTAL: Words("people in passing", "des personnes de passage"),
    People.RELEASED: Words("people who signed a release", "des personnes ayant signé une autorisation"),
}
EXCLUSIVITY_WORDS: Final[Mapping[Exclusivity, Words]] = {
    Exclusivity.NONE: Words("none", "aucune"),
    Exclusivity.CATEGORY: Words("in one category", "dans une catégorie"),
    Exclusivity.AI_TRAINING: Words("for AI training", "pour l'entraînement d'IA"),
    Exclusivity.BUYER: Words("for one buyer", "pour un seul acheteur"),
}


_CLEARED: Final[Mapping[Cleared, Words]] = {
    Cleared.NONE: Words("no use yet", "aucun usage pour l'instant"),
    Cleared.EVALUATION: Words("measuring models", "l'évaluation de modèles"),
    Cleared.NON_GENERATIVE: Words("models that recognise or act", "des modèles qui reconnaissent ou agissent"),
    Cleared.GENERATIVE: Words("models that generate", "des modèles qui génèrent"),
}


def _pair(need: Words, offer: Words) -> Words:
    return Words(f"you need: {need.en}; the terms allow: {offer.en}", f"il vous faut : {need.fr} ; permis : {offer.fr}")


def _listed(missing: frozenset[str]) -> Words:
    names = ", ".join(sorted(missing))
    return Words(f"not permitted: {names}", f"non permis : {names}")


def _months(count: int) -> Words:
    return Words(f"{count} months", f"{count} mois")


def _per_minute(rate: Fraction) -> Words:
    return Words(f"{decimal_text(rate)} a minute", f"{decimal_text(rate).replace('.', ',')} par minute")


def _purpose(profile: Profile, need: UseCase) -> Words:
    return _listed(frozenset(need.purposes - profile.purposes) | frozenset(need.model_classes - profile.model_classes))


def _commercial(_profile: Profile, _need: UseCase) -> Words:
    return Words("the terms allow research only", "seule la recherche est permise")


def _territory(_profile: Profile, _need: UseCase) -> Words:
    return Words("a country you need is not covered", "un pays demandé n'est pas couvert")


def _term(profile: Profile, need: UseCase) -> Words:
    return _pair(_months(need.term_months), _months(profile.term_months))


def _retention(profile: Profile, need: UseCase) -> Words:
    return _pair(RETENTION_WORDS[need.retention], RETENTION_WORDS[profile.retention])


def _sublicense(profile: Profile, need: UseCase) -> Words:
    return _pair(SUBLICENSE_WORDS[need.sublicense], SUBLICENSE_WORDS[profile.sublicense])


def _people(profile: Profile, need: UseCase) -> Words:
    if not is_cleared(profile.cleared, need):
        wanted, agreed = _CLEARED[use_needed(need)], _CLEARED[profile.cleared]
        return Words(
            f"you need: {wanted.en}; the people and places shown agreed to: {agreed.en}",
            f"il vous faut : {wanted.fr} ; les personnes et lieux montrés ont accepté : {agreed.fr}",
        )
    return _pair(PEOPLE_WORDS[need.people], PEOPLE_WORDS[profile.people])


def _limits(_profile: Profile, _need: UseCase) -> Words:
    return Words("conditions you have not accepted", "des conditions que vous n'avez pas acceptées")


def _modalities(profile: Profile, need: UseCase) -> Words:
    return _listed(frozenset(need.modalities - profile.modalities))


def _block(_profile: Profile, _need: UseCase) -> Words:
    return Words("the creator does not sell to this use", "le créateur ne vend pas pour cet usage")


def _price(profile: Profile, need: UseCase) -> Words:
    if profile.floor is None or need.max_rate is None:
        return Words("the creator asks more", "le créateur demande davantage")
    return _pair(_per_minute(need.max_rate), _per_minute(profile.floor))


def _exclusivity(profile: Profile, need: UseCase) -> Words:
    if profile.sold_nonexclusive:
        return Words("already licensed to somebody else", "déjà licencié à quelqu'un d'autre")
    return _pair(EXCLUSIVITY_WORDS[need.exclusivity], EXCLUSIVITY_WORDS[profile.exclusivity])


_BECAUSE: Final = {
    Dimension.PURPOSE: _purpose,
    Dimension.COMMERCIAL: _commercial,
    Dimension.TERRITORY: _territory,
    Dimension.TERM: _term,
    Dimension.RETENTION: _retention,
    Dimension.SUBLICENSE: _sublicense,
    Dimension.PEOPLE: _people,
    Dimension.OUTPUT_LIMITS: _limits,
    Dimension.MODALITIES: _modalities,
    Dimension.BUYER_BLOCK: _block,
    Dimension.PRICE_FLOOR: _price,
    Dimension.EXCLUSIVITY: _exclusivity,
}


def because(dimension: Dimension, profile: Profile, use_case: UseCase) -> Words:
    """Why a use case fails on one dimension of a profile, with both values where there are two."""
    return _BECAUSE[dimension](profile, use_case)


def reasons(given: Answer, profile: Profile, use_case: UseCase, language: str) -> list[str]:
    """The reasons of an answer as short lines such as `Term: you need: 36 months; the terms allow: 24 months`."""
    colon = " : " if language == "fr" else ": "
    return [
        f"{NAMES[dimension].in_language(language)}{colon}{because(dimension, profile, use_case).in_language(language)}"
        for dimension in given.obstacles
    ]
