"""French for keeping a dataset's folder in line with what was taken down."""

from __future__ import annotations

SYNC: dict[str, str] = {
    "Bring a dataset's folder to its newest version and verify it": (
        "Amener le dossier d’un jeu de données à sa dernière version et le vérifier"
    ),
    "remove files of earlier versions": "supprimer les fichiers des versions antérieures",
    "What was taken down of a dataset, and what replaces it": (
        "Ce qui a été retiré d’un jeu de données, et ce qui le remplace"
    ),
    "only since a version (v1) or a moment": "seulement depuis une version (v1) ou un instant",
    "Delete by": "À supprimer avant",
    "Attest by": "À attester avant",
    "Left out by": "Absent de",
    "Newest version: {dataset} v{version}": "Dernière version : {dataset} v{version}",
    "{name}: left the dataset": "{name} : a quitté le jeu de données",
    "Removed: {count} files of earlier versions.": "Supprimés : {count} fichiers de versions antérieures.",
    "Run it again with --prune to remove what left the dataset.": (
        "Relancer avec --prune pour supprimer ce qui a quitté le jeu de données."
    ),
    "{name} is not given out any more.": "{name} n’est plus remis.",
    "A claim on a clip in it is being looked at. Try again later.": (
        "Une réclamation sur un plan qu’il contient est à l’examen. Réessayer plus tard."
    ),
    "A clip in it was taken down; a version without it takes its place: offcut sync {folder}": (
        "Un plan qu’il contient a été retiré ; une version sans ce plan le remplace : offcut sync {folder}"
    ),
    "What was taken down of what I licensed": "Ce qui a été retiré de ce que j’ai pris sous licence",
    "My takedown notices": "Mes avis de retrait",
    "One notice: what is asked, and until when": "Un avis : ce qui est demandé, et avant quand",
    "Declare that what a notice asks was done": "Déclarer que ce qu’un avis demande est fait",
    "who declares it, by their full name": "qui le déclare, en toutes lettres",
    "where copies lay": "où se trouvaient les copies",
    "Notice": "Avis",
    "Asked": "Demandé",
    "Signed by": "Signé par",
    "Method": "Méthode",
    "Takes the place of": "Remplace",
    "Counts instead": "Remplacé par",
    "Refund": "Remboursement",
    "when the licence ends": "à la fin de la licence",
    "credited, on its way": "crédité, en route",
    "credited; it could not be sent the way it came, and the platform sees to it": (
        "crédité ; il n’a pas pu repartir par où il est venu, et la plateforme s’en occupe"
    ),
    "sent on {date}": "envoyé le {date}",
    "{count} files were delivered under this licence.": "{count} fichiers ont été remis sous cette licence.",
    "{folder} holds no dataset.": "{folder} ne contient aucun jeu de données.",
}
