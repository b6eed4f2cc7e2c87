"""Textes de la page Ressources, en français."""

from components.french.typography import texts

texts(
    "Resources",
    {
        "SUBTITLE": (
            "Les modèles qui répondent, indexent et classent, et les personnes qui peuvent se connecter."
        ),
        "TABS": {
            "llm": "Modèles de langage",
            "embedding": "Vectorisation",
            "reranker": "Reclassement",
            "users": "Utilisateurs",
        },
        "ABOUT": {
            "llm": (
                "Les modèles de langage rédigent les réponses. Chacun peut choisir parmi ceux qui sont "
                "actifs."
            ),
            "embedding": (
                "La vectorisation transforme les passages en vecteurs. Une collection garde celle avec "
                "laquelle elle a été indexée."
            ),
            "reranker": (
                "Le reclassement lit la question et le passage ensemble et met en tête les "
                "meilleurs passages."
            ),
        },
        "ADD": "Ajouter un modèle",
        "DEFAULT": "Par défaut",
        "FALLBACK": "Secours",
        "INACTIVE": "Inactif",
        "RETIRED": "Retiré",
        "BADGE_HELP": {
            "default": "Utilisé quand personne n’en choisit un autre.",
            "fallback": "Prend le relais quand le modèle choisi ne répond pas.",
            "inactive": "N’est proposé à personne ; ce qui l’utilise déjà continue.",
            "retired": (
                "Supprimé alors que des collections étaient indexées avec lui : il les sert encore, et n’est "
                "proposé nulle part."
            ),
        },
        "IN_USE": "Utilisé par {number}",
        "BUILT_IN": {
            "extractive": (
                "Fait partie du programme. Répond par des phrases des documents, citées avec leur source ; "
                "ne demande ni clé ni réseau."
            ),
            "all-MiniLM-L6-v2": (
                "Fait partie du programme. Pour des textes en anglais ; pertinence et confiance sont "
                "étalonnées pour lui."
            ),
            "learned-order": (
                "Fait partie du programme. Range les passages selon ce que leurs scores ont valu."
            ),
        },
        "FROM": "provient de {origin}",
        "FROM_CATALOGUE": "provient du catalogue ci-dessous",
        "ADDED_BY": "ajouté par {name}",
        "KEY_STORED": "clé enregistrée, chiffrée",
        "TESTED": "essayé {when} : {took}",
        "TESTED_FAILED": "Essayé {when} : {error}",
        "UNTESTED": "pas encore essayé",
        "LEARNT": {
            "logprobs": "dit à quel point il est sûr de ses mots",
            "token_counts": "compte les jetons",
        },
        "DIMENSION": "vecteurs de {number} nombres",
        "CONTEXT": "contexte de {number} jetons",
        "JUST_NOW": "à l’instant",
        "AGO": "il y a {time}",
        "TEST": "Essayer",
        "TEST_HELP": "Appelle le modèle maintenant et mesure le temps qu’il met.",
        "TESTING": "Appel de « {name} »…",
        "MORE": "Plus",
        "ACTIONS": {
            "edit": "Modifier",
            "pull": "Télécharger dans Ollama",
            "default": "Choisir par défaut",
            "fallback": "Utiliser en secours",
            "no_fallback": "Ne plus utiliser en secours",
            "activate": "Activer",
            "restore": "Rétablir",
            "deactivate": "Désactiver",
            "delete": "Supprimer",
        },
        "PULL_OF": "Ollama télécharge le modèle : {done} sur {total}",
        "PULL_STARTS": "Ollama cherche le modèle…",
        "DELETE_TITLE": "Supprimer un modèle",
        "DELETE_INTRO": "**{name}** disparaîtra et ne pourra pas être rétabli.",
        "DELETE_WITH_KEY": "**{name}** et sa clé enregistrée disparaîtront et ne pourront pas être rétablis.",
        "DELETE_DEFAULT": (
            "C’est le modèle par défaut : **{name}**, qui fait partie du programme, le deviendra."
        ),
        "DELETE_FALLBACK": "C’est le modèle de secours : il n’y en aura plus.",
        "DELETE_CHOSEN": (
            "Les conversations qui l’ont choisi continuent avec le modèle par défaut. "
            "Les réponses qu’il a données restent."
        ),
        "DELETE_RETIRED": (
            "Indexé avec **{name}**, dont chaque question a besoin : {number}. Il est donc retiré, et non "
            "supprimé : il continue à servir, mais n’est plus proposé nulle part."
        ),
        "ARE": "{number}",
        "IS": "{number}",
        "DELETE_CONFIRM": "Supprimer",
        "RETIRE_CONFIRM": "Retirer",
        "CANCEL": "Annuler",
        "SAVED": "« {name} » est enregistré.",
    },
)

texts(
    "ModelForm",
    {
        "ADD_TITLE": {
            "llm": "Ajouter un modèle de langage",
            "embedding": "Ajouter une vectorisation",
            "reranker": "Ajouter un reclassement",
        },
        "EDIT_TITLE": "Modifier le modèle",
        "PROVIDER": "Fournisseur",
        "NO_PROVIDER": "Aucun fournisseur ne propose de modèles de ce type.",
        "NAME": "Nom",
        "NAME_HELP": (
            "Comment on le trouve dans les listes, par exemple « Rapide » ou le nom même du modèle."
        ),
        "NAME_PLACEHOLDER": "Le nom même du modèle",
        "KEY": "Clé",
        "KEY_HELP": "Enregistrée chiffrée, et plus jamais montrée à personne.",
        "KEY_REQUIRED": "chez le fournisseur",
        "KEY_OPTIONAL": "laissez vide s’il n’en faut pas",
        "KEY_KEPT": "une clé est enregistrée ; laissez vide pour la garder",
        "REMOVE_KEY": "Supprimer la clé enregistrée",
        "PARAMETERS": {
            "base_url": (
                "URL de base",
                "Où se trouve l’API, jusqu’à sa version, par exemple https://api.openai.com/v1.",
            ),
            "endpoint": (
                "Point d’accès",
                "L’adresse de la ressource, par exemple https://name.openai.azure.com.",
            ),
            "model": ("Modèle", "Le nom sous lequel le fournisseur le connaît."),
            "deployment": ("Déploiement", "Le nom donné au modèle lors de son déploiement."),
            "api_version": (
                "Version de l’API",
                "La version de l’API du fournisseur, telle que sa documentation l’indique.",
            ),
            "context": (
                "Contexte",
                "Combien de jetons la question, les passages et la réponse peuvent avoir ensemble.",
            ),
            "timeout": ("Délai", "Secondes à attendre un signe de vie avant d’abandonner."),
            "batch": ("Lot", "Combien de textes sont envoyés en un appel."),
            "query_prefix": (
                "Préfixe des questions",
                "Placé devant chaque question, pour les modèles entraînés ainsi.",
            ),
            "passage_prefix": (
                "Préfixe des passages",
                "Placé devant chaque passage, pour les modèles entraînés ainsi.",
            ),
            "dimensions": ("Dimensions", "La longueur des vecteurs, quand le modèle laisse le choix."),
            "threads": ("Fils d’exécution", "Cœurs du processeur qu’il peut utiliser ; 0 pour tous."),
        },
        "OFFERED": "Lister les modèles",
        "OFFERED_HELP": "Demande au fournisseur quels modèles il a.",
        "ASKING": "Demande au fournisseur…",
        "NONE_OFFERED": "Le fournisseur ne liste aucun modèle : saisissez le nom.",
        "MAKE_DEFAULT": "Le choisir par défaut",
        "SAVE": "Essayer et enregistrer",
        "TESTING": "Appel du modèle…",
        "FAILED": "L’essai a échoué ; rien n’est donc encore enregistré.",
        "SAVE_ANYWAY": "Enregistrer quand même",
        "CANCEL": "Annuler",
    },
)

texts(
    "UserAdmin",
    {
        "ABOUT": (
            "Les membres posent des questions, les analystes lisent aussi les statistiques, les "
            "administrateurs gèrent aussi les modèles et les utilisateurs."
        ),
        "ADD": "Ajouter un utilisateur",
        "COLUMNS": {
            "name": "Nom",
            "role": "Rôle",
            "status": "État",
            "seen": "Vu pour la dernière fois",
            "added": "Ajouté le",
        },
        "ACTIVE": "Actif",
        "DISABLED": "Désactivé",
        "LOCKED": "Bloqué",
        "MUST_CHANGE": "Premier mot de passe",
        "NEVER": "jamais",
        "SELECT_HINT": (
            "Sélectionnez une ligne pour changer un rôle, réinitialiser un mot de passe ou désactiver un "
            "compte."
        ),
        "YOURSELF": (
            "C’est vous. Changez votre mot de passe sous Compte ; votre rôle, seul un autre administrateur "
            "le peut."
        ),
        "LOCKED_NOTE": (
            "Bloqué après trop de mots de passe faux, pour encore {time}. Réinitialiser le mot de passe "
            "débloque le compte."
        ),
        "CHANGE_ROLE": "Changer le rôle",
        "RESET": "Réinitialiser le mot de passe",
        "DISABLE": "Désactiver",
        "ENABLE": "Activer",
        "NAME": "Nom d’utilisateur",
        "NAME_HELP": "De 3 à 32 caractères : lettres de A à Z, chiffres, et . _ -",
        "ROLE": "Rôle",
        "CREATE": "Ajouter l’utilisateur",
        "RESET_INTRO": (
            "Toutes les sessions de **{name}** se terminent aussitôt. Un nouveau mot de passe est créé et "
            "vous est montré une seule fois ; il doit être changé à la prochaine connexion."
        ),
        "DISABLE_INTRO": (
            "**{name}** est déconnecté aussitôt et ne peut plus se connecter. Documents, collections et "
            "conversations restent. Vous pouvez réactiver le compte à tout moment."
        ),
        "PASSWORD_TITLE": "Nouveau mot de passe",
        "SHOWN_ONCE": (
            "Donnez maintenant ce mot de passe à **{name}** : il n’est montré qu’ici, une seule fois, et "
            "doit être changé à la prochaine connexion."
        ),
        "DONE": "Terminé",
        "CANCEL": "Annuler",
    },
)
