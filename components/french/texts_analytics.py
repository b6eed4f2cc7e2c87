"""Textes de la page Statistiques, en français."""

from components.translation import register

register(
    "fr",
    "Analytics",
    {
        "SUBTITLE": "Quelle est la qualité des réponses, et sur quoi chacune s’appuie.",
        "PERIOD": "Période",
        "PERIODS": {
            "1": "24 heures",
            "7": "7 jours",
            "30": "30 jours",
            "all": "Tout",
            "dates": "Dates",
        },
        "DATES": "Du et au",
        "COLLECTION": "Collection",
        "ALL_COLLECTIONS": "Toutes les collections",
        "OUTCOMES": {
            "answered": "Répondu",
            "abstained": "Sans réponse",
            "failed": "Échoué",
            "stopped": "Arrêté",
            "unfinished": "En cours",
        },
        "OUTCOMES_HELP": {
            "answered": "Les documents ont donné une réponse.",
            "abstained": "Les documents ne répondent pas à la question, et l’application l’a dit.",
            "failed": "Un problème est survenu ; l’exécution dit lequel.",
        },
        "COUNTING": "Calcul en cours…",
        "QUESTIONS": "Questions",
        "QUESTIONS_HELP": "Toutes les questions posées pendant cette période.",
        "STILL": "{number} en cours.",
        "STOPPED": "{number} arrêtées par la personne.",
        "CONFIDENCE": "Confiance médiane",
        "CONFIDENCE_HELP": "La moitié des exécutions terminées ont au moins cette confiance.",
        "SEARCH": "Recherche médiane",
        "SEARCH_HELP": (
            "La moitié des recherches n’ont pas duré plus longtemps, vectorisation de la question comprise."
        ),
        "WITHOUT": "{number} sur {total} n’en ont pas et ne sont pas comptées.",
        "EMPTY_TITLE": "Pas encore de questions",
        "EMPTY": (
            "Cette page montre la confiance des réponses, la pertinence des passages sur lesquels elles "
            "s’appuient, et le déroulement de chaque exécution. Elle se remplit à mesure que des questions "
            "sont posées."
        ),
        "EMPTY_ACTION": "Poser la première question",
        "NOTHING_TITLE": "Aucune question ici",
        "NOTHING": (
            "Personne n’a rien demandé pendant cette période dans cette collection. Choisissez une période "
            "plus longue."
        ),
        "NOTHING_ACTION": "Tout afficher",
    },
)

register(
    "fr",
    "Charts",
    {
        "CONFIDENCE_AXIS": "confiance",
        "CONFIDENCE": "La moitié des exécutions atteignent une confiance de {median}",
        "CONFIDENCE_ONE": "La seule exécution terminée a une confiance de {median}",
        "CONFIDENCE_NONE": "Aucune exécution terminée n’a de confiance",
        "CONFIDENCE_HELP": (
            "Les exécutions terminées selon leur confiance : la probabilité estimée que la réponse soit "
            "juste et étayée. Sans réponse : celles dont la meilleure réponse était trop improbable pour "
            "être montrée."
        ),
        "CONFIDENCE_WITHOUT": (
            "{number} exécutions terminées sur {total} n’ont pas de confiance et sont laissées de côté."
        ),
        "RELEVANCE_AXIS": "pertinence",
        "RELEVANCE": "Les passages cités atteignent {cited}, les autres {other}",
        "RELEVANCE_ALL": "La moitié des passages atteignent une pertinence de {median}",
        "RELEVANCE_NONE": "Aucun passage n’a de pertinence",
        "RELEVANCE_HELP": (
            "Les passages montrés comme preuves, selon la probabilité estimée que chacun aide à répondre à "
            "sa question. Le titre compare les médianes."
        ),
        "RELEVANCE_WITHOUT": (
            "{number} passages sur {total} n’ont pas de pertinence et sont laissés de côté."
        ),
        "CITED": "Cités",
        "NOT_CITED": "Non cités",
        "TIME": "{answered} questions sur {total} ont reçu une réponse",
        "TIME_HELP": "Les questions selon le moment ({unit}) où elles ont été posées, et leur issue.",
        "DAY_AXIS": "jour",
        "HOUR_AXIS": "heure",
        "BIN": "{number}, {score} de {low} à {high} : {group}",
        "BUCKET": "{when} : {number} {group}",
        "TABLE": "Tableau",
        "TABLE_HELP": "Les nombres derrière ce graphique.",
        "DOWNLOAD": "Télécharger en CSV",
        "SELECT": "Cliquez sur une barre pour ne lister que ses exécutions.",
        "TIMINGS": "La recherche a pris {search}, la réponse {answer}",
        "TIMINGS_SEARCH": "La recherche a pris {search}",
        "TIMINGS_AXIS": "millisecondes",
        "TIMINGS_HELP": ("La durée de chaque étape. Les deux index sont consultés l’un après l’autre."),
        "STAGE": "étape",
        "STAGES": {
            "search.embedder": "Question en vecteur",
            "search.dense": "Recherche par le sens",
            "search.keyword": "Recherche par mots-clés",
            "search.fusion": "Fusion",
            "search.relevance": "Pertinence",
            "answer.extractive": "Réponse",
            "answer.support": "Vérification des preuves",
            "answer.confidence": "Confiance",
        },
    },
)

register(
    "fr",
    "Runs",
    {
        "TITLE": "Exécutions",
        "SHOWN": "{number}, la plus récente d’abord. Cliquez sur l’une pour l’ouvrir.",
        "LATEST": "Les {shown} plus récentes sur {number}. Cliquez sur l’une pour l’ouvrir.",
        "ONLY_CONFIDENCE": "{outcome}, confiance de {low} à {high}",
        "ONLY_RELEVANCE": "Avec un passage de pertinence {low} à {high}, {cited}",
        "ONLY_TIME": "{outcome}, {when}",
        "SHOW_ALL": "Tout afficher",
        "COLUMNS": {
            "created_at": "Posée le",
            "question": "Question",
            "outcome": "Issue",
            "confidence": "Confiance",
            "cited": "Cités",
            "passages": "Passages",
            "search_ms": "Recherche, ms",
            "user": "Utilisateur",
            "collection": "Collection",
            "model": "Modèle",
        },
        "NOT_AVAILABLE": "n. d.",
    },
)

register(
    "fr",
    "OneRun",
    {
        "BACK": "Toutes les exécutions",
        "MISSING": "Cette exécution n’existe plus.",
        "ASKED": "Posée par {user}, {when} · {model} · consulté : {files} · {candidates} → {passages}",
        "SEARCHED_AS": "Recherché sous la forme : {question}",
        "NO_ANSWER": "Il n’y a pas de réponse.",
        "STOPPED": "La personne a arrêté cette exécution avant qu’il y ait une réponse.",
        "UNFINISHED": "Cette exécution est encore en cours.",
        "ABSTAINED": "Les documents ne répondent pas à cette question ; aucune réponse n’a été donnée.",
        "EVIDENCE": "Preuves",
        "TIMINGS": "Durée",
        "PIPELINES": "Pipelines exécutés, en YAML",
        "SEARCH": "Recherche",
        "ANSWERING": "Réponse",
    },
)
