"""What a provider is: the parameters that it needs, and the calls that it answers.

A provider keeps no state of a call; clients may be kept by configuration. Errors come as the tree of
``domain.errors`` below ``ModelUnavailable``, each with the sentence for the person.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
import numpy.typing as npt

from domain.errors import InvalidInput
from domain.immutable import Immutable
from domain.models import ChatReply, ChatRequest, ModelConfig, ModelKind, Value

Vectors = npt.NDArray[np.float32]
OnText = Callable[[str], None]
"""Called with each piece of an answer as it comes; what it raises ends the stream.

A piece is empty while the model gives signs of life but no text: it thinks, or its server queues.
"""


@dataclass(frozen=True, slots=True)
class Parameter(Immutable):
    """One field of a model's form. Its label and help are the interface's texts, found by ``name``.

    ``kind`` chooses the widget; ``minimum`` and ``maximum`` bound numbers; ``choices`` are those of a choice.
    """

    name: str
    kind: Literal["text", "url", "integer", "number", "choice"] = "text"
    required: bool = False
    default: Value = ""
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()


class Provider:
    """Base of all providers: refuses every call that it does not override.

    ``key`` is how it is stored, ``title`` how it is called (a name, not translated). ``needs_key`` says
    whether a secret is. ``removable`` is false for what is part of the program.
    """

    key: ClassVar[str] = ""
    title: ClassVar[str] = ""
    kinds: ClassVar[frozenset[ModelKind]] = frozenset()
    needs_key: ClassVar[Literal["required", "optional", "no"]] = "no"
    removable: ClassVar[bool] = True

    def parameters(self, kind: ModelKind) -> tuple[Parameter, ...]:  # noqa: ARG002
        """The fields of the form for a model of this kind."""
        return ()

    def warm_up(self) -> None:
        """Load what the first call would otherwise wait for; asks nobody."""

    def offered(self, model: ModelConfig) -> list[str]:  # noqa: ARG002
        """The names of the models that can be had there, for choosing; empty when it does not say.

        Raises ``ModelUnavailable``.
        """
        return []

    def chat(self, model: ModelConfig, request: ChatRequest, on_text: OnText) -> ChatReply:  # noqa: ARG002
        """Ask a language model and stream its answer.

        Raises ``ModelUnavailable`` and its kinds while nothing has come yet; a stream that breaks off later
        is returned with ``problem``. What ``on_text`` raises passes through.
        """
        raise InvalidInput(f"{self.title} has no language models: choose another provider.")

    def count_tokens(self, model: ModelConfig, text: str) -> int | None:  # noqa: ARG002
        """The tokens of ``text`` as the model counts them; ``None`` where the provider does not say."""
        return None

    def context_size(self, model: ModelConfig) -> int | None:
        """The tokens that prompt and answer may have together, as configured or told; ``None`` if unknown."""
        size = int(model.number("context", 0))
        return size or None

    def embed(self, model: ModelConfig, texts: Sequence[str], *, is_query: bool) -> Vectors:  # noqa: ARG002
        """Unit vectors of ``texts``, shape (len(texts), dimension). Raises ``ModelUnavailable``."""
        raise InvalidInput(f"{self.title} has no embeddings: choose another provider.")

    def rerank(self, model: ModelConfig, question: str, texts: Sequence[str]) -> list[float]:  # noqa: ARG002
        """A score in [0, 1] for each of ``texts``, in their order. Raises ``ModelUnavailable``."""
        raise InvalidInput(f"{self.title} has no rerankers: choose another provider.")
