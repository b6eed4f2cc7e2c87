"""Searching one collection: what the chat, the command line and the evaluation have in common."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass

from sqlalchemy import bindparam, exists, select
from sqlalchemy.orm import Session

from domain.config import SearchConfig
from domain.documents import DocumentStatus, Span
from domain.errors import InvalidInput, ModelUnavailable, NotFound
from domain.evidence import Evidence, Scope
from domain.models import ModelConfig, ModelKind
from domain.users import Role, User
from pipelines import build, rerank
from services import collections, models
from services.collections import Collection
from services.ingestion import spans_of
from services.installation import Installation
from services.tables import ChunkRow, CollectionRow, DocumentRow, JobRow, ModelRow, UserRow

logger = logging.getLogger(__name__)

MAX_QUESTION_LENGTH = 4000
MAX_PASSAGES = 50
WARM_COLLECTIONS = 3


@dataclass(frozen=True, slots=True)
class Source:
    """Where a piece of evidence comes from, for showing it."""

    document_name: str
    page_label: str | None
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """What a search brought: the evidence, best first, and all candidates that were weighed for it.

    ``notes`` are sentences for the person, such as that a reranker did not answer.
    """

    question: str
    evidence: list[Evidence]
    candidates: list[Evidence]
    sources: dict[str, Source]
    documents_searched: int
    timings_ms: dict[str, float]
    pipeline: str
    notes: tuple[str, ...] = ()


def check_question(question: str) -> str:
    """The question without surrounding space. Raises ``InvalidInput`` for an empty or overlong one."""
    question = question.replace("\x00", "").strip()
    if not question:
        msg = "There is no question. Type one, then send it."
        raise InvalidInput(msg)
    if len(question) > MAX_QUESTION_LENGTH:
        msg = (
            f"The question is {len(question):,} characters long; the most is {MAX_QUESTION_LENGTH:,}. "
            "Shorten it, or upload the long text as a document."
        )
        raise InvalidInput(msg)
    return question


def search(
    installation: Installation,
    user: User,
    collection_id: str,
    question: str,
    *,
    document_ids: list[str] | None = None,
    config: SearchConfig | None = None,
) -> Found:
    """Find the passages of a collection that help to answer a question.

    ``document_ids`` restricts the search to some of its documents; ``None`` searches all. Raises
    ``InvalidInput``, ``NotFound``, ``StoreUnavailable`` and ``ModelUnavailable``.
    """
    started = time.perf_counter()
    question = check_question(question)
    config = config or SearchConfig()
    if not 1 <= config.passages <= MAX_PASSAGES:
        msg = f"The number of passages must lie between 1 and {MAX_PASSAGES}."
        raise InvalidInput(msg)
    collection = collections.get(installation, user, collection_id)
    with installation.database.read() as session:
        scope, documents_searched = _scope(session, collection, document_ids)
        chosen = session.execute(_RERANKER).first()
    reranker, notes = _reranker(installation, *chosen) if chosen else (None, ())
    yaml = _pipeline(collection, reranked=reranker is not None)
    # An empty collection has no index yet; there is nothing to ask the engine for.
    result = build.Searched([], [], {})
    if documents_searched > 0:
        result = build.search(
            yaml,
            installation.runtime,
            question,
            scope,
            config,
            embedding=collections.embedding_model(installation, collection.index.embedding),
            reranker=reranker,
        )
    with installation.database.read() as session:
        sources = _sources(session, [e.chunk_id for e in result.evidence])
    timings = {**result.timings_ms, "total": round((time.perf_counter() - started) * 1000, 2)}
    return Found(
        question=question,
        evidence=[e for e in result.evidence if e.chunk_id in sources],
        candidates=result.candidates,
        sources=sources,
        documents_searched=documents_searched,
        timings_ms=timings,
        pipeline=yaml,
        notes=(*notes, *result.notes),
    )


def _pipeline(collection: Collection, *, reranked: bool = False) -> str:
    """The collection's own pipeline, else the default one with the weight that was tuned for it."""
    own = collection.search_pipeline
    return own or build.search_yaml(collection.index, collection.fusion_weight, reranked=reranked)


def _reranker(
    installation: Installation, model_id: str, name: str
) -> tuple[ModelConfig | None, tuple[str, ...]]:
    """How to reach the reranker, or the note that the search must do without it."""
    try:
        return models.config(installation, model_id), ()
    except (NotFound, ModelUnavailable):
        logger.warning("the reranker “%s” cannot be used", name, exc_info=True)
        return None, (rerank.unanswered(name),)


def warm_up(installation: Installation) -> None:
    """Load what the first question would otherwise wait for: weights, pipelines, and the latest indexes."""
    models.warm_up(installation)
    with installation.database.read() as session:
        owners = {user.id: user for user in session.scalars(select(UserRow))}
        rows = session.scalars(
            select(CollectionRow)
            .where(CollectionRow.temporary.is_(False))
            .order_by(CollectionRow.created_at.desc())
            .limit(WARM_COLLECTIONS)
        ).all()
    for row in rows:
        owner = owners[row.owner_id]
        user = User(owner.id, owner.name, Role(owner.role))
        collection = collections.get(installation, user, row.id)
        build.warm_up(collection.index, installation.runtime)
        if not collection.documents_ready or collection.index.embedding not in build.EMBEDDING_DIMENSIONS:
            continue  # nothing is asked of a provider before a person does
        searched = build.search(
            _pipeline(collection), installation.runtime, "warm up", Scope(), SearchConfig()
        )
        if searched.evidence:
            yaml = collection.answer_pipeline or build.answer_yaml(collection.index)
            build.answer(yaml, installation.runtime, "warm up", searched.evidence)


def _scope(session: Session, collection: Collection, document_ids: list[str] | None) -> tuple[Scope, int]:
    """Which documents to search, and how many they are.

    Searching all excludes those that may have rows in the index without being ready: half-read, failed and
    deleted ones, which are few, where naming all ready ones would cost time in large collections.
    """
    if document_ids is None:
        unready = session.scalars(_UNREADY, {"collection_id": collection.id})
        return Scope(exclude=frozenset(unready)), collection.documents_ready
    rows = session.execute(
        select(DocumentRow.id, DocumentRow.status).where(
            DocumentRow.collection_id == collection.id, DocumentRow.id.in_(document_ids)
        )
    ).all()
    if len(rows) < len(set(document_ids)):
        msg = "A chosen document is not in this collection any more. Choose the files again."
        raise NotFound(msg)
    ready = frozenset(row.id for row in rows if row.status == DocumentStatus.READY)
    return Scope(include=ready), len(ready)


def _sources(session: Session, chunk_ids: list[str]) -> dict[str, Source]:
    """The sources of the chunks whose documents are ready: the database has the last word, not the index."""
    rows = session.execute(_SOURCES, {"chunk_ids": chunk_ids})
    return {row.id: Source(row.name, row.page_label, spans_of(row.spans)) for row in rows}


# Made once: every question asks them, and making a statement takes longer than running it.
_UNREADY = select(DocumentRow.id).where(
    DocumentRow.collection_id == bindparam("collection_id"),
    DocumentRow.status != DocumentStatus.READY,
    exists().where(JobRow.document_id == DocumentRow.id, JobRow.attempts > 0),
)
_RERANKER = select(ModelRow.id, ModelRow.name).where(
    ModelRow.kind == ModelKind.RERANKER,
    ModelRow.is_default,
    ModelRow.active,
    ModelRow.id != models.BUILT_IN[ModelKind.RERANKER],
)
_SOURCES = (
    select(ChunkRow.id, ChunkRow.page_label, ChunkRow.spans, DocumentRow.name)
    .join(DocumentRow, DocumentRow.id == ChunkRow.document_id)
    .where(
        ChunkRow.id.in_(bindparam("chunk_ids", expanding=True)), DocumentRow.status == DocumentStatus.READY
    )
)
