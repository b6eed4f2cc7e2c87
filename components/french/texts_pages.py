"""Textes de la discussion, des preuves et des fichiers, en français."""

from components.french.typography import texts

texts(
    "Chat",
    {
        "PLACEHOLDER": "Posez une question sur vos documents",
        "YOU": "Vous",
        "APP": "Evidentia",
        "NEW": "Nouvelle conversation",
        "SEARCH_IN": "Chercher dans",
        "COLLECTION": "Collection",
        "CONVERSATIONS": "Conversations",
        "NO_CONVERSATIONS": "Vos conversations apparaîtront ici.",
        "SHOW_ALL": "Tout afficher ({number})",
        "UNTITLED": "Sans titre",
        "ALL_FILES": "Tout : {number}",
        "SOME_FILES": "{chosen} sur {number}",
        "CHOOSE_FILES": "Choisir les fichiers",
        "CHOOSE_HELP": "Chercher dans certains fichiers de la collection seulement, ou dans tous.",
        "CHOOSE_INTRO": (
            "Seuls les fichiers choisis sont consultés. N’en choisissez aucun pour les consulter tous."
        ),
        "CHOOSE_LABEL": "Fichiers",
        "CHOOSE_PLACEHOLDER": "Tous les fichiers",
        "CHOOSE_SAVE": "Chercher dans ces fichiers",
        "CHOOSE_ALL": "Chercher dans tous les fichiers",
        "FILES_GONE": "Supprimé depuis dans votre choix : {gone}.",
        "FILES_ALL_GONE": (
            "Les fichiers choisis ont été supprimés depuis ; tous les fichiers sont maintenant consultés."
        ),
        "START_TITLE": "Interrogez vos documents",
        "START_EMPTY": (
            "Ajoutez d’abord un fichier PDF, texte ou Markdown. Posez ensuite vos questions ici."
        ),
        "START_WAITING": (
            "Vos fichiers sont en cours de lecture. Vous pourrez poser une question dès que le premier "
            "sera prêt."
        ),
        "START_ACTION": "Ajouter des fichiers",
        "START_READY": (
            "Saisissez une question ci-dessous. Chaque réponse montre les passages sur lesquels elle "
            "s’appuie, où ils se trouvent et jusqu’où on peut s’y fier."
        ),
        "EARLIER": "Afficher {number}",
        "SEARCHING": "Recherche dans vos documents…",
        "ANSWERING": "Rédaction de la réponse…",
        "STOP": "Arrêter",
        "STOPPED": "Vous avez arrêté cette réponse.",
        "ABSTAINED": "Les documents ne répondent pas à cette question.",
        "ABSTAINED_NEAREST": (
            "Les passages les plus proches sont montrés comme preuves ; lisez-les avant de vous y fier."
        ),
        "NO_PASSAGES": (
            "Aucun passage trouvé. Essayez d’autres mots, ou cherchez dans davantage de fichiers."
        ),
        "SEARCHED": "Consulté : {files} · {candidates} → {passages} · {ms} ms",
        "SEARCHED_AS": "recherché sous la forme « {question} »",
        "EVIDENCE": "Preuves",
        "EVIDENCE_HELP": "Montrer sur quoi s’appuie cette réponse.",
        "EVIDENCE_SHOWN": "Preuves affichées",
        "THIS_CONVERSATION": "Cette conversation",
        "MODEL": "Modèle",
        "MODEL_HELP": (
            "Qui rédige les réponses à partir de maintenant. Vous pouvez en changer au milieu d’une "
            "conversation."
        ),
        "MODEL_GONE": (
            "Le modèle de cette conversation n’existe plus ; c’est celui par défaut qui répond maintenant."
        ),
        "PASSAGES": "Passages",
        "PASSAGES_HELP": "Sur combien de passages chaque réponse s’appuie.",
        "FIND": "Chercher une conversation",
        "FIND_NONE": "Aucune conversation ne mentionne « {text} ».",
        "CONVERSATION_MENU": "Renommer ou supprimer cette conversation",
        "RENAME": "Renommer la conversation",
        "RENAME_SAVE": "Renommer",
        "TITLE": "Titre",
        "DELETE": "Supprimer la conversation",
        "DELETED": "« {title} » est supprimée.",
        "UNDO": "Annuler",
        "DISMISS": "Fermer",
        "AGAIN": "Recommencer",
        "AGAIN_HELP": (
            "Chercher et répondre encore une fois ; la nouvelle réponse prend la place de celle-ci."
        ),
        "COPY": "Copier",
        "COPIED": "Copié",
        "PARTIAL": "Cette réponse est incomplète.",
        "REASON_GOOD": "Qu’est-ce qui était bien ?",
        "REASON_BAD": "Qu’est-ce qui n’allait pas ?",
        "REASON_GIVEN": "Votre remarque",
        "REASON_PLACEHOLDER": "Par exemple : mauvais nombre, mauvais passage, incomplet",
        "REASON_SEND": "Enregistrer",
        "NOT_SENT": "Ce que vous avez saisi",
        "CITATION_HELP": "Citation {number} : montrer son passage",
        "SUPPORTED": "Le passage cité le confirme.",
        "WEAK": "Le passage cité dit quelque chose de semblable, en d’autres mots ; lisez-le.",
        "UNSUPPORTED": "Cela n’a pas été trouvé dans les passages cités.",
    },
)

texts(
    "Evidence",
    {
        "TITLE": "Preuves",
        "EMPTY": (
            "Ici s’affiche ce sur quoi repose une réponse : ses passages, leurs pages, "
            "et jusqu’où on peut s’y fier."
        ),
        "RUNNING": "Les preuves s’afficheront ici quand la réponse sera prête.",
        "NONE": "Cette réponse n’a aucune preuve.",
        "NOT_AVAILABLE": "n. d.",
        "RIGHT": "Probablement juste",
        "UNCERTAIN": "Incertain",
        "WRONG": "Probablement faux",
        "UNKNOWN": "Confiance non calculée",
        "ABSTAINED": "Pas de réponse donnée",
        "CONFIDENCE_HELP": (
            "La probabilité que cette réponse soit juste et étayée. {value} signifie : juste environ "
            "{tenths} fois sur 10."
        ),
        "ABSTAINED_HELP": (
            "La meilleure réponse trouvée avait une probabilité de {value} d’être juste, trop peu pour la "
            "montrer comme réponse."
        ),
        "UNKNOWN_HELP": (
            "Il n’y a pas d’estimation étalonnée pour les réponses de ce modèle avec cette vectorisation. "
            "Jugez d’après les éléments."
        ),
        "CALIBRATED": "Étalonnée sur des questions publiques, pas encore sur les vôtres.",
        "PARTS": {
            "retrieval": (
                "Passage pertinent",
                "La probabilité que le meilleur passage cité aide à répondre à la question.",
            ),
            "coverage": (
                "Question couverte",
                "La part de ce que vous demandez qui se trouve dans les passages cités.",
            ),
            "certainty": (
                "Certitude du modèle",
                "À quel point le modèle de langage était sûr de ses mots, en moyenne. Cela dit peu de leur "
                "vérité.",
            ),
            "support": ("Réponse étayée", "La part de la réponse que ses passages cités confirment."),
        },
        "SCORES": {
            "relevance": (
                "Pertinence",
                "La probabilité que ce passage aide à répondre : sur des passages à 0,80, environ 8 sur 10 "
                "y aident.",
            ),
            "similarity": (
                "Similarité",
                "La proximité de sens entre le passage et la question ; 1 est identique.",
            ),
            "keyword": (
                "Mots-clés",
                "La correspondance des mots de la question ; 1 est la meilleure de cette recherche.",
            ),
            "fused": (
                "Fusion",
                "Similarité et mots-clés en un seul nombre, qui décide de ce qui est examiné d’abord.",
            ),
            "rerank": (
                "Reclassement",
                "Le jugement d’un second modèle, qui lit la question et le passage ensemble.",
            ),
        },
        "ABOUT_SCORES": "Que signifient ces nombres ?",
        "NOT_COMPUTED": "n. d. : n’a pas été calculé pour ce passage.",
        "PAGE": "page {page}",
        "PAGE_LABEL": "p. {label} (page {page} du fichier)",
        "DELETED": "Document supprimé",
        "DELETED_HELP": (
            "Le document a été supprimé depuis, et son texte avec lui. Il n’en reste que les scores."
        ),
        "SHOW_PAGE": "Montrer sur la page",
        "WHOLE_PAGE": "Page entière",
        "OPEN_DOCUMENT": "Document",
        "OPEN_DOCUMENT_HELP": "Montrer ce passage dans son document, page par page.",
        "PREVIOUS": "Précédente",
        "NEXT": "Suivante",
        "PAGE_OF": "page {page} sur {last}",
        "NO_PICTURE": "Il n’y a pas d’image de cette page ; le passage ci-dessus est son texte.",
        "PICTURE_ALT": "Page {page} avec le passage encadré",
        "UNCITED": "{number} sans citation",
    },
)

texts(
    "Files",
    {
        "SUBTITLE": "Les documents que vous pouvez interroger.",
        "COLLECTION": "Collection",
        "NAME": "Nom",
        "NAME_HELP": "Au plus 120 caractères, par exemple « Contrats 2026 ».",
        "SHARED": "Partager avec tous ceux qui peuvent se connecter",
        "SHARED_HELP": (
            "Ils peuvent lire, poser des questions et ajouter des fichiers. Sinon, seuls vous et les "
            "administrateurs le pouvez."
        ),
        "CREATE": "Créer la collection",
        "SHARED_NOTE": (
            "Partagée : tous ceux qui peuvent se connecter peuvent la lire et y ajouter des fichiers."
        ),
        "PRIVATE_NOTE": "Privée : seuls son propriétaire et les administrateurs peuvent la lire.",
        "READ_ONLY": "Vous pouvez lire cette collection, mais rien y ajouter.",
        "UPLOAD": "Ajouter des fichiers : PDF, texte ou Markdown",
        "UPLOADED": "« {name} » est ajouté.",
        "DUPLICATE": "« {name} » est déjà là sous le nom « {existing} ».",
        "DUPLICATE_SAME": "« {name} » est déjà là.",
        "DUPLICATE_AGAIN": "« {name} » avait échoué et est relu une nouvelle fois.",
        "RESULTS_MORE": "{number} de plus",
        "CLOSE": "Fermer",
        "JOBS": "{number} en cours de lecture",
        "STAGES": {
            None: "Attend son tour",
            "read": "Lecture des pages",
            "split": "Découpage en passages",
            "embed": "Indexation des passages",
            "write": "Enregistrement de l’index",
        },
        "STAGE_DELETE": "Suppression",
        "STAGE_OTHER": "En cours : {stage}",
        "OF": "{done} sur {total}",
        "JOBS_MORE": "et encore {number}",
        "EMPTY_TITLE": "Pas encore de documents",
        "EMPTY": (
            "Déposez des fichiers ci-dessus. Ils sont lus en arrière-plan ; vous pouvez quitter cette page "
            "entre-temps."
        ),
        "FILTER": "Filtrer par nom",
        "FILTER_PLACEHOLDER": "Filtrer par nom",
        "NO_MATCH": "Aucun nom de fichier ne contient « {text} ».",
        "COLUMNS": {
            "name": "Nom",
            "pages": "Pages",
            "chunks": "Passages",
            "size": "Taille",
            "owner": "Ajouté par",
            "status": "État",
            "added": "Ajouté le",
        },
        "STATUSES": {
            "queued": "En attente",
            "running": "En lecture",
            "ready": "Prêt",
            "failed": "Échec",
            "deleting": "En suppression",
        },
        "WITH_WARNINGS": "Prêt, avec remarques",
        "SELECT_HINT": "Sélectionnez des lignes pour télécharger, réessayer ou supprimer.",
        "SELECTED": "Sélection : {number}",
        "DOWNLOAD": "Télécharger",
        "DOWNLOAD_HELP": "Le fichier tel qu’il a été déposé.",
        "RETRY": "Réessayer",
        "DELETE": "Supprimer",
        "DELETE_TITLE": "Supprimer des documents",
        "DELETE_INTRO": "Ceci disparaîtra et ne pourra pas être rétabli :",
        "DELETE_AND": (
            "Les questions n’en trouveront plus rien. Les réponses qui le citent restent, sans son texte."
        ),
        "DELETE_CONFIRM": "Supprimer {number}",
        "CANCEL": "Annuler",
        "NOT_YOURS": (
            "{number} d’entre eux appartiennent à d’autres ; seuls ceux-ci, le propriétaire de la collection "
            "ou un administrateur peuvent les supprimer."
        ),
        "FAILED_TITLE": "Lecture impossible : {number}",
        "NOTES": "Remarques sur « {name} »",
        "GONE": "Le fichier n’est plus sur le disque. Déposez-le de nouveau.",
    },
)
