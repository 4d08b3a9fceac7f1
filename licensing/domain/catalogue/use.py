"""Clauses 1 to 5: what the footage may be used for."""

from __future__ import annotations

from typing import Final

from licensing.domain.catalogue.units import DAYS, SECONDS
from licensing.domain.clauses import Clause, Fallback, Need
from licensing.domain.parameters import Choice, Choices, Day, Flag, Ratio, Whole, option
from licensing.domain.wording import wording

FIELD_OF_USE: Final = Clause(
    number=1,
    code="FIELD_OF_USE",
    title=wording("Field of use", "Domaine d'exploitation"),
    summary=wording(
        "What a buyer may do with your footage. Anything you do not tick stays forbidden.",
        "Ce qu'un acheteur peut faire de vos rushes. Tout ce que vous ne cochez pas reste interdit.",
    ),
    parameters=(
        Choices(
            name="purposes",
            label=wording("Permitted purposes", "Finalités permises"),
            options=(
                option("pretrain", "pre-training of a Model", "préentraînement d'un Modèle"),
                option("finetune", "fine-tuning of a Model", "ajustement d'un Modèle"),
                option(
                    "align", "alignment of a Model with human preference", "alignement d'un Modèle sur des préférences"
                ),
                option("evaluate", "evaluation of a Model", "évaluation d'un Modèle"),
                option("benchmark", "publication of benchmark results", "publication de résultats comparatifs"),
                option("retrieval_grounding", "retrieval and grounding", "recherche documentaire et ancrage"),
                option("synthetic_data_gen", "generation of synthetic data", "génération de données synthétiques"),
            ),
            default=("pretrain", "finetune", "evaluate"),
        ),
        Choices(
            name="modalities",
            label=wording("Parts of the footage", "Composantes des rushes"),
            options=(
                option("video", "moving picture", "image animée"),
                option("audio", "sound", "son"),
                option("captions", "captions and descriptions", "légendes et descriptions"),
                option("embeddings", "numerical representations", "représentations numériques"),
            ),
            default=("video", "audio", "captions", "embeddings"),
        ),
        Flag(
            name="commercial",
            label=wording("Commercial use", "Usage commercial"),
            yes=wording(
                "These purposes may be pursued for commercial ends as well as for research.",
                "Ces finalités peuvent être poursuivies à des fins commerciales comme de recherche.",
            ),
            no=wording(
                "These purposes may be pursued for non-commercial research only.",
                "Ces finalités ne peuvent être poursuivies qu'à des fins de recherche non commerciale.",
            ),
            default=True,
        ),
    ),
    text=wording(
        """
        Each Licence permits the Licensee to reproduce the Footage, and to extract information from it, for the
        following purposes and for no other: {purposes}. Each purpose is a separate grant and none implies
        another.

        The grant covers the following components of the Footage: {modalities}. {commercial}

        Nothing in a Licence permits the Licensee to show, broadcast, publish or otherwise communicate the
        Footage to the public. Every right that is not expressly granted is reserved to the Licensor.
        """,
        """
        Chaque Licence autorise le Licencié à reproduire les Rushes et à en extraire des informations pour les
        finalités suivantes, à l'exclusion de toute autre : {purposes}. Chaque finalité constitue une cession
        distincte ; aucune n'en emporte une autre.

        L'autorisation porte sur les composantes suivantes des Rushes : {modalities}. {commercial}

        Aucune Licence n'autorise le Licencié à représenter, diffuser, publier ou communiquer autrement les
        Rushes au public. Tout droit qui n'est pas expressément cédé demeure réservé au Concédant.
        """,
    ),
    fallbacks=(
        Fallback(
            1,
            wording("Evaluation and benchmarks only", "Évaluation et comparatifs seulement"),
            (("purposes", ("evaluate", "benchmark")),),
        ),
    ),
)

MODEL_CLASS: Final = Clause(
    number=2,
    code="MODEL_CLASS",
    title=wording("Classes of models", "Catégories de modèles"),
    summary=wording(
        "Which kinds of models may learn from your footage.",
        "Quels types de modèles peuvent apprendre de vos rushes.",
    ),
    parameters=(
        Choices(
            name="classes",
            label=wording("Permitted classes", "Catégories permises"),
            options=(
                option("video_gen", "video generation", "génération de vidéo"),
                option("image_gen", "image generation", "génération d'images"),
                option("audio_gen", "generation of voice, music or sound", "génération de voix, de musique ou de son"),
                option("world_model", "world models and simulators", "modèles du monde et simulateurs"),
                option("robotics_policy", "control of robots and vehicles", "commande de robots et de véhicules"),
                option(
                    "vision_understanding", "understanding of images and video", "compréhension d'images et de vidéo"
                ),
                option("multimodal_llm", "multimodal language models", "modèles de langage multimodaux"),
                option(
                    "detector", "detection of generated or altered media", "détection de contenus générés ou altérés"
                ),
            ),
            default=(
                "video_gen",
                "image_gen",
                "world_model",
                "robotics_policy",
                "vision_understanding",
                "multimodal_llm",
                "detector",
            ),
        ),
    ),
    text=wording(
        """
        The permitted purposes may be pursued only for Models of the following classes: {classes}. A Model
        belongs to every class whose function it performs or is offered for; the Licensee may use the Footage
        for it only if all of those classes are listed.
        """,
        """
        Les finalités permises ne peuvent être poursuivies que pour des Modèles des catégories suivantes :
        {classes}. Un Modèle relève de toutes les catégories dont il remplit la fonction ou pour lesquelles il
        est proposé ; le Licencié ne peut employer les Rushes pour ce Modèle que si toutes ces catégories sont
        énumérées.
        """,
    ),
)

MODEL_SCOPE: Final = Clause(
    number=3,
    code="MODEL_SCOPE",
    title=wording("Scope of models", "Étendue aux modèles"),
    summary=wording(
        "How many models one licence covers: one, a family, its successors, or any the buyer owns.",
        "Combien de modèles une licence couvre : un seul, une famille, ses successeurs, ou tous ceux de l'acheteur.",
    ),
    parameters=(
        Choice(
            name="scope",
            label=wording("Models covered", "Modèles couverts"),
            options=(
                option(
                    "single_named",
                    "one single Model, named in the Licence or, failing that, in the Licensee's first report",
                    "un seul Modèle, nommé dans la Licence ou, à défaut, dans le premier compte rendu du Licencié",
                ),
                option(
                    "family",
                    "the Models of one family, developed under one name from a common base",
                    "les Modèles d'une même famille, développés sous un même nom à partir d'une base commune",
                ),
                option(
                    "successors_until",
                    "one Model, named in the Licence or, failing that, in the Licensee's first report, and its "
                    "successors released up to the date below",
                    "un Modèle, nommé dans la Licence ou, à défaut, dans le premier compte rendu du Licencié, et ses "
                    "successeurs publiés jusqu'à la date ci-dessous",
                ),
                option(
                    "any_owned",
                    "any Model the Licensee owns and controls",
                    "tout Modèle dont le Licencié est propriétaire et qu'il contrôle",
                ),
            ),
            default="family",
            offered=("single_named", "family", "successors_until"),
        ),
        Day(
            name="until",
            label=wording("Last release date of successors", "Dernière date de publication des successeurs"),
            absent=wording("none stated", "aucune"),
        ),
        Flag(
            name="deployment",
            label=wording("Commercial operation of the models", "Exploitation commerciale des modèles"),
            yes=wording(
                "A Model so trained may be operated and offered commercially.",
                "Un Modèle ainsi entraîné peut être exploité et proposé à titre commercial.",
            ),
            no=wording(
                "A Model so trained may not be operated or offered commercially.",
                "Un Modèle ainsi entraîné ne peut être ni exploité ni proposé à titre commercial.",
            ),
            default=True,
        ),
    ),
    needs=(Need("scope", ("successors_until",), "until"),),
    text=wording(
        """
        Each Licence covers {scope}. Last date on which a successor may be released: {until}. {deployment}

        A Model trained on the Footage may not be transferred, merged or distilled into a Model outside this
        scope.
        """,
        """
        Chaque Licence couvre {scope}. Dernière date de publication d'un successeur : {until}. {deployment}

        Un Modèle entraîné sur les Rushes ne peut être ni transféré, ni fusionné, ni distillé dans un Modèle
        extérieur à cette étendue.
        """,
    ),
    fallbacks=(
        Fallback(
            1,
            wording("Any model the buyer owns", "Tout modèle de l'acheteur"),
            (("scope", "any_owned"),),
        ),
    ),
    version=3,
)

EVAL_ONLY: Final = Clause(
    number=4,
    code="EVAL_ONLY",
    title=wording("Evaluation only", "Évaluation seulement"),
    summary=wording(
        "When on, buyers may only test with your footage, for a short window, and train nothing.",
        "Si elle est active, l'acheteur peut seulement tester avec vos rushes, peu de temps, sans rien entraîner.",
    ),
    parameters=(
        Flag(
            name="enabled",
            label=wording("Evaluation only", "Évaluation seulement"),
            yes=wording(
                "The grant is limited to evaluation: no weight of any Model may be updated from the Footage.",
                "L'autorisation est limitée à l'évaluation : aucun poids d'un Modèle ne peut être modifié à partir des "
                "Rushes.",
            ),
            no=wording(
                "The grant is not limited to evaluation, but an evaluation copy may be delivered first.",
                "L'autorisation n'est pas limitée à l'évaluation, mais une copie d'évaluation peut la précéder.",
            ),
            default=False,
        ),
        Whole(
            name="window_days",
            label=wording("Evaluation window", "Durée d'évaluation"),
            unit=DAYS,
            low=14,
            high=90,
            default=30,
            band=(14, 90),
        ),
    ),
    text=wording(
        """
        {enabled} Where the grant is limited to evaluation, every copy delivered is an evaluation copy. An
        evaluation copy may be used for {window_days} from delivery, even where the term of the Licence is
        longer; it is then deleted and the Licensee confirms the deletion in writing.
        """,
        """
        {enabled} Lorsque l'autorisation est limitée à l'évaluation, toute copie livrée est une copie
        d'évaluation. Une copie d'évaluation peut être employée pendant {window_days} à compter de la livraison,
        même si la durée de la Licence est plus longue ; elle est ensuite supprimée et le Licencié confirme
        cette suppression par écrit.
        """,
    ),
    version=2,
)

OUTPUT_VERBATIM: Final = Clause(
    number=5,
    code="OUTPUT_VERBATIM",
    title=wording("Verbatim output", "Restitution à l'identique"),
    summary=wording(
        "A model may not give your footage back: there is a limit on how long and how close a copy may be.",
        "Un modèle ne doit pas restituer vos rushes : la longueur et la proximité d'une copie sont limitées.",
    ),
    parameters=(
        Whole(
            name="max_consecutive_seconds",
            label=wording("Longest recognisable passage", "Plus long passage reconnaissable"),
            unit=SECONDS,
            low=0,
            high=10,
            default=2,
            band=(1, 5),
        ),
        Ratio(
            name="max_similarity",
            label=wording("Similarity limit", "Seuil de similarité"),
            low="0",
            high="1",
            places=2,
            default="0.90",
            band=("0.70", "0.95"),
        ),
        Flag(
            name="applies_even_if_unprompted",
            label=wording("Without being asked", "Sans sollicitation"),
            yes=wording(
                "This limit applies even if no user asked for such a passage.",
                "Cette limite s'applique même si aucun utilisateur n'a sollicité un tel passage.",
            ),
            no=wording(
                "This limit does not apply to a passage obtained by an attack the Licensee took reasonable care "
                "to prevent.",
                "Cette limite ne s'applique pas à un passage obtenu par une attaque que le Licencié s'est "
                "raisonnablement employé à prévenir.",
            ),
            default=True,
            offered=(True,),
        ),
    ),
    text=wording(
        """
        The Licensee shall prevent its Models from producing Output that reproduces more than
        {max_consecutive_seconds} of consecutive Footage, or whose similarity to any passage of the Footage
        exceeds {max_similarity} on a scale from 0 (nothing in common) to 1 (identical), by a recognised measure
        of perceptual similarity, which the Licensee names on request. {applies_even_if_unprompted}

        On learning of such Output the Licensee shall, without undue delay, stop serving it and prevent its
        recurrence.
        """,
        """
        Le Licencié empêche ses Modèles de produire toute Sortie reproduisant plus de {max_consecutive_seconds}
        de Rushes consécutifs, ou dont la similarité avec un passage des Rushes dépasse {max_similarity} sur une
        échelle de 0 (rien de commun) à 1 (identité), selon une mesure reconnue de similarité perceptuelle que
        le Licencié indique sur demande. {applies_even_if_unprompted}

        Dès qu'il a connaissance d'une telle Sortie, le Licencié cesse sans retard de la servir et en prévient
        le renouvellement.
        """,
    ),
    fallbacks=(
        Fallback(
            1,
            wording("One second at most, and less alike", "Une seconde au plus, et moins de ressemblance"),
            (("max_consecutive_seconds", 1), ("max_similarity", "0.60")),
        ),
    ),
    version=3,
)

CLAUSES: Final = (FIELD_OF_USE, MODEL_CLASS, MODEL_SCOPE, EVAL_ONLY, OUTPUT_VERBATIM)
