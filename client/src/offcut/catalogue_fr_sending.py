"""French sentences about files on their way: uploads, batches, cards, progress."""

from __future__ import annotations

_HELP: dict[str, str] = {
    "name of the batch they belong to (the folder's name)": "nom du lot auquel ils appartiennent (celui du dossier)",
    "also files in folders that are no videos": "aussi les fichiers des dossiers qui ne sont pas des vidéos",
    "compare with the card's own list of checksums first": (
        "comparer d’abord avec la liste d’empreintes de la carte elle-même"
    ),
    "send files that differ from the card's list, too": (
        "envoyer aussi les fichiers qui diffèrent de la liste de la carte"
    ),
    "Go on with unfinished or paused uploads": "Reprendre les envois inachevés ou en pause",
    "every unfinished upload": "tous les envois inachevés",
    "Stop an upload where it is; what arrived stays": "Arrêter un envoi où il en est ; ce qui est arrivé reste",
    "My batches, and which cards may be erased": "Mes lots, et quelles cartes peuvent être effacées",
    "Proof of what was received and verified": "La preuve de ce qui a été reçu et vérifié",
    "its id or its name": "son identifiant ou son nom",
    "write it there instead of printing it": "l’écrire là au lieu de l’afficher",
    "replace the file if it is there": "remplacer le fichier s’il existe",
    "also while files are missing": "même s’il manque des fichiers",
    "What an upload would send; nothing leaves this machine": (
        "Ce qu’un envoi enverrait ; rien ne quitte cette machine"
    ),
    "Where the work on my files stands": "Où en est le travail sur mes fichiers",
    "go on until everything is done": "continuer jusqu’à ce que tout soit fait",
}

_COLUMNS: dict[str, str] = {
    "Batch": "Lot", "Received": "Reçus", "Safe to erase": "Effaçable", "Kind": "Genre",
    "yes": "oui", "paused": "en pause", "damaged": "abîmé",
    "video": "vidéo", "sidecar": "annexe", "mhl": "mhl", "other": "autre",
    "is sent": "est envoyé", "stays here": "reste ici", "same as {path}": "identique à {path}",
    "clips": "plans", "steps": "étapes", "receive": "réception", "probe": "lecture", "glance": "premier regard",
    "watch": "visionnage", "derive": "aperçus", "compare": "doublons", "detect": "étiquettes", "done": "terminé",
}  # fmt: skip

_TOLD: dict[str, str] = {
    "Sending · {done} of {total} files": "Envoi · {done} fichiers sur {total}",
    "Files beside the videos that stay here: {count} (--all sends them).": (
        "Fichiers à côté des vidéos qui restent ici : {count} (--all les envoie)."
    ),
    "Listed and not there: {path}": "Dans la liste, mais absent : {path}",
    "{name}: only its size is compared; for xxHash: pip install 'offcut[mhl]'": (
        "{name} : seule sa taille est comparée ; pour xxHash : pip install 'offcut[mhl]'"
    ),
    "Not in the card's list: {path}": "Absent de la liste de la carte : {path}",
    "Sent all the same: {title} {detail}": "Envoyé malgré tout : {title} {detail}",
    "{name}: all {files} files are received and verified. You may erase this card.": (
        "{name} : les {files} fichiers sont reçus et vérifiés. Vous pouvez effacer cette carte."
    ),
    "{name}: {received} of {files} files are received. Do not erase the card yet.": (
        "{name} : {received} fichiers reçus sur {files}. N’effacez pas encore la carte."
    ),
    "Not every file of this batch is received. Do not erase the card yet.": (
        "Tous les fichiers de ce lot ne sont pas reçus. N’effacez pas encore la carte."
    ),
    "Receipt:  offcut receipt {id} --format mhl -o receipt.mhl": (
        "Reçu :  offcut receipt {id} --format mhl -o receipt.mhl"
    ),
    "{id} {name}: its file is not here, or changed. Where it is, run: offcut upload FILE": (
        "{id} {name} : son fichier n’est pas ici, ou il a changé. Là où il se trouve : offcut upload FICHIER"
    ),
    "{name} is paused; {size} are safe. Go on with:  offcut resume {id}": (
        "{name} est en pause ; {size} sont à l’abri. Reprendre avec :  offcut resume {id}"
    ),
    "Written: {path}": "Écrit : {path}",
    "The card's own list: {path} (compare with --mhl)": "La liste de la carte : {path} (comparer avec --mhl)",
    "{count} files, {size} to send at most; {copies} are there twice, {sidecars} sidecars stay here.": (
        "{count} fichiers, {size} à envoyer au plus ; {copies} y sont deux fois, {sidecars} annexes restent ici."
    ),
    "No sign of life for {time}; retrying by itself at {clock}.": (
        "Aucun signe de vie depuis {time} ; nouvel essai automatique à {clock}."
    ),
    "attempt {n} of {total} failed; the next one begins by itself at {clock}": (
        "l’essai {n} sur {total} a échoué ; le suivant commence de lui-même à {clock}"
    ),
    "stopped after {n} attempts": "arrêté après {n} essais",
    "queued": "en attente",
    "queued: {n} ahead": "en attente : {n} avant lui",
    "queued: {n} ahead, about {time}": "en attente : {n} avant lui, environ {time}",
    "Nothing is being worked on.": "Aucun travail en cours.",
    "The upload": "L’envoi",
}

_ERRORS: dict[str, str] = {
    "The storage lost parts of {name}.": "Le stockage a perdu des parties de {name}.",
    "What it has stays there. Run the same command again.": "Ce qu’il a y reste. Relancer la même commande.",
    "{name} is paused.": "{name} est en pause.",
    "What arrived is safe. Go on with: offcut resume": "Ce qui est arrivé est à l’abri. Reprendre avec : offcut resume",
    "{name} is not what the card's own list says.": "{name} n’est pas ce que dit la liste de la carte.",
    "{what}. It was damaged on the card or while it was copied. Copy it again; --force sends it as it is.": (
        "{what}. Il a été abîmé sur la carte ou pendant la copie. Le copier de nouveau ; --force l’envoie tel quel."
    ),
    "the list itself calls it damaged": "la liste elle-même le dit abîmé",
    "{there} bytes are listed, {here} are here": "{there} octets dans la liste, {here} ici",
    "{name} cannot be used as a list of checksums.": "{name} ne peut pas servir de liste d’empreintes.",
    "{why}. Nothing was sent. Without --mhl files are sent without comparing.": (
        "{why}. Rien n’a été envoyé. Sans --mhl, les fichiers sont envoyés sans comparaison."
    ),
    "it is too large": "elle est trop grande",
    "it declares a document type": "elle déclare un type de document",
    "it is not a media hash list": "ce n’est pas une liste d’empreintes de médias",
    "There is no list of checksums (.mhl) on this card.": "Il n’y a pas de liste d’empreintes (.mhl) sur cette carte.",
    "Nothing was sent. Leave --mhl out to send without comparing.": (
        "Rien n’a été envoyé. Sans --mhl, l’envoi se fait sans comparaison."
    ),
    "There is no video to send.": "Il n’y a pas de vidéo à envoyer.",
    "Videos are told by the ends of their names. --all sends every file of a folder.": (
        "Les vidéos se reconnaissent à la fin de leur nom. --all envoie tous les fichiers d’un dossier."
    ),
    "Which upload is to go on?": "Quel envoi doit reprendre ?",
    "Name one, or say --all. List them with: offcut uploads": (
        "En nommer un, ou dire --all. Les lister : offcut uploads"
    ),
    "There is no batch {name}.": "Il n’y a pas de lot {name}.",
    "List them with: offcut batches ls": "Les lister avec : offcut batches ls",
    "{path} is there already.": "{path} existe déjà.",
    "It was not touched. Choose another name, or replace it with --force.": (
        "Il n’a pas été touché. Choisir un autre nom, ou le remplacer avec --force."
    ),
    "{path} cannot be written.": "{path} ne peut pas être écrit.",
    "{why}. Nothing was changed.": "{why}. Rien n’a été changé.",
}

SENDING: dict[str, str] = {**_HELP, **_COLUMNS, **_TOLD, **_ERRORS}
"""English sentence → French sentence."""
