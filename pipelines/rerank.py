"""Putting evidence into the order of a registered reranker."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from haystack import component, default_from_dict, default_to_dict

from domain.errors import InvalidInput, ModelUnavailable
from domain.evidence import Evidence, Scores
from domain.immutable import Batch
from domain.models import ModelConfig
from pipelines import providers

logger = logging.getLogger(__name__)


def unanswered(name: str) -> str:
    """The sentence for a search that had to do without its reranker."""
    return f"The reranker “{name}” did not answer; the passages are in their own order."


@component
class Reranker:
    """Lets a model score the best passages and orders them by it; the others follow as they were.

    ``rerank`` becomes the model's score; relevance stays what it was, for it was calibrated before. A model
    that does not answer leaves everything as it is, and a note.

    Example::

        Reranker().run(question="Who signed it?", evidence=[...], reranker=model)["evidence"]
    """

    def __init__(self, candidates: int = 30) -> None:
        """Let the best ``candidates`` be scored."""
        if candidates < 1:
            raise ValueError(f"candidates must be at least 1, not {candidates}")
        self.candidates = candidates

    def to_dict(self) -> dict[str, Any]:
        """The configuration; which model it is, a run says."""
        return default_to_dict(self, candidates=self.candidates)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Reranker:
        """Rebuild from ``to_dict``."""
        reranker: Reranker = default_from_dict(cls, data)
        return reranker

    @component.output_types(evidence=Sequence[Evidence], notes=tuple[str, ...])
    def run(
        self, question: str, evidence: Sequence[Evidence], reranker: ModelConfig | None = None
    ) -> dict[str, Any]:
        """Order ``evidence`` for ``question``.

        Returns:
            ``evidence``: ranked from 1, as many as before.
            ``notes``: sentences for the person, when the model did not answer.

        """
        best = list(evidence[: self.candidates])
        if reranker is None or not best:
            return {"evidence": evidence, "notes": ()}
        texts = [f"{e.context}\n{e.text}" if e.context else e.text for e in best]
        try:
            scores = providers.of(reranker).rerank(reranker, question, texts)
        except (ModelUnavailable, InvalidInput):
            logger.warning("the reranker “%s” did not answer", reranker.name, exc_info=True)
            return {"evidence": evidence, "notes": (unanswered(reranker.name),)}
        order = sorted(range(len(best)), key=lambda place: -scores[place])
        ordered: list[tuple[Evidence, float | None]] = [(best[place], scores[place]) for place in order]
        ordered += [(e, None) for e in evidence[self.candidates :]]
        placed = Batch(_placed(rank, e, score) for rank, (e, score) in enumerate(ordered, 1))
        return {"evidence": placed, "notes": ()}


def _placed(rank: int, was: Evidence, score: float | None) -> Evidence:
    scores = was.scores
    return Evidence(
        rank,
        was.chunk_id,
        was.document_id,
        was.ordinal,
        was.page,
        was.text,
        was.context,
        Scores(
            scores.similarity,
            scores.keyword,
            scores.fused,
            score,
            scores.relevance,
            scores.similarity_rank,
            scores.keyword_rank,
        ),
    )
