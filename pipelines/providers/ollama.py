"""Ollama: chat and embeddings through its OpenAI API; listing, describing and pulling through its own."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import lru_cache
from typing import Any, ClassVar

from domain.errors import ModelRefused, ModelUnavailable
from domain.models import ModelConfig, ModelKind
from pipelines.providers import http, words
from pipelines.providers.base import Parameter
from pipelines.providers.openai_api import OpenAIApi, checked, shared_parameters

URL = "http://127.0.0.1:11434"
CONTEXT = 4096
"""What Ollama gives a model unless it is told otherwise, however much the model could take. It cuts off
what does not fit without a word, so that more must be entered to be used."""
ASKING_S = 5.0
PULLING_S = 600.0
"""After the download Ollama checks a model's sum, and says nothing while it does."""


class Ollama(OpenAIApi):
    """A local Ollama."""

    key: ClassVar[str] = "ollama"
    title: ClassVar[str] = "Ollama"

    def parameters(self, kind: ModelKind) -> tuple[Parameter, ...]:
        """Address and model, then what bounds a call."""
        shared = [p for p in shared_parameters(kind) if p.name != "context"]
        if kind is ModelKind.LLM:
            shared.insert(0, Parameter("context", "integer", minimum=512, maximum=10_000_000))
        return (
            Parameter("base_url", "url", required=True, default=URL),
            Parameter("model", required=True),
            *shared,
        )

    def base_url(self, model: ModelConfig) -> str:
        """The address of its OpenAI API."""
        return _url(model) + "/v1"

    def offered(self, model: ModelConfig) -> list[str]:
        """The models that were pulled."""
        told = http.call(model, "GET", _url(model) + "/api/tags")
        rows = told.get("models") if isinstance(told, dict) else None
        if not isinstance(rows, list):
            raise words.no_api(model)
        return sorted(str(row["name"]) for row in rows if isinstance(row, dict) and row.get("name"))

    def context_size(self, model: ModelConfig) -> int | None:
        """As entered; else what its model file says, or Ollama's own default within what the model can."""
        entered = int(model.number("context", 0))
        if entered:
            return entered
        try:
            return _context(model)
        except ModelUnavailable:
            return CONTEXT

    def count_tokens(self, model: ModelConfig, text: str) -> int | None:  # noqa: ARG002
        """Not told by Ollama."""
        return None

    def pull(self, model: ModelConfig, on_progress: Callable[[str, int, int], None]) -> None:
        """Let Ollama download the model; ``on_progress(status, done, total)`` is called along the way.

        What it raises ends the download; the next one goes on from there. Raises ``ModelUnavailable``.
        """
        name = self.wanted(model)
        body = {"model": name, "stream": True}
        with http.streamed(model, "POST", _url(model) + "/api/pull", body, seconds=PULLING_S) as response:
            status = ""
            for line in http.lines(model, response):
                told = _told(model, line)
                if told.get("error"):
                    raise ModelRefused(
                        f"Ollama could not pull “{name}”: check the model's name and the network."
                    )
                status = str(told.get("status", ""))
                on_progress(status, _bytes(told.get("completed")), _bytes(told.get("total")))
        if status != "success":
            raise ModelUnavailable(f"Ollama stopped pulling “{name}”: pull it again to go on from there.")


def _url(model: ModelConfig) -> str:
    url = model.text("base_url", URL).strip().rstrip("/").removesuffix("/v1") or URL
    checked(model, url)
    return url


@lru_cache(maxsize=128)
def _context(model: ModelConfig) -> int:
    body = {"model": model.text("model").strip()}
    told = http.call(model, "POST", _url(model) + "/api/show", body, seconds=ASKING_S)
    if not isinstance(told, dict):
        raise words.no_api(model)
    for line in str(told.get("parameters") or "").splitlines():
        name, _, value = line.strip().partition(" ")
        if name == "num_ctx" and value.strip().isdigit():
            return int(value)
    info = told.get("model_info")
    sizes = [v for k, v in info.items() if k.endswith(".context_length")] if isinstance(info, dict) else []
    return min([CONTEXT, *(size for size in sizes if isinstance(size, int) and size > 0)])


def _told(model: ModelConfig, line: bytes) -> dict[str, Any]:
    try:
        told = json.loads(line)
    except ValueError as error:
        raise words.garbled(model) from error
    return told if isinstance(told, dict) else {}


def _bytes(value: Any) -> int:
    return value if isinstance(value, int) and value > 0 else 0
