"""Models as registered: language models, embeddings and rerankers, and what is asked of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from domain.immutable import Immutable

Value = str | int | float | bool


class ModelKind(StrEnum):
    """What a model is used for."""

    LLM = "llm"
    EMBEDDING = "embedding"
    RERANKER = "reranker"


@dataclass(frozen=True, slots=True)
class ModelConfig(Immutable):
    """How to reach one registered model; what pipelines get of it at run time, never in their YAML.

    ``parameters`` are (name, value) pairs as the provider's form has them; ``secret`` is the key in plain
    text, which no representation shows.
    """

    id: str
    kind: ModelKind
    name: str
    provider: str
    parameters: tuple[tuple[str, Value], ...] = ()
    secret: str = field(default="", repr=False)

    def text(self, name: str, default: str = "") -> str:
        """The parameter ``name`` as text."""
        return str(dict(self.parameters).get(name, default))

    def number(self, name: str, default: float) -> float:
        """The parameter ``name`` as a number; ``default`` when it is absent or empty."""
        value = dict(self.parameters).get(name, default)
        return default if value == "" else float(value)


@dataclass(frozen=True, slots=True)
class ChatMessage(Immutable):
    """One message of a request: ``role`` is ``system``, ``user`` or ``assistant``."""

    role: str
    content: str


@dataclass(frozen=True, slots=True)
class ChatRequest(Immutable):
    """What a language model is asked. ``max_tokens`` bounds its answer."""

    messages: tuple[ChatMessage, ...]
    temperature: float = 0.2
    max_tokens: int = 700


@dataclass(frozen=True, slots=True)
class ChatReply(Immutable):
    """What a language model said.

    ``problem`` is the sentence for the person when the stream broke off after ``text`` had begun;
    token counts and ``certainty`` (e to the mean log-probability of the answer's tokens, in [0, 1]) are
    ``None`` where the provider gives none. ``finish_reason`` is ``stop``, ``length`` or what else it says.
    """

    text: str
    finish_reason: str = "stop"
    prompt_tokens: int | None = None
    answer_tokens: int | None = None
    certainty: float | None = None
    problem: str | None = None
