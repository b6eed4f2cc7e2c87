"""Search and ask with names instead of ids, and results as plain values: for the command line."""

from __future__ import annotations

from typing import Any

from domain.config import SearchConfig
from domain.errors import EvidentiaError, NotFound
from domain.events import RunState
from domain.evidence import Scores
from domain.users import User
from services import chat, collections, documents, runs
from services import search as searching
from services.installation import Installation


def search(
    installation: Installation,
    user: User,
    collection: str,
    question: str,
    file_names: list[str] | None,
    passages: int,
) -> dict[str, Any]:
    """What a question finds, as ``{"evidence": […], "timings_ms": {…}}``. Raises as ``search.search``."""
    found = collections.by_name(installation, user, collection)
    result = searching.search(
        installation,
        user,
        found.id,
        question,
        document_ids=_ids(installation, user, found.id, file_names),
        config=SearchConfig(passages=passages),
    )
    evidence = [
        {
            "rank": e.rank,
            "document": result.sources[e.chunk_id].document_name,
            "page": e.page,
            "text": e.text,
            **_scores(e.scores),
        }
        for e in result.evidence
    ]
    return {"evidence": evidence, "timings_ms": result.timings_ms}


def ask(
    installation: Installation,
    user: User,
    collection: str,
    question: str,
    file_names: list[str] | None,
    model: str | None,
) -> dict[str, Any]:
    """An answer with all that belongs to it, as one JSON-ready object. Raises what made the run fail."""
    found = collections.by_name(installation, user, collection)
    run_id = chat.ask(
        installation,
        user,
        found.id,
        question,
        document_ids=_ids(installation, user, found.id, file_names),
        model=model or chat.EXTRACTIVE,
    )
    for _ in chat.follow(installation, user, run_id):
        pass
    run = runs.get(installation, user, run_id)
    if run.state is RunState.FAILED:
        raise EvidentiaError(run.error or runs.INTERRUPTED)
    names = {card.document_id: card.document_name for card in run.evidence}
    return {
        "answer": run.answer,
        "abstained": run.abstained,
        "confidence": run.confidence,
        "support": run.support,
        "citations": [
            {"number": c.number, "document": names.get(c.document_id), "page": c.page, "quote": c.quote}
            for c in run.citations
        ],
        "evidence": [
            {
                "rank": card.rank,
                "document": card.document_name,
                "page": card.page,
                "text": card.text or "",
                **_scores(card.scores),
            }
            for card in run.evidence
        ],
        "question_used": run.question_used,
        "model": run.model,
        "timings_ms": run.timings_ms,
        "run_id": run.id,
    }


def _scores(scores: Scores) -> dict[str, float | None]:
    return {
        "similarity": scores.similarity,
        "keyword": scores.keyword,
        "fused": scores.fused,
        "rerank": scores.rerank,
        "relevance": scores.relevance,
    }


def _ids(
    installation: Installation, user: User, collection_id: str, names: list[str] | None
) -> list[str] | None:
    if not names:
        return None
    listed = documents.listing(installation, user, collection_id)
    unknown = [name for name in names if name not in {d.name for d in listed}]
    if unknown:
        msg = f"There is no file named “{unknown[0]}” in this collection."
        raise NotFound(msg)
    return [d.id for d in listed if d.name in names]
