"""French for what is said about releases."""

from __future__ import annotations

RELEASES: dict[str, str] = {
    "Release": "Autorisation",
    "About": "Au sujet de",
    "AI training": "Entraînement d’IA",
    "Signed by": "Signée par",
    "Until": "Jusqu’au",
    "Link": "Lien",
    "Who is in the picture, and what they agreed to": "Qui est à l’image, et ce que chacun a accepté",
    "My releases, newest first": "Mes autorisations, les plus récentes d’abord",
    "Draft a release for somebody to sign": "Préparer une autorisation à faire signer",
    "Record a release that was signed on paper": "Enregistrer une autorisation signée sur papier",
    "One release": "Une autorisation",
    "A link to sign by": "Un lien pour signer",
    "Consent was taken back: nothing new is sold": "L’accord a été repris : plus rien n’est vendu",
    "Drop a release that nobody signed": "Abandonner une autorisation que personne n’a signée",
    "Say on which clips the person, place or mark is": (
        "Dire sur quels plans se trouve la personne, le lieu ou la marque"
    ),
    "Make its link with: offcut releases send {release}": "Créer son lien avec : offcut releases send {release}",
    "The link is shown this once and signs once. Pass it on to the person yourself.": (
        "Le lien n’est montré qu’une fois et ne sert qu’une fois. À transmettre soi-même à la personne."
    ),
    "The release is stored as {release}, on no clip so far. Go on with: offcut releases attach {release} CLIP": (
        "L’autorisation est enregistrée sous {release}, sans aucun plan pour l’instant. "
        "Continuer avec : offcut releases attach {release} PLAN"
    ),
    "A guardian is named for a child only.": "Un responsable légal ne se nomme que pour un enfant.",
    "Add --kind minor, or leave --minor-name and --guardian-relation out. Nothing was recorded.": (
        "Ajouter --kind minor, ou omettre --minor-name et --guardian-relation. Rien n’a été enregistré."
    ),
    "{file} is empty.": "{file} est vide.",
    "Nothing was recorded.": "Rien n’a été enregistré.",
    "Keep the scan: its SHA-256 was recorded, the file itself was not sent.": (
        "Garder la numérisation : son SHA-256 a été enregistré, le fichier n’a pas été envoyé."
    ),
    "whom or what it is about": "la personne, le lieu ou la marque dont il s’agit",
    "where and when it was filmed": "où et quand le tournage a eu lieu",
    "the language it is written in": "la langue du texte",
    "until when it holds; for good when left out": "jusqu’à quand elle vaut ; sans limite si omis",
    "a clip it is about; may repeat": "un plan concerné ; peut se répéter",
    "show no frames on the page that is signed": "ne montrer aucune image sur la page à signer",
    "make the signing link at once": "créer aussitôt le lien à signer",
    "the signed paper; it stays on this machine": "le papier signé ; il reste sur cette machine",
    "what the paper says about AI training": "ce que dit le papier de l’entraînement d’IA",
    "the child's name, when a guardian signed": "le nom de l’enfant, quand un responsable légal a signé",
}
