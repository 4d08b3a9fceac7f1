"""Clauses 12 to 16: exclusivity, time, place and who else may touch the footage."""

from __future__ import annotations

from typing import Final

from licensing.domain.catalogue.units import MONTHS
from licensing.domain.clauses import Clause, Fallback, Need
from licensing.domain.parameters import Choice, Countries, Day, Flag, References, Whole, option
from licensing.domain.wording import wording

EXCLUSIVITY: Final = Clause(
    number=12,
    code="EXCLUSIVITY",
    title=wording("Exclusivity", "Exclusivité"),
    summary=wording(
        "Whether a buyer may be alone, for what, and between which dates. The price rises accordingly.",
        "Si un acheteur peut être seul, pour quoi et entre quelles dates. Le prix augmente d'autant.",
    ),
    parameters=(
        Choice(
            name="kind",
            label=wording("Most exclusive grant on offer", "Exclusivité maximale proposée"),
            options=(
                option("none", "non-exclusive only", "non exclusives seulement"),
                option(
                    "category",
                    "exclusive within the classes of Models licensed",
                    "exclusives pour les catégories de Modèles concédées",
                ),
                option(
                    "ai_training", "exclusive for the training of Models", "exclusives pour l'entraînement de Modèles"
                ),
                option("buyer", "exclusive for every use", "exclusives pour tout usage"),
            ),
            default="none",
        ),
        Day(name="starts", label=wording("From", "Du"), absent=wording("not fixed", "non fixé")),
        Day(name="ends", label=wording("Until", "Au"), absent=wording("not set", "non défini")),
        References(
            name="carve_outs",
            label=wording("Carve-outs", "Réserves"),
            absent=wording("none", "aucune"),
        ),
    ),
    needs=(Need("kind", ("category", "ai_training", "buyer"), "ends"),),
    text=wording(
        """
        Licences are, at most: {kind}. A Licence is no more exclusive than the buyer asked and paid for.

        Exclusivity begins on the date of the Licence or, if later, on this day: {starts}; it ends with the
        Licence or, if earlier, on this day: {ends}. Days begin at midnight UTC; the day of the end is not
        included.

        An exclusive Licence does not affect Licences granted before it, nor the Licensor's own use, nor these
        carve-outs: {carve_outs}. The Platform grants no Licence that encroaches on an exclusivity in force.
        """,
        """
        Les Licences sont, au plus : {kind}. Une Licence n'est pas plus exclusive que ce que l'acheteur a
        demandé et payé.

        L'exclusivité commence à la date de la Licence ou, s'il est postérieur, au jour indiqué ici : {starts} ;
        elle prend fin avec la Licence ou, s'il est antérieur, au jour indiqué ici : {ends}. Les jours
        commencent à minuit UTC ; le jour de fin n'est pas compris.

        Une Licence exclusive n'affecte ni les Licences antérieures, ni l'usage propre du Concédant, ni les
        réserves suivantes : {carve_outs}. La Plateforme ne consent aucune Licence qui empiète sur une
        exclusivité en cours.
        """,
    ),
    version=2,
)

TERM: Final = Clause(
    number=13,
    code="TERM",
    title=wording("Term of training access", "Durée d'accès pour l'entraînement"),
    summary=wording(
        "How long a buyer may train with your footage. Longer terms pay more.",
        "Combien de temps un acheteur peut entraîner avec vos rushes. Plus c'est long, plus c'est payé.",
    ),
    parameters=(
        Whole(
            name="training_access_months",
            label=wording("Longest training access", "Durée maximale d'accès"),
            unit=MONTHS,
            low=12,
            high=60,
            allowed=(12, 24, 36, 60),
            default=24,
            band=(12, 60),
        ),
    ),
    text=wording(
        """
        A Licence may give access to the Footage for training during at most {training_access_months} from its
        date. The shorter period stated in a Licence prevails. At the end of the period every act that needs a
        copy of the Footage ceases, whatever the clause on survival says of Models already trained.
        """,
        """
        Une Licence peut ouvrir l'accès aux Rushes à des fins d'entraînement pendant {training_access_months} au
        plus à compter de sa date. La durée plus courte inscrite dans une Licence prévaut. À son terme cesse
        tout acte nécessitant une copie des Rushes, quelle que soit la clause de survie applicable aux Modèles
        déjà entraînés.
        """,
    ),
)

SURVIVAL: Final = Clause(
    number=14,
    code="SURVIVAL",
    title=wording("Survival of trained models", "Survie des modèles entraînés"),
    summary=wording(
        "What happens to a model that has already learned from your footage once the term is over.",
        "Ce que devient, au terme, un modèle qui a déjà appris de vos rushes.",
    ),
    parameters=(
        Choice(
            name="model",
            label=wording("Trained models", "Modèles entraînés"),
            options=(
                option(
                    "model_perpetual",
                    "may continue to be used and offered without limit in time",
                    "peut continuer d'être utilisé et proposé sans limite de durée",
                ),
                option(
                    "model_until",
                    "may continue to be used and offered up to the day stated below, then is retired",
                    "peut continuer d'être utilisé et proposé jusqu'au jour indiqué ci-dessous, puis est retiré",
                ),
                option(
                    "retrain_required",
                    "shall be retired or trained anew without the Footage within six months of the end of the term",
                    "est retiré ou entraîné à nouveau sans les Rushes dans les six mois suivant le terme",
                ),
            ),
            default="model_perpetual",
        ),
        Day(name="until", label=wording("Until", "Jusqu'au"), absent=wording("not set", "non défini")),
        Flag(
            name="no_new_training",
            label=wording("No new training after the term", "Pas de nouvel entraînement après le terme"),
            yes=wording(
                "After the term it shall not be trained further on any copy or derivative of the Footage.",
                "Après le terme, il ne peut plus être entraîné sur une copie ou un dérivé des Rushes.",
            ),
            no=wording(
                "Training on derivative data lawfully kept may continue after the term.",
                "L'entraînement sur des données dérivées licitement conservées peut se poursuivre après le terme.",
            ),
            default=True,
        ),
    ),
    needs=(Need("model", ("model_until",), "until"),),
    text=wording(
        """
        A Model lawfully trained on the Footage during the term {model}. Day of retirement: {until}.
        {no_new_training}
        """,
        """
        Un Modèle licitement entraîné sur les Rushes pendant la durée {model}. Jour du retrait : {until}.
        {no_new_training}
        """,
    ),
    version=2,
)

_SIDES = (
    option("worldwide", "in every country", "dans tous les pays"),
    option("allow", "only in the countries listed", "dans les seuls pays énumérés"),
    option("deny", "in every country but those listed", "dans tous les pays sauf ceux énumérés"),
)

TERRITORY: Final = Clause(
    number=15,
    code="TERRITORY",
    title=wording("Territory", "Territoire"),
    summary=wording(
        "Where your footage may be processed, and where it may be stored.",
        "Où vos rushes peuvent être traités, et où ils peuvent être conservés.",
    ),
    parameters=(
        Choice(name="processing", label=wording("Processing", "Traitement"), options=_SIDES, default="worldwide"),
        Countries(
            name="processing_countries",
            label=wording("Countries for processing", "Pays de traitement"),
            absent=wording("none listed", "aucun pays énuméré"),
        ),
        Choice(name="storage", label=wording("Storage", "Conservation"), options=_SIDES, default="worldwide"),
        Countries(
            name="storage_countries",
            label=wording("Countries for storage", "Pays de conservation"),
            absent=wording("none listed", "aucun pays énuméré"),
        ),
    ),
    needs=(
        Need("processing", ("allow", "deny"), "processing_countries"),
        Need("storage", ("allow", "deny"), "storage_countries"),
    ),
    text=wording(
        """
        The Footage may be processed {processing}; countries by ISO 3166-1 code: {processing_countries}.

        Copies of the Footage may be stored {storage}; countries by ISO 3166-1 code: {storage_countries}.

        A Model trained in accordance with this clause may be used anywhere.
        """,
        """
        Les Rushes peuvent être traités {processing} ; pays par code ISO 3166-1 : {processing_countries}.

        Les copies des Rushes peuvent être conservées {storage} ; pays par code ISO 3166-1 :
        {storage_countries}.

        Un Modèle entraîné conformément à la présente clause peut être utilisé en tout lieu.
        """,
    ),
)

SUBLICENSE: Final = Clause(
    number=16,
    code="SUBLICENSE",
    title=wording("Sublicence and subprocessors", "Sous-licence et sous-traitants"),
    summary=wording(
        "Who, besides the buyer, may touch your footage.",
        "Qui, hormis l'acheteur, peut toucher à vos rushes.",
    ),
    parameters=(
        Choice(
            name="level",
            label=wording("Who else", "Qui d'autre"),
            options=(
                option("none", "to nobody else", "à nul autre"),
                option(
                    "affiliates", "to companies under common control only", "aux seules sociétés sous contrôle commun"
                ),
                option(
                    "named_subprocessors",
                    "to companies under common control and to the subprocessors on its list, working for it alone",
                    "aux sociétés sous contrôle commun et aux sous-traitants inscrits sur sa liste, oeuvrant pour lui "
                    "seul",
                ),
                option(
                    "third_parties",
                    "to third parties bound in writing by the same terms",
                    "à des tiers tenus par écrit aux mêmes conditions",
                ),
            ),
            default="named_subprocessors",
            offered=("none", "affiliates", "named_subprocessors"),
        ),
    ),
    text=wording(
        """
        Access to the Footage and use of the Licensee's rights in it are open, besides the Licensee, {level}.
        The Licensee answers for them as for itself, keeps a list of them by name, and shows that list to the
        Licensor on request.
        """,
        """
        L'accès aux Rushes et l'usage des droits que le Licencié y détient sont ouverts, outre le Licencié,
        {level}. Le Licencié en répond comme de lui-même, en tient la liste nominative et la présente au
        Concédant sur demande.
        """,
    ),
    fallbacks=(
        Fallback(
            1,
            wording("Third parties bound in writing", "Tiers tenus par écrit"),
            (("level", "third_parties"),),
            wording(
                """
                Access to the Footage and use of the Licensee's rights in it are open, besides the Licensee,
                {level}. The Licensee gives the Licensor their names thirty days in advance, answers for them as
                for itself, and ends their access within ten days of a reasoned objection by the Licensor.
                """,
                """
                L'accès aux Rushes et l'usage des droits que le Licencié y détient sont ouverts, outre le
                Licencié, {level}. Le Licencié communique leurs noms au Concédant trente jours à l'avance, en
                répond comme de lui-même et met fin à leur accès dans les dix jours d'une objection motivée du
                Concédant.
                """,
            ),
        ),
    ),
    version=2,
)

CLAUSES: Final = (EXCLUSIVITY, TERM, SURVIVAL, TERRITORY, SUBLICENSE)
