"""Noms qui se comptent : le singulier anglais, puis le singulier et le pluriel français."""

NOUNS = {
    "answer": ("réponse", "réponses"),
    "byte": ("octet", "octets"),
    "candidate": ("candidat", "candidats"),
    "collection": ("collection", "collections"),
    "day": ("jour", "jours"),
    "document": ("document", "documents"),
    "file": ("fichier", "fichiers"),
    "finished run": ("exécution terminée", "exécutions terminées"),
    "hour": ("heure", "heures"),
    "minute": ("minute", "minutes"),
    "page": ("page", "pages"),
    "passage": ("passage", "passages"),
    "question": ("question", "questions"),
    "rated answer": ("réponse notée", "réponses notées"),
    "ready document": ("document prêt", "documents prêts"),
    "run": ("exécution", "exécutions"),
    "statement": ("affirmation", "affirmations"),
    "token": ("jeton", "jetons"),
}
