"""Textes du catalogue des modèles locaux, en français."""

from components.french.typography import texts

texts(
    "Catalogue",
    {
        "TITLE": "Modèles pour cette machine",
        "INTRO": (
            "Ils répondent sans fournisseur : rien ne quitte cette machine. Un modèle démarre avec la "
            "première question et s’arrête quand personne n’a rien demandé pendant {minutes}."
        ),
        "MORE": "Plus",
        "ABOUT": {
            "Qwen2.5-Coder-1.5B-Instruct": (
                "Réponses courtes en phrases entières, surtout en anglais. Assez petit pour un portable sans "
                "carte graphique ; les grands modèles d’un fournisseur répondent mieux."
            ),
            "SmolLM2-135M-Instruct": (
                "Pour essayer une installation seulement : il est rapide, et ses réponses sont médiocres."
            ),
        },
        "FACTS": "{size} à télécharger · {memory} de mémoire quand il tourne · licence {licence}",
        "CHECKSUM": "SHA-256 `{sha256}`",
        "CHECKSUM_HELP": "Ce qui est arrivé lui est comparé avant d’être utilisé.",
        "LITTLE_MEMORY": (
            "Cette machine a {free} de mémoire libre, et le modèle demande environ {needed}. Fermez d’autres "
            "programmes avant de l’utiliser."
        ),
        "DOWNLOAD": "Télécharger",
        "CANCEL": "Annuler",
        "CANCEL_HELP": "Ce qui est arrivé est gardé ; vous pourrez continuer plus tard.",
        "RESUME": "Continuer",
        "RETRY": "Réessayer",
        "DISCARD": "Supprimer ce qui est arrivé",
        "USE": "Ajouter aux modèles",
        "DELETE": "Supprimer",
        "STOP": "L’arrêter maintenant",
        "STOP_HELP": (
            "Libère sa mémoire. La prochaine question le redémarre, ce qui prend quelques secondes."
        ),
        "RUNNING": "{done} sur {total}",
        "SPEED": "{speed} par seconde",
        "MINUTES_LEFT": "encore {minutes}",
        "SECONDS_LEFT": "encore moins d’une minute",
        "CHECKING": "Comparaison avec la somme de contrôle publiée…",
        "PAUSED": "Arrivé jusqu’ici : {done} sur {total}.",
        "READY": "Téléchargé et vérifié",
        "NOT_ADDED": "Téléchargé, mais absent des modèles",
        "SLEEPS": "démarre avec la prochaine question",
        "STARTING": "démarre",
        "RUNS": "tourne",
        "DELETE_TITLE": "Supprimer un modèle de cette machine",
        "DELETE_INTRO": "**{name}** sera supprimé :",
        "DELETE_FILE": "son fichier de {size} ; il pourra être téléchargé de nouveau",
        "DELETE_MODEL": (
            "son entrée parmi les modèles de langage ; les conversations qui l’ont choisi continuent avec le "
            "modèle par défaut"
        ),
        "DELETE_CONFIRM": "Supprimer {name}",
        "KEEP": "Annuler",
    },
)

texts(
    "FirstModel",
    {
        "TITLE": "Des réponses en phrases entières",
        "TEXT": (
            "Pour l’instant, Evidentia répond par des citations de vos fichiers, ce qui ne demande pas de "
            "modèle de langage. Pour des réponses en phrases entières, connectez un fournisseur ou "
            "téléchargez un modèle qui tourne sur cette machine."
        ),
        "CONNECT": "Connecter un fournisseur",
        "DOWNLOAD": "Télécharger {name} ({size})",
        "USE": "Répondre avec {name}",
    },
)
