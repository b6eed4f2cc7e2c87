"""The store as Haystack components: two retrievers and a writer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Self

import numpy as np
from haystack import component, default_from_dict, default_to_dict

from domain.config import IndexConfig, Runtime
from domain.documents import Chunk
from domain.evidence import Hit, Scope
from domain.immutable import Batch
from domain.progress import Progress
from pipelines.store.milvus import MilvusDocumentStore


class _OnStore:
    """What the three share: an index that is serialised, and a runtime that is not."""

    def __init__(self, index: IndexConfig, runtime: Runtime | None = None) -> None:
        """Work on the store of ``index``; ``bind`` must be called before ``run`` without a ``runtime``."""
        self._store = MilvusDocumentStore(index, runtime)

    @property
    def index(self) -> IndexConfig:
        """The index that is worked on."""
        return self._store.index

    def bind(self, runtime: Runtime) -> None:
        """Say where Milvus is."""
        self._store.bind(runtime)

    def to_dict(self) -> dict[str, Any]:
        """The component as plain data, without where it runs."""
        return default_to_dict(self, index=asdict(self.index))

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """The component that ``to_dict`` described; it needs ``bind`` before use."""
        index = IndexConfig(**data["init_parameters"]["index"])
        return default_from_dict(cls, {**data, "init_parameters": {"index": index}})


@component
class DenseRetriever(_OnStore):
    """Finds the chunks whose vectors point where the question's does."""

    @component.output_types(hits=Sequence[Hit])
    def run(self, vector: np.ndarray | list[float], scope: Scope, limit: int) -> dict[str, Sequence[Hit]]:
        """The ``limit`` nearest chunks to ``vector`` (dimension values) in ``scope``, with raw cosine."""
        return {"hits": Batch(self._store.search_dense(vector, limit, scope))}


@component
class KeywordRetriever(_OnStore):
    """Finds the chunks that share words with the question."""

    @component.output_types(hits=Sequence[Hit])
    def run(self, question: str, scope: Scope, limit: int) -> dict[str, Sequence[Hit]]:
        """The ``limit`` best chunks for ``question`` in ``scope``, with raw BM25."""
        return {"hits": Batch(self._store.search_keyword(question, limit, scope))}


@component
class ChunkWriter(_OnStore):
    """Writes a document's chunks in place of those that were there."""

    @component.output_types(written=int)
    def run(
        self, chunks: Sequence[Chunk], vectors: np.ndarray, progress: Progress | None = None
    ) -> dict[str, int]:
        """Remove the old rows of the chunks' documents, then write ``chunks`` with ``vectors`` (n × dim)."""
        self._store.create()
        for document_id in dict.fromkeys(chunk.document_id for chunk in chunks):
            self._store.delete_document(document_id)
        return {"written": self._store.write(chunks, vectors, progress)}
