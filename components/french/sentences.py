"""Phrases que les services, les modèles et les lecteurs de fichiers écrivent en anglais, en français.

Les places entre accolades sont nommées ici ; ce qui s’y trouve est gardé, ou traduit quand c’est un fragment.
"""

from components.french import nouns, sentences_models, sentences_system
from components.french.typography import spaced
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
    "There is no such method. Choose one of the list.": (
        "Cette méthode n’existe pas. Choisissez-en une dans la liste."
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
    "There is no such document. It may have been deleted, or it is not shared with you.": (
        "Ce document n’existe pas. Il a peut-être été supprimé, ou n’est pas partagé avec vous."
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
}
"""Les phrases entières, telles qu’un test les trouve dans le code."""

FRAGMENTS = {
    "“{quoted}”": "« {quoted} »",
    "1 minute": "1 minute",
    "{number} minutes": "{number} minutes",
    "users": "les utilisateurs",
    "models": "les modèles",
    "everybody's defaults": "les valeurs par défaut de tous",
}
"""Ce qui se trouve à l’intérieur des phrases."""

SENTENCES |= sentences_models.SENTENCES | sentences_system.SENTENCES
FRAGMENTS |= sentences_models.FRAGMENTS | sentences_system.FRAGMENTS
register_sentences("fr", spaced(SENTENCES | FRAGMENTS))
register_nouns("fr", nouns.NOUNS)
