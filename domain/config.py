"""Plain configuration objects that services hand to pipelines."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from domain.immutable import Immutable
from domain.preferences import LANGUAGE_OF_QUESTION

DEFAULT_EMBEDDING = "all-MiniLM-L6-v2"


@dataclass(frozen=True, slots=True)
class IndexConfig(Immutable):
    """One index version of a collection: what fixes the meaning of its rows.

    ``name`` is the Milvus collection; ``language`` an ISO 639-1 code that chooses the keyword analyzer;
    ``dimension`` the length of the embedding's vectors.
    """

    name: str
    embedding: str = DEFAULT_EMBEDDING
    dimension: int = 384
    language: str = "en"


@dataclass(frozen=True, slots=True)
class SearchConfig(Immutable):
    """How one question is searched.

    ``candidates`` chunks are taken from each leg, ``passages`` are returned. ``weight`` is the share
    of similarity in the fused score, the rest is keyword; ``None`` leaves it to the collection.
    """

    passages: int = 6
    candidates: int = 50
    weight: float | None = None


@dataclass(frozen=True, slots=True)
class Runtime(Immutable):
    """Where things are in this process; pipelines' YAML says what, this says where.

    ``milvus_uri`` is what pymilvus connects to (``unix:/…/milvus.sock`` for the embedded engine).
    """

    milvus_uri: str
    models_dir: Path
    milvus_token: str = ""
    cache_dir: Path | None = None


@dataclass(frozen=True, slots=True)
class Turn(Immutable):
    """An earlier question of a conversation with its answer, for follow-up questions."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class AnswerConfig(Immutable):
    """How one question is answered.

    ``language`` is an ISO 639-1 code or ``question`` for the question's own; ``threshold`` the confidence
    below which the answer abstains (``None``: as fitted); ``instructions`` and ``question_prompt`` replace
    the shipped prompts; ``history`` are the earlier turns that a language model is told, oldest first.
    """

    temperature: float = 0.2
    max_tokens: int = 700
    language: str = LANGUAGE_OF_QUESTION
    threshold: float | None = None
    instructions: str | None = None
    question_prompt: str | None = None
    history: tuple[Turn, ...] = ()
