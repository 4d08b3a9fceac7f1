"""Clauses 17 to 22: how copies and everything made from them are handled."""

from __future__ import annotations

from typing import Final

from licensing.domain.catalogue.units import DAYS, HOURS
from licensing.domain.clauses import Clause, Fallback
from licensing.domain.parameters import Choice, Choices, Flag, Whole, option
from licensing.domain.wording import wording

REDISTRIBUTION: Final = Clause(
    number=17,
    code="REDISTRIBUTION",
    title=wording("Redistribution", "Redistribution"),
    summary=wording(
        "Your footage itself is never passed on. There is no other choice.",
        "Vos rushes eux-mêmes ne sont jamais transmis. Il n'y a pas d'autre choix.",
    ),
    parameters=(
        Choice(
            name="raw_footage",
            label=wording("The footage itself", "Les rushes eux-mêmes"),
            options=(option("prohibited", "is prohibited", "est interdite"),),
            default="prohibited",
        ),
    ),
    text=wording(
        """
        Redistribution of the Footage, whole or in part, original or transcoded, for payment or free of charge,
        {raw_footage}. Making it available inside a dataset, a model card, a demonstration or an application is
        redistribution. Access by persons the clause on sublicence permits is not.
        """,
        """
        La redistribution des Rushes, en tout ou partie, sous leur forme d'origine ou transcodée, à titre
        onéreux ou gratuit, {raw_footage}. Leur mise à disposition dans un jeu de données, une fiche de modèle,
        une démonstration ou une application vaut redistribution ; l'accès ouvert aux personnes que désigne la
        clause de sous-licence n'en est pas une.
        """,
    ),
    version=2,
)

DERIVATIVE_DATASET: Final = Clause(
    number=18,
    code="DERIVATIVE_DATASET",
    title=wording("Derivative datasets", "Jeux de données dérivés"),
    summary=wording(
        "What happens to captions, embeddings and latents computed from your footage.",
        "Ce que deviennent légendes, plongements et latents calculés à partir de vos rushes.",
    ),
    parameters=(
        Choice(
            name="sharing",
            label=wording("Sharing", "Partage"),
            options=(
                option(
                    "internal",
                    "may be made and kept for the Licensee's own use",
                    "peuvent être créées et conservées pour le seul usage du Licencié",
                ),
                option(
                    "share_with_licensees",
                    "may be made, and shared with other Licensees of the same Footage",
                    "peuvent être créées, et partagées avec d'autres Licenciés des mêmes Rushes",
                ),
                option(
                    "prohibited",
                    "shall not be made, save as transient steps of a training run",
                    "ne peuvent être créées, sinon comme étapes transitoires d'un entraînement",
                ),
            ),
            default="internal",
        ),
        Flag(
            name="delete_with_source",
            label=wording("Deleted with the footage", "Supprimées avec les rushes"),
            yes=wording(
                "They are deleted at the same time as the Footage from which they were made.",
                "Elles sont supprimées en même temps que les Rushes dont elles sont issues.",
            ),
            no=wording(
                "They may be kept after the Footage is deleted, provided the Footage cannot be rebuilt from them.",
                "Elles peuvent survivre à la suppression des Rushes, si ceux-ci ne peuvent en être reconstitués.",
            ),
            default=True,
        ),
    ),
    text=wording(
        """
        Captions, annotations, embeddings, latents and other data derived from the Footage {sharing}.
        {delete_with_source} While they are kept, every limit of these terms that applies to the Footage applies
        to them, save that after the term they may be kept as stated above and used as the clause on survival
        permits.
        """,
        """
        Les données dérivées des Rushes, telles que légendes, annotations, plongements et représentations
        latentes, {sharing}. {delete_with_source} Tant qu'elles sont conservées, toute limite des présentes
        applicable aux Rushes leur est applicable, sauf qu'après le terme elles peuvent être conservées comme il
        est dit ci-dessus et employées comme le permet la clause de survie.
        """,
    ),
    version=2,
)

SYNTHETIC_DISTILLATION: Final = Clause(
    number=19,
    code="SYNTHETIC_DISTILLATION",
    title=wording("Distillation through outputs", "Distillation par les sorties"),
    summary=wording(
        "Whether what a model produces may be used to train somebody else's model.",
        "Si ce qu'un modèle produit peut servir à entraîner le modèle d'un autre.",
    ),
    parameters=(
        Flag(
            name="third_party_training",
            label=wording("Outputs may train third-party models", "Sorties utilisables pour des modèles tiers"),
            yes=wording(
                "may be used to train Models of third parties",
                "peuvent servir à l'entraînement de Modèles de tiers",
            ),
            no=wording(
                "shall not be supplied or licensed for the training of Models of third parties",
                "ne peuvent être fournies ni concédées pour l'entraînement de Modèles de tiers",
            ),
            default=False,
        ),
    ),
    text=wording(
        """
        Outputs of a Model trained on the Footage {third_party_training}. The Licensee's terms of use say so in
        plain words. This clause claims no right in Output as such.
        """,
        """
        Les Sorties d'un Modèle entraîné sur les Rushes {third_party_training}. Les conditions d'utilisation du
        Licencié l'énoncent en termes clairs. La présente clause ne revendique aucun droit sur les Sorties en
        tant que telles.
        """,
    ),
)

RETENTION: Final = Clause(
    number=20,
    code="RETENTION",
    title=wording("Retention of copies", "Conservation des copies"),
    summary=wording(
        "How soon after the term every copy of your footage must be gone.",
        "Dans quel délai après le terme toute copie de vos rushes doit avoir disparu.",
    ),
    parameters=(
        Whole(
            name="max_days",
            label=wording("Longest retention after the term", "Conservation maximale après le terme"),
            unit=DAYS,
            low=0,
            high=365,
            default=30,
            band=(30, 30),
            critical=True,
        ),
    ),
    text=wording(
        """
        Copies of the Footage are deleted no later than {max_days} after the end of the term, on every medium
        including backups, by the Licensee and by everyone to whom it gave access. A copy that the law obliges
        the Licensee to keep is isolated, used for nothing else, and named in the deletion certificate.
        """,
        """
        Les copies des Rushes sont supprimées au plus tard {max_days} après le terme, sur tout support,
        sauvegardes comprises, par le Licencié et par quiconque y a eu accès de son fait. Une copie que la loi
        oblige à conserver est isolée, n'est employée à rien d'autre et figure au certificat de suppression.
        """,
    ),
    fallbacks=(
        Fallback(1, wording("Deletion at once", "Suppression immédiate"), (("max_days", 0),)),
        Fallback(2, wording("Sixty days", "Soixante jours"), (("max_days", 60),)),
        Fallback(3, wording("Ninety days", "Quatre-vingt-dix jours"), (("max_days", 90),)),
    ),
)

DELETION_CERT: Final = Clause(
    number=21,
    code="DELETION_CERT",
    title=wording("Certificate of deletion", "Certificat de suppression"),
    summary=wording(
        "Who signs that your footage is gone, when, and with what proof.",
        "Qui atteste que vos rushes ont disparu, quand, et avec quelle preuve.",
    ),
    parameters=(
        Whole(
            name="due_days",
            label=wording("Due after deletion", "Délai après suppression"),
            unit=DAYS,
            low=1,
            high=90,
            default=30,
            band=(7, 45),
        ),
        Choice(
            name="signatory",
            label=wording("Signed by", "Signé par"),
            options=(
                option("officer", "an officer of the Licensee", "un dirigeant du Licencié"),
                option(
                    "security_lead", "the head of security of the Licensee", "le responsable de la sécurité du Licencié"
                ),
                option("auditor", "an independent auditor", "un auditeur indépendant"),
            ),
            default="officer",
        ),
        Choice(
            name="method",
            label=wording("Method of deletion", "Méthode de suppression"),
            options=(
                option("erase", "secure erasure", "effacement sécurisé"),
                option("crypto_erase", "destruction of the encryption keys", "destruction des clés de chiffrement"),
                option("destroy", "physical destruction of the media", "destruction physique des supports"),
            ),
            default="erase",
        ),
        Choice(
            name="hash_list",
            label=wording("Proof of content", "Preuve du contenu"),
            options=(
                option(
                    "merkle_root",
                    "the Merkle root of the hashes of all files",
                    "la racine de Merkle des empreintes de tous les fichiers",
                ),
                option(
                    "full_list",
                    "the full list of the hashes of all files",
                    "la liste complète des empreintes de tous les fichiers",
                ),
            ),
            default="merkle_root",
        ),
    ),
    text=wording(
        """
        Within {due_days} of deletion the Licensee supplies a certificate signed by {signatory}. It states the
        date, the places concerned, the method ({method}) and {hash_list}, so that what was delivered can be
        compared with what was deleted.
        """,
        """
        Dans un délai de {due_days} après la suppression, le Licencié remet un certificat signé par {signatory}.
        Il indique la date, les lieux concernés, la méthode ({method}) et {hash_list}, afin que ce qui a été
        livré puisse être comparé à ce qui a été supprimé.
        """,
    ),
    fallbacks=(
        Fallback(
            1,
            wording("Certificate within sixty days", "Certificat sous soixante jours"),
            (("due_days", 60),),
        ),
    ),
    version=2,
)

SECURITY: Final = Clause(
    number=22,
    code="SECURITY",
    title=wording("Security", "Sécurité"),
    summary=wording(
        "How your footage is protected, and how soon you hear of a leak.",
        "Comment vos rushes sont protégés, et dans quel délai vous apprenez une fuite.",
    ),
    parameters=(
        Choices(
            name="measures",
            label=wording("Measures", "Mesures"),
            options=(
                option("soc2", "a current SOC 2 Type II report", "un rapport SOC 2 de type II en cours de validité"),
                option("iso27001", "ISO/IEC 27001 certification", "une certification ISO/IEC 27001"),
                option("encryption_at_rest", "encryption at rest", "le chiffrement des données au repos"),
                option(
                    "no_egress",
                    "processing in an environment from which copies cannot leave",
                    "le traitement dans un environnement dont aucune copie ne peut sortir",
                ),
                option(
                    "watermark_per_buyer",
                    "an invisible mark for each Licensee",
                    "un marquage invisible propre à chaque Licencié",
                ),
            ),
            default=("encryption_at_rest",),
            must_keep=("encryption_at_rest",),
        ),
        Whole(
            name="breach_notice_hours",
            label=wording("Notice of a breach", "Notification d'une violation"),
            unit=HOURS,
            low=12,
            high=168,
            default=72,
            band=(24, 72),
        ),
    ),
    text=wording(
        """
        The Licensee protects the Footage with measures in line with good industry practice, and at least with
        the following: {measures}. Access is limited to those who need it and is logged.

        Within {breach_notice_hours} of learning of unauthorised access to the Footage the Licensee informs the
        Licensor and the Platform of what happened, what was reached, and what it is doing about it.
        """,
        """
        Le Licencié protège les Rushes par des mesures conformes aux bonnes pratiques du secteur, et au moins
        par les suivantes : {measures}. L'accès est limité aux personnes qui en ont besoin et il est journalisé.

        Dans un délai de {breach_notice_hours} après avoir eu connaissance d'un accès non autorisé aux Rushes,
        le Licencié informe le Concédant et la Plateforme de ce qui s'est produit, de ce qui a été atteint et
        des mesures prises.
        """,
    ),
    fallbacks=(
        Fallback(
            1,
            wording("Notice of a breach within five days", "Notification d'une violation sous cinq jours"),
            (("breach_notice_hours", 120),),
        ),
    ),
    version=2,
)

CLAUSES: Final = (
    REDISTRIBUTION,
    DERIVATIVE_DATASET,
    SYNTHETIC_DISTILLATION,
    RETENTION,
    DELETION_CERT,
    SECURITY,
)
