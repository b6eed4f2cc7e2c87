"""What a person may set for their questions; the installation's defaults have the same shape."""

from __future__ import annotations

from dataclasses import dataclass

from domain.immutable import Immutable

LANGUAGE_OF_QUESTION = "question"
INTERFACE_LANGUAGES = ("en", "fr")
THEMES = ("system", "light", "dark")

MAX_PASSAGES = 50
MAX_TEMPERATURE = 2.0
MIN_TOKENS, MAX_TOKENS = 16, 8192
MAX_HISTORY = 20
MAX_PROMPT = 4000


@dataclass(frozen=True, slots=True)
class Preferences(Immutable):
    """Defaults of retrieval, of answers and of the interface.

    ``model`` is the id of a language model, ``None`` for the installation's default. ``weight`` is the share
    of similarity in the fused score, ``threshold`` the confidence below which an answer abstains; ``None``
    leaves both as fitted. ``method`` is how a language model comes to an answer. ``language`` is that of
    answers: an ISO 639-1 code or ``question``. ``history`` counts earlier turns that a language model is
    told. ``instructions`` and ``question_prompt`` replace the shipped prompts when not ``None``. ``theme`` is
    ``system``, ``light`` or ``dark``; ``interface`` the language of the pages, ``None`` for the browser's.
    """

    model: str | None = None
    passages: int = 6
    weight: float | None = None
    threshold: float | None = None
    method: str = "simple"
    temperature: float = 0.2
    max_tokens: int = 700
    history: int = 5
    language: str = LANGUAGE_OF_QUESTION
    instructions: str | None = None
    question_prompt: str | None = None
    theme: str = "system"
    interface: str | None = None
