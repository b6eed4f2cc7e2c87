"""Phrases sur les modèles et ceux qui les fournissent, en français."""

SENTENCES = {
    # Le registre
    "There is no default model.": "Il n’y a pas de modèle par défaut.",
    "There is no active model named “{name}”.": "Il n’y a pas de modèle actif nommé « {name} ».",
    "Choose one of: {names}.": "Choisissez parmi : {names}.",
    "Ask an admin.": "Adressez-vous à un administrateur.",
    "Someone changed “{name}” meanwhile. Close this form, look at it, and edit it anew.": (
        "Quelqu’un a modifié « {name} » entre-temps. Fermez ce formulaire, regardez-le et reprenez."
    ),
    "Someone deleted this model meanwhile. Close this form and add it anew.": (
        "Quelqu’un a supprimé ce modèle entre-temps. Fermez ce formulaire et ajoutez-le de nouveau."
    ),
    "“{name}” is the default. Make another model the default first.": (
        "« {name} » est le modèle par défaut. Choisissez-en d’abord un autre par défaut."
    ),
    "“{name}” answers when no language model can, so it stays active.": (
        "« {name} » répond quand aucun modèle de langage ne le peut ; il reste donc actif."
    ),
    "“{name}” is no language model. Choose one that answers questions.": (
        "« {name} » n’est pas un modèle de langage. Choisissez-en un qui répond aux questions."
    ),
    "“{name}” is part of the program and cannot be deleted.": (
        "« {name} » fait partie du programme et ne peut pas être supprimé."
    ),
    "“{name}” is part of the program and needs no test.": (
        "« {name} » fait partie du programme et n’a pas besoin d’essai."
    ),
    "“{name}” keeps its kind and its provider. Add another model instead.": (
        "« {name} » garde son type et son fournisseur. Ajoutez plutôt un autre modèle."
    ),
    "Collections are indexed with “{name}”, so its model stays. Add another embedding instead.": (
        "Des collections sont indexées avec « {name} » : son modèle reste. Ajoutez plutôt une autre "
        "vectorisation."
    ),
    "The address is another server's: the key that is kept would be sent there. Enter it again.": (
        "L’adresse est celle d’un autre serveur : la clé conservée y serait envoyée. Saisissez-la de nouveau."
    ),
    "This model was deleted. Choose another one.": "Ce modèle a été supprimé. Choisissez-en un autre.",
    "“{name}” is not active. Activate it first.": "« {name} » n’est pas actif. Activez-le d’abord.",
    "There is a model named “{name}” already. Choose another name.": (
        "Il y a déjà un modèle nommé « {name} ». Choisissez un autre nom."
    ),
    "The key of “{name}” cannot be read with this installation's secret. Enter it again.": (
        "La clé de « {name} » ne peut pas être lue avec le secret de cette installation. Saisissez-la de "
        "nouveau."
    ),
    # Le formulaire d’un modèle
    "“{label}” is too long or has characters that cannot be seen. Type it again.": (
        "« {label} » est trop long ou contient des caractères invisibles. Saisissez-le de nouveau."
    ),
    "“{label}” must be one of: {names}.": "« {label} » doit être l’un de : {names}.",
    "“{label}” must be a {ending}number.": "« {label} » doit être un nombre{ending}.",
    "“{label}” must be {bounds}.": "« {label} » doit être {bounds}.",
    "“{label}” must be an address such as https://example.org/v1.": (
        "« {label} » doit être une adresse telle que https://example.org/v1."
    ),
    "“{label}” must not hold a user name or a key. Enter the key in its own field.": (
        "« {label} » ne doit contenir ni nom d’utilisateur ni clé. Saisissez la clé dans son propre champ."
    ),
    "{provider} has no models of this kind. Choose another provider.": (
        "{provider} n’a pas de modèles de ce type. Choisissez un autre fournisseur."
    ),
    "{provider} models are part of the program: there is nothing to add or to change.": (
        "Les modèles {provider} font partie du programme : il n’y a rien à ajouter ni à modifier."
    ),
    "{provider} takes no key. Leave the field empty.": (
        "{provider} ne prend pas de clé. Laissez le champ vide."
    ),
    "{provider} needs a key. Enter the one that you got from the provider.": (
        "{provider} demande une clé. Saisissez celle que le fournisseur vous a donnée."
    ),
    "A model needs a name of 1 to {number} characters.": (
        "Un modèle a besoin d’un nom de 1 à {number} caractères."
    ),
    "A key has letters, digits and signs only, no spaces. Copy it from the provider once more.": (
        "Une clé n’a que des lettres, des chiffres et des signes, sans espaces. Copiez-la de nouveau chez le "
        "fournisseur."
    ),
    "{provider} has no parameter named “{name}”. Remove it.": (
        "{provider} n’a pas de paramètre nommé « {name} ». Supprimez-le."
    ),
    "“{label}” is missing. Fill it in.": "« {label} » manque. Remplissez ce champ.",
    # Les essais
    (
        "It gives vectors of {number} numbers, but collections were indexed with {number_before}. Point it "
        "to the same model as before."
    ): (
        "Il donne des vecteurs de {number} nombres, mais des collections ont été indexées avec "
        "{number_before}. Faites-le pointer vers le même modèle qu’avant."
    ),
    "“{name}” answered with nothing. Check the name of the model, or try again.": (
        "« {name} » n’a rien répondu. Vérifiez le nom du modèle, ou réessayez."
    ),
    "“{name}” answered with nothing. Ask again, or choose another model.": (
        "« {name} » n’a rien répondu. Reposez la question, ou choisissez un autre modèle."
    ),
    "{name} answered with nothing: ask again, or choose another model.": (
        "{name} n’a rien répondu : reposez la question, ou choisissez un autre modèle."
    ),
    "“{name}” gave no vector for a sentence. Check that the model is an embedding.": (
        "« {name} » n’a donné aucun vecteur pour une phrase. Vérifiez que le modèle est une vectorisation."
    ),
    "“{name}” gave no score from 0 to 1 for each passage. Check that it is a reranker.": (
        "« {name} » n’a pas donné à chaque passage un score de 0 à 1. Vérifiez que c’est un modèle de "
        "reclassement."
    ),
    "“{name}” put a passage that does not answer the question first. Check that the model is a reranker.": (
        "« {name} » a mis en premier un passage qui ne répond pas à la question. Vérifiez que le modèle est "
        "un modèle de reclassement."
    ),
    # Les fournisseurs
    "There is no provider named “{name}”. Choose one of: {names}.": (
        "Il n’y a pas de fournisseur nommé « {name} ». Choisissez parmi : {names}."
    ),
    "{provider} has no language models: choose another provider.": (
        "{provider} n’a pas de modèles de langage : choisissez un autre fournisseur."
    ),
    "{provider} has no embeddings: choose another provider.": (
        "{provider} n’a pas de vectorisations : choisissez un autre fournisseur."
    ),
    "{provider} has no rerankers: choose another provider.": (
        "{provider} n’a pas de modèles de reclassement : choisissez un autre fournisseur."
    ),
    "“{name}” needs a key of OpenAI: enter it under Resources.": (
        "« {name} » demande une clé d’OpenAI : saisissez-la sous Ressources."
    ),
    "“{name}” needs the key of its Azure resource: enter it under Resources.": (
        "« {name} » demande la clé de sa ressource Azure : saisissez-la sous Ressources."
    ),
    "“{name}” has no deployment chosen: enter one under Resources.": (
        "« {name} » n’a pas de déploiement choisi : saisissez-en un sous Ressources."
    ),
    "“{name}” needs a key: enter it under Resources.": (
        "« {name} » demande une clé : saisissez-la sous Ressources."
    ),
    "“{name}” has no model chosen: enter one under Resources.": (
        "« {name} » n’a pas de modèle choisi : saisissez-en un sous Ressources."
    ),
    "“{name}” broke off in the middle of its answer: ask again for all of it.": (
        "« {name} » s’est interrompu au milieu de sa réponse : reposez la question pour l’avoir entière."
    ),
    "{name} used up its tokens before it came to an answer: allow it more tokens.": (
        "{name} a épuisé ses jetons avant d’arriver à une réponse : accordez-lui-en davantage."
    ),
    "The content filter of {name} kept the answer back: put the question otherwise.": (
        "Le filtre de contenu de {name} a retenu la réponse : posez la question autrement."
    ),
    "“{name}” gave vectors that are no numbers: check its server.": (
        "« {name} » a donné des vecteurs qui ne sont pas des nombres : vérifiez son serveur."
    ),
    "Ollama could not pull “{name}”: check the model's name and the network.": (
        "Ollama n’a pas pu charger « {name} » : vérifiez le nom du modèle et le réseau."
    ),
    "Ollama stopped pulling “{name}”: pull it again to go on from there.": (
        "Ollama a cessé de charger « {name} » : relancez pour continuer à partir de là."
    ),
    "{name} cannot be reached: check that its server runs and its URL is right.": (
        "{name} est injoignable : vérifiez que son serveur tourne et que son URL est juste."
    ),
    "{name} did not answer in time: try again, or allow it more seconds.": (
        "{name} n’a pas répondu à temps : réessayez, ou accordez-lui plus de secondes."
    ),
    "The connection to {name} broke off: try again.": (
        "La connexion à {name} s’est interrompue : réessayez."
    ),
    ": check its parameters under Resources.": " : vérifiez ses paramètres sous Ressources.",
    ": “{said}”. Check its parameters under Resources.": (
        " : « {said} ». Vérifiez ses paramètres sous Ressources."
    ),
    "The account of {name} has used up its credit: top it up at its provider.": (
        "Le compte de {name} a épuisé son crédit : rechargez-le chez son fournisseur."
    ),
    "{name} asks for a key: enter one under Resources.": (
        "{name} demande une clé : saisissez-en une sous Ressources."
    ),
    "{name} refused the key: enter the right one under Resources.": (
        "{name} a refusé la clé : saisissez la bonne sous Ressources."
    ),
    "{name} may not be used with its key: check the rights of the key.": (
        "{name} ne peut pas être utilisé avec sa clé : vérifiez les droits de la clé."
    ),
    "The address of {name} leads elsewhere: enter the final one under Resources.": (
        "L’adresse de {name} mène ailleurs : saisissez l’adresse finale sous Ressources."
    ),
    "The server of {name} failed (error {status}): try again in a moment.": (
        "Le serveur de {name} a échoué (erreur {status}) : réessayez dans un instant."
    ),
    "{name} did not accept the request (error {status}){rest}": (
        "{name} n’a pas accepté la demande (erreur {status}){rest}"
    ),
    "“{name}” has too much to do: try again {when}.": "« {name} » a trop à faire : réessayez {when}.",
    (
        "The question with its passages is too long for “{name}”: take fewer passages, or a model with a "
        "larger context."
    ): (
        "La question et ses passages sont trop longs pour « {name} » : prenez moins de passages, ou un "
        "modèle au contexte plus grand."
    ),
    "A passage is too long for “{name}”: choose a model that takes longer texts.": (
        "Un passage est trop long pour « {name} » : choisissez un modèle qui accepte des textes plus longs."
    ),
    "At the address of “{name}” there is no model server: check the URL under Resources.": (
        "À l’adresse de « {name} », il n’y a pas de serveur de modèles : vérifiez l’URL sous Ressources."
    ),
    "Ollama does not have “{name}”: pull it under Resources.": (
        "Ollama n’a pas « {name} » : chargez-le sous Ressources."
    ),
    "The server of “{name}” has no model “{model}”: choose one that it offers.": (
        "Le serveur de « {name} » n’a pas de modèle « {model} » : choisissez-en un qu’il propose."
    ),
    "“{name}” sent something that cannot be read: check its server.": (
        "« {name} » a envoyé quelque chose d’illisible : vérifiez son serveur."
    ),
    "The server of {name} cannot do what is asked of it{rest}": (
        "Le serveur de {name} ne sait pas faire ce qui lui est demandé{rest}"
    ),
    "“{name}” gave vectors that do not belong together: test it again.": (
        "« {name} » a donné des vecteurs qui ne vont pas ensemble : essayez-le de nouveau."
    ),
    "The reranker “{name}” did not answer; the passages are in their own order.": (
        "Le reclassement « {name} » n’a pas répondu ; les passages sont dans leur ordre d’origine."
    ),
    "“{name}” is not a model of Ollama: there is nothing to pull.": (
        "« {name} » n’est pas un modèle d’Ollama : il n’y a rien à charger."
    ),
    "The download was cancelled.": "Le téléchargement a été annulé.",
    "The download ended without a reason. Look into the log, or start it again.": (
        "Le téléchargement s’est arrêté sans raison. Consultez le journal, ou relancez-le."
    ),
    # Les modèles intégrés et locaux
    "There is no embedding named “{name}”. Use one of: {names}.": (
        "Il n’y a pas de vectorisation nommée « {name} ». Choisissez parmi : {names}."
    ),
    "There is no built-in embedding “{name}”: choose “{other}”.": (
        "Il n’y a pas de vectorisation intégrée « {name} » : choisissez « {other} »."
    ),
    "The embedding was not told where its weights are: restart the app.": (
        "La vectorisation ne sait pas où sont ses poids : redémarrez l’application."
    ),
    "The weights of the embedding “{name}” are missing ({files}): run “make install” to fetch them.": (
        "Les poids de la vectorisation « {name} » manquent ({files}) : lancez « make install » pour les "
        "obtenir."
    ),
    (
        "The weights of the embedding “{name}” are damaged: delete them and run “make install” to fetch them "
        "again."
    ): (
        "Les poids de la vectorisation « {name} » sont endommagés : supprimez-les et lancez « make install » "
        "pour les obtenir de nouveau."
    ),
    (
        "The multilingual embedding is not installed: run “make install-multilingual”, then start the app "
        "again."
    ): (
        "La vectorisation multilingue n’est pas installée : lancez « make install-multilingual », puis "
        "redémarrez l’application."
    ),
    "There is no model “{name}” in the catalogue. Choose one of: {names}.": (
        "Il n’y a pas de modèle « {name} » dans le catalogue. Choisissez parmi : {names}."
    ),
    "The local model does not run on Windows here: use Ollama instead.": (
        "Le modèle local ne tourne pas ici sous Windows : utilisez plutôt Ollama."
    ),
    "“{name}” is being started on this machine.": "« {name} » démarre sur cette machine.",
    "The local model is still being started: try again in a moment.": (
        "Le modèle local est encore en train de démarrer : réessayez dans un instant."
    ),
    "The local model is still answering with other weights: try again in a moment.": (
        "Le modèle local répond encore avec d’autres poids : réessayez dans un instant."
    ),
    "The file of the local model {name} is not there: an admin can download it in Resources.": (
        "Le fichier du modèle local {name} manque : un administrateur peut le télécharger dans Ressources."
    ),
    ("The local model {name} did not start within {number} seconds: try again, or choose a smaller model."): (
        "Le modèle local {name} n’a pas démarré en {number} secondes : réessayez, ou choisissez un modèle "
        "plus petit."
    ),
    "The local model needs the library xllamacpp: run make install, then start the app again.": (
        "Le modèle local a besoin de la bibliothèque xllamacpp : lancez make install, puis redémarrez "
        "l’application."
    ),
    (
        "The memory of this machine did not suffice for the local model {name}: close other programs, lower "
        "its context, or choose a smaller model."
    ): (
        "La mémoire de cette machine ne suffisait pas au modèle local {name} : fermez d’autres programmes, "
        "réduisez son contexte, ou choisissez un modèle plus petit."
    ),
    (
        "The file of the local model {name} is damaged, or of a kind that llama.cpp does not know: delete it "
        "in Resources and download it again."
    ): (
        "Le fichier du modèle local {name} est endommagé, ou d’un type que llama.cpp ne connaît pas : "
        "supprimez-le dans Ressources et téléchargez-le de nouveau."
    ),
    "The server of the local model ended while starting (status {status}): its log {log} says why.": (
        "Le serveur du modèle local s’est arrêté au démarrage (état {status}) : son journal {log} dit "
        "pourquoi."
    ),
    (
        "The local model {name} needs about {number} GB of memory, and {number_free} GB are free: close "
        "other programs, lower its context, or choose a smaller one."
    ): (
        "Le modèle local {name} demande environ {number} Go de mémoire, et {number_free} Go sont libres : "
        "fermez d’autres programmes, réduisez son contexte, ou choisissez-en un plus petit."
    ),
    (
        "The disk has no room for {name}: it takes {number} GB, and {number_free} GB are free. Free some "
        "space, then go on."
    ): (
        "Le disque n’a pas de place pour {name} : il faut {number} Go, et {number_free} Go sont libres. "
        "Libérez de la place, puis continuez."
    ),
    (
        "What came as {name} is not the published file: its SHA-256 differs, so it was deleted. Try again; "
        "if it stays so, something between here and its source changes it."
    ): (
        "Ce qui est arrivé sous le nom {name} n’est pas le fichier publié : son SHA-256 diffère, il a donc "
        "été supprimé. Réessayez ; si cela persiste, quelque chose le modifie en chemin."
    ),
    (
        "The weight file {name} could not be fetched: none of its sources answers. Check the network and try "
        "again, or put the file into a folder and name that in EVIDENTIA_WEIGHTS_DIR."
    ): (
        "Le fichier de poids {name} n’a pas pu être obtenu : aucune de ses sources ne répond. Vérifiez le "
        "réseau et réessayez, ou placez le fichier dans un dossier et nommez celui-ci dans "
        "EVIDENTIA_WEIGHTS_DIR."
    ),
    "{name} is being downloaded already: wait for it, or cancel that first.": (
        "{name} est déjà en cours de téléchargement : attendez, ou annulez-le d’abord."
    ),
    "{name} is being downloaded: cancel that first.": (
        "{name} est en cours de téléchargement : annulez-le d’abord."
    ),
    "{name} could not be written: check the rights and the space of {folder}.": (
        "{name} n’a pas pu être écrit : vérifiez les droits et la place de {folder}."
    ),
    "The download was cancelled; what has come is kept.": (
        "Le téléchargement a été annulé ; ce qui est arrivé est gardé."
    ),
    "“{name}” cannot be used as a local model: name a {ending} file below the models folder.": (
        "« {name} » ne peut pas servir de modèle local : nommez un fichier {ending} dans le dossier des "
        "modèles."
    ),
}

FRAGMENTS = {
    "in a moment": "dans un instant",
    "in {number} seconds": "dans {number} secondes",
    "whole ": " entier",
    "at least {number}": "d’au moins {number}",
    "at most {number}": "d’au plus {number}",
    "at least {number} and at most {number_most}": "compris entre {number} et {number_most}",
}
