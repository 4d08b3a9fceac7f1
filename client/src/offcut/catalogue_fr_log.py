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
    "A key's revocation is not understood.": "La révocation d’une clé ne se comprend pas.",
}
