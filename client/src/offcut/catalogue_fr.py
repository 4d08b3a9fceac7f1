"""French sentences of the command line. Codes, ids, options and field names are never translated."""

from __future__ import annotations

from offcut.catalogue_fr_log import LOG
from offcut.catalogue_fr_releases import RELEASES
from offcut.catalogue_fr_sending import SENDING
from offcut.catalogue_fr_sync import SYNC

_HELP: dict[str, str] = {
    "everywhere": "partout",
    "JSON lines instead of tables": "lignes JSON au lieu de tableaux",
    "print results and errors only": "n’afficher que les résultats et les erreurs",
    "which saved sign-in to use": "quelle connexion enregistrée utiliser",
    "address of the server": "adresse du serveur",
    "Upload rushes, license footage, download and verify datasets.": (
        "Envoyer des rushes, acquérir des licences, télécharger et vérifier des jeux de données."
    ),
    "Exit codes: 0 ok, 1 failed, 2 usage, 3 sign-in, 4 partly, 5 mismatch, 6 not ready, 7 payment, 130 stopped.": (
        "Codes de sortie : 0 réussi, 1 échec, 2 usage, 3 connexion, 4 partiel, 5 non conforme, 6 pas prêt, "
        "7 paiement, 130 interrompu."
    ),
    "Sign in and remember it": "Se connecter et s’en souvenir",
    "Forget the sign-in": "Oublier la connexion",
    "Who am I": "Qui suis-je",
    "Call any API operation": "Appeler une opération de l’API",
    "e-mail address": "adresse e-mail",
    "password; - reads it from standard input": "mot de passe ; - le lit sur l’entrée standard",
    "API token instead of a password; - reads it": "jeton d’API au lieu du mot de passe ; - le lit",
    "a field of the body": "un champ du corps",
    "Built deliveries": "Livraisons construites",
    "My datasets": "Mes jeux de données",
    "One dataset and its build": "Un jeu de données et sa construction",
    "Fetch a dataset and verify it; run again to continue": (
        "Télécharger un jeu de données et le vérifier ; relancer pour continuer"
    ),
    "Check a dataset folder without any network": "Vérifier un dossier sans aucun réseau",
    "Rights granted": "Droits accordés",
    "My licences": "Mes licences",
    "files at the same time (4)": "fichiers en même temps (4)",
    "files at the same time (2)": "fichiers en même temps (2)",
    "bytes per second, such as 20M": "octets par seconde, par exemple 20M",
    "believe the keys in this file": "se fier aux clés de ce fichier",
    "believe only keys pinned at sign-in": "ne se fier qu’aux clés retenues à la connexion",
    "Send files and folders; run again to continue": "Envoyer fichiers et dossiers ; relancer pour continuer",
    "Transfers and how far they are": "Les envois et où ils en sont",
    "Received files": "Fichiers reçus",
    "My clips": "Mes plans",
    "follow the processing until each file is ready or refused": (
        "suivre le traitement jusqu’à ce que chaque fichier soit prêt ou refusé"
    ),
    "seconds to wait at most (3600)": "secondes d’attente au plus (3600)",
    "only show what would be sent": "montrer seulement ce qui serait envoyé",
    "only those in this state": "seulement ceux dans cet état",
    "Clips that fit a use case": "Les plans qui conviennent à un usage",
    "Why the rest does not fit, and what relaxing would gain": (
        "Pourquoi le reste ne convient pas, et ce qu’assouplir ferait gagner"
    ),
    "words and filters, such as drone fps:>=50": "mots et filtres, par exemple drone fps:>=50",
    "use case, by id or name": "usage, par identifiant ou par nom",
    "also those that do not fit, with the reason": "aussi ceux qui ne conviennent pas, avec le motif",
    "card or account at the payment provider": "carte ou compte chez le prestataire de paiement",
    "print the ids only": "n’afficher que les identifiants",
    "Offers": "Devis",
    "A quote for clips, or for everything that fits": "Un devis pour des plans, ou pour tout ce qui convient",
    "search instead of naming clips": "chercher au lieu de nommer des plans",
    "One quote": "Un devis",
    "Accept a quote's conditions; it becomes an order": (
        "Accepter les conditions d’un devis ; il devient une commande"
    ),
    "Orders": "Commandes",
    "One order": "Une commande",
    "Pay an order": "Payer une commande",
    "Wait until the dataset is ready": "Attendre que le jeu de données soit prêt",
    "What footage earns, step by step; needs no account": "Ce que rapportent des images, pas à pas ; sans compte",
    "files that were uploaded from here": "fichiers envoyés depuis cette machine",
    "describe the footage with the options below": "décrire les images avec les options ci-dessous",
    "a file at the server": "un fichier déjà sur le serveur",
    "it was published before": "elles ont déjà été publiées",
    "What I permit": "Ce que je permets",
    "My terms profiles": "Mes conditions",
    "A new terms profile from a preset": "De nouvelles conditions à partir d’un modèle",
    "What I need footage for": "À quoi doivent servir les images",
    "My use cases": "Mes usages",
    "State a use case": "Décrire un usage",
    "its needs as a JSON file": "ses besoins dans un fichier JSON",
}

_COLUMNS: dict[str, str] = {
    "Server": "Serveur", "Person": "Personne", "Organisation": "Organisation", "Role": "Rôle",
    "Dataset": "Jeu de données", "State": "État", "Samples": "Échantillons", "Shards": "Fragments",
    "Order": "Commande", "Licence": "Licence", "Clip": "Plan", "Clips": "Plans", "Valid until": "Valable jusqu’au",
    "File": "Fichier", "Files": "Fichiers", "Size": "Taille", "Upload": "Envoi", "Safe": "À l’abri",
    "Asset": "Fichier reçu", "Duration": "Durée", "Class": "Classe", "Reason": "Motif", "Title": "Titre",
    "Picture": "Image", "Rate": "Cadence", "Per minute": "Par minute", "Code": "Code", "Condition": "Condition",
    "Need": "Besoin", "Fails on": "Exclut", "Relaxing gains": "Assouplir gagne", "How": "Comment", "Verdict": "Verdict",
    "Step": "Étape", "Factor": "Facteur", "Adds": "Ajoute", "Because": "Parce que", "Terms": "Conditions",
    "Name": "Nom", "Preset": "Modèle", "Version": "Version", "Use case": "Usage", "Quote": "Devis",
    "Creators": "Créateurs", "Service fee": "Frais de service", "Total": "Total", "Licensee": "Licencié",
    "Price": "Prix", "Issued by": "Émis par", "Checked with": "Vérifié avec", "Key": "Clé",
    "Token": "Jeton", "Password": "Mot de passe", "E-mail": "E-mail",
    "received": "reçu", "recognised": "déjà reçu", "changed": "modifié", "failed": "échec", "interrupted": "interrompu",
}  # fmt: skip

_TOLD: dict[str, str] = {
    "{text} is not understood; write it like {example}": "{text} n’est pas compris ; écrire par exemple {example}",
    "Stopped safely. Continue with:  {command}": "Arrêté sans perte. Continuer avec :  {command}",
    "Signed in at {url} as {email} ({name}).": "Connecté à {url} en tant que {email} ({name}).",
    "Saved in {path}, readable by you only.": "Enregistré dans {path}, lisible par vous seul.",
    "Warning: the server no longer shows signing key {kid}. It stays pinned here.": (
        "Attention : le serveur ne montre plus la clé de signature {kid}. Elle reste retenue ici."
    ),
    "Certificates are checked against key {fingerprint}": "Les certificats sont vérifiés avec la clé {fingerprint}",
    "Signed out.": "Déconnecté.",
    "You were not signed in.": "Vous n’étiez pas connecté.",
    "{count} files": "{count} fichiers",
    "What came is kept. Run the same command again to continue.": (
        "Ce qui est arrivé est gardé. Relancer la même commande pour continuer."
    ),
    "{count} files do not match the certificate. Do not train on this folder.": (
        "{count} fichiers ne correspondent pas au certificat. Ne pas entraîner avec ce dossier."
    ),
    "This dataset is whole and genuine.": "Ce jeu de données est entier et authentique.",
    "Warning: no pinned key. Sign in to the seller, or pass --jwks FILE, to prove who issued this.": (
        "Attention : aucune clé retenue. Se connecter chez le vendeur, ou donner --jwks FICHIER, "
        "pour prouver qui a émis ce certificat."
    ),
    "the key pinned when you signed in": "la clé retenue à la connexion",
    "the key the server shows now": "la clé que montre le serveur",
    "the key file you gave": "le fichier de clés donné",
    "the folder's own key: it proves only that the folder is whole": (
        "la clé du dossier lui-même : elle prouve seulement qu’il est entier"
    ),
    "Verifying": "Vérification",
    "Continuing: {size} are here already.": "Reprise : {size} sont déjà ici.",
    "{name}: started again, the part here did not fit": "{name} : recommencé, la partie présente ne convenait pas",
    "{name}: connection lost, trying again": "{name} : connexion perdue, nouvel essai",
    "Processing": "Traitement",
    "Processing {done} of {total}": "Traitement : {done} sur {total}",
    "{count} files, {size}. Nothing was sent.": "{count} fichiers, {size}. Rien n’a été envoyé.",
    "Sending": "Envoi",
    "same bytes as {asset}": "mêmes octets que {asset}",
    "Left out: {path} (not a regular file, or left by the system)": (
        "Laissé de côté : {path} (pas un fichier ordinaire, ou laissé par le système)"
    ),
    "{name}: continues at {size}": "{name} : reprend à {size}",
    "{name}: connection lost at {size}, trying again": "{name} : connexion perdue à {size}, nouvel essai",
    "{time} left": "encore {time}",
    "measuring…": "mesure en cours…",
    "Conditions to accept:": "Conditions à accepter :",
    "Waiting for the dataset": "En attente du jeu de données",
    "{count} clips, {length}": "{count} plans, {length}",
    "{fits} of {total} fit.": "{fits} sur {total} conviennent.",
    "Relaxing {first} and {second} together gains {gain}.": (
        "Assouplir {first} et {second} ensemble fait gagner {gain}."
    ),
    "Left out:": "Laissés de côté :",
    "Rate: {rate} per licensed minute (rate card {card})": "Tarif : {rate} par minute sous licence (barème {card})",
    "Earns: {earns} per licence": "Rapporte : {earns} par licence",
    "Up to: {up_to}": "Jusqu’à : {up_to}",
    "Computed {computed}, above the ceiling: needs {needs}": "Calculé {computed}, au-dessus du plafond : {needs}",
    "Would raise it: {what} (+{adds})": "L’augmenterait : {what} (+{adds})",
    "{path}: not uploaded from here. Upload it first, or give its facts as options.": (
        "{path} : pas envoyé depuis cette machine. L’envoyer d’abord, ou donner ses caractéristiques en options."
    ),
    "This footage": "Ces images",
    "Request {id}": "Requête {id}",
}

_REFUSALS: dict[str, str] = {
    "The file is not there.": "Le fichier n’est pas là.",
    "It does not hold the key that signed the certificate.": ("Il ne contient pas la clé qui a signé le certificat."),
    "It is a link, not a file.": "C’est un lien, pas un fichier.",
    "It is not the list that the certificate commits to.": "Ce n’est pas la liste que le certificat engage.",
    "It does not belong to this dataset.": "Il n’appartient pas à ce jeu de données.",
    "Its rows are not the samples that the certificate commits to.": (
        "Ses lignes ne sont pas les échantillons que le certificat engage."
    ),
    "It holds samples for which the certificate names no licence.": (
        "Il contient des échantillons pour lesquels le certificat ne nomme aucune licence."
    ),
    "It calls a recording by another ISCC than the certificate.": (
        "Il désigne un enregistrement par un autre ISCC que le certificat."
    ),
    "Its content differs from SHA256SUMS and BLAKE3SUMS.": "Son contenu diffère de SHA256SUMS et de BLAKE3SUMS.",
    "Its content differs from SHA256SUMS.": "Son contenu diffère de SHA256SUMS.",
    "Its content differs from BLAKE3SUMS.": "Son contenu diffère de BLAKE3SUMS.",
    "Its signature does not match its content.": "Sa signature ne correspond pas à son contenu.",
    "Its key was not valid on the day it was issued.": "Sa clé n’était pas valable le jour de l’émission.",
    "It is not in canonical base64url form.": "Il n’est pas en base64url canonique.",
    "It holds characters that no certificate has.": "Il contient des caractères qu’aucun certificat n’a.",
    "{file} cannot be trusted.": "{file} n’est pas digne de confiance.",
}

_ERRORS: dict[str, str] = {
    "There is no use case {name_or_id}.": "Il n’y a pas d’usage {name_or_id}.",
    "List them with: offcut use-case ls": "Les lister avec : offcut use-case ls",
    "{item} is not NAME=VALUE.": "{item} n’est pas de la forme NOM=VALEUR.",
    "Write for example: --set term_months=36": "Écrire par exemple : --set term_months=36",
    "{prompt} is missing.": "{prompt} : il manque.",
    "Set ${variable}, or pass - and write it to standard input.": (
        "Définir ${variable}, ou passer - et l’écrire sur l’entrée standard."
    ),
    "No e-mail address was given.": "Aucune adresse e-mail n’a été donnée.",
    "Use --email and --password, or --token.": "Utiliser --email et --password, ou --token.",
    "{folder} is not a folder.": "{folder} n’est pas un dossier.",
    "Name the folder that the dataset was downloaded into.": (
        "Nommer le dossier où le jeu de données a été téléchargé."
    ),
    "The dataset is not ready ({state}).": "Le jeu de données n’est pas prêt ({state}).",
    "Wait for it with: offcut order wait {order_id}": "L’attendre avec : offcut order wait {order_id}",
    "No key is pinned on this machine.": "Aucune clé n’est retenue sur cette machine.",
    "Sign in first (offcut login), or pass --jwks FILE.": (
        "Se connecter d’abord (offcut login), ou donner --jwks FICHIER."
    ),
    "{jwks} is not a usable key file.": "{jwks} n’est pas un fichier de clés utilisable.",
    "The footage is not described.": "Les images ne sont pas décrites.",
    "Give --duration, --width and --height; or --asset; or the path of a file that was uploaded from here.": (
        "Donner --duration, --width et --height ; ou --asset ; ou le chemin d’un fichier envoyé depuis cette machine."
    ),
    "{file} cannot be read as JSON.": "{file} ne se lit pas comme du JSON.",
    "{folder} cannot be made.": "{folder} ne peut pas être créé.",
    "{strerror}. Choose another folder.": "{strerror}. Choisir un autre dossier.",
    "The folder cannot be written.": "Le dossier ne peut pas être écrit.",
    "{cause}. What came is kept.": "{cause}. Ce qui est arrivé est gardé.",
    "The disk is full.": "Le disque est plein.",
    "What came is kept. Make room and run the same command again.": (
        "Ce qui est arrivé est gardé. Faire de la place et relancer la même commande."
    ),
    "There is not enough room on this disk.": "Il n’y a pas assez de place sur ce disque.",
    "{needed} are still to come, {free} are free. Nothing was fetched.": (
        "Il reste {needed} à recevoir, {free} sont libres. Rien n’a été téléchargé."
    ),
    "The server names a file {name}.": "Le serveur nomme un fichier {name}.",
    "It was refused. Nothing was written.": "Il a été refusé. Rien n’a été écrit.",
    "The connection ended early.": "La connexion s’est arrêtée trop tôt.",
    "What came is kept; the rest follows.": "Ce qui est arrivé est gardé ; le reste suit.",
    "{name} is another file now.": "{name} est maintenant un autre fichier.",
    "The dataset was rebuilt while it was being fetched. Run the same command again.": (
        "Le jeu de données a été reconstruit pendant le téléchargement. Relancer la même commande."
    ),
    "{name} does not have the announced checksum.": "{name} n’a pas l’empreinte annoncée.",
    "It was fetched twice and thrown away. The other files are safe. Report this to the seller.": (
        "Il a été téléchargé deux fois et jeté. Les autres fichiers sont saufs. Le signaler au vendeur."
    ),
    "{name} is longer than announced.": "{name} est plus long qu’annoncé.",
    "It was not kept.": "Il n’a pas été gardé.",
    "Another run is working in this folder.": "Une autre exécution travaille dans ce dossier.",
    "Process {owner} holds {path}. Nothing was changed. Wait for it, or stop it and try again.": (
        "Le processus {owner} tient {path}. Rien n’a été changé. L’attendre, ou l’arrêter et réessayer."
    ),
    "{path} is not a file.": "{path} n’est pas un fichier.",
    "Only regular files can be sent.": "Seuls des fichiers ordinaires peuvent être envoyés.",
    "{path} cannot be read.": "{path} ne peut pas être lu.",
    "{strerror}. Check the path and the permissions.": "{strerror}. Vérifier le chemin et les droits.",
    "{name} cannot name a profile.": "{name} ne peut pas nommer un profil.",
    "Use letters, digits, dot, dash and underscore.": "Utiliser lettres, chiffres, point, tiret et souligné.",
    "You are not signed in at {url}.": "Vous n’êtes pas connecté à {url}.",
    "Sign in with: offcut login": "Se connecter avec : offcut login",
    "The server did not answer.": "Le serveur n’a pas répondu.",
    "{url}: {reason}. Nothing is lost: what was confirmed stays confirmed. Check the address and try again.": (
        "{url} : {reason}. Rien n’est perdu : ce qui a été confirmé le reste. Vérifier l’adresse et réessayer."
    ),
    "{url} is not a web address.": "{url} n’est pas une adresse web.",
    "Write it like https://offcut.example.": "L’écrire comme https://offcut.example.",
    "{name} changed while it was being sent.": "{name} a changé pendant l’envoi.",
    "This file was stopped and nothing of it was kept; the others go on. Send it again when it is at rest.": (
        "Ce fichier a été arrêté et rien n’en a été gardé ; les autres continuent. Le renvoyer quand il ne change plus."
    ),
    "{name} cannot be read.": "{name} ne peut pas être lu.",
    "{strerror}. What the server has stays there. Check the disk or card and run the same command again.": (
        "{strerror}. Ce que le serveur a reçu y reste. Vérifier le disque ou la carte et relancer la même commande."
    ),
    "The server could not keep this file.": "Le serveur n’a pas pu garder ce fichier.",
    "It is {state}.": "Il est {state}.",
    "The server no longer knows this upload.": "Le serveur ne connaît plus cet envoi.",
    "Nothing was lost here. Send the file again.": "Rien n’est perdu ici. Renvoyer le fichier.",
    "The server did not say how much it has.": "Le serveur n’a pas dit ce qu’il a reçu.",
    "Nothing is lost. Try again.": "Rien n’est perdu. Réessayer.",
    "{name} is not the same here and at the server.": "{name} n’est pas le même ici et sur le serveur.",
    "The server keeps it as {asset_id}. It changed while it was sent: withdraw it, send again.": (
        "Le serveur le garde sous {asset_id}. Il a changé pendant l’envoi : le retirer et le renvoyer."
    ),
    "{what} is not finished yet.": "{what} : ce n’est pas encore terminé.",
    "It was not ready after {timeout_s} s. The work goes on; ask again later.": (
        "Ce n’était pas prêt après {timeout_s} s. Le travail continue ; redemander plus tard."
    ),
    "The server's answer was not understood.": "La réponse du serveur n’a pas été comprise.",
    "{where}: {what}. Nothing was changed on this machine. Is this client older than the server?": (
        "{where} : {what}. Rien n’a été changé sur cette machine. Ce client est-il plus ancien que le serveur ?"
    ),
}

SENTENCES: dict[str, str] = {**_HELP, **_COLUMNS, **_TOLD, **_REFUSALS, **_ERRORS, **RELEASES, **SENDING, **LOG, **SYNC}
"""English sentence → French sentence, with the same facts in braces."""
