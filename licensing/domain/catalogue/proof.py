"""Clauses 23 to 25, 38 and 39: how the creator can see that the terms are kept."""

from __future__ import annotations

from typing import Final

from licensing.domain.catalogue.units import DAYS, PERCENT, TIMES
from licensing.domain.clauses import Clause, Fallback
from licensing.domain.parameters import Choice, Choices, Flag, References, Whole, option
from licensing.domain.wording import wording

AUDIT: Final = Clause(
    number=23,
    code="AUDIT",
    title=wording("Audit", "Audit"),
    summary=wording(
        "How often you may have the buyer's records checked, and who pays when something is wrong.",
        "Combien de fois vous pouvez faire vérifier les registres de l'acheteur, et qui paie en cas d'écart.",
    ),
    parameters=(
        Whole(
            name="per_year",
            label=wording("Audits a year", "Audits par an"),
            unit=TIMES,
            low=0,
            high=4,
            default=1,
            band=(1, 2),
        ),
        Whole(
            name="notice_days",
            label=wording("Notice", "Préavis"),
            unit=DAYS,
            low=5,
            high=90,
            default=30,
            band=(15, 45),
        ),
        Choice(
            name="scope",
            label=wording("Scope", "Objet"),
            options=(
                option("training_log_only", "its training logs", "ses journaux d'entraînement"),
                option(
                    "training_log_and_storage",
                    "its training logs and its storage inventory",
                    "ses journaux d'entraînement et l'inventaire de ses stockages",
                ),
                option(
                    "full",
                    "its training logs, its storage inventory and, on site, the systems concerned",
                    "ses journaux d'entraînement, l'inventaire de ses stockages et, sur place, les systèmes concernés",
                ),
            ),
            default="training_log_only",
            offered=("training_log_only", "training_log_and_storage"),
        ),
        Whole(
            name="cost_shift_percent",
            label=wording("Deviation at which the buyer pays", "Écart à partir duquel l'acheteur paie"),
            unit=PERCENT,
            low=1,
            high=25,
            default=5,
            band=(2, 10),
        ),
    ),
    text=wording(
        """
        The Licensor may have the Licensee's compliance audited at most {per_year} in any twelve months, on
        {notice_days} written notice, by an independent person bound to secrecy. The Licensee opens to that
        person {scope}, in so far as they concern the Footage.

        The Licensor bears the cost, unless the audit finds undeclared use exceeding {cost_shift_percent} of the
        use declared; the Licensee then bears it and pays for that use at the rate in force.
        """,
        """
        Le Concédant peut faire auditer le respect des présentes par le Licencié, au plus {per_year} par période
        de douze mois, moyennant un préavis écrit de {notice_days}, par une personne indépendante tenue au
        secret. Le Licencié lui ouvre {scope}, pour ce qui concerne les Rushes.

        Le Concédant en supporte le coût, sauf si l'audit révèle un usage non déclaré excédant
        {cost_shift_percent} de l'usage déclaré ; le Licencié le supporte alors et paie cet usage au tarif en
        vigueur.
        """,
    ),
    fallbacks=(
        Fallback(
            1,
            wording(
                "Once a year, on site too, on forty-five days' notice",
                "Une fois par an, sur place aussi, avec quarante-cinq jours de préavis",
            ),
            (("per_year", 1), ("notice_days", 45), ("scope", "full")),
        ),
        Fallback(
            2,
            wording("No audits", "Aucun audit"),
            (("per_year", 0),),
        ),
    ),
    version=2,
)

REPORTING: Final = Clause(
    number=24,
    code="REPORTING",
    title=wording("Reporting", "Comptes rendus"),
    summary=wording(
        "How often, and on what, a buyer reports how your footage was used.",
        "À quel rythme et sur quoi l'acheteur rend compte de l'usage de vos rushes.",
    ),
    parameters=(
        Choice(
            name="cadence",
            label=wording("How often", "Rythme"),
            options=(
                option("per_batch", "for each training run", "pour chaque session d'entraînement"),
                option("monthly", "every month", "chaque mois"),
                option("quarterly", "every quarter", "chaque trimestre"),
            ),
            default="quarterly",
        ),
        Choices(
            name="fields",
            label=wording("Contents", "Contenu"),
            options=(
                option("models", "the Models trained", "les Modèles entraînés"),
                option("purposes", "the purposes pursued", "les finalités poursuivies"),
                option("volume", "the duration of Footage used", "la durée de Rushes employée"),
                option("storage", "the places of storage", "les lieux de conservation"),
                option("incidents", "incidents and requests received", "les incidents et demandes reçus"),
            ),
            default=("models", "purposes", "volume"),
        ),
        Flag(
            name="signed",
            label=wording("Signed", "Signé"),
            yes=wording(
                "The report is signed so that any change to it can be detected.",
                "Le compte rendu est signé, de sorte que toute altération en soit décelable.",
            ),
            no=wording("The report need not be signed.", "Le compte rendu n'a pas à être signé."),
            default=True,
        ),
    ),
    text=wording(
        """
        The Licensee reports to the Platform {cadence}, for the Licensor, on the following: {fields}. {signed}
        """,
        """
        Le Licencié rend compte à la Plateforme, à l'intention du Concédant, {cadence}, sur ce qui suit :
        {fields}. {signed}
        """,
    ),
)

ATTRIBUTION: Final = Clause(
    number=25,
    code="ATTRIBUTION",
    title=wording("Attribution", "Mention de la source"),
    summary=wording(
        "Where your name appears, and whether you learn who bought.",
        "Où votre nom apparaît, et si vous apprenez qui a acheté.",
    ),
    parameters=(
        Choice(
            name="place",
            label=wording("Where", "Où"),
            options=(
                option("none", "nowhere", "nulle part"),
                option("dataset_card", "on the card of the dataset", "sur la fiche du jeu de données"),
                option("model_card", "on the card of each Model trained", "sur la fiche de chaque Modèle entraîné"),
                option(
                    "public_credit", "in a public list of contributors", "dans une liste publique des contributeurs"
                ),
            ),
            default="dataset_card",
        ),
        Flag(
            name="disclose_buyer",
            label=wording("Buyer's name disclosed", "Nom de l'acheteur communiqué"),
            yes=wording(
                "The Platform tells the Licensor the name of each Licensee.",
                "La Plateforme communique au Concédant le nom de chaque Licencié.",
            ),
            no=wording(
                "The Platform does not tell the Licensor the name of a Licensee, unless the law or a dispute requires "
                "it.",
                "La Plateforme ne communique pas au Concédant le nom des Licenciés, sauf si la loi ou un litige "
                "l'exige.",
            ),
            default=True,
        ),
    ),
    text=wording(
        """
        The Licensee credits the Licensor, under the name recorded on the Platform, as follows: {place}.
        {disclose_buyer} A credit implies no endorsement.
        """,
        """
        Le Licencié mentionne le Concédant, sous le nom inscrit sur la Plateforme, comme suit : {place}.
        {disclose_buyer} Cette mention n'emporte aucune approbation.
        """,
    ),
    version=2,
)

PIRACY_SHIELD: Final = Clause(
    number=38,
    code="PIRACY_SHIELD",
    title=wording("No parallel scraping", "Pas d'aspiration parallèle"),
    summary=wording(
        "Whether a buyer who pays you may also copy your public channels for training.",
        "Si l'acheteur qui vous paie peut aussi aspirer vos chaînes publiques pour entraîner.",
    ),
    parameters=(
        Flag(
            name="enabled",
            label=wording("Warranty of the buyer", "Garantie de l'acheteur"),
            yes=wording(
                "The Licensee warrants that during the term it does not collect",
                "Le Licencié garantit que, pendant la durée, il ne collecte pas",
            ),
            no=wording(
                "The Licensee gives no warranty about its collecting",
                "Le Licencié ne donne aucune garantie quant à la collecte",
            ),
            default=True,
        ),
        References(
            name="channels",
            label=wording("Channels", "Chaînes"),
            absent=wording("every public channel of the Licensor", "toutes les chaînes publiques du Concédant"),
        ),
    ),
    text=wording(
        """
        {enabled} content from the Licensor's channels for the training of Models otherwise than under a
        Licence. Channels concerned: {channels}. This clause is an express reservation of rights against text
        and data mining within the meaning of Article 4(3) of Directive (EU) 2019/790 and of article L122-5-3 of
        the French Intellectual Property Code.
        """,
        """
        {enabled} de contenus des chaînes du Concédant pour l'entraînement de Modèles autrement qu'en vertu
        d'une Licence. Chaînes concernées : {channels}. La présente clause vaut réserve expresse de droits à
        l'égard de la fouille de textes et de données au sens de l'article 4, paragraphe 3, de la directive (UE)
        2019/790 et de l'article L122-5-3 du code de la propriété intellectuelle.
        """,
    ),
    version=2,
)

COMPLIANCE_OUTPUT: Final = Clause(
    number=39,
    code="COMPLIANCE_OUTPUT",
    title=wording("Public disclosures", "Publicité réglementaire"),
    summary=wording(
        "Whether the buyer must name the dataset when the law makes it publish what it trained on.",
        "Si l'acheteur doit nommer le jeu de données lorsque la loi l'oblige à publier ses sources.",
    ),
    parameters=(
        Flag(
            name="listed",
            label=wording("Dataset listed", "Jeu de données mentionné"),
            yes=wording(
                "shall list the dataset delivered, and the fact that it was licensed, in",
                "mentionne le jeu de données livré, et le fait qu'il a été acquis sous licence, dans",
            ),
            no=wording(
                "decides whether it lists the dataset delivered in",
                "décide s'il mentionne le jeu de données livré dans",
            ),
            default=True,
        ),
    ),
    text=wording(
        """
        The Licensee {listed} the public summaries of training content that the law requires of it, such as
        those under Article 53(1)(d) of Regulation (EU) 2024/1689 and section 3111 of the California Civil Code.
        It does not name natural persons there without their consent.
        """,
        """
        Le Licencié {listed} les résumés publics des contenus d'entraînement que la loi lui impose, tels que
        ceux de l'article 53, paragraphe 1, point d), du règlement (UE) 2024/1689 et de l'article 3111 du Code
        civil de Californie. Il n'y nomme aucune personne physique sans son consentement.
        """,
    ),
    version=2,
)

CLAUSES: Final = (AUDIT, REPORTING, ATTRIBUTION, PIRACY_SHIELD, COMPLIANCE_OUTPUT)
