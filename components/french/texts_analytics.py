"""Textes de la page Statistiques, en français."""

from components.french.typography import texts

texts(
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
        "MODEL": "Modèle",
        "ALL_MODELS": "Tous les modèles",
        "PERSON": "Posée par",
        "ALL_PEOPLE": "Tout le monde",
        "RATING": "Avis",
        "ALL_RATINGS": "Tous",
        "RATINGS": {"good": "Bon", "bad": "Mauvais", "none": "Sans avis"},
        "SECTION": "Section",
        "SECTIONS": {
            "overview": "Aperçu",
            "answers": "Réponses",
            "retrieval": "Recherche",
            "documents": "Documents",
            "speed": "Rapidité",
        },
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
        "CONFIDENCE": "Confiance",
        "CONFIDENCE_HELP": "La moitié des exécutions terminées ont au moins cette confiance.",
        "SEARCH": "Recherche",
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
            "Aucune question ne répond à ces filtres. Choisissez une période plus longue, ou retirez des "
            "filtres."
        ),
        "NOTHING_ACTION": "Tout afficher",
    },
)

texts(
    "Charts",
    {
        "CONFIDENCE_AXIS": "confiance",
        "SIMILARITY_AXIS": "similarité (0 à 1)",
        "KEYWORD_AXIS": "score des mots-clés (0 à 1)",
        "QUESTIONS_AXIS": "questions",
        "ANSWERS_AXIS": "réponses",
        "RUNS_AXIS": "exécutions",
        "PASSAGES_AXIS": "passages",
        "SHARE_AXIS": "part des questions, %",
        "TOKENS_AXIS": "jetons",
        "RANGE": "(0 à 1)",
        "UNITS": {"day": "jour", "hour": "heure"},
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
        "CONFIDENCE_TIME_HELP": (
            "La confiance des exécutions terminées, par {unit} : la ligne est la médiane, les barres "
            "tiennent la moitié du milieu. Rien n’est tracé là où il n’y en a pas."
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
        "CITED_RELEVANCE_NONE": "Aucun passage cité n’a de pertinence",
        "RELEVANCE_TIME_HELP": (
            "La pertinence des passages que citent les réponses, par {unit} : la ligne est la médiane, les "
            "barres tiennent la moitié du milieu. Rien n’est tracé là où il n’y en a pas."
        ),
        "CONFIDENCE_TIME": "La confiance médiane est passée de {first} à {last}",
        "CONFIDENCE_TIME_ONE": "La confiance médiane est de {last}",
        "RELEVANCE_TIME": "La pertinence des passages cités est passée de {first} à {last}",
        "RELEVANCE_TIME_ONE": "La pertinence médiane des passages cités est de {last}",
        "SPREAD_POINT": "{what} : médiane {median}, moitié du milieu de {lower} à {upper}, {number}",
        "MEDIAN": "Médiane",
        "MIDDLE_HALF": "Moitié du milieu",
        "CITATION": {"cited": "Cités", "not cited": "Non cités"},
        "PAIRS": "Le passage cité typique : similarité {similarity}, score des mots-clés {keyword}",
        "PAIRS_NONE": "Aucun passage cité n’a les deux scores",
        "PAIRS_HELP": (
            "Chaque point est un passage cité par une réponse : la proximité de son sens avec la question, "
            "face au nombre de mots de la question qu’il contient. Le titre donne les médianes."
        ),
        "PAIRS_WITHOUT": (
            "{number} passages cités sur {total} n’ont été trouvés que de l’une des deux façons."
        ),
        "PAIRS_SAMPLED": "{shown} points sur {total} sont tracés, répartis également dans le temps.",
        "THIRDS": {
            "high": "Pertinence à partir de 0,67",
            "middle": "Pertinence de 0,33 à 0,67",
            "low": "Pertinence sous 0,33",
            "none": "Aucune pertinence",
        },
        "PAGE": "{document}, page {page}",
        "POINT": "similarité {similarity}, mots-clés {keyword}, pertinence {relevance}",
        "TIME": "Répondu : {answered} sur {total}",
        "TIME_HELP": "Les questions par {unit} où elles ont été posées, et leur issue.",
        "FEEDBACK": "Jugées bonnes : {good} sur {total}",
        "FEEDBACK_NONE": "Personne n’a encore noté de réponse",
        "FEEDBACK_HELP": "Les avis donnés, selon le moment où la question a été posée.",
        "MODELS": "{model} répond le plus souvent : {share} de {total}",
        "MODELS_ONE": "{model} répond à {share} de {total}",
        "MODELS_HELP": "L’issue des exécutions de chaque modèle.",
        "TOKENS": "{total} pour {answers}",
        "TOKENS_NONE": "Aucune réponse n’a de jetons comptés",
        "TOKENS_HELP": (
            "Ce qui a été envoyé aux modèles de langage et ce qu’ils ont écrit, quand ils le disent."
        ),
        "TOKEN_KINDS": {"prompt": "Consigne", "answer": "Réponse"},
        "LATENCY": "Le plus long : {stage}, la moitié en {p50}, 19 sur 20 en {p95}",
        "LATENCY_NONE": "Aucune exécution terminée n’a de durées",
        "LATENCY_HELP": (
            "Exécutions terminées seulement. Pour chaque étape, la moitié des exécutions n’ont pas duré plus "
            "que la première barre, et dix-neuf sur vingt pas plus que la seconde. Les deux index sont "
            "consultés l’un après l’autre."
        ),
        "PERCENTILES": {"p50": "La moitié (p50)", "p95": "19 sur 20 (p95)"},
        "SLOWER": "{stage}, {ms} ou plus",
        "DOCUMENTS": "« {name} » sert de preuve à {number} sur {total}",
        "DOCUMENTS_NONE": "Aucun document n’a été trouvé par ces questions",
        "DOCUMENTS_HELP": (
            "Pour combien de questions un passage du document a servi de preuve, et s’il est cité."
        ),
        "DOCUMENTS_MORE": "Les {shown} premiers sur {number} ; le tableau les a tous.",
        "NEVER": "Jamais une preuve : {number} sur {total}",
        "NEVER_NONE": "Chaque document a servi de preuve au moins une fois",
        "NEVER_NO_DOCUMENTS": "Il n’y a aucun document à trouver",
        "NEVER_HELP": (
            "Les documents prêts dont aucun passage n’a servi de preuve à l’une de ces questions."
        ),
        "NEVER_NOTE": (
            "Aucune question ne mène ici. Posez-en une à laquelle ils devraient répondre, ou retirez-les."
        ),
        "LEAST": "La moins sûre : « {question} », {confidence}",
        "LEAST_NONE": "Aucune exécution terminée n’a de confiance",
        "LEAST_HELP": (
            "Les exécutions terminées dont la confiance est la plus basse, sans réponse comprises."
        ),
        "LEAST_NOTE": "Cliquez sur une question pour ouvrir son exécution.",
        "DELETED": "Document supprimé",
        "NOT_AVAILABLE": "n. d.",
        "SPAN": "{score} de {low} à {high}",
        "SHARE": "{name} : {share} {group} ({number})",
        "AMOUNT": "{name} : {number}, {group}",
        "LISTED": "Listées ci-dessous : {what}",
        "COLUMNS": {
            "time": "Début",
            "from": "de",
            "to": "à",
            "runs": "Exécutions",
            "count": "Valeurs",
            "lower": "Premier quartile",
            "median": "Médiane",
            "upper": "Troisième quartile",
            "answered": "Répondu",
            "abstained": "Sans réponse",
            "failed": "Échoué",
            "stopped": "Arrêté",
            "unfinished": "En cours",
            "good": "Bon",
            "bad": "Mauvais",
            "cited": "Cités",
            "not cited": "Non cités",
            "similarity": "Similarité",
            "keyword": "Mots-clés",
            "relevance": "Pertinence",
            "document": "Document",
            "collection": "Collection",
            "page": "Page",
            "pages": "Pages",
            "passages": "Passages",
            "ready_at": "Prêt depuis",
            "evidence": "Preuve",
            "model": "Modèle",
            "prompt": "Jetons envoyés",
            "answer": "Jetons écrits",
            "stage": "Étape",
            "p50": "p50, ms",
            "p95": "p95, ms",
            "ms": "ms",
            "question": "Question",
            "outcome": "Issue",
            "confidence": "Confiance",
            "created_at": "Posée le",
        },
        "BIN": "{number}, {score} de {low} à {high} : {group}",
        "BUCKET": "{when} : {number} {group}",
        "TABLE": "Tableau",
        "TABLE_HELP": "Les nombres derrière ce graphique.",
        "DOWNLOAD": "Télécharger en CSV",
        "SELECT": "Cliquez pour lister ses exécutions ci-dessous.",
        "TIMINGS": "La recherche a pris {search}, la réponse {answer}",
        "TIMINGS_SEARCH": "La recherche a pris {search}",
        "TIMINGS_AXIS": "millisecondes",
        "TIMINGS_HELP": ("La durée de chaque étape. Les deux index sont consultés l’un après l’autre."),
        "STAGES": {
            "rewrite.rewriter": "Question autonome",
            "search.embedder": "Question en vecteur",
            "search.dense": "Recherche par le sens",
            "search.keyword": "Recherche par mots-clés",
            "search.fusion": "Fusion",
            "search.reranker": "Reclassement",
            "search.relevance": "Pertinence",
            "search.total": "Recherche entière",
            "answer.prompt": "Consigne",
            "answer.generator": "Modèle",
            "answer.citations": "Citations",
            "answer.first_token": "Attente du premier mot",
            "answer.extractive": "Réponse",
            "answer.support": "Vérification des preuves",
            "answer.confidence": "Confiance",
        },
    },
)

texts(
    "Runs",
    {
        "TITLE": "Exécutions",
        "SHOWN": "{number}, la plus récente d’abord. Cliquez sur l’une pour l’ouvrir.",
        "LATEST": "Les {shown} plus récentes sur {number}. Cliquez sur l’une pour l’ouvrir.",
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
            "feedback": "Avis",
            "again": "Note",
        },
        "AGAIN": "reposée",
        "NOT_AVAILABLE": "n. d.",
    },
)

texts(
    "OneRun",
    {
        "BACK": "Toutes les exécutions",
        "MISSING": "Cette exécution n’existe plus.",
        "ASKED": "Posée par {user}, {when} · {model} · consulté : {files} · {candidates} → {passages}",
        "SEARCHED_AS": "Recherché sous la forme : {question}",
        "NO_ANSWER": "Il n’y a pas de réponse.",
        "STOPPED": "La personne a arrêté cette exécution avant qu’il y ait une réponse.",
        "PARTIAL": "Seule une partie de la réponse est arrivée ; elle est gardée.",
        "FALLBACK": "{model} a répondu à la place de {failed}, qui ne le pouvait pas.",
        "TOKENS": "{prompt} jetons envoyés au modèle, {answer} écrits.",
        "CERTAINTY": "Certitude du modèle lui-même : {certainty}.",
        "GOOD": ":material/thumb_up: La personne a jugé cette réponse bonne.",
        "BAD": ":material/thumb_down: La personne a jugé cette réponse mauvaise.",
        "AGAIN": (
            "La question a reçu une nouvelle réponse ; une autre exécution a pris la place de celle-ci dans "
            "la conversation."
        ),
        "CLAIMS": "{supported} sur {total} confirmées par les passages cités",
        "CLAIMS_HELP": "Les affirmations de la réponse, chacune comparée aux passages qu’elle cite.",
        "SUPPORT": {
            "supported": (":green[:material/check_circle:]", "Les passages cités le confirment."),
            "weak": (
                ":orange[:material/error:]",
                "Les passages cités disent quelque chose de semblable, en d’autres mots.",
            ),
            "unsupported": (
                ":red[:material/cancel:]",
                "Cela n’a pas été trouvé dans les passages cités.",
            ),
            "unknown": (":gray[:material/help:]", "Cela n’a pas été comparé aux passages."),
        },
        "CANDIDATES": "{passages} sur {total} candidats ont servi de preuves, dans l’ordre de la recherche",
        "CANDIDATES_MOVED": (
            "{passages} sur {total} candidats ont servi de preuves ; le reclassement en a déplacé {moved}"
        ),
        "CANDIDATES_HELP": (
            "Chaque passage examiné. « Place » est son rang parmi les preuves, « Place avant » celui de la "
            "recherche fusionnée. Les scores non calculés sont marqués n. d."
        ),
        "COLUMNS": {
            "rank": "Place",
            "fused_rank": "Place avant",
            "document": "Document",
            "page": "Page",
            "relevance": "Pertinence",
            "rerank": "Reclassement",
            "fused": "Fusion",
            "similarity": "Similarité",
            "keyword": "Mots-clés",
            "similarity_rank": "Par le sens",
            "keyword_rank": "Par mots-clés",
            "cited": "Cité",
        },
        "UNFINISHED": "Cette exécution est encore en cours.",
        "ABSTAINED": "Les documents ne répondent pas à cette question ; aucune réponse n’a été donnée.",
        "EVIDENCE": "Preuves",
        "TIMINGS": "Durée",
        "PIPELINES": "Pipelines exécutés, en YAML",
        "SEARCH": "Recherche",
        "ANSWERING": "Réponse",
    },
)
