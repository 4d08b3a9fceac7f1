"""EU AI Act, Art. 53(1)(d): the part of the public summary of training content that is about this footage."""

from __future__ import annotations

from typing import Final

from licensing.domain.wording import Text, wording
from marketplace.delivery.domain.compliance.facts import Facts
from marketplace.delivery.domain.compliance.fields import BY_NATURE, NOWHERE, Field, Paper, Section

_RANGES: Final = (
    (10_000 * 3_600_000, wording("less than 10 000 hours", "moins de 10 000 heures")),
    (1_000_000 * 3_600_000, wording("10 000 hours to 1 million hours", "de 10 000 heures à 1 million d'heures")),
)
_MOST: Final = wording("more than 1 million hours", "plus de 1 million d'heures")


def size_range(duration_ms: int) -> Text:
    """The size class of the template for video."""
    return next((words for limit, words in _RANGES if duration_ms < limit), _MOST)


def modalities(facts: Facts) -> tuple[str, ...]:
    """What kinds of data are in it."""
    return ("video", "audio") if facts.with_audio else ("video",)


_GENERAL: Final = Section(
    "general",
    wording("1. General information", "1. Informations générales"),
    (
        Field("provider", wording("Provider of the model", "Fournisseur du modèle"), NOWHERE, lambda _: None),
        Field("model", wording("Name of the model", "Nom du modèle"), NOWHERE, lambda _: None),
        Field(
            "licensee",
            wording("Who licensed the footage", "Qui a pris les rushes en licence"),
            "core_organisation.name",
            lambda facts: facts.licensee.name,
        ),
        Field(
            "modalities",
            wording("Kinds of data", "Types de données"),
            "media_ingest_asset.has_audio",
            modalities,
        ),
        Field(
            "size",
            wording("Size class", "Classe de taille"),
            "marketplace_quoteline.duration_ms",
            lambda facts: size_range(facts.duration_ms),
        ),
        Field(
            "duration_ms",
            wording("Licensed length in milliseconds", "Durée concédée en millisecondes"),
            "marketplace_quoteline.duration_ms",
            lambda facts: facts.duration_ms,
        ),
        Field(
            "clips",
            wording("Clips", "Plans"),
            "marketplace_licence",
            lambda facts: facts.clips,
        ),
        Field(
            "languages",
            wording("Languages spoken or described, by clip", "Langues parlées ou décrites, par plan"),
            "media_ingest_clip.language",
            lambda facts: facts.languages or None,
        ),
        Field(
            "collected_from",
            wording("Filmed from", "Filmé à partir du"),
            "media_ingest_asset.recorded_at",
            lambda facts: facts.recorded.first,
        ),
        Field(
            "collected_until",
            wording("Filmed until", "Filmé jusqu'au"),
            "media_ingest_asset.recorded_at",
            lambda facts: facts.recorded.last,
        ),
        Field(
            "collected_unknown",
            wording("Clips whose day of filming is not recorded", "Plans dont le jour de tournage n'est pas connu"),
            "media_ingest_asset.recorded_at",
            lambda facts: facts.recorded.unknown,
        ),
        Field(
            "characteristics",
            wording("What it shows, by clip", "Ce que l'on y voit, par plan"),
            "licensing_declaration.genre",
            lambda facts: facts.genres,
        ),
    ),
)

_SOURCES: Final = Section(
    "sources",
    wording("2. List of data sources", "2. Liste des sources de données"),
    (
        Field(
            "public",
            wording("2.1 Publicly available datasets", "2.1 Jeux de données accessibles au public"),
            BY_NATURE,
            lambda _: False,
        ),
        Field(
            "commercially_licensed",
            wording(
                "2.2 Commercially licensed by rightsholders or their representatives",
                "2.2 Concédées sous licence commerciale par les titulaires de droits ou leurs représentants",
            ),
            "marketplace_licence",
            lambda facts: facts.clips > 0,
        ),
        Field(
            "licensors",
            wording("Number of rightsholders", "Nombre de titulaires de droits"),
            "marketplace_licence.licensor_id",
            lambda facts: len(facts.licensors),
        ),
        Field(
            "platform",
            wording("Licensed through", "Concédées par l'intermédiaire de"),
            "settings.public_url",
            lambda facts: facts.platform,
        ),
        Field(
            "datasets",
            wording("Datasets delivered", "Jeux de données livrés"),
            "marketplace_dataset.id",
            lambda facts: facts.datasets or None,
        ),
        Field(
            "licensed_from",
            wording("Licences from", "Licences à partir du"),
            "marketplace_licence.starts_at",
            lambda facts: facts.starts,
        ),
        Field(
            "licensed_until",
            wording("Licences until", "Licences jusqu'au"),
            "marketplace_licence.ends_at",
            lambda facts: facts.ends,
        ),
        Field(
            "crawled",
            wording("2.3 Crawled and scraped from online sources", "2.3 Moissonnées en ligne"),
            BY_NATURE,
            lambda _: False,
        ),
        Field(
            "user_data",
            wording("2.4 Data of the provider's users", "2.4 Données des utilisateurs du fournisseur"),
            BY_NATURE,
            lambda _: False,
        ),
        Field(
            "not_generated",
            wording(
                "2.5 Clips whose rightsholder warrants that nothing was generated, save as declared",
                "2.5 Plans dont le titulaire garantit que rien n'a été généré, sauf déclaration",
            ),
            "licensing_termsprofileversion.values.WARRANTIES.given",
            lambda facts: facts.vouched_not_generated,
        ),
    ),
)

_PROCESSING: Final = Section(
    "processing",
    wording("3. Data processing aspects", "3. Traitement des données"),
    (
        Field(
            "reservations",
            wording(
                "3.1 Rights reservations: every clip is used under a licence of its own; agreements signed",
                "3.1 Réserves de droits : chaque plan est employé sous sa propre licence ; contrats signés",
            ),
            "marketplace_quoteline.agreement_id",
            lambda facts: facts.agreements,
        ),
        Field(
            "withdrawn",
            wording("3.1 Clips taken back since", "3.1 Plans retirés depuis"),
            "marketplace_notice.took_effect_at",
            lambda facts: facts.withdrawn,
        ),
        Field(
            "people",
            wording("3.2 People shown, as declared, by clip", "3.2 Personnes visibles, selon déclaration, par plan"),
            "licensing_declaration.settled_people, licensing_declaration.people",
            lambda facts: facts.people,
        ),
        Field(
            "minors",
            wording("3.2 Clips that show minors", "3.2 Plans montrant des mineurs"),
            "licensing_declaration.minors, licensing_consentnode.kind",
            lambda facts: facts.minors,
        ),
        Field(
            "illegal_content",
            wording(
                "3.2 Removal of illegal content before training",
                "3.2 Retrait des contenus illicites avant entraînement",
            ),
            NOWHERE,
            lambda _: None,
        ),
        Field("other", wording("3.3 Other processing", "3.3 Autres traitements"), NOWHERE, lambda _: None),
    ),
)

EU_SUMMARY: Final = Paper(
    "art53",
    wording("Summary of licensed training content", "Résumé du contenu d'entraînement sous licence"),
    wording(
        "Regulation (EU) 2024/1689, Article 53(1)(d), in the order of the AI Office's template.",
        "Règlement (UE) 2024/1689, article 53, paragraphe 1, point d), dans l'ordre du modèle du Bureau de l'IA.",
    ),
    (_GENERAL, _SOURCES, _PROCESSING),
)
