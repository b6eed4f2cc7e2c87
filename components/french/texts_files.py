"""Textes des collections et des documents, en français."""

from components.french.typography import texts

texts(
    "Collections",
    {
        "NEW": "Nouvelle collection",
        "EDIT": "Modifier la collection",
        "EDIT_TITLE": "Modifier la collection",
        "EDIT_HELP": "Nom, description, et qui peut la lire.",
        "NAME": "Nom",
        "DESCRIPTION": "Description",
        "DESCRIPTION_HELP": ("Ce qu’elle contient, pour ceux qui choisissent où chercher. Peut rester vide."),
        "EMBEDDING": "Vectorisation",
        "EMBEDDING_HELP": ("Le modèle qui trouve les passages par le sens. Il ne pourra plus être changé."),
        "LANGUAGE": "Langue des textes",
        "LANGUAGE_HELP": (
            "Permet à la recherche par mots-clés de trouver d’autres formes d’un mot, comme les pluriels. "
            "Elle ne pourra plus être changée."
        ),
        "LANGUAGES": {
            "en": "anglais",
            "zh": "chinois",
            "da": "danois",
            "de": "allemand",
            "el": "grec",
            "es": "espagnol",
            "fi": "finnois",
            "fr": "français",
            "hu": "hongrois",
            "it": "italien",
            "nl": "néerlandais",
            "no": "norvégien",
            "pt": "portugais",
            "ro": "roumain",
            "ru": "russe",
            "sv": "suédois",
            "ta": "tamoul",
            "tr": "turc",
            "und": "une autre, ou plusieurs",
        },
        "UNSHARE_NOTE": (
            "Quand elle n’est plus partagée, ceux qui y ont ajouté des documents ne les voient plus ; les "
            "documents restent."
        ),
        "SAVE": "Enregistrer",
        "CANCEL": "Annuler",
        "CREATED": "« {name} » est là. Ajoutez-y des fichiers.",
        "SAVED": "La collection est modifiée.",
        "FACTS": ("Propriétaire : {owner} · {amount} · Vectorisation : {embedding} · Langue : {language}"),
        "DELETE": "Supprimer la collection",
        "DELETE_HELP": "La collection disparaît avec tout ce qu’elle contient.",
        "DELETE_TITLE": "Supprimer la collection",
        "DELETE_EMPTY": (
            "« {name} » ne contient aucun document. Elle disparaîtra et ne pourra pas être rétablie."
        ),
        "DELETE_FULL": "Ceci disparaîtra et ne pourra pas être rétabli :",
        "DELETE_AMOUNT": "{documents}, avec {passages} et leurs originaux ({size})",
        "DELETE_NAME": "la collection « {name} » elle-même, pour tous ceux qui la lisent",
        "DELETE_ANSWERS": "Les réponses qui citent ses documents restent, sans leur texte.",
        "DELETE_TYPE": "Saisissez « {name} » pour confirmer",
        "DELETE_CONFIRM": "Supprimer définitivement",
        "DELETED": "« {name} » est supprimée. Ce qui en est enregistré est retiré en arrière-plan.",
        "NONE_TITLE": "Pas encore de collections",
        "NONE": (
            "Une collection contient des documents consultés ensemble. Créez-en une, puis ajoutez-y des "
            "fichiers."
        ),
    },
)

texts(
    "FileTable",
    {
        "STATUS": "État",
        "ANY_STATUS": "Tous les états",
        "OWNER": "Ajouté par",
        "ANY_OWNER": "Ajouté par n’importe qui",
        "NOTHING_LEFT": "Aucun document ne répond à ces filtres.",
        "SHOWN": "{shown} sur {total}",
        "OPEN": "Ouvrir le document",
        "OPEN_CELL": ":material/article: Ouvrir",
        "OPEN_HELP": "Montrer ses pages à côté de ses passages.",
        "HINT": (
            "Ouvrez un document pour voir ses pages et ses passages. Sélectionnez des lignes pour "
            "télécharger, réessayer ou supprimer."
        ),
        "RETRY_ALL": "Tout réessayer",
        "NAMESAKE": (
            "« {name} » est ajouté. Un autre document de ce nom, de contenu différent, est là aussi."
        ),
        "ADDED": "Ajouté : {number}",
        "WAITING": "En attente : {names}",
    },
)

texts(
    "DocumentPage",
    {
        "BACK": "Tous les documents",
        "FACTS": "{status} · {amount} · ajouté par {owner} le {date} · dans « {collection} »",
        "FAILED": "Lecture impossible : {reason}",
        "DELETING": "« {name} » est en cours de suppression.",
        "NOT_READ": "Ses pages et ses passages s’afficheront ici dès qu’il aura été lu.",
        "NOTES": "Remarques sur sa lecture ({number})",
        "PAGE": "Page",
        "OF": "sur {pages}",
        "PREVIOUS": "Précédente",
        "PREVIOUS_HELP": "Page précédente",
        "NEXT": "Suivante",
        "NEXT_HELP": "Page suivante",
        "PASSAGES": "Passages",
        "PASSAGES_ON": "{number} sur cette page",
        "NO_PASSAGES": "Aucun passage ne commence sur cette page.",
        "CONTINUED": "commence à la page {page}",
        "CHOOSE_HELP": "Montrer sur la page",
        "UNCHOOSE_HELP": "Montré sur la page ; cliquez encore pour enlever la marque",
        "PASSAGE_GONE": "Le passage de cette adresse n’existe plus : le document a été relu.",
        "PICTURE": "Page {page}",
        "PART": "Passages {first} à {last} sur {total}",
    },
)
