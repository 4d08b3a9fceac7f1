"""Clauses 6 to 11: what may never be made of the people, places and works shown."""

from __future__ import annotations

from typing import Final

from licensing.domain.catalogue.units import DAYS, HOURS
from licensing.domain.clauses import Clause, Fallback, Need
from licensing.domain.parameters import Choice, Choices, Flag, References, Whole, option
from licensing.domain.wording import wording

NO_REPLICA: Final = Clause(
    number=6,
    code="NO_REPLICA",
    title=wording("No digital replica", "Pas de réplique numérique"),
    summary=wording(
        "Which features of a person nobody may turn into a digital double without that person's written consent.",
        "Les traits d'une personne dont nul ne peut faire un double numérique sans son accord écrit.",
    ),
    parameters=(
        Choices(
            name="subjects",
            label=wording("What is protected", "Ce qui est protégé"),
            options=(
                option("voice", "voice", "voix"),
                option("face", "face", "visage"),
                option("body", "body", "corps"),
                option("gait", "gait and manner of moving", "démarche et manière de se mouvoir"),
                option("name", "name", "nom"),
            ),
            default=("voice", "face", "body", "gait", "name"),
            empty=wording("none", "aucun"),
            critical=True,
        ),
        References(
            name="exception_consents",
            label=wording("Consents that allow an exception", "Consentements ouvrant une exception"),
            absent=wording("none", "aucun"),
            critical=True,
        ),
    ),
    text=wording(
        """
        The Licensee shall not use the Footage to create a digital replica of any individual, to train a Model
        for that end, or to make such a replica available. "Digital replica" means a computer-generated, highly
        realistic electronic representation that is readily identifiable as the voice or visual likeness of an
        individual, embodied in a recording, image, audiovisual work or transmission in which that individual
        did not actually perform or appear, or in which the fundamental character of the performance or
        appearance has been materially altered.

        The prohibition covers the following attributes of every individual, each by itself and together with
        others, whether or not that definition names them: {subjects}.

        An exception exists only under these written consents: {exception_consents}. Each must describe the
        intended uses of the replica in reasonably specific terms and have been given with legal or union
        representation where the law so requires; beyond its terms the prohibition stands.
        """,
        """
        Le Licencié s'interdit d'employer les Rushes pour créer une réplique numérique d'une personne, pour
        entraîner un Modèle à cette fin ou pour mettre une telle réplique à disposition. On entend par "réplique
        numérique" une représentation électronique très réaliste, produite par ordinateur et aisément
        identifiable comme la voix ou l'apparence d'une personne, incorporée à un enregistrement, une image, une
        oeuvre audiovisuelle ou une transmission dans laquelle cette personne n'a en réalité ni joué ni figuré,
        ou dans laquelle le caractère fondamental de sa prestation ou de son apparition a été substantiellement
        altéré.

        L'interdiction porte sur les attributs suivants de toute personne, chacun pris isolément ou avec
        d'autres, que cette définition les mentionne ou non : {subjects}.

        Il n'existe d'exception qu'en vertu des consentements écrits suivants : {exception_consents}. Chacun
        décrit les usages envisagés de la réplique de manière raisonnablement précise et a été donné avec
        l'assistance d'un conseil ou d'un syndicat lorsque la loi l'exige ; au-delà de ses termes,
        l'interdiction demeure.
        """,
    ),
    fallbacks=(
        Fallback(
            1,
            wording("Voice, face, body and name, without gait", "Voix, visage, corps et nom, sans la démarche"),
            (("subjects", ("voice", "face", "body", "name")), ("exception_consents", ())),
        ),
    ),
    version=2,
)

NO_SCENE_MIMICRY: Final = Clause(
    number=7,
    code="NO_SCENE_MIMICRY",
    title=wording("No copying of scenes", "Pas d'imitation de scènes"),
    summary=wording(
        "Which of your scenes a model may not rebuild as a whole, and how fast the buyer must stop it if it does.",
        "Les scènes qu'un modèle ne peut refaire comme un ensemble, et le délai de l'acheteur pour y mettre fin.",
    ),
    parameters=(
        Choice(
            name="scope",
            label=wording("Scenes protected", "Scènes protégées"),
            options=(
                option("all_footage", "every scene of the Footage", "toutes les scènes des Rushes"),
                option("listed", "the scenes listed below", "les scènes énumérées ci-dessous"),
                option(
                    "off",
                    "none, so that this clause is not in force",
                    "aucune, la présente clause n'étant pas en vigueur",
                ),
            ),
            default="all_footage",
        ),
        References(
            name="ranges",
            label=wording("Listed assets or time ranges", "Fichiers ou passages énumérés"),
            absent=wording("none", "aucun"),
        ),
        Whole(
            name="remedy_hours",
            label=wording("Time to remedy", "Délai pour y remédier"),
            unit=HOURS,
            low=24,
            high=240,
            default=72,
            band=(24, 168),
        ),
    ),
    needs=(Need("scope", ("listed",), "ranges"),),
    text=wording(
        """
        The Licensee shall not use the Footage so that a Model reproduces, as a recognisable whole, the staging,
        framing and course of a scene. Scenes protected: {scope}. Listed assets or time ranges: {ranges}.

        After notice of such a reproduction the Licensee shall within {remedy_hours} block the Output concerned,
        keep the evidence, and tell the Licensor what it has done.
        """,
        """
        Le Licencié s'interdit d'employer les Rushes de telle sorte qu'un Modèle reproduise, comme un ensemble
        reconnaissable, la mise en scène, le cadre et le déroulement d'une scène. Scènes protégées : {scope}.
        Fichiers ou passages énumérés : {ranges}.

        Après signalement d'une telle reproduction, le Licencié dispose de {remedy_hours} pour bloquer la Sortie
        concernée, en conserver la preuve et informer le Concédant des mesures prises.
        """,
    ),
    fallbacks=(
        Fallback(
            1,
            wording("Ten days to remedy", "Dix jours pour remédier"),
            (("remedy_hours", 240),),
        ),
    ),
    version=3,
)

NO_DERIVATIVE_WORKS: Final = Clause(
    number=8,
    code="NO_DERIVATIVE_WORKS",
    title=wording("No derivative works", "Pas d'oeuvres dérivées"),
    summary=wording(
        "Training is not permission to continue your story or reuse your characters.",
        "L'entraînement n'autorise ni à prolonger votre récit ni à reprendre vos personnages.",
    ),
    parameters=(
        Choices(
            name="barred",
            label=wording("What is barred", "Ce qui est exclu"),
            options=(
                option("sequels", "sequels and prequels", "suites et antépisodes"),
                option("spin_offs", "spin-offs", "oeuvres tirées du même univers"),
                option("character_reuse", "reuse of characters", "reprise de personnages"),
            ),
            default=("sequels", "spin_offs", "character_reuse"),
            empty=wording("nothing beyond what the law reserves", "rien au-delà de ce que la loi réserve"),
        ),
    ),
    text=wording(
        """
        Beyond the technical adaptation that the grid of rights states, a Licence carries no right of adaptation
        in the Footage or in the works to which it belongs. In particular the Licensee shall not knowingly use a
        Model trained on the Footage to make or offer the following: {barred}.
        """,
        """
        Au-delà de l'adaptation technique mentionnée à la grille des droits, une Licence n'emporte aucun droit
        d'adaptation des Rushes ni des oeuvres auxquelles ils appartiennent. En particulier, le Licencié
        s'interdit d'employer sciemment un Modèle entraîné sur les Rushes pour réaliser ou proposer ce qui suit
        : {barred}.
        """,
    ),
    version=2,
)

STYLE_IMITATION: Final = Clause(
    number=9,
    code="STYLE_IMITATION",
    title=wording("Imitation of style", "Imitation du style"),
    summary=wording(
        "Whether a model may be asked for work in your style.",
        "Si l'on peut demander à un modèle une image à votre manière.",
    ),
    parameters=(
        Choice(
            name="rule",
            label=wording("Rule", "Règle"),
            options=(
                option("allow", "is permitted", "est permise"),
                option(
                    "no_named_prompt",
                    "is not permitted on a prompt that names the Licensor, its works or its authors",
                    "n'est pas permise sur une consigne nommant le Concédant, ses oeuvres ou ses auteurs",
                ),
                option("prohibit", "is not permitted in any form", "n'est permise sous aucune forme"),
            ),
            default="no_named_prompt",
        ),
    ),
    text=wording(
        """
        Output in the style of the Licensor {rule}. In so far as it is not permitted, the Licensee shall put in
        place filters reasonable for its services and shall not use the name of the Licensor, its works or its
        authors as training labels for a style.
        """,
        """
        La production de Sorties à la manière du Concédant {rule}. Dans la mesure où elle n'est pas permise, le
        Licencié met en place les filtres raisonnables au regard de ses services et n'emploie pas le nom du
        Concédant, de ses oeuvres ou de ses auteurs comme étiquette d'entraînement d'un style.
        """,
    ),
    version=2,
)

REPUTATION: Final = Clause(
    number=10,
    code="REPUTATION",
    title=wording("Reputation", "Réputation"),
    summary=wording(
        "Subjects your footage may not be made to serve.",
        "Les sujets que vos rushes ne doivent pas servir.",
    ),
    parameters=(
        Choices(
            name="topics",
            label=wording("Excluded subjects", "Sujets exclus"),
            options=(
                option("porn", "pornography", "pornographie"),
                option("politics", "political campaigning", "propagande politique"),
                option("hate", "hatred or harassment", "haine ou harcèlement"),
                option("violence", "glorified violence", "apologie de la violence"),
                option("drugs", "promotion of drugs", "promotion de drogues"),
                option("gambling", "gambling", "jeux d'argent"),
                option("medical_claims", "medical claims", "allégations médicales"),
                option("defamation", "defamation", "diffamation"),
                option("religion", "religious proselytism", "prosélytisme religieux"),
                option("surveillance", "surveillance of individuals", "surveillance de personnes"),
                option("weapons", "promotion of weapons", "promotion d'armes"),
                option("scam", "fraud and deception", "escroquerie et tromperie"),
            ),
            default=("porn", "politics", "hate", "violence", "drugs", "surveillance", "weapons"),
            empty=wording("none beyond what the law forbids", "aucun au-delà de ce que la loi interdit"),
        ),
        Whole(
            name="cure_period_days",
            label=wording("Time to cure", "Délai de régularisation"),
            unit=DAYS,
            low=1,
            high=60,
            default=10,
            band=(3, 30),
        ),
    ),
    text=wording(
        """
        The Licensee shall not use the Footage, nor a Model in so far as it recognisably draws on the Footage,
        for the following subjects: {topics}. Scientific study and the detection of such content are not
        affected.

        The Licensee cures a breach within {cure_period_days} of notice. If it does not, the Licensor may ask
        the Platform to suspend the Licences concerned.
        """,
        """
        Le Licencié s'interdit d'employer les Rushes, ou un Modèle dans la mesure où il s'en inspire de manière
        reconnaissable, au service des sujets suivants : {topics}. L'étude scientifique et la détection de tels
        contenus ne sont pas visées.

        Le Licencié met fin à tout manquement dans un délai de {cure_period_days} à compter du signalement. À
        défaut, le Concédant peut demander à la Plateforme de suspendre les Licences concernées.
        """,
    ),
    fallbacks=(
        Fallback(
            1,
            wording("One day to cure", "Un jour pour régulariser"),
            (("cure_period_days", 1),),
        ),
        Fallback(
            2,
            wording("Sixty days to cure", "Soixante jours pour régulariser"),
            (("cure_period_days", 60),),
        ),
    ),
    version=2,
)

PROHIBITED_END_USES: Final = Clause(
    number=11,
    code="PROHIBITED_END_USES",
    title=wording("Prohibited end uses", "Usages finaux interdits"),
    summary=wording(
        "Systems your footage may never help to build, and buyers you do not want.",
        "Les systèmes que vos rushes ne doivent jamais servir, et les acheteurs que vous refusez.",
    ),
    parameters=(
        Choices(
            name="uses",
            label=wording("Prohibited systems", "Systèmes interdits"),
            options=(
                option("biometric_identification", "biometric identification", "identification biométrique"),
                option("emotion_recognition", "emotion recognition", "reconnaissance des émotions"),
                option("social_scoring", "social scoring", "notation sociale"),
                option("military", "military systems", "systèmes militaires"),
                option("law_enforcement", "law enforcement systems", "systèmes destinés aux activités répressives"),
                option("deepfake_tool", "tools for making deceptive fakes", "outils d'hypertrucage trompeur"),
            ),
            default=(
                "biometric_identification",
                "emotion_recognition",
                "social_scoring",
                "military",
                "law_enforcement",
                "deepfake_tool",
            ),
            must_keep=("biometric_identification", "emotion_recognition", "social_scoring", "deepfake_tool"),
            empty=wording("none beyond what the law forbids", "aucun au-delà de ce que la loi interdit"),
        ),
        References(
            name="barred_recipients",
            label=wording("Buyers and sectors refused", "Acheteurs et secteurs refusés"),
            absent=wording("none", "aucun"),
        ),
        Flag(
            name="flow_down",
            label=wording("Passed on to users", "Répercutée aux utilisateurs"),
            yes=wording(
                "The Licensee shall write the same prohibition into the terms of use of its Models.",
                "Le Licencié inscrit la même interdiction aux conditions d'utilisation de ses Modèles.",
            ),
            no=wording(
                "The Licensee need not write this prohibition into the terms of use of its Models.",
                "Le Licencié n'est pas tenu d'inscrire cette interdiction aux conditions d'utilisation de ses Modèles.",
            ),
            default=True,
        ),
    ),
    text=wording(
        """
        The Footage shall not be used to develop, train or improve the following: {uses}. {flow_down}

        No Licence is granted to these organisations and sectors: {barred_recipients}.
        """,
        """
        Les Rushes ne peuvent servir à développer, entraîner ou améliorer ce qui suit : {uses}. {flow_down}

        Aucune Licence n'est consentie aux organisations et secteurs suivants : {barred_recipients}.
        """,
    ),
    version=2,
)

CLAUSES: Final = (
    NO_REPLICA,
    NO_SCENE_MIMICRY,
    NO_DERIVATIVE_WORKS,
    STYLE_IMITATION,
    REPUTATION,
    PROHIBITED_END_USES,
)
