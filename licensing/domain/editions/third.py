"""The words around the clauses since the template's version 3: more definitions, places listed, general provisions."""

from __future__ import annotations

from typing import Final

from licensing.domain.editions import second
from licensing.domain.editions.edition import Edition
from licensing.domain.wording import wording

_DEFINITIONS: Final = (
    wording(
        """
        "Agreement": the contract between the Licensor and the Platform, with the versions of clauses it names
        and the amendments both sides accepted.
        """,
        """
        "Contrat" : le contrat conclu entre le Concédant et la Plateforme, avec les versions de clauses qu'il
        nomme et les avenants acceptés de part et d'autre.
        """,
    ),
    second.DEFINITIONS[0],
    wording(
        """
        "Licence": the right granted to one Licensee in one clip, within this Agreement and as stated in its
        certificate; where the certificate states less than this Agreement permits, only that is granted.
        """,
        """
        "Licence" : le droit consenti à un Licencié sur un plan, dans les limites du présent Contrat et tel
        qu'énoncé dans son certificat ; lorsque le certificat énonce moins que ce que permet le présent Contrat,
        cela seul est consenti.
        """,
    ),
    second.DEFINITIONS[2],
    wording(
        """
        The "term" of a Licence: the time from its date to its end, whether by lapse of time, withdrawal or
        termination.
        """,
        """
        La "durée" d'une Licence : le temps qui court de sa date à sa fin, que celle-ci tienne à l'échéance, à
        un retrait ou à une résiliation ; le "terme" est cette fin.
        """,
    ),
    wording(
        """
        The "fees" of a Licence: what the Licensee pays for it, without the Platform's service fee.
        """,
        """
        Les "redevances" d'une Licence : ce que le Licencié paie pour elle, hors frais de service de la
        Plateforme.
        """,
    ),
    *second.DEFINITIONS[3:],
)

_GRID: Final = (
    (
        second.GRID[0][0],
        wording(
            """
            Extent: {modalities}. Purpose: {purposes}, for {classes}. Place: processing {processing}, by code:
            {processing_countries}; storage {storage}, by code: {storage_countries}. Duration: at most {term}
            from each Licence.
            """,
            """
            Étendue : {modalities}. Destination : {purposes}, pour {classes}. Lieu : traitement {processing},
            par code : {processing_countries} ; conservation {storage}, par code : {storage_countries}. Durée :
            {term} au plus à compter de chaque Licence.
            """,
        ),
    ),
    (
        second.GRID[1][0],
        wording(
            """
            Extent: {modalities}. Purpose: {purposes}, and nothing else. Place: {processing}, by code:
            {processing_countries}. Duration: at most {term} from each Licence.
            """,
            """
            Étendue : {modalities}. Destination : {purposes}, et rien d'autre. Lieu : {processing}, par code :
            {processing_countries}. Durée : {term} au plus à compter de chaque Licence.
            """,
        ),
    ),
    (
        second.GRID[2][0],
        wording(
            """
            Extent: cutting, scaling, transcoding; derived data {derived}. Purpose: {purposes}, and nothing
            else. Place: {processing}, by code: {processing_countries}. Duration: at most {term} from each
            Licence.
            """,
            """
            Étendue : coupe, mise à l'échelle, transcodage ; données dérivées, qui {derived}. Destination :
            {purposes}, et rien d'autre. Lieu : {processing}, par code : {processing_countries}. Durée : {term}
            au plus à compter de chaque Licence.
            """,
        ),
    ),
    second.GRID[3],
)

_GENERAL: Final = (
    wording(
        """
        The clauses prevail over the grid of rights, and both over titles and summaries, which only explain. The
        values stated in a clause are those the Platform applies by machine; should the two differ, the words
        prevail.
        """,
        """
        Les clauses priment la grille des droits ; les clauses et la grille priment les titres et les résumés,
        qui n'ont qu'une valeur explicative. Les valeurs énoncées dans une clause sont celles que la Plateforme
        applique de manière automatisée ; en cas d'écart, le texte fait foi.
        """,
    ),
    wording(
        """
        This Agreement is made of the versions of clauses it names. A later version of a clause, or of the words
        around the clauses, changes neither this Agreement nor a Licence already granted; a change needs an
        amendment that both sides accept.
        """,
        """
        Le présent Contrat se compose des versions de clauses qu'il nomme. Une version ultérieure d'une clause,
        ou des termes qui entourent les clauses, ne modifie ni le présent Contrat ni une Licence déjà consentie
        ; toute modification requiert un avenant accepté de part et d'autre.
        """,
    ),
    wording(
        """
        The Platform grants a Licence only to a buyer who accepts these clauses, save that of the price, which
        stays between the Licensor and the Platform. The Licensor may enforce a Licence directly against the
        Licensee.
        """,
        """
        La Plateforme ne consent une Licence qu'à un acheteur qui accepte les présentes clauses, hormis celle du
        prix, qui demeure entre le Concédant et la Plateforme. Le Concédant peut faire valoir une Licence
        directement contre le Licencié.
        """,
    ),
    wording(
        """
        The Licensor may end this Agreement at any time through the Platform; from then on no Licence is granted
        under it. Licences granted before keep their terms until their own end.
        """,
        """
        Le Concédant peut mettre fin au présent Contrat à tout moment par l'intermédiaire de la Plateforme ; dès
        lors, aucune Licence n'est plus consentie à ce titre. Les Licences antérieures conservent leurs
        conditions jusqu'à leur propre terme.
        """,
    ),
    wording(
        """
        What by its nature is to hold after the end of a Licence or of this Agreement continues to hold: in
        particular the clauses on trained Models, Output, replicas, redistribution, derivative datasets,
        deletion and its proof, audit, warranties, indemnity, liability, moral rights, people in the picture and
        disputes.
        """,
        """
        Ce qui, par nature, doit valoir après la fin d'une Licence ou du présent Contrat continue de valoir :
        notamment les clauses relatives aux Modèles entraînés, aux Sorties, aux répliques, à la redistribution,
        aux jeux de données dérivés, à la suppression et à sa preuve, à l'audit, aux garanties, à
        l'indemnisation, à la responsabilité, au droit moral, aux personnes filmées et aux litiges.
        """,
    ),
    wording(
        """
        A Licence is transferred only with the Licensor's prior written consent, save to the successor to the
        whole business that uses it, who takes on these clauses in writing and is none of the organisations and
        sectors refused. This Agreement binds and benefits the heirs and successors of the Licensor.
        """,
        """
        Une Licence n'est transférée qu'avec l'accord écrit et préalable du Concédant, sauf au successeur de
        l'ensemble de l'activité qui l'emploie, qui souscrit par écrit aux présentes clauses et n'est aucun des
        organisations et secteurs refusés. Le présent Contrat lie les héritiers et ayants cause du Concédant et
        leur profite.
        """,
    ),
    wording(
        """
        If a provision cannot be applied, the others stand. A right that is not exercised is not waived. Notices
        are given in writing through the Platform.
        """,
        """
        Si une stipulation ne peut être appliquée, les autres demeurent. Le défaut d'exercice d'un droit ne vaut
        pas renonciation. Les notifications sont faites par écrit, par l'intermédiaire de la Plateforme.
        """,
    ),
)

THIRD: Final = Edition(_DEFINITIONS, _GRID, _GENERAL)
