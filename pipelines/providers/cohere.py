"""Cohere's reranker, version 2 of its API; vLLM and others speak it too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

from domain.errors import ModelRefused
from domain.models import ModelConfig, ModelKind
from pipelines.providers import http, words
from pipelines.providers.base import Parameter, Provider
from pipelines.providers.openai_api import checked
from pipelines.providers.ranking import scores_in_order

URL = "https://api.cohere.com"
MODEL = "rerank-v3.5"
TIMEOUT_S = 10.0


class Cohere(Provider):
    """Scores passages for a question over HTTP."""

    key: ClassVar[str] = "cohere"
    title: ClassVar[str] = "Cohere"
    kinds: ClassVar[frozenset[ModelKind]] = frozenset({ModelKind.RERANKER})
    needs_key: ClassVar[Literal["required", "optional", "no"]] = "required"

    def parameters(self, kind: ModelKind) -> tuple[Parameter, ...]:  # noqa: ARG002
        """Address and model."""
        return (
            Parameter("base_url", "url", required=True, default=URL),
            Parameter("model", required=True, default=MODEL),
            Parameter("timeout", "number", default=TIMEOUT_S, minimum=1, maximum=600),
        )

    def offered(self, model: ModelConfig) -> list[str]:
        """Its models that rerank."""
        told = http.call(model, "GET", _url(model) + "/v1/models?endpoint=rerank")
        rows = told.get("models") if isinstance(told, dict) else None
        if not isinstance(rows, list):
            raise words.no_api(model)
        return sorted(str(row["name"]) for row in rows if isinstance(row, dict) and row.get("name"))

    def rerank(self, model: ModelConfig, question: str, texts: Sequence[str]) -> list[float]:
        """Its relevance scores; see the base class."""
        if not texts:
            return []
        body = {
            "model": model.text("model", MODEL),
            "query": question,
            "documents": list(texts),
            "top_n": len(texts),
        }
        told = http.call(
            model, "POST", _url(model) + "/v2/rerank", body, seconds=model.number("timeout", TIMEOUT_S)
        )
        rows = told.get("results") if isinstance(told, dict) else None
        return scores_in_order(model, rows, len(texts), "relevance_score")


def _url(model: ModelConfig) -> str:
    if not model.secret:
        raise ModelRefused(f"“{model.name}” needs a key: enter it under Resources.")
    url = model.text("base_url", URL).strip().rstrip("/") or URL
    checked(model, url)
    return url
