"""Rerankers served by Hugging Face's Text Embeddings Inference."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

from domain.models import ModelConfig, ModelKind
from pipelines.providers import http
from pipelines.providers.base import Parameter, Provider
from pipelines.providers.openai_api import checked
from pipelines.providers.ranking import scores_in_order

TIMEOUT_S = 10.0
BATCH = 32
"""The most texts that its server takes in one request, unless it was started with more."""


class Tei(Provider):
    """Scores passages for a question with the one model that its server has."""

    key: ClassVar[str] = "tei"
    title: ClassVar[str] = "Text Embeddings Inference"
    kinds: ClassVar[frozenset[ModelKind]] = frozenset({ModelKind.RERANKER})
    needs_key: ClassVar[Literal["required", "optional", "no"]] = "optional"

    def parameters(self, kind: ModelKind) -> tuple[Parameter, ...]:  # noqa: ARG002
        """Address and model."""
        return (
            Parameter("base_url", "url", required=True),
            Parameter("timeout", "number", default=TIMEOUT_S, minimum=1, maximum=600),
        )

    def rerank(self, model: ModelConfig, question: str, texts: Sequence[str]) -> list[float]:
        """Its scores between 0 and 1; see the base class."""
        url = model.text("base_url").strip().rstrip("/")
        checked(model, url)
        scores: list[float] = []
        for start in range(0, len(texts), BATCH):
            batch = list(texts[start : start + BATCH])
            body = {"query": question, "texts": batch, "raw_scores": False, "truncate": True}
            rows = http.call(model, "POST", url + "/rerank", body, seconds=model.number("timeout", TIMEOUT_S))
            scores += scores_in_order(model, rows, len(batch), "score")
        return scores
