"""Textes communs à toutes les pages, en français."""

from components.french.typography import texts
from domain.users import Role

texts("Brand", {"TAGLINE": "Interrogez vos propres documents et voyez pourquoi une réponse est fiable."})

texts(
    "Roles",
    {
        "NAMES": {Role.MEMBER: "Membre", Role.ANALYST: "Analyste", Role.ADMIN: "Administrateur"},
        "MANY": {Role.MEMBER: "membres", Role.ANALYST: "analystes", Role.ADMIN: "administrateurs"},
    },
)

texts(
    "Calendar",
    {
        "MONTHS": (
            "janvier",
            "février",
            "mars",
            "avril",
            "mai",
            "juin",
            "juillet",
            "août",
            "septembre",
            "octobre",
            "novembre",
            "décembre",
        ),
        "SHORT_MONTHS": (
            "janv.",
            "févr.",
            "mars",
            "avr.",
            "mai",
            "juin",
            "juil.",
            "août",
            "sept.",
            "oct.",
            "nov.",
            "déc.",
        ),
        "WEEKDAYS": ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
        "SHORT_WEEKDAYS": ("lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim."),
        "DAY": "{day} {month} {year}",
        "SHORT_DAY": "{weekday} {day} {month} {year}",
        "SHORT_HOUR": "{day} {month}, {hour} h",
        "AT": "{day} à {time}",
        "DAY_IN_TABLES": "DD/MM/YYYY",
        "IN_TABLES": "DD/MM/YYYY HH:mm",
        "TICKS": {"day": "%d/%m\n%Y", "hour": "%H:%M\n%d/%m"},
        "SEPARATORS": ",\u202f",
        "FIRST": "1er",
        "TODAY": "aujourd’hui {time}",
        "YESTERDAY": "hier {time}",
        "AND": "et",
        "BYTES": ("ko", "Mo", "Go"),
    },
)

texts(
    "Pages",
    {
        "CHAT": "Discussion",
        "FILES": "Fichiers",
        "ANALYTICS": "Statistiques",
        "RESOURCES": "Ressources",
        "SETTINGS": "Paramètres",
    },
)

texts(
    "SignIn",
    {
        "TITLE": "Connexion",
        "NAME": "Nom d’utilisateur",
        "PASSWORD": "Mot de passe",
        "SUBMIT": "Se connecter",
        "EMPTY": "Saisissez votre nom d’utilisateur et votre mot de passe.",
        "ENDED": "Votre session est terminée. Reconnectez-vous pour continuer.",
        "SIGNED_OUT": "Vous êtes déconnecté.",
    },
)

texts(
    "Password",
    {
        "TITLE": "Changer de mot de passe",
        "FORCED_TITLE": "Choisissez votre propre mot de passe",
        "FORCED": (
            "Vous vous êtes connecté avec un mot de passe que quelqu’un d’autre connaît. "
            "Remplacez-le, puis vous pourrez commencer."
        ),
        "CURRENT": "Mot de passe actuel",
        "NEW": "Nouveau mot de passe",
        "RULE": (
            "Au moins 8 caractères. Quelques mots sans lien entre eux sont faciles à retenir "
            "et difficiles à deviner."
        ),
        "REPEAT": "Nouveau mot de passe, encore une fois",
        "SUBMIT": "Changer le mot de passe",
        "DIFFERENT": "Les deux nouveaux mots de passe diffèrent. Saisissez deux fois le même.",
        "DONE": "Votre mot de passe est changé. Toutes vos autres sessions sont déconnectées.",
    },
)

texts(
    "Account",
    {
        "SESSIONS": "Sessions",
        "SIGN_OUT": "Se déconnecter",
        "SIGN_OUT_EVERYWHERE": "Se déconnecter partout",
        "SIGN_OUT_HELP": "Termine la session de ce navigateur. Vos autres appareils restent connectés.",
        "EVERYWHERE_HELP": "Termine d’un coup toutes vos sessions, sur chaque appareil, celle-ci comprise.",
    },
)

texts(
    "Errors",
    {
        "NOT_ALLOWED": (
            "Cette page est réservée aux {roles}. Vous êtes connecté en tant que {role}. "
            "Adressez-vous à un administrateur si vous en avez besoin."
        ),
        "UNEXPECTED": (
            "Un problème est survenu ici. Réessayez ; s’il persiste, communiquez cette référence "
            "à votre administrateur : {id}."
        ),
        "LOOPBACK_ONLY": (
            "Cette installation a encore son mot de passe initial ; elle ne répond donc que sur la machine "
            "où elle tourne. Ouvrez-y http://127.0.0.1:{port}, connectez-vous et choisissez un mot de passe."
        ),
        "PUBLIC_ADDRESS": (
            "Le serveur ne démarre pas sur {address} tant que le mot de passe initial est en place. "
            "Démarrez-le avec --server.address 127.0.0.1, connectez-vous avec admin / admin et choisissez "
            "un mot de passe ; puis redémarrez-le."
        ),
    },
)

texts(
    "Start",
    {
        "READY": "Evidentia est prêt : {url}",
        "FIRST_SIGN_IN": (
            "Première connexion : nom d’utilisateur admin, mot de passe admin. "
            "Vous choisirez alors votre propre mot de passe."
        ),
    },
)
