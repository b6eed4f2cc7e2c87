"""Phrases que les services, les modèles et les lecteurs de fichiers écrivent en anglais, en français.

Les places entre accolades sont nommées ici ; ce qui s’y trouve est gardé, ou traduit quand c’est un fragment.
"""

from components.french import nouns, sentences_models
from components.translation import register_nouns, register_sentences

SENTENCES = {
    # Comptes et connexion
    "A user name has 3 to 32 characters: letters A to Z, digits, and . _ -.": (
        "Un nom d’utilisateur a de 3 à 32 caractères : lettres de A à Z, chiffres, et . _ -."
    ),
    "The user name or the password is wrong. Check both and try again.": (
        "Le nom d’utilisateur ou le mot de passe est faux. Vérifiez les deux et réessayez."
    ),
    "Type your user name and your password.": "Saisissez votre nom d’utilisateur et votre mot de passe.",
    "This account is disabled. Ask an admin to enable it.": (
        "Ce compte est désactivé. Demandez à un administrateur de l’activer."
    ),
    "Too many failed attempts. Wait {wait}, then try again.": (
        "Trop de tentatives échouées. Patientez {wait}, puis réessayez."
    ),
    "There is no active admin yet. Start the app once, then try again.": (
        "Il n’y a pas encore d’administrateur actif. Démarrez l’application une fois, puis réessayez."
    ),
    "There is no active user named “{name}”. Check the spelling.": (
        "Il n’y a pas d’utilisateur actif nommé « {name} ». Vérifiez l’orthographe."
    ),
    "There is no user named “{name}”. Check the spelling.": (
        "Il n’y a pas d’utilisateur nommé « {name} ». Vérifiez l’orthographe."
    ),
    "There is a user named “{name}” already. Choose another name.": (
        "Il y a déjà un utilisateur nommé « {name} ». Choisissez un autre nom."
    ),
    "The current password is wrong. Type the password that you signed in with.": (
        "Le mot de passe actuel est faux. Saisissez celui avec lequel vous vous êtes connecté."
    ),
    "The new password equals the current one. Choose another.": (
        "Le nouveau mot de passe est le même que l’actuel. Choisissez-en un autre."
    ),
    "The password was changed elsewhere in the meantime. Sign in again.": (
        "Le mot de passe a été changé ailleurs entre-temps. Reconnectez-vous."
    ),
    "You cannot change your own role. Ask another admin.": (
        "Vous ne pouvez pas changer votre propre rôle. Adressez-vous à un autre administrateur."
    ),
    "You cannot disable your own account. Ask another admin.": (
        "Vous ne pouvez pas désactiver votre propre compte. Adressez-vous à un autre administrateur."
    ),
    "Only an admin may manage {what}. Ask an admin to do it.": (
        "Seul un administrateur peut gérer {what}. Demandez-le à un administrateur."
    ),
    "This account does not exist any more. Ask an admin.": (
        "Ce compte n’existe plus. Adressez-vous à un administrateur."
    ),
    "Passwords have at most {bytes} bytes (accented letters and symbols count as 2 to 4). Shorten it.": (
        "Un mot de passe a au plus {bytes} octets (lettres accentuées et symboles comptent pour 2 à 4). "
        "Raccourcissez-le."
    ),
    "The password is too short. Use at least {characters} characters.": (
        "Le mot de passe est trop court. Prenez au moins {characters} caractères."
    ),
    "The password starts or ends with a space. Remove the space.": (
        "Le mot de passe commence ou finit par une espace. Enlevez-la."
    ),
    "The password contains a control character. Use letters, digits and symbols.": (
        "Le mot de passe contient un caractère de contrôle. Prenez des lettres, des chiffres et des symboles."
    ),
    "The password is too easy to guess. Use something other than a name and digits.": (
        "Le mot de passe est trop facile à deviner. Prenez autre chose qu’un nom et des chiffres."
    ),
    # Paramètres
    "A prompt has 1 to 4000 characters; reset it to use the shipped one.": (
        "Une consigne a de 1 à 4 000 caractères ; rétablissez-la pour utiliser celle d’origine."
    ),
    "There is no such active language model. Choose another one.": (
        "Ce modèle de langage n’existe pas ou n’est pas actif. Choisissez-en un autre."
    ),
    "The number of passages is a whole number from 1 to 50.": (
        "Le nombre de passages est un nombre entier de 1 à 50."
    ),
    "The weight of similarity is a number from 0 to 1, or left as fitted.": (
        "Le poids du sens est un nombre de 0 à 1, ou reste ajusté."
    ),
    "The confidence threshold is a number from 0 to 1, or left as fitted.": (
        "La confiance minimale est un nombre de 0 à 1, ou reste ajustée."
    ),
    "The temperature is a number from 0 to 2.": "La température est un nombre de 0 à 2.",
    "The maximum of tokens is a whole number from 16 to 8192.": (
        "Le nombre maximal de jetons est un nombre entier de 16 à 8 192."
    ),
    "The number of earlier turns is a whole number from 0 to 20.": (
        "Le nombre d’échanges précédents est un nombre entier de 0 à 20."
    ),
    "That language of answers is not known. Choose one of the list.": (
        "Cette langue de réponse n’est pas connue. Choisissez-en une dans la liste."
    ),
    "The theme is system, light or dark.": "Le thème est celui du système, clair ou sombre.",
    "The pages do not speak that language. Choose one of the list.": (
        "Les pages n’existent pas dans cette langue. Choisissez-en une dans la liste."
    ),
    # Questions, réponses et conversations
    "This question is being answered already. Wait for it, or stop it.": (
        "Une réponse à cette question est déjà en cours. Attendez-la, ou arrêtez-la."
    ),
    "A conversation needs a title. Type one.": "Une conversation a besoin d’un titre. Saisissez-en un.",
    "There is no such conversation.": "Cette conversation n’existe pas.",
    "There is no such run, or it is not yours.": "Cette exécution n’existe pas, ou n’est pas la vôtre.",
    "The app stopped while it was answering. Ask again.": (
        "L’application s’est arrêtée pendant qu’elle répondait. Reposez la question."
    ),
    "The answer was stopped.": "La réponse a été arrêtée.",
    "The answer is not wanted any more.": "La réponse n’est plus demandée.",
    "Something unexpected went wrong. Ask again; the log has it under {reference}.": (
        "Un problème inattendu est survenu. Reposez la question ; le journal le garde sous {reference}."
    ),
    "Only {number} of {number_all} passages fitted into the model's context.": (
        "Seuls {number} passages sur {number_all} tenaient dans le contexte du modèle."
    ),
    "{reason} “{following}” answered instead.": "{reason} « {following} » a répondu à sa place.",
    "The collection of this question was deleted. Choose another one.": (
        "La collection de cette question a été supprimée. Choisissez-en une autre."
    ),
    "Feedback is good or bad.": "Un avis est bon ou mauvais.",
    "The reason is longer than {number} characters. Shorten it.": (
        "La raison dépasse {number} caractères. Raccourcissez-la."
    ),
    "There is no question. Type one, then send it.": (
        "Il n’y a pas de question. Saisissez-en une, puis envoyez-la."
    ),
    (
        "The question is {number} characters long; the most is {number_most}. Shorten it, or upload the long "
        "text as a document."
    ): (
        "La question compte {number} caractères ; le maximum est de {number_most}. Raccourcissez-la, ou "
        "déposez le long texte comme document."
    ),
    "The number of passages must lie between 1 and {number}.": (
        "Le nombre de passages doit être compris entre 1 et {number}."
    ),
    "A chosen document is not in this collection any more. Choose the files again.": (
        "Un document choisi n’est plus dans cette collection. Choisissez de nouveau les fichiers."
    ),
    "There is no file named “{name}” in this collection.": (
        "Il n’y a pas de fichier nommé « {name} » dans cette collection."
    ),
    "The documents do not answer this question.": "Les documents ne répondent pas à cette question.",
    "Statistics are for analysts and admins. Ask an admin if you need them.": (
        "Les statistiques sont réservées aux analystes et aux administrateurs. "
        "Adressez-vous à un administrateur si vous en avez besoin."
    ),
    # Collections et documents
    "A collection needs a name of 1 to {number} characters.": (
        "Une collection a besoin d’un nom de 1 à {number} caractères."
    ),
    "You have a collection named “{name}” already. Choose another name.": (
        "Vous avez déjà une collection nommée « {name} ». Choisissez un autre nom."
    ),
    "There is no such collection, or it is not shared with you.": (
        "Cette collection n’existe pas, ou n’est pas partagée avec vous."
    ),
    "There is no collection named “{name}” that you may read.": (
        "Il n’y a pas de collection nommée « {name} » que vous puissiez lire."
    ),
    "You may read this collection but not add to it. Ask its owner.": (
        "Vous pouvez lire cette collection, mais rien y ajouter. Adressez-vous à son propriétaire."
    ),
    "Only a temporary collection is removed with its documents in it, and only by its owner.": (
        "Seule une collection temporaire est supprimée avec ses documents, et seulement par son propriétaire."
    ),
    "Its owner has a collection named “{name}” already. Choose another name.": (
        "Son propriétaire a déjà une collection nommée « {name} ». Choisissez un autre nom."
    ),
    "Type the collection's name, “{name}”, to delete it with everything in it.": (
        "Saisissez le nom de la collection, « {name} », pour la supprimer avec tout ce qu’elle contient."
    ),
    "Only the owner of “{name}” or an admin may change or delete it.": (
        "Seul le propriétaire de « {name} » ou un administrateur peut la modifier ou la supprimer."
    ),
    "A description has at most {number} characters; this one has {number_here}.": (
        "Une description a au plus {number} caractères ; celle-ci en a {number_here}."
    ),
    "The collection was deleted meanwhile. Choose another one.": (
        "La collection a été supprimée entre-temps. Choisissez-en une autre."
    ),
    "There is no such passage any more. The document may have been read anew.": (
        "Ce passage n’existe plus. Le document a peut-être été relu."
    ),
    "“{name}” with the same content is being deleted. Upload it again in a moment.": (
        "« {name} », de même contenu, est en cours de suppression. Déposez-le de nouveau dans un instant."
    ),
    "There is no such document. It may have been deleted.": (
        "Ce document n’existe pas. Il a peut-être été supprimé."
    ),
    "“{name}” has not failed; there is nothing to try again.": (
        "« {name} » n’a pas échoué ; il n’y a rien à réessayer."
    ),
    "Only the person who added “{name}”, the collection's owner or an admin may do this.": (
        "Seuls la personne qui a ajouté « {name} », le propriétaire de la collection ou un administrateur "
        "peuvent le faire."
    ),
    "“{name}” is larger than the {number} MB that may be uploaded.": (
        "« {name} » dépasse les {number} Mo qui peuvent être déposés."
    ),
    "“{name}” is empty: it has no bytes. Check the file and upload it again.": (
        "« {name} » est vide : il n’a aucun octet. Vérifiez le fichier et déposez-le de nouveau."
    ),
    "Something unexpected went wrong (the log has it under job {job}).": (
        "Un problème inattendu est survenu (le journal le garde sous la tâche {job})."
    ),
    "Reading this document stopped the worker several times. It may be damaged; try a fresh copy.": (
        "La lecture de ce document a arrêté le processus plusieurs fois. Il est peut-être endommagé ; "
        "essayez avec une nouvelle copie."
    ),
    "“{name}” holds no text that could be read.": "« {name} » ne contient aucun texte lisible.",
    "The job was cancelled.": "La tâche a été annulée.",
    # Lecture des fichiers
    "“{name}” is {found}; PDF, text and Markdown can be read so far. Export it as one of these.": (
        "« {name} » est {found} ; pour l’instant, PDF, texte et Markdown peuvent être lus. Exportez-le dans "
        "l’un de ces formats."
    ),
    "{which} could not be read because the file is damaged there.": (
        "{which} : lecture impossible, car le fichier y est endommagé."
    ),
    "“{name}” is of a format that cannot be read yet; upload it as {formats}.": (
        "« {name} » est dans un format qui ne peut pas encore être lu ; déposez-le en {formats}."
    ),
    "“{name}” cannot be opened; upload it again.": (
        "« {name} » ne peut pas être ouvert ; déposez-le de nouveau."
    ),
    "“{name}” is empty (0 bytes); upload a file that has content.": (
        "« {name} » est vide (0 octet) ; déposez un fichier qui a un contenu."
    ),
    "“{name}” is {found}; upload it as {formats}.": "« {name} » est {found} ; déposez-le en {formats}.",
    "“{name}” is not a PDF, although its name says so; export it as PDF again.": (
        "« {name} » n’est pas un PDF, bien que son nom le dise ; exportez-le de nouveau en PDF."
    ),
    "“{name}” holds no text; upload a file that has content.": (
        "« {name} » ne contient aucun texte ; déposez un fichier qui a un contenu."
    ),
    "“{name}” is protected by a password; save a copy without protection and upload that.": (
        "« {name} » est protégé par un mot de passe ; enregistrez une copie sans protection et déposez-la."
    ),
    "“{name}” is damaged or incomplete and no text could be read; export or download it again.": (
        "« {name} » est endommagé ou incomplet et aucun texte n’a pu être lu ; exportez-le ou "
        "téléchargez-le de nouveau."
    ),
    "“{name}” is damaged or incomplete and cannot be opened; export or download it again.": (
        "« {name} » est endommagé ou incomplet et ne peut pas être ouvert ; exportez-le ou "
        "téléchargez-le de nouveau."
    ),
    (
        "“{name}” has no text on {amount}, probably only scanned images; text recognition (OCR) is not "
        "available yet, so upload a version with text."
    ): (
        "« {name} » n’a aucun texte sur {amount}, sans doute seulement des images numérisées ; la "
        "reconnaissance de texte (OCR) n’est pas encore disponible : déposez une version avec du texte."
    ),
    "The file is not quite in order: its text was read, but passages cannot be boxed on the page.": (
        "Le fichier n’est pas tout à fait en ordre : son texte a été lu, mais les passages ne peuvent pas "
        "être encadrés sur la page."
    ),
    "{which} without text (images or blank) cannot be searched.": (
        "{which} sans texte (images ou blanches) : la recherche n’y trouvera rien."
    ),
    "The file seems to be cut off at its end; some of its text may be missing.": (
        "Le fichier semble coupé à la fin ; une partie de son texte manque peut-être."
    ),
    "The page's text is inconsistent.": "Le texte de la page est incohérent.",
    "“{name}” is not text but binary data; upload it as PDF, text or Markdown.": (
        "« {name} » n’est pas du texte mais des données binaires ; déposez-le en PDF, texte ou Markdown."
    ),
    "The document has {number} pages and no page {page}; choose another one.": (
        "Le document a {number} pages et pas de page {page} ; choisissez-en une autre."
    ),
    "The page cannot be drawn because the file is damaged there; its text can still be read.": (
        "La page ne peut pas être dessinée car le fichier y est endommagé ; son texte reste lisible."
    ),
    "The page has no size and cannot be drawn; its text can still be read.": (
        "La page n’a pas de dimensions et ne peut pas être dessinée ; son texte reste lisible."
    ),
    # Installation, base de données et index
    "The database does not answer. Try again in a moment; if it stays so, run manage.py doctor.": (
        "La base de données ne répond pas. Réessayez dans un instant ; si cela persiste, lancez "
        "manage.py doctor."
    ),
    "The disk that holds the data folder is full. Free some space, then try again.": (
        "Le disque du dossier de données est plein. Libérez de la place, puis réessayez."
    ),
    (
        "The secret key is too weak. Set EVIDENTIA_SECRET_KEY to at least {number} random characters, or "
        "leave it out and the app makes one."
    ): (
        "La clé secrète est trop faible. Donnez à EVIDENTIA_SECRET_KEY au moins {number} caractères "
        "aléatoires, ou laissez-la de côté : l’application en crée une."
    ),
    (
        "The data folder {folder} cannot be used. Choose one that you may write to with KH_APP_DATA_DIR or "
        "--data-dir."
    ): (
        "Le dossier de données {folder} est inutilisable. Choisissez-en un où vous pouvez écrire avec "
        "KH_APP_DATA_DIR ou --data-dir."
    ),
    "This pipeline gives no “{name}”. Check its components and connections.": (
        "Ce pipeline ne donne pas « {name} ». Vérifiez ses composants et ses liaisons."
    ),
    "This pipeline's YAML cannot be used. Check its component types, parameters and connections.": (
        "Le YAML de ce pipeline est inutilisable. Vérifiez ses types de composants, ses paramètres et ses "
        "liaisons."
    ),
    "There is no method named “{name}”. Choose one of: {names}.": (
        "Il n’y a pas de méthode nommée « {name} ». Choisissez parmi : {names}."
    ),
    "The parameters of the built-in answerer are missing. Install the app again.": (
        "Les paramètres du répondeur intégré manquent. Réinstallez l’application."
    ),
    "There is no embedded Milvus for Windows here: set MILVUS_URI to a server.": (
        "Il n’y a pas ici de Milvus intégré pour Windows : indiquez un serveur dans MILVUS_URI."
    ),
    "This handle of the document store is closed: start the app again.": (
        "Cet accès à l’index des documents est fermé : redémarrez l’application."
    ),
    "The document store does not answer: it is being restarted, try again in a few seconds.": (
        "L’index des documents ne répond pas : il est en cours de redémarrage, réessayez dans quelques "
        "secondes."
    ),
    "The path {path} is too long for a socket: choose a shorter one.": (
        "Le chemin {path} est trop long pour un socket : choisissez-en un plus court."
    ),
    "The document store's folder cannot be used ({reason}): check its rights and space.": (
        "Le dossier de l’index des documents est inutilisable ({reason}) : vérifiez ses droits et la place "
        "libre."
    ),
    "An earlier Milvus process still holds the document store: end it and start again.": (
        "Un processus Milvus antérieur tient encore l’index des documents : terminez-le et recommencez."
    ),
    "Another process holds the document store's engine lock: end it first.": (
        "Un autre processus tient le verrou de l’index des documents : terminez-le d’abord."
    ),
    "A Milvus process already runs on this data folder: end it first.": (
        "Un processus Milvus tourne déjà sur ce dossier de données : terminez-le d’abord."
    ),
    (
        "The document store's engine did not start: see milvus.log in the data folder's user_data/logs, and "
        "check the free space."
    ): (
        "Le moteur de l’index des documents n’a pas démarré : voyez milvus.log dans user_data/logs du "
        "dossier de données, et vérifiez la place libre."
    ),
    (
        "Another process owns the document store of this data folder, but its engine does not answer: end "
        "that process, or run both as the same user on the same machine."
    ): (
        "Un autre processus possède l’index des documents de ce dossier de données, mais son moteur ne "
        "répond pas : terminez ce processus, ou lancez les deux sous le même utilisateur et sur la même "
        "machine."
    ),
    "{folder} is not a private folder of this user: remove it, then start the app again.": (
        "{folder} n’est pas un dossier privé de cet utilisateur : supprimez-le, puis redémarrez "
        "l’application."
    ),
    "The embedded Milvus engine (milvus-lite 2.5.1) is not installed: run make install or set MILVUS_URI.": (
        "Le moteur Milvus intégré (milvus-lite 2.5.1) n’est pas installé : lancez make install ou indiquez "
        "MILVUS_URI."
    ),
    (
        "The document store does not answer: try again in a minute, and if that does not help, restart the "
        "app."
    ): (
        "L’index des documents ne répond pas : réessayez dans une minute et, si cela ne suffit pas, "
        "redémarrez l’application."
    ),
    "The search index of this collection does not exist: index its documents again.": (
        "L’index de recherche de cette collection n’existe pas : réindexez ses documents."
    ),
    "The document store takes too long to answer: try again in a minute.": (
        "L’index des documents met trop de temps à répondre : réessayez dans une minute."
    ),
    "The document store refused the request: see the log for its reason.": (
        "L’index des documents a refusé la demande : le journal en donne la raison."
    ),
    "There is a document with the id '{id}' already.": "Il y a déjà un document avec l’identifiant '{id}'.",
    "There are {number} passages but {number_vectors} vectors: embed them again.": (
        "Il y a {number} passages mais {number_vectors} vecteurs : vectorisez-les de nouveau."
    ),
    "Two passages have the same id: split the document again.": (
        "Deux passages ont le même identifiant : redécoupez le document."
    ),
    "{id} is no passage id: use up to 128 letters, digits and . _ : # @ / + = -": (
        "{id} n’est pas un identifiant de passage : prenez au plus 128 lettres, chiffres et . _ : # @ / + = -"
    ),
    "A document's id has 1 to 128 printable bytes: use another one.": (
        "L’identifiant d’un document a de 1 à 128 octets imprimables : prenez-en un autre."
    ),
    "Passage {number} is over 65,535 bytes long: split the document more finely.": (
        "Le passage {number} dépasse 65 535 octets : découpez le document plus finement."
    ),
    "A passage holds broken characters: save the file as UTF-8 text.": (
        "Un passage contient des caractères abîmés : enregistrez le fichier en texte UTF-8."
    ),
    "The embedding has {number} dimensions, the index {number_index}: use the index's model.": (
        "La vectorisation a {number} dimensions, l’index {number_index} : utilisez le modèle de l’index."
    ),
    "The embedding is not a usable vector (not a number, or zero): check the model.": (
        "La vectorisation n’est pas un vecteur utilisable (pas un nombre, ou nul) : vérifiez le modèle."
    ),
    (
        "The search index holds vectors of {number} dimensions instead of {number_wanted}: index the "
        "collection's documents again."
    ): (
        "L’index de recherche contient des vecteurs de {number} dimensions au lieu de {number_wanted} : "
        "réindexez les documents de la collection."
    ),
    ("The search index of '{field}' is not {kind} with {metric}: index the collection's documents again."): (
        "L’index de recherche de '{field}' n’est pas {kind} avec {metric} : réindexez les documents de la "
        "collection."
    ),
    "An index name has letters, digits and underscores only: choose another one.": (
        "Un nom d’index n’a que des lettres, des chiffres et des traits de soulignement : "
        "choisissez-en un autre."
    ),
    "An embedding has between 2 and 32,768 dimensions: choose another model.": (
        "Une vectorisation a entre 2 et 32 768 dimensions : choisissez un autre modèle."
    ),
}
"""Les phrases entières, telles qu’un test les trouve dans le code."""

FRAGMENTS = {
    "“{quoted}”": "« {quoted} »",
    "1 minute": "1 minute",
    "{number} minutes": "{number} minutes",
    "users": "les utilisateurs",
    "models": "les modèles",
    "everybody's defaults": "les valeurs par défaut de tous",
    "PDF, text or Markdown": "PDF, texte ou Markdown",
    "{number} of {number_all} pages ({list})": "{number} pages sur {number_all} ({list})",
    "its only page": "sa seule page",
    "any of its {number} pages": "aucune de ses {number} pages",
    "a PNG image": "une image PNG",
    "a JPEG image": "une image JPEG",
    "a GIF image": "une image GIF",
    "a TIFF image": "une image TIFF",
    "a ZIP archive or an Office document": "une archive ZIP ou un document Office",
    "an empty ZIP archive": "une archive ZIP vide",
    "an old Office document": "un ancien document Office",
    "an RTF document": "un document RTF",
    "a PostScript file": "un fichier PostScript",
    "a gzip archive": "une archive gzip",
    "a bzip2 archive": "une archive bzip2",
    "an xz archive": "une archive xz",
    "a 7-Zip archive": "une archive 7-Zip",
    "a RAR archive": "une archive RAR",
    "a program": "un programme",
    "an SQLite database": "une base de données SQLite",
    "an audio file": "un fichier audio",
}
"""Ce qui se trouve à l’intérieur des phrases."""

SENTENCES |= sentences_models.SENTENCES
register_sentences("fr", SENTENCES | FRAGMENTS | sentences_models.FRAGMENTS)
register_nouns("fr", nouns.NOUNS)
