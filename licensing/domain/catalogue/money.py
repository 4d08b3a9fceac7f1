"""Clauses 26 to 28 and 30 to 32: price, shares, and who bears what when things go wrong."""

from __future__ import annotations

from typing import Final

from licensing.domain.catalogue.units import PERCENT
from licensing.domain.clauses import Clause, Fallback
from licensing.domain.parameters import Choice, Flag, Ratio, Whole, option
from licensing.domain.wording import Text, wording

_CURRENCIES = (
    option("USD", "US dollars", "dollars des États-Unis"),
    option("EUR", "euros", "euros"),
)

PRICE: Final = Clause(
    number=26,
    code="PRICE",
    title=wording("Price", "Prix"),
    summary=wording(
        "The rate card sets the price of a minute; you may set a floor under which nothing is sold.",
        "La grille tarifaire fixe le prix de la minute ; vous pouvez fixer un plancher sous lequel rien n'est vendu.",
    ),
    parameters=(
        Ratio(
            name="floor",
            label=wording("Least price per licensed minute", "Prix plancher par minute concédée"),
            low="0",
            high="7.25",
            places=2,
            default=None,
            band=("0", "4.00"),
            absent=wording("none; the rate card alone decides", "aucun ; la grille tarifaire décide seule"),
        ),
        Choice(
            name="currency",
            label=wording("Currency", "Monnaie"),
            options=_CURRENCIES,
            default="USD",
            offered=("USD",),
        ),
    ),
    text=wording(
        """
        For each minute licensed, counted to the millisecond, the Licensor receives the rate of the rate card in
        force on the day the quote was made or, where it is higher, the floor. Floor below which no Licence is
        granted, per licensed minute: {floor}. Currency: {currency}. The amount is rounded once for each clip,
        to the nearest cent.

        The Platform's service fee is added to that amount and is never taken from it. Each earning names the
        clip, its duration, the steps of the rate and the Licence, so that the Licensor can recompute it.
        """,
        """
        Pour chaque minute concédée, comptée à la milliseconde, le Concédant perçoit le tarif de la grille en
        vigueur au jour du devis ou, s'il est plus élevé, le plancher. Plancher en deçà duquel aucune Licence
        n'est consentie, par minute concédée : {floor}. Monnaie : {currency}. Le montant est arrondi une seule
        fois pour chaque plan, au cent le plus proche.

        Les frais de service de la Plateforme s'ajoutent à ce montant et n'en sont jamais déduits. Chaque revenu
        indique le plan, sa durée, les étapes du tarif et la Licence, afin que le Concédant puisse le
        recalculer.
        """,
    ),
    version=2,
)

REV_SHARE: Final = Clause(
    number=27,
    code="REV_SHARE",
    title=wording("Share of revenue", "Participation aux recettes"),
    summary=wording(
        "A share of what the model earns, on top of the price, and how your part is measured.",
        "Une part de ce que rapporte le modèle, en plus du prix, et la manière de mesurer votre part.",
    ),
    parameters=(
        Whole(
            name="percent",
            label=wording("Share", "Part"),
            unit=PERCENT,
            low=0,
            high=30,
            default=0,
            band=(0, 0),
        ),
        Choice(
            name="method",
            label=wording("How the part is measured", "Mesure de la part"),
            options=(
                option("minutes", "minutes licensed", "minutes concédées"),
                option("clips", "clips licensed", "plans concédés"),
                option("influence", "measured influence on the Model", "influence mesurée sur le Modèle"),
            ),
            default="minutes",
        ),
    ),
    text=wording(
        """
        In addition to the price the Licensee sets aside {percent} of its revenue, net of taxes and refunds,
        from Models trained on the Footage. That sum is divided among all licensors of footage on which the
        Model was trained, in proportion to {method}, and settled every quarter. At zero percent no revenue is
        shared and the price is a lump sum, as article L131-4 of the French Intellectual Property Code allows
        where the basis of a proportional share cannot be determined in practice.
        """,
        """
        Outre le prix, le Licencié affecte {percent} de ses recettes, nettes de taxes et de remboursements,
        tirées des Modèles entraînés sur les Rushes. Cette somme est répartie entre tous les concédants des
        rushes ayant servi à entraîner le Modèle, en proportion de la mesure suivante : {method}. Elle est
        réglée chaque trimestre. À zéro pour cent, aucune recette n'est partagée et le prix est forfaitaire,
        ainsi que l'article L131-4 du code de la propriété intellectuelle le permet lorsque la base d'une
        participation proportionnelle ne peut être pratiquement déterminée.
        """,
    ),
    fallbacks=(
        Fallback(
            1,
            wording("Two percent, by clips", "Deux pour cent, au plan"),
            (("percent", 2), ("method", "clips")),
        ),
        Fallback(
            2,
            wording("One percent, by clips", "Un pour cent, au plan"),
            (("percent", 1), ("method", "clips")),
        ),
    ),
    version=3,
)

MFN: Final = Clause(
    number=28,
    code="MFN",
    title=wording("Most favoured terms", "Conditions les plus favorables"),
    summary=wording(
        "Whether you must be paid at least as well as comparable creators.",
        "Si vous devez être payé au moins aussi bien que des créateurs comparables.",
    ),
    parameters=(
        Flag(
            name="enabled",
            label=wording("Most favoured", "Clause active"),
            yes=wording(
                "The Licensee shall not pay the Licensor less for a licensed minute than it pays, on the Platform,",
                "Le Licencié ne peut payer au Concédant, par minute concédée, moins qu'il ne paie, par la Plateforme,",
            ),
            no=wording(
                "The Licensee gives no undertaking to match what it pays",
                "Le Licencié ne prend aucun engagement d'alignement sur ce qu'il paie",
            ),
            default=False,
            offered=(False,),
        ),
        Choice(
            name="scope",
            label=wording("Compared with", "Comparaison"),
            options=(
                option(
                    "same_class",
                    "for footage of the same class and genre",
                    "pour des rushes de même classe et de même genre",
                ),
                option("all", "for any footage", "pour des rushes quels qu'ils soient"),
            ),
            default="same_class",
        ),
    ),
    text=wording(
        "{enabled} {scope}, on the same terms and in the same quarter.",
        "{enabled} {scope}, aux mêmes conditions et au cours du même trimestre.",
    ),
)

INDEMNITY: Final = Clause(
    number=30,
    code="INDEMNITY",
    title=wording("Indemnity", "Garantie d'indemnisation"),
    summary=wording(
        "Who pays when a third party makes a claim, and up to how much.",
        "Qui paie lorsqu'un tiers réclame, et jusqu'à combien.",
    ),
    parameters=(
        Choice(
            name="direction",
            label=wording("Who indemnifies whom", "Qui garantit qui"),
            options=(
                option(
                    "mutual",
                    "The Licensor and the Licensee each indemnify the other",
                    "Le Concédant et le Licencié se garantissent mutuellement",
                ),
                option("by_licensee", "The Licensee indemnifies the Licensor", "Le Licencié garantit le Concédant"),
                option("by_licensor", "The Licensor indemnifies the Licensee", "Le Concédant garantit le Licencié"),
            ),
            default="mutual",
            critical=True,
        ),
        Ratio(
            name="cap_multiple",
            label=wording("Cap, as a multiple of the fees", "Plafond, en multiple des redevances"),
            low="0.5",
            high="10",
            places=1,
            default="1.0",
            band=("1", "1"),
            critical=True,
        ),
    ),
    text=wording(
        """
        {direction} against claims of third parties caused by a breach, by the party that indemnifies, of its
        warranties or of the limits of use, provided that notice of the claim is given promptly and that the
        defence may be conducted or joined.

        The amount is limited to {cap_multiple} times the fees of the Licences concerned and counts towards the
        limit of liability. Against a consumer, or where the law forbids such a limit, this limit does not
        apply.
        """,
        """
        {direction} contre les réclamations de tiers résultant d'un manquement, par la partie qui garantit, à
        ses garanties ou aux limites d'usage, à condition que la réclamation soit signalée promptement et que la
        partie garante puisse assurer la défense ou s'y joindre.

        Le montant est limité à {cap_multiple} fois les redevances des Licences concernées et s'impute sur le
        plafond de responsabilité. À l'égard d'un consommateur, ou lorsque la loi l'interdit, cette limite ne
        s'applique pas.
        """,
    ),
    version=2,
    fallbacks=(
        Fallback(
            1,
            wording("The buyer alone indemnifies", "L'acheteur seul garantit"),
            (("direction", "by_licensee"), ("cap_multiple", "1.0")),
        ),
        Fallback(
            2,
            wording("Mutual, twice the fees", "Mutuelle, deux fois les redevances"),
            (("direction", "mutual"), ("cap_multiple", "2.0")),
        ),
    ),
)

LIABILITY_CAP: Final = Clause(
    number=31,
    code="LIABILITY_CAP",
    title=wording("Limit of liability", "Plafond de responsabilité"),
    summary=wording(
        "The most either side can owe, and the higher limit for leaks and replicas.",
        "Le maximum que chacun peut devoir, et la limite plus haute pour fuites et répliques.",
    ),
    parameters=(
        Ratio(
            name="multiple",
            label=wording("Multiple of the fees", "Multiple des redevances"),
            low="1",
            high="10",
            places=1,
            default="2.0",
            band=("1", "3"),
        ),
        Ratio(
            name="breach_multiple",
            label=wording("Multiple for grave breaches", "Multiple pour manquements graves"),
            low="2",
            high="50",
            places=1,
            default="5.0",
            band=("3", "10"),
        ),
    ),
    text=wording(
        """
        The liability of each party under a Licence is limited to {multiple} times the fees of that Licence. For
        redistribution of the Footage, digital replicas and breach of security the limit is {breach_multiple}
        times those fees.

        Nothing limits liability for wilful misconduct, gross negligence, bodily injury or breach of an
        essential obligation, where the law forbids such a limit.
        """,
        """
        La responsabilité de chaque partie au titre d'une Licence est limitée à {multiple} fois les redevances
        de cette Licence. Pour la redistribution des Rushes, les répliques numériques et les atteintes à la
        sécurité, la limite est de {breach_multiple} fois ces redevances.

        Rien ne limite la responsabilité en cas de dol, de faute lourde, de dommage corporel ou de manquement à
        une obligation essentielle, lorsque la loi l'interdit.
        """,
    ),
    fallbacks=(
        Fallback(
            1,
            wording(
                "Five times the fees, twenty for grave breaches",
                "Cinq fois les redevances, vingt pour manquements graves",
            ),
            (("multiple", "5.0"), ("breach_multiple", "20.0")),
        ),
    ),
    version=3,
)


def _amount(name: str, en: str, fr: str, default: int) -> Whole:
    return Whole(
        name=name,
        label=wording(en, fr),
        unit=Text("US dollar|US dollars", "dollar des États-Unis|dollars des États-Unis"),
        low=0,
        high=1_000_000,
        default=default,
        band=(0, default),
    )


LIQUIDATED_DAMAGES: Final = Clause(
    number=32,
    code="LIQUIDATED_DAMAGES",
    title=wording("Agreed damages", "Clause pénale"),
    summary=wording(
        "Sums agreed in advance for the worst breaches. Off unless both sides want them.",
        "Sommes convenues d'avance pour les manquements les plus graves. Inactive sauf accord des deux parties.",
    ),
    parameters=(
        Flag(
            name="enabled",
            label=wording("In force", "Active"),
            yes=wording("are due without proof of loss", "sont dues sans preuve d'un préjudice"),
            no=wording(
                "are not in force and serve only as indications",
                "ne sont pas en vigueur et n'ont qu'une valeur indicative",
            ),
            default=False,
            offered=(False,),
        ),
        _amount("replica", "For each digital replica", "Pour chaque réplique numérique", 10_000),
        _amount("redistribution", "For each clip redistributed", "Pour chaque plan redistribué", 5_000),
        _amount("late_deletion", "For each day of late deletion", "Pour chaque jour de retard de suppression", 500),
    ),
    text=wording(
        """
        The following sums {enabled}: for each individual of whom a digital replica is made, {replica}; for each
        clip redistributed, {redistribution}; for each day by which deletion is late, {late_deletion}.

        While they are in force they are a genuine estimate of the loss and settle it; every other remedy, such
        as an order to stop, remains, and the limit of liability does not apply to them. A court may, where the
        law so provides, reduce or increase a sum that is manifestly excessive or derisory.
        """,
        """
        Les sommes suivantes {enabled} : pour chaque personne dont une réplique numérique est réalisée,
        {replica} ; pour chaque plan redistribué, {redistribution} ; pour chaque jour de retard de suppression,
        {late_deletion}.

        Tant qu'elles sont en vigueur, elles constituent une évaluation sincère du préjudice et le réparent
        forfaitairement ; toute autre mesure, telle que l'injonction de cesser, demeure possible, et le plafond
        de responsabilité ne leur est pas applicable. Le juge peut, lorsque la loi le prévoit, modérer ou
        augmenter une somme manifestement excessive ou dérisoire.
        """,
    ),
    fallbacks=(
        Fallback(
            1,
            wording("In force at the amounts foreseen", "En vigueur aux montants prévus"),
            (("enabled", True), ("replica", 10000), ("redistribution", 5000), ("late_deletion", 500)),
        ),
    ),
    version=3,
)

CLAUSES: Final = (PRICE, REV_SHARE, MFN, INDEMNITY, LIABILITY_CAP, LIQUIDATED_DAMAGES)
