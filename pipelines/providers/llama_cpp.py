"""A GGUF file on this machine, answered by the installation's own llama.cpp server."""

from __future__ import annotations

from typing import ClassVar

from domain.models import ModelKind
from pipelines.providers.base import Parameter, Provider
from pipelines.providers.openai_api import OpenAIApi

MODEL, CONTEXT, THREADS = "model", "context", "threads"
DEFAULT_CONTEXT = 4096


class LlamaCpp(Provider):
    """The local language model. Services start its server and ask that through the OpenAI provider.

    ``model`` is the path of a GGUF file below the models folder, ``context`` the tokens of prompt and answer
    together (they cost memory), ``threads`` the cores that it may use, 0 for those of the machine.
    """

    key: ClassVar[str] = "llama.cpp"
    title: ClassVar[str] = "Local (llama.cpp)"
    kinds: ClassVar[frozenset[ModelKind]] = frozenset({ModelKind.LLM})

    def warm_up(self) -> None:
        """What will talk to its server."""
        OpenAIApi().warm_up()

    def parameters(self, kind: ModelKind) -> tuple[Parameter, ...]:  # noqa: ARG002
        """The file, the size of its context, and the threads."""
        return (
            Parameter(MODEL, required=True),
            Parameter(CONTEXT, "integer", default=DEFAULT_CONTEXT, minimum=512, maximum=131_072),
            Parameter(THREADS, "integer", default=0, minimum=0, maximum=256),
        )
