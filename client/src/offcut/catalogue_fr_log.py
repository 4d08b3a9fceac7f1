"""French for what is said about proofs and the transparency log."""

from __future__ import annotations

LOG: dict[str, str] = {
    "a newer proof from the log, if the key was revoked": "une preuve plus récente, si la clé a été révoquée",
    "Log": "Journal",
    "The signed head of the log is malformed.": "La tête signée du journal est mal formée.",
    "The head of the log is signed by a key that is not among the trusted keys.": (
        "La tête du journal est signée par une clé qui n’est pas parmi les clés de confiance."
    ),
    "The signature of the log's head does not match.": "La signature de la tête du journal ne correspond pas.",
    "The key of the log's head was not valid when it was signed.": (
        "La clé de la tête du journal n’était pas valable au moment de la signature."
    ),
    "An entry of the log is malformed.": "Une entrée du journal est mal formée.",
    "A proof is not a list of hashes.": "Une preuve n’est pas une liste d’empreintes.",
    "An entry is not in the log that the head describes.": "Une entrée n’est pas dans le journal que la tête décrit.",
    "The proof is about another place of the map.": "La preuve concerne un autre endroit de la carte.",
    "The proof does not lead to the map of the log's head.": "La preuve ne mène pas à la carte de la tête du journal.",
    "It is not a proof in the form in which it was written.": "Ce n’est pas une preuve telle qu’elle a été écrite.",
    "It proves other licences than the certificate names.": "Elle prouve d’autres licences que celles du certificat.",
    "The log says something else about a licence.": "Le journal dit autre chose d’une licence.",
    "The log says something else about this certificate.": "Le journal dit autre chose de ce certificat.",
    "It is about another log than the certificate names.": "Elle concerne un autre journal que celui du certificat.",
    "Its key was revoked later. Get a new proof from the seller: --proof FILE.": (
        "Sa clé a été révoquée depuis. Demander une nouvelle preuve au vendeur : --proof FICHIER."
    ),
    "Was a clip ever licensed? Proven by the public log": (
        "Un clip a-t-il déjà été mis sous licence ? Prouvé par le journal public"
    ),
    "Never: none of the {size} entries of the log is about {id}.": (
        "Jamais : aucune des {size} entrées du journal ne concerne {id}."
    ),
    "{id}: {event}, {when} (entry {index}).": "{id} : {event}, {when} (entrée {index}).",
    "The log only grew since you last looked ({seen} entries then).": (
        "Le journal n’a fait que grandir depuis la dernière fois ({seen} entrées alors)."
    ),
    "Warning: no pinned key. The server vouches for itself; sign in once to pin its keys.": (
        "Attention : aucune clé retenue. Le serveur répond de lui-même ; se connecter une fois pour les retenir."
    ),
    "The log does not prove what it says.": "Le journal ne prouve pas ce qu’il dit.",
    "Do not rely on it; tell the seller and others.": "Ne pas s’y fier ; prévenir le vendeur et d’autres.",
    "The log does not begin with what it held when you last looked.": (
        "Le journal ne commence pas par ce qu’il contenait la dernière fois."
    ),
    "licensed": "sous licence",
    "withdrawn by its creator": "retiré par son créateur",
    "under a claim": "visé par une réclamation",
    "cleared of a claim": "réclamation rejetée",
    "a licence ended before its time": "une licence a pris fin avant son terme",
    "the time of a licence was over": "une licence est arrivée à son terme",
    "its deletion was attested": "sa suppression a été attestée",
    "the dataset's folder (this one)": "le dossier du jeu de données (celui-ci)",
    "check an agreement or a licence instead": "vérifier plutôt un contrat ou une licence",
    "check one delivered video instead": "vérifier plutôt une vidéo livrée",
    "the certificates to believe for --pdf and --video": "les certificats à croire pour --pdf et --video",
    "{file} cannot be read.": "{file} ne peut pas être lu.",
    "{file} is not as it was issued.": "{file} n’est pas tel qu’il a été émis.",
    "Do not rely on it; ask for the file again.": "Ne pas s’y fier ; redemander le fichier.",
    "{file} is whole and genuine; signed by {signer}.": "{file} est entier et authentique ; signé par {signer}.",
    "No certificate to trust was given.": "Aucun certificat à croire n’a été donné.",
    "Pass --trust FILE with the seller's certificates, fetched on a day you trusted them.": (
        "Donner --trust FICHIER avec les certificats du vendeur, pris un jour de confiance."
    ),
    "The file to trust holds no certificate.": "Le fichier à croire ne contient aucun certificat.",
    "Install it with: pip install 'offcut[media]'": "L’installer avec : pip install 'offcut[media]'",
    "Checking videos needs the C2PA library.": "Vérifier des vidéos demande la bibliothèque C2PA.",
    "A key's revocation is not understood.": "La révocation d’une clé ne se comprend pas.",
}
