"""California AB 2013 (Civil Code section 3111): the twelve items, as far as this footage answers them."""

from __future__ import annotations

from typing import Final

from licensing.domain.declaration import PeopleShown
from licensing.domain.wording import wording
from marketplace.delivery.domain.compliance.eu import modalities
from marketplace.delivery.domain.compliance.facts import Facts
from marketplace.delivery.domain.compliance.fields import NOWHERE, Field, Paper, Section

_SHOWN: Final = frozenset({PeopleShown.INCIDENTAL, PeopleShown.RELEASED, PeopleShown.UNRELEASED})


def personal_information(facts: Facts) -> bool | None:
    """Whether somebody can be recognised, as creators declare; unknown while one of them has not."""
    if any(facts.people.get(shown, 0) for shown in _SHOWN):
        return True
    return None if facts.people.get("undeclared", 0) else False


def collected(facts: Facts) -> str | None:
    """The period of filming, as far as files record it."""
    first, last = facts.recorded.first, facts.recorded.last
    return None if first is None or last is None else f"{first} – {last}"


ITEMS: Final = (
    Field(
        "1_sources",
        wording("(1) Sources or owners of the dataset", "(1) Sources ou propriétaires du jeu de données"),
        "marketplace_licence.licensor_id",
        lambda facts: tuple(f"{party.name} ({party.id})" for party in facts.licensors),
    ),
    Field(
        "2_purpose",
        wording("(2) How it serves the purpose of the system", "(2) En quoi il sert la finalité du système"),
        "licensing_usecaseversion.values.purposes",
        lambda facts: (*facts.purposes, *facts.model_classes),
    ),
    Field(
        "3_data_points",
        wording("(3) Number of data points: clips", "(3) Nombre de données : plans"),
        "marketplace_licence",
        lambda facts: facts.clips,
    ),
    Field(
        "4_types",
        wording("(4) Types of data points", "(4) Types de données"),
        "media_ingest_asset.has_audio, licensing_declaration.genre",
        lambda facts: (*modalities(facts), *facts.genres),
    ),
    Field(
        "5_protected",
        wording(
            "(5) Protected by copyright, trade mark or patent: clips under a copyright licence",
            "(5) Protégées par droit d'auteur, marque ou brevet : plans sous licence de droit d'auteur",
        ),
        "marketplace_licence",
        lambda facts: facts.clips,
    ),
    Field(
        "6_purchased_or_licensed",
        wording("(6) Purchased or licensed", "(6) Achetées ou prises en licence"),
        "marketplace_licence",
        lambda facts: facts.clips > 0,
    ),
    Field(
        "7_personal_information",
        wording(
            "(7) Personal information: people can be recognised, as declared",
            "(7) Données personnelles : des personnes sont reconnaissables, selon déclaration",
        ),
        "licensing_declaration.settled_people, licensing_declaration.people",
        personal_information,
    ),
    Field(
        "8_aggregate_consumer_information",
        wording("(8) Aggregate consumer information", "(8) Données agrégées de consommateurs"),
        NOWHERE,
        lambda _: None,
    ),
    Field(
        "9_processing",
        wording(
            "(9) Cleaning, processing or other change by the developer",
            "(9) Nettoyage, traitement ou autre modification par le développeur",
        ),
        NOWHERE,
        lambda _: None,
    ),
    Field(
        "10_collection_period",
        wording("(10) Period in which it was collected: filming", "(10) Période de collecte : tournage"),
        "media_ingest_asset.recorded_at",
        collected,
    ),
    Field(
        "11_first_used",
        wording("(11) Date first used in development", "(11) Date du premier emploi dans le développement"),
        NOWHERE,
        lambda _: None,
    ),
    Field(
        "12_synthetic",
        wording(
            "(12) Synthetic data: clips whose creator warrants that nothing was generated, save as declared",
            "(12) Données synthétiques : plans dont le créateur garantit que rien n'a été généré, sauf déclaration",
        ),
        "licensing_termsprofileversion.values.WARRANTIES.given",
        lambda facts: facts.vouched_not_generated,
    ),
)

AB2013: Final = Paper(
    "ab2013",
    wording("Training data documentation", "Documentation des données d'entraînement"),
    wording(
        "California Civil Code section 3111(a) (AB 2013): the high-level summary, twelve items.",
        "Code civil de Californie, article 3111 (a) (AB 2013) : le résumé en douze points.",
    ),
    (Section("items", wording("The twelve items", "Les douze points"), ITEMS),),
)
