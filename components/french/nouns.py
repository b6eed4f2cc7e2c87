"""Noms qui se comptent : le singulier anglais, puis le singulier et le pluriel français."""

NOUNS = {
    "byte": ("octet", "octets"),
    "candidate": ("candidat", "candidats"),
    "document": ("document", "documents"),
    "file": ("fichier", "fichiers"),
    "finished run": ("exécution terminée", "exécutions terminées"),
    "page": ("page", "pages"),
    "passage": ("passage", "passages"),
    "question": ("question", "questions"),
    "run": ("exécution", "exécutions"),
}
