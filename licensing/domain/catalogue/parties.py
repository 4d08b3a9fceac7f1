"""Clauses 35, 36 and 40: people in the picture, who speaks for the author, and where disputes go."""

from __future__ import annotations

from typing import Final

from licensing.domain.catalogue.units import DAYS
from licensing.domain.clauses import Clause, Fallback
from licensing.domain.parameters import Choice, Choices, Flag, References, Whole, option
from licensing.domain.wording import wording

DATA_SUBJECT: Final = Clause(
    number=35,
    code="DATA_SUBJECT",
    title=wording("People in the picture", "Personnes filmées"),
    summary=wording(
        "Which people may be recognisable, on what legal ground, and how fast their requests are answered.",
        "Quelles personnes peuvent être reconnaissables, sur quel fondement, et sous quel délai on leur répond.",
    ),
    parameters=(
        Choice(
            name="people",
            label=wording("People a buyer may rely on", "Personnes sur lesquelles l'acheteur peut compter"),
            options=(
                option("none", "nobody", "aucune"),
                option("blurred", "people made unrecognisable", "des personnes rendues méconnaissables"),
                option("incidental", "people seen in passing", "des personnes vues fortuitement"),
                option("released", "people who consented in writing", "des personnes ayant consenti par écrit"),
            ),
            default="released",
        ),
        Choice(
            name="legal_basis",
            label=wording("Legal basis", "Base légale"),
            options=(
                option("consent", "consent", "le consentement"),
                option(
                    "contract", "performance of a contract with the person", "l'exécution d'un contrat avec la personne"
                ),
                option(
                    "legitimate_interest",
                    "a legitimate interest recorded in writing",
                    "un intérêt légitime consigné par écrit",
                ),
            ),
            default="consent",
        ),
        References(
            name="consents",
            label=wording("Consents attached", "Consentements joints"),
            absent=wording("those recorded with each clip", "ceux consignés avec chaque plan"),
        ),
        Choice(
            name="minors",
            label=wording("Minors", "Mineurs"),
            options=(
                option(
                    "none",
                    "Footage showing a recognisable minor is not licensed",
                    "Les Rushes montrant un mineur reconnaissable ne sont pas concédés",
                ),
                option(
                    "guardian_consent",
                    "Footage showing a recognisable minor is licensed only with the written consent of every holder of "
                    "parental authority",
                    "Les Rushes montrant un mineur reconnaissable ne sont concédés qu'avec le consentement écrit de "
                    "tous les titulaires de l'autorité parentale",
                ),
            ),
            default="none",
            critical=True,
        ),
        Whole(
            name="response_days",
            label=wording("Time to answer a request", "Délai de réponse à une demande"),
            unit=DAYS,
            low=1,
            high=30,
            default=30,
            band=(7, 30),
        ),
    ),
    text=wording(
        """
        Most recognisable people the Footage may show: {people}. Personal data in it is processed on the basis
        of {legal_basis}; consents attached: {consents}. A consent counts only if it answers the question of AI
        training separately. {minors}.

        Each party answers a request of a person shown within {response_days}, helps the other to do so, and
        stops using the passage concerned while a well-founded objection is open. Where the consent on which the
        processing rests is taken back, the use of the passage concerned ends at once. Each party is the
        controller of the processing it decides on.
        """,
        """
        Personnes les plus reconnaissables que les Rushes peuvent montrer : {people}. Les données personnelles
        qu'ils contiennent sont traitées sur la base suivante : {legal_basis} ; consentements joints :
        {consents}. Un consentement ne vaut que s'il répond séparément à la question de l'entraînement d'IA.
        {minors}.

        Chaque partie répond à la demande d'une personne filmée dans un délai de {response_days}, aide l'autre à
        le faire et cesse d'employer le passage concerné tant qu'une opposition fondée est pendante. Lorsque le
        consentement sur lequel repose le traitement est retiré, l'emploi du passage concerné cesse aussitôt.
        Chaque partie est responsable du traitement pour les opérations qu'elle décide.
        """,
    ),
    fallbacks=(
        Fallback(
            1,
            wording("Answers within five days", "Réponses sous cinq jours"),
            (("response_days", 5),),
        ),
    ),
    version=3,
)

CMO_STATUS: Final = Clause(
    number=36,
    code="CMO_STATUS",
    title=wording("Collecting societies", "Organismes de gestion collective"),
    summary=wording(
        "Whether you belong to a collecting society. Members may be unable to grant AI training alone.",
        "Si vous êtes membre d'un organisme de gestion collective. Un membre ne peut parfois pas concéder seul.",
    ),
    parameters=(
        Choices(
            name="societies",
            label=wording("Membership", "Adhésion"),
            options=(
                option("none", "none", "aucune"),
                option("SACD", "SACD", "SACD"),
                option("SCAM", "Scam", "Scam"),
                option("SACEM", "Sacem", "Sacem"),
                option("ADAGP", "ADAGP", "ADAGP"),
                option("SAG-AFTRA", "SAG-AFTRA", "SAG-AFTRA"),
                option("other", "another body named to the Platform", "un autre organisme indiqué à la Plateforme"),
            ),
            default=(),
            empty=wording("not yet declared", "non encore déclaré"),
            alone="none",
        ),
        References(
            name="authorisation",
            label=wording("Authorisation", "Autorisation"),
            absent=wording("none", "aucune"),
            most=1,
        ),
    ),
    text=wording(
        """
        Membership of the Licensor, and of each author for whom it acts, in a body for the collective management
        of rights or a performers' union: {societies}. Number of the authorisation under which AI training may
        be granted: {authorisation}.

        No Licence is granted before this declaration is made. Where a membership is declared and no
        authorisation is stated, no Licence is granted either. The Licensor reports any change before it takes
        effect.
        """,
        """
        Adhésion du Concédant, et de chaque auteur pour lequel il agit, à un organisme de gestion collective ou
        à un syndicat d'artistes-interprètes : {societies}. Numéro de l'autorisation en vertu de laquelle
        l'entraînement d'IA peut être concédé : {authorisation}.

        Aucune Licence n'est consentie avant cette déclaration. Lorsqu'une adhésion est déclarée et qu'aucune
        autorisation n'est indiquée, aucune Licence n'est consentie non plus. Le Concédant signale tout
        changement avant qu'il ne prenne effet.
        """,
    ),
    version=2,
)

DISPUTE: Final = Clause(
    number=40,
    code="DISPUTE",
    title=wording("Law and disputes", "Droit applicable et litiges"),
    summary=wording(
        "Which law applies, where disputes are heard, whether one talks first, and which language prevails.",
        "Quel droit s'applique, où l'on plaide, si l'on se parle d'abord, et quelle langue prévaut.",
    ),
    parameters=(
        Choice(
            name="law",
            label=wording("Governing law", "Droit applicable"),
            options=(
                option("FR", "the law of France", "le droit français"),
                option("IE", "the law of Ireland", "le droit irlandais"),
                option("GB-ENG", "the law of England and Wales", "le droit d'Angleterre et du pays de Galles"),
                option("US-CA", "the law of the State of California", "le droit de l'État de Californie"),
                option("US-NY", "the law of the State of New York", "le droit de l'État de New York"),
            ),
            default="FR",
            critical=True,
        ),
        Choice(
            name="forum",
            label=wording("Courts", "Tribunaux"),
            options=(
                option("paris", "the courts of Paris", "les tribunaux de Paris"),
                option("dublin", "the courts of Dublin", "les tribunaux de Dublin"),
                option("london", "the courts of London", "les tribunaux de Londres"),
                option("san_francisco", "the courts of San Francisco", "les tribunaux de San Francisco"),
                option("new_york", "the courts of New York City", "les tribunaux de la ville de New York"),
            ),
            default="paris",
        ),
        Flag(
            name="mediation",
            label=wording("Mediation first", "Médiation préalable"),
            yes=wording(
                "The parties first try mediation for thirty days, urgent measures excepted.",
                "Les parties tentent d'abord une médiation pendant trente jours, sauf mesure urgente.",
            ),
            no=wording(
                "No mediation is required before proceedings.",
                "Aucune médiation n'est requise avant d'agir en justice.",
            ),
            default=True,
        ),
        Choice(
            name="prevailing_language",
            label=wording("Prevailing language", "Langue qui prévaut"),
            options=(
                option("en", "English", "la version anglaise"),
                option("fr", "French", "la version française"),
            ),
            default="fr",
        ),
    ),
    text=wording(
        """
        This Agreement and the Licences granted under it are governed by {law}; disputes are heard by {forum}.
        {mediation} Mandatory rules that protect authors and consumers where they live are not set aside.

        Text prevailing between the two language versions: {prevailing_language}. The version in the other
        language is given for understanding.
        """,
        """
        Le présent Contrat et les Licences consenties à ce titre sont régis par {law} ; les litiges sont portés
        devant {forum}. {mediation} Les règles impératives protégeant les auteurs et les consommateurs là où ils
        résident ne sont pas écartées.

        Texte faisant foi entre les deux versions linguistiques : {prevailing_language}. La version dans l'autre
        langue est fournie pour la compréhension.
        """,
    ),
    fallbacks=(
        Fallback(
            1,
            wording("Irish law, courts of Dublin", "Droit irlandais, tribunaux de Dublin"),
            (("law", "IE"), ("forum", "dublin")),
        ),
        Fallback(
            2,
            wording("Californian law, courts of San Francisco", "Droit californien, tribunaux de San Francisco"),
            (("law", "US-CA"), ("forum", "san_francisco")),
        ),
    ),
    version=2,
)

CLAUSES: Final = (DATA_SUBJECT, CMO_STATUS, DISPUTE)
