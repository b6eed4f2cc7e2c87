"""Joining the two legs of a search by weight."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from haystack import component, default_from_dict, default_to_dict

from domain.evidence import Evidence, Hit, Scores
from domain.immutable import Batch


@component
class WeightedFusion:
    """Joins the hits of the dense and the keyword search into one list, best first.

    ``similarity`` is the cosine, negative values shown as 0; ``keyword`` is BM25 over the best BM25 of the
    list; ``fused`` is their mean by ``weight``. A chunk that one leg did not return keeps ``None`` for that
    leg and counts as that leg's lowest hit in the fused score: it cannot be better than what was returned.

    Example::

        WeightedFusion(weight=0.75).run(dense=[...], keyword=[...])["candidates"]
    """

    def __init__(self, weight: float = 0.75, limit: int | None = 50) -> None:
        """Weigh similarity by ``weight`` in [0, 1] and keyword by the rest; keep ``limit`` candidates."""
        if not 0 <= weight <= 1:
            raise ValueError(f"weight must lie in [0, 1], not {weight}")
        self.weight = weight
        self.limit = limit

    def to_dict(self) -> dict[str, Any]:
        """The configuration."""
        return default_to_dict(self, weight=self.weight, limit=self.limit)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> WeightedFusion:
        """Rebuild from ``to_dict``."""
        fusion: WeightedFusion = default_from_dict(cls, data)
        return fusion

    @component.output_types(candidates=Sequence[Evidence])
    def run(
        self, dense: Sequence[Hit], keyword: Sequence[Hit], weight: float | None = None
    ) -> dict[str, Sequence[Evidence]]:
        """Join both lists.

        Args:
            dense: hits with raw cosines.
            keyword: hits with raw BM25 scores.
            weight: replaces the configured one for this run.

        Returns:
            ``candidates``: every chunk once, ranked from 1 by ``fused``.

        """
        share = self.weight if weight is None else min(max(weight, 0.0), 1.0)
        return {"candidates": Batch(fuse(dense, keyword, share, self.limit))}


def fuse(
    dense: Sequence[Hit], keyword: Sequence[Hit], weight: float, limit: int | None = None
) -> list[Evidence]:
    """Join two legs' hits: the best ``limit`` chunks, each once, ranked from 1 (see ``WeightedFusion``)."""
    similarity = {hit.chunk_id: min(max(hit.score, 0.0), 1.0) for hit in dense}
    best = max((hit.score for hit in keyword), default=0.0)
    ratio = {hit.chunk_id: max(hit.score, 0.0) / best if best > 0 else 0.0 for hit in keyword}
    similarity_ranks, keyword_ranks = _places(dense), _places(keyword)
    floors = min(similarity.values(), default=0.0), min(ratio.values(), default=0.0)
    hits = {hit.chunk_id: hit for hit in [*dense, *keyword]}
    fused = {
        key: weight * similarity.get(key, floors[0]) + (1 - weight) * ratio.get(key, floors[1])
        for key in hits
    }
    order = sorted(hits, key=lambda key: (-fused[key], hits[key].document_id, hits[key].ordinal))
    return [
        Evidence(
            rank=rank,
            chunk_id=key,
            document_id=hits[key].document_id,
            ordinal=hits[key].ordinal,
            page=hits[key].page,
            text=hits[key].text,
            context=hits[key].context,
            scores=Scores(
                similarity=similarity.get(key),
                keyword=ratio.get(key),
                fused=fused[key],
                similarity_rank=similarity_ranks.get(key),
                keyword_rank=keyword_ranks.get(key),
            ),
        )
        for rank, key in enumerate(order[:limit], 1)
    ]


def _places(hits: Sequence[Hit]) -> dict[str, int]:
    ordered = sorted(hits, key=lambda hit: -hit.score)
    return {hit.chunk_id: place for place, hit in enumerate(ordered, 1)}
