"""How likely a passage helps to answer: a calibrated probability that also puts the evidence in order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from haystack import component, default_from_dict, default_to_dict

from domain.config import DEFAULT_EMBEDDING
from domain.evidence import Evidence, Scores
from domain.immutable import Batch
from pipelines.calibration import parameters
from pipelines.features import passage_features


@component
class RelevanceScorer:
    """Gives every candidate its relevance, orders by it, and keeps the best as evidence.

    The model behind it is shipped for one embedding. For any other, relevance and rerank stay ``None``
    and the order stays that of the fused score.

    Example::

        RelevanceScorer().run(question="Who signed it?", candidates=[...], limit=6)["evidence"]
    """

    def __init__(
        self, embedding: str = DEFAULT_EMBEDDING, limit: int | None = 6, rerank: bool = True
    ) -> None:
        """Score hits of ``embedding``, keep ``limit`` of them, and reorder them unless ``rerank`` is off."""
        self.embedding = embedding
        self.limit = limit
        self.rerank = rerank

    def to_dict(self) -> dict[str, Any]:
        """The configuration."""
        return default_to_dict(self, embedding=self.embedding, limit=self.limit, rerank=self.rerank)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> RelevanceScorer:
        """Rebuild from ``to_dict``."""
        scorer: RelevanceScorer = default_from_dict(cls, data)
        return scorer

    def warm_up(self) -> None:
        """Read the shipped parameters."""
        parameters(self.embedding)

    @component.output_types(evidence=Sequence[Evidence])
    def run(
        self, question: str, candidates: Sequence[Evidence], limit: int | None = None
    ) -> dict[str, Sequence[Evidence]]:
        """Score and order ``candidates``.

        Args:
            question: as it was searched.
            candidates: ranked by fused score.
            limit: replaces the configured number of passages to keep for this run.

        Returns:
            ``evidence``: ranked from 1, at most ``limit`` long.

        """
        keep = self.limit if limit is None else limit
        fitted = parameters(self.embedding)
        if fitted is None or not candidates:
            return {"evidence": Batch(candidates[:keep])}
        model = fitted.relevance
        own = model.score(passage_features(question, candidates))
        calibrated = model.calibrate(own)
        scored = list(zip(candidates, own.tolist(), calibrated.tolist(), strict=True))
        if self.rerank:
            scored.sort(key=lambda item: -item[1])
        return {
            "evidence": Batch(
                _ranked(rank, candidate, score if self.rerank else None, probability)
                for rank, (candidate, score, probability) in enumerate(scored[:keep], 1)
            )
        }


def _ranked(rank: int, candidate: Evidence, rerank: float | None, relevance: float) -> Evidence:
    # Spelled out: dataclasses.replace takes five times as long, for fifty candidates of every question.
    was = candidate.scores
    return Evidence(
        rank,
        candidate.chunk_id,
        candidate.document_id,
        candidate.ordinal,
        candidate.page,
        candidate.text,
        candidate.context,
        Scores(
            was.similarity,
            was.keyword,
            was.fused,
            rerank,
            relevance,
            was.similarity_rank,
            was.keyword_rank,
        ),
    )
