"""Textes de la page Paramètres, en français."""

from components.french.typography import texts

texts(
    "Settings",
    {
        "SUBTITLE": "Connecté en tant que {name} · {role}",
        "SECTION": "Section",
        "SECTIONS": {"answers": "Réponses", "interface": "Interface", "account": "Compte"},
        "TARGET": "Pour qui",
        "TARGETS": {"me": "Pour moi", "all": "Pour tous"},
        "EVERYBODY": (
            "Ces valeurs par défaut s’appliquent à tous ceux qui n’ont pas choisi les leurs. "
            "Chaque changement compte dès maintenant."
        ),
        "SAVED": "Enregistré : {name}",
        "RESET_DONE": "Valeur par défaut rétablie : {name}",
        "RESET_ALL_DONE": "Tous vos paramètres ont repris leur valeur par défaut.",
        "RESET_ALL_DONE_EVERYBODY": "Toutes les valeurs par défaut sont de nouveau celles d’origine.",
        "DEFAULT": "Par défaut",
        "OWN": "Votre choix · par défaut : {default}",
        "SHIPPED": "Valeur d’origine",
        "CHANGED": "Fixé pour tous · à l’origine : {default}",
        "RESET": "Rétablir",
        "RESET_HELP": "Rétablir la valeur par défaut : {name}",
        "RESET_ALL": "Tout rétablir",
        "RESET_ALL_INTRO": "Ces paramètres reprendront leur valeur par défaut et vos choix seront perdus :",
        "RESET_ALL_INTRO_EVERYBODY": (
            "Ces valeurs redeviendront celles d’origine et ce qui était fixé pour tous sera perdu :"
        ),
        "RESET_NOTHING": "Rien ici ne diffère des valeurs par défaut.",
        "SEARCH": "Recherche",
        "WEIGHT_NOTE": (
            "Poids du sens : 1 ne cherche que les passages de même sens, 0 que ceux qui ont les mêmes mots ; "
            "entre les deux, les deux comptent. Confiance minimale : les réponses moins sûres sont retenues. "
            "Un champ vide laisse le réglage ajusté."
        ),
        "ANSWERING": "Réponses d’un modèle de langage",
        "ANSWERING_NOTE": "Les réponses extractives citent les documents et n’utilisent rien de tout cela.",
        "PROMPTS": "Consignes",
        "PROMPTS_NOTE": (
            "Ce qui est dit au modèle de langage avec chaque question. "
            "Un changement est enregistré quand vous quittez le champ."
        ),
        "AS_FITTED": "ajusté",
        "SHIPPED_TEXT": "le texte d’origine",
        "NAMES": {
            "model": "Modèle",
            "method": "Méthode",
            "passages": "Passages",
            "weight": "Poids du sens",
            "threshold": "Confiance minimale",
            "temperature": "Température",
            "max_tokens": "Réponse la plus longue, en jetons",
            "history": "Échanges précédents",
            "language": "Langue des réponses",
            "instructions": "Instructions",
            "question_prompt": "Question",
            "theme": "Thème",
            "interface": "Langue des pages",
        },
        "HELP": {
            "model": "Qui répond dans les nouvelles conversations ; chacune peut en changer.",
            "method": "Comment le modèle parvient à une réponse.",
            "passages": (
                "Sur combien de passages une réponse peut s’appuyer. Plus il y en a, plus on trouve, "
                "et plus il y a à lire."
            ),
            "weight": (
                "La recherche compare le sens et les mots. 1 ne tient compte que du sens, 0 que des mots ; "
                "vide garde le réglage ajusté pour chaque collection."
            ),
            "threshold": (
                "Une réponse qui a moins de chances d’être juste est retenue, et les passages les plus "
                "proches sont montrés à sa place. Vide garde le réglage ajusté."
            ),
            "temperature": (
                "0 donne chaque fois la même réponse sobre ; plus haut, les formulations varient davantage."
            ),
            "max_tokens": (
                "Longueur à laquelle une réponse est coupée. Un jeton vaut à peu près trois quarts de mot."
            ),
            "history": (
                "Combien de questions et de réponses précédentes sont rappelées au modèle, "
                "pour qu’il comprenne « cela »."
            ),
            "language": "La langue dans laquelle un modèle répond, quelle que soit celle des documents.",
            "instructions": "Les règles que suit le modèle pour répondre. Au plus 4 000 caractères.",
            "question_prompt": (
                "Comment les passages et la question sont présentés au modèle. {passages}, {question} et "
                "{language} sont remplacés ; si l’un des deux premiers manque, il est ajouté. "
                "Au plus 4 000 caractères."
            ),
            "theme": ("Celui du système, clair ou sombre. La page se recharge une fois quand il change."),
            "interface": "La langue des menus et des messages. Celle des réponses se choisit à part.",
        },
        "DEFAULT_MODEL": "Celui de l’installation",
        "LANGUAGE_OF_QUESTION": "Celle de la question",
        "BROWSER": "Celle du navigateur",
        "THEMES": {"system": "Système", "light": "Clair", "dark": "Sombre"},
    },
)
