"""The project's three pipelines, ingestion, search and answer: their default YAML, and how each is run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from haystack import Pipeline

from domain.config import DEFAULT_EMBEDDING, AnswerConfig, IndexConfig, Runtime, SearchConfig
from domain.documents import Chunk, ParsedDocument
from domain.errors import InvalidInput
from domain.evidence import Answer, Evidence, Scope
from domain.immutable import Batch
from domain.models import ChatReply, ModelConfig
from domain.progress import Progress
from domain.stream import Stream
from pipelines import methods, remote_embedding, runner
from pipelines.corpus import CorpusSplitter, CorpusText
from pipelines.embedding import ChunkEmbedder, TextEmbedder
from pipelines.fusion import WeightedFusion
from pipelines.readers import DocumentReader
from pipelines.relevance import RelevanceScorer
from pipelines.rerank import Reranker
from pipelines.rewriting import FollowUpJoiner, QuestionRewriter
from pipelines.splitter import PassageSplitter
from pipelines.store.milvus import MilvusDocumentStore
from pipelines.store.retrievers import ChunkWriter, DenseRetriever, KeywordRetriever

EMBEDDING_DIMENSIONS = {DEFAULT_EMBEDDING: 384}


@dataclass(frozen=True, slots=True)
class Ingested:
    """What an ingestion read and wrote."""

    document: ParsedDocument
    chunks: list[Chunk]
    timings_ms: dict[str, float]


@dataclass(frozen=True, slots=True)
class Searched:
    """Evidence, best first, and every candidate that was weighed for it; ``notes`` are for the person."""

    evidence: list[Evidence]
    candidates: list[Evidence]
    timings_ms: dict[str, float]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer with the milliseconds of each component.

    ``reply`` is what a language model said, ``passages`` what it was given; ``None`` without one.
    """

    answer: Answer
    timings_ms: dict[str, float]
    reply: ChatReply | None = None
    passages: Sequence[Evidence] | None = None


def embedding_dimension(embedding: str, model: ModelConfig | None) -> int:
    """The length of an embedding's vectors; that of a registered ``model`` is found by asking it.

    Raises ``InvalidInput`` for one that does not exist, and ``ModelUnavailable``.
    """
    if model is not None:
        return int(remote_embedding.embed(model, ["How long is a vector?"], is_query=False).shape[1])
    if embedding not in EMBEDDING_DIMENSIONS:
        msg = f"There is no embedding named “{embedding}”. Use one of: {', '.join(EMBEDDING_DIMENSIONS)}."
        raise InvalidInput(msg)
    return EMBEDDING_DIMENSIONS[embedding]


@lru_cache(maxsize=256)
def ingestion_yaml(index: IndexConfig, *, cached: bool = False) -> str:
    """The default ingestion into ``index``; ``cached`` remembers embeddings, for repeated measurements."""
    pipeline = Pipeline()
    pipeline.add_component("reader", DocumentReader())
    pipeline.add_component("splitter", PassageSplitter())
    _add_indexing(pipeline, index, cached=cached)
    pipeline.connect("reader.document", "splitter.document")
    pipeline.connect("splitter.chunks", "embedder.chunks")
    pipeline.connect("splitter.chunks", "writer.chunks")
    return pipeline.dumps()


@lru_cache(maxsize=256)
def indexing_yaml(index: IndexConfig, *, cached: bool = False) -> str:
    """Embedding and writing of chunks that exist already, to rebuild an index."""
    pipeline = Pipeline()
    _add_indexing(pipeline, index, cached=cached)
    return pipeline.dumps()


@lru_cache(maxsize=256)
def corpus_yaml(index: IndexConfig) -> str:
    """Splitting, embedding (remembered) and writing of a whole corpus of short texts."""
    pipeline = Pipeline()
    pipeline.add_component("splitter", CorpusSplitter())
    _add_indexing(pipeline, index, cached=True)
    pipeline.connect("splitter.chunks", "embedder.chunks")
    pipeline.connect("splitter.chunks", "writer.chunks")
    return pipeline.dumps()


@lru_cache(maxsize=16)
def _speed_yaml(embedding: str) -> str:
    pipeline = Pipeline()
    pipeline.add_component("splitter", CorpusSplitter())
    pipeline.add_component("embedder", ChunkEmbedder(embedding))
    pipeline.connect("splitter.chunks", "embedder.chunks")
    return pipeline.dumps()


def _add_indexing(pipeline: Pipeline, index: IndexConfig, *, cached: bool) -> None:
    pipeline.add_component("embedder", ChunkEmbedder(index.embedding, cached=cached))
    pipeline.add_component("writer", ChunkWriter(index))
    pipeline.connect("embedder.vectors", "writer.vectors")


@lru_cache(maxsize=256)
def search_yaml(index: IndexConfig, weight: float | None = None, *, reranked: bool = False) -> str:
    """The default search in ``index``; ``weight`` is the share of similarity, ``None`` for the fitted one.

    ``reranked`` has the passages ordered by the registered reranker that a run is handed.
    """
    pipeline = Pipeline()
    pipeline.add_component("embedder", TextEmbedder(index.embedding))
    pipeline.add_component("dense", DenseRetriever(index))
    pipeline.add_component("keyword", KeywordRetriever(index))
    pipeline.add_component("fusion", WeightedFusion() if weight is None else WeightedFusion(weight))
    pipeline.add_component("relevance", RelevanceScorer(index.embedding))
    pipeline.connect("embedder.vector", "dense.vector")
    pipeline.connect("dense.hits", "fusion.dense")
    pipeline.connect("keyword.hits", "fusion.keyword")
    pipeline.connect("fusion.candidates", "relevance.candidates")
    if reranked:
        pipeline.add_component("reranker", Reranker())
        pipeline.connect("relevance.evidence", "reranker.evidence")
    return pipeline.dumps()


@lru_cache(maxsize=64)
def answer_yaml(index: IndexConfig, method: str = "extractive") -> str:
    """The answer by a method from evidence found in ``index``. Raises ``InvalidInput`` for an unknown one."""
    return methods.method(method).build(index).dumps()


@lru_cache(maxsize=2)
def rewrite_yaml(*, by_model: bool) -> str:
    """Making a follow-up question stand alone: by a language model, or by its words."""
    pipeline = Pipeline()
    pipeline.add_component("rewriter", QuestionRewriter() if by_model else FollowUpJoiner())
    return pipeline.dumps()


def ingest(
    yaml: str,
    runtime: Runtime,
    *,
    path: Path,
    name: str,
    document_id: str,
    index: str,
    progress: Progress,
    embedding: ModelConfig | None = None,
) -> Ingested:
    """Read the file at ``path`` into the index named ``index``.

    ``embedding`` is the registered model of an index that does not have the built-in one.

    Raises ``UnreadableDocument``, ``ModelUnavailable``, ``StoreUnavailable`` and what ``progress`` raises.
    """
    inputs = {
        "path": str(path),
        "name": name,
        "document_id": document_id,
        "index": index,
        "progress": progress,
        "embedding": embedding,
    }
    outcome = runner.run(runner.load(yaml, runtime), inputs)
    return Ingested(outcome.get("document"), list(outcome.get("chunks")), outcome.timings_ms)


def write(
    index: IndexConfig,
    runtime: Runtime,
    chunks: list[Chunk],
    progress: Progress,
    embedding: ModelConfig | None = None,
) -> dict[str, float]:
    """Embed chunks and write them to ``index``; gives the milliseconds of each component."""
    pipeline = runner.load(indexing_yaml(index), runtime)
    inputs = {"chunks": Batch(chunks), "progress": progress, "embedding": embedding}
    return runner.run(pipeline, inputs).timings_ms


def index_corpus(
    index: IndexConfig, runtime: Runtime, texts: list[CorpusText], embedding: ModelConfig | None = None
) -> list[Chunk]:
    """Write a corpus to ``index``; gives its chunks."""
    inputs = {"texts": Batch(texts), "index": index.name, "embedding": embedding}
    return list(runner.run(runner.load(corpus_yaml(index), runtime), inputs).get("chunks"))


def embedding_speed(
    index: IndexConfig, runtime: Runtime, texts: list[CorpusText], embedding: ModelConfig | None = None
) -> float:
    """Chunks per second that the embedding of ``index`` manages on these texts, with nothing remembered."""
    pipeline = runner.load(_speed_yaml(index.embedding), runtime)
    outcome = runner.run(pipeline, {"texts": Batch(texts), "index": index.name, "embedding": embedding})
    return len(outcome.get("chunks")) / (outcome.timings_ms["embedder"] / 1000)


def search(
    yaml: str,
    runtime: Runtime,
    question: str,
    scope: Scope,
    config: SearchConfig,
    *,
    embedding: ModelConfig | None = None,
    reranker: ModelConfig | None = None,
) -> Searched:
    """Search with the pipeline in ``yaml``, and the registered models that it needs.

    Raises ``StoreUnavailable`` and ``ModelUnavailable``.
    """
    inputs = {
        "text": question,
        "question": question,
        "scope": scope,
        "limit": config.candidates,
        "weight": config.weight,
        "embedding": embedding,
        "reranker": reranker,
    }
    outcome = runner.run(runner.load(yaml, runtime), inputs)
    candidates = list(outcome.get("evidence"))
    notes = tuple(outcome.find("notes") or ())
    return Searched(candidates[: config.passages], candidates, outcome.timings_ms, notes)


def rewrite(
    runtime: Runtime,
    question: str,
    answering: AnswerConfig,
    model: ModelConfig | None = None,
    stream: Stream | None = None,
) -> str:
    """A follow-up question as it can be searched; ``model`` rewrites it where there is one.

    Raises ``ModelUnavailable`` and ``Cancelled``.
    """
    pipeline = runner.load(rewrite_yaml(by_model=model is not None), runtime)
    inputs = {"question": question, "answering": answering, "model": model, "stream": stream}
    return str(runner.run(pipeline, inputs).get("question"))


def answer(
    yaml: str,
    runtime: Runtime,
    question: str,
    evidence: list[Evidence],
    *,
    model: ModelConfig | None = None,
    answering: AnswerConfig | None = None,
    stream: Stream | None = None,
) -> Answered:
    """Answer from evidence with the pipeline in ``yaml``.

    Raises ``ModelUnavailable`` and its kinds, and ``Cancelled`` when ``stream`` says so.
    """
    config = answering or AnswerConfig()
    inputs: dict[str, Any] = {
        "question": question,
        "evidence": Batch(evidence),
        "model": model,
        "answering": config,
        "stream": stream,
        "threshold": config.threshold,
    }
    outcome = runner.run(runner.load(yaml, runtime), inputs)
    return Answered(
        outcome.get("answer"), outcome.timings_ms, outcome.find("reply"), outcome.find("passages")
    )


def warm_up(index: IndexConfig, runtime: Runtime) -> None:
    """Load everything that the first question in ``index`` needs."""
    runner.load(search_yaml(index), runtime)
    runner.load(answer_yaml(index), runtime)


def remove_document(index: IndexConfig, runtime: Runtime, document_id: str) -> None:
    """Delete a document's rows from ``index``. Raises ``StoreUnavailable``."""
    MilvusDocumentStore(index, runtime).delete_document(document_id)


def drop_index(index: IndexConfig, runtime: Runtime) -> None:
    """Delete ``index`` with all its rows. Raises ``StoreUnavailable``."""
    MilvusDocumentStore(index, runtime).drop()


def count(index: IndexConfig, runtime: Runtime) -> int:
    """The number of rows in ``index``. Raises ``StoreUnavailable``."""
    return MilvusDocumentStore(index, runtime).count()
