"""Phrases sur la lecture des fichiers, l’installation et l’index, en français."""

SENTENCES = {
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

FRAGMENTS = {
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
