"""The document store: one Milvus collection per index version, searched by vector and by keyword."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from typing import Any, Self, TypeVar

import numpy as np
import numpy.typing as npt
from haystack import Document, default_from_dict, default_to_dict
from haystack.document_stores.errors import DuplicateDocumentError
from haystack.document_stores.types import DuplicatePolicy
from pymilvus import MilvusClient

from domain.config import IndexConfig, Runtime
from domain.documents import Chunk
from domain.errors import InvalidInput, NotFound, StoreUnavailable
from domain.evidence import Hit, Scope
from domain.progress import Progress
from pipelines.store import schema
from pipelines.store.connection import Connection, connection
from pipelines.store.filters import among, expression, scope_expression

_Result = TypeVar("_Result")
Vectors = npt.NDArray[np.float32]

BATCH_ROWS = 500
BATCH_BYTES = 8_000_000
LIMIT = 16_384
_SEARCH_TIMEOUT = 30.0
_WRITE_TIMEOUT = 120.0
_FIELDS = ["document_id", "ordinal", "page", "context", "text"]
_DENSE_PARAMS = {"metric_type": "COSINE"}
_SPARSE_PARAMS = {"metric_type": "BM25"}
_LONGEST_QUERY = 20_000


class MilvusDocumentStore:
    """Holds the rows of one ``IndexConfig``; follows Haystack's ``DocumentStore`` protocol.

    What is serialised says what the index is; ``bind`` says where its Milvus is. Every method that
    talks to Milvus waits about ten seconds for an engine that restarts, then raises
    ``StoreUnavailable``; it raises ``NotFound`` when the collection was never created.
    """

    def __init__(self, index: IndexConfig, runtime: Runtime | None = None) -> None:
        """Describe the store of ``index``; nothing is opened yet. Raises ``InvalidInput`` for a bad name."""
        schema.check_config(index)
        self.index = index
        self._runtime = runtime

    def bind(self, runtime: Runtime) -> None:
        """Say where Milvus is; needed once before use."""
        self._runtime = runtime

    # Haystack's protocol

    def to_dict(self) -> dict[str, Any]:
        """The store as plain data, without where it runs."""
        return default_to_dict(self, index=asdict(self.index))

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """The store that ``to_dict`` described; it needs ``bind`` before use."""
        index = IndexConfig(**data["init_parameters"]["index"])
        return default_from_dict(cls, {**data, "init_parameters": {"index": index}})

    def count_documents(self) -> int:
        """How many rows there are."""
        return self.count()

    def filter_documents(self, filters: dict[str, Any] | None = None) -> list[Document]:
        """All rows that fulfil a Haystack filter over id, document_id, ordinal, page and context.

        The documents carry no embedding. Raises ``FilterError`` for a filter that makes no sense.
        """
        rows = self._rows(expression(filters), ["id", *_FIELDS])
        return [
            Document(
                id=row["id"],
                content=_passage(row),
                meta={name: row[name] for name in ("document_id", "ordinal", "page", "context")},
            )
            for row in rows
        ]

    def write_documents(
        self, documents: list[Document], policy: DuplicatePolicy = DuplicatePolicy.NONE
    ) -> int:
        """Write documents that carry an embedding; returns how many were written.

        Without a policy a known id is an error, as with ``FAIL``. Raises ``DuplicateDocumentError`` for
        that, ``ValueError`` for what is not a document or has no embedding.
        """
        if not isinstance(documents, list) or not all(isinstance(one, Document) for one in documents):
            raise ValueError("write_documents takes a list of Documents.")
        if policy is not DuplicatePolicy.OVERWRITE and documents:
            known = {row["id"] for row in self._rows(among("id", [one.id for one in documents]), ["id"])}
            if known and policy is not DuplicatePolicy.SKIP:
                raise DuplicateDocumentError(f"There is a document with the id '{min(known)}' already.")
            documents = [one for one in documents if one.id not in known]
        # The last one of several with the same id stands, as if they had been written one by one.
        unique = list({one.id: one for one in documents}.values())
        embeddings = [one.embedding for one in unique]
        if any(embedding is None for embedding in embeddings):
            raise ValueError("Every document needs an embedding.")
        if unique:
            self.write([_chunk(one) for one in unique], np.asarray(embeddings, dtype=np.float32))
        return len(documents)

    def delete_documents(self, document_ids: list[str]) -> None:
        """Delete rows by their ids; unknown ids are ignored."""
        if document_ids:
            self._delete(among("id", document_ids))

    # The index

    def create(self) -> None:
        """Create the collection if it is missing, check what it is, and load it.

        Raises ``StoreUnavailable`` if its vectors or indexes are not those of the configuration.
        """

        def ensure(client: MilvusClient) -> None:
            if not client.has_collection(self.index.name, timeout=_SEARCH_TIMEOUT):
                schema.create(client, self.index)
            schema.check(client, self.index)

        self._connection.call(ensure)
        self.count()

    def exists(self) -> bool:
        """Whether the collection was created."""
        return bool(
            self._connection.call(
                lambda client: client.has_collection(self.index.name, timeout=_SEARCH_TIMEOUT)
            )
        )

    def drop(self) -> None:
        """Remove the collection and all its rows; a missing one is fine."""
        self._connection.unloaded(self.index.name)
        self._connection.call(lambda client: client.drop_collection(self.index.name, timeout=_WRITE_TIMEOUT))

    def flush(self) -> None:
        """Have what was written sealed and indexed, which some Milvus versions search faster."""
        self._connection.call(lambda client: client.flush(self.index.name, timeout=_WRITE_TIMEOUT))

    # Rows

    def write(self, chunks: Sequence[Chunk], vectors: Vectors, progress: Progress | None = None) -> int:
        """Write chunks with their vectors (n × dimension); a known id is replaced. Returns n.

        Everything is checked before anything is written. Raises ``InvalidInput`` for a vector of another
        length, without direction or not finite, a text over 65,535 bytes, or an id given twice.
        """
        vectors = np.ascontiguousarray(vectors, dtype=np.float32)
        _check_rows(chunks, vectors, self.index.dimension)
        report = progress or Progress()
        report("write", 0, len(chunks))
        for start, end in _batches(chunks):
            rows = [
                _row(chunk, vector)
                for chunk, vector in zip(chunks[start:end], vectors[start:end], strict=True)
            ]
            self._upsert(rows)
            report("write", end, len(chunks))
        return len(chunks)

    def delete_document(self, document_id: str) -> None:
        """Delete all rows of a document; one without rows is fine."""
        self._delete(among("document_id", [document_id]))

    def count(self) -> int:
        """How many rows there are."""
        rows = self._loaded(
            lambda client: client.query(
                self.index.name, filter="", output_fields=["count(*)"], timeout=_SEARCH_TIMEOUT
            )
        )
        return int(rows[0]["count(*)"])

    def ids_of(self, document_id: str) -> list[str]:
        """The ids of a document's chunks, in their order."""
        rows = self._rows(among("document_id", [document_id]), ["id", "ordinal"])
        return [row["id"] for row in sorted(rows, key=lambda row: (row["ordinal"], row["id"]))]

    # Search

    def search_dense(self, vector: Sequence[float] | Vectors, limit: int, scope: Scope) -> list[Hit]:
        """The ``limit`` chunks in ``scope`` nearest to ``vector``, best first, with their raw cosine.

        Raises ``InvalidInput`` for a vector of another length, without direction or not finite.
        """
        query = np.asarray(vector, dtype=np.float32).reshape(1, -1)
        _check_vectors(query, self.index.dimension)
        return self._search(schema.DENSE, query[0], _DENSE_PARAMS, limit, scope)

    def search_keyword(self, text: str, limit: int, scope: Scope) -> list[Hit]:
        """The ``limit`` chunks in ``scope`` that share words with ``text``, best first, with raw BM25.

        Only the first 20,000 characters of ``text`` count.
        """
        query = text[:_LONGEST_QUERY].encode("utf-8", "ignore").decode().replace("\x00", " ")
        if not query.strip():
            return []
        try:
            return self._search(schema.SPARSE, query, _SPARSE_PARAMS, limit, scope)
        except StoreUnavailable as error:
            # BM25 divides by the mean length of the rows, which an empty collection does not have.
            if "Invalid sparse row" in str(error.__cause__) and self.count() == 0:
                return []
            raise

    def _search(
        self, field: str, query: str | Vectors, params: dict[str, str], limit: int, scope: Scope
    ) -> list[Hit]:
        where = scope_expression(scope)
        if where is None or limit < 1:
            return []
        found = self._loaded(
            lambda client: client.search(
                self.index.name,
                data=[query],
                anns_field=field,
                limit=min(limit, LIMIT),
                filter=where,
                output_fields=_FIELDS,
                search_params=params,
                timeout=_SEARCH_TIMEOUT,
            )
        )
        # Milvus Lite 3 gives BM25 as a negative distance.
        keyword = field == schema.SPARSE
        return [_hit(one, abs(one["distance"]) if keyword else one["distance"]) for one in found[0]]

    # Plumbing

    @property
    def _connection(self) -> Connection:
        if self._runtime is None:
            raise RuntimeError("The store is not bound: call bind(runtime) first.")
        return connection(self._runtime)

    def _loaded(self, operation: Callable[[MilvusClient], _Result]) -> _Result:
        return self._connection.call_loaded(self.index.name, operation)

    def _upsert(self, rows: list[dict[str, Any]]) -> None:
        self._loaded(lambda client: client.upsert(self.index.name, data=rows, timeout=_WRITE_TIMEOUT))

    def _delete(self, where: str) -> None:
        try:
            self._loaded(lambda client: client.delete(self.index.name, filter=where, timeout=_WRITE_TIMEOUT))
        except NotFound:
            return

    def _rows(self, where: str, fields: list[str]) -> list[dict[str, Any]]:
        """All rows that fulfil ``where``, however many; a plain query stops at 16,384."""

        def read(client: MilvusClient) -> list[dict[str, Any]]:
            rows: list[dict[str, Any]] = []
            pages = client.query_iterator(
                self.index.name, batch_size=1000, filter=where, output_fields=fields, timeout=_SEARCH_TIMEOUT
            )
            try:
                while page := pages.next():
                    rows.extend(page)
            finally:
                pages.close()
            return rows

        return self._loaded(read)


def _passage(row: dict[str, Any]) -> str:
    """The passage without its context line: what ``Chunk.indexed_text`` put together, taken apart."""
    context: str = row["context"]
    text: str = row["text"]
    return text[len(context) + 1 :] if context else text


def _hit(found: Any, score: float) -> Hit:
    row = found["entity"]
    return Hit(
        chunk_id=found["id"],
        document_id=row["document_id"],
        ordinal=row["ordinal"],
        page=row["page"],
        text=_passage(row),
        context=row["context"],
        score=float(score),
    )


def _row(chunk: Chunk, vector: Vectors) -> dict[str, Any]:
    return {
        "id": chunk.id,
        "document_id": chunk.document_id,
        "ordinal": chunk.ordinal,
        "page": chunk.page,
        "context": chunk.context,
        "text": chunk.indexed_text,
        schema.DENSE: vector,
    }


def _chunk(document: Document) -> Chunk:
    meta = document.meta
    return Chunk(
        id=document.id,
        document_id=str(meta.get("document_id", document.id)),
        ordinal=int(meta.get("ordinal", 0)),
        text=document.content or "",
        context=str(meta.get("context", "")),
        page=int(meta.get("page", 1)),
    )


def _batches(chunks: Sequence[Chunk]) -> Iterator[tuple[int, int]]:
    """Ranges of at most 500 rows and 8 MB of text, at least one row each."""
    start, size = 0, 0
    for position, chunk in enumerate(chunks):
        length = _size(chunk.text) + 2 * _size(chunk.context)
        if position > start and (position - start == BATCH_ROWS or size + length > BATCH_BYTES):
            yield start, position
            start, size = position, 0
        size += length
    if start < len(chunks):
        yield start, len(chunks)


def _check_rows(chunks: Sequence[Chunk], vectors: Vectors, dimension: int) -> None:
    if len(chunks) != len(vectors):
        raise InvalidInput(f"There are {len(chunks)} passages but {len(vectors)} vectors: embed them again.")
    if len(chunks):
        _check_vectors(vectors, dimension)
    if len({chunk.id for chunk in chunks}) != len(chunks):
        raise InvalidInput("Two passages have the same id: split the document again.")
    for chunk in chunks:
        if not schema.CHUNK_ID.fullmatch(chunk.id):
            raise InvalidInput(
                f"{chunk.id[:40]!r} is no passage id: use up to 128 letters, digits and . _ : # @ / + = -"
            )
        if not 0 < _size(chunk.document_id) <= schema.ID_LIMIT or not chunk.document_id.isprintable():
            raise InvalidInput("A document's id has 1 to 128 printable bytes: use another one.")
        if _size(chunk.indexed_text) > schema.TEXT_LIMIT:
            raise InvalidInput(
                f"Passage {chunk.ordinal + 1} is over 65,535 bytes long: split the document more finely."
            )


def _size(text: str) -> int:
    """The length of ``text`` in bytes, as Milvus counts it."""
    try:
        return len(text.encode())
    except UnicodeEncodeError as error:
        raise InvalidInput("A passage holds broken characters: save the file as UTF-8 text.") from error


def _check_vectors(vectors: Vectors, dimension: int) -> None:
    if vectors.ndim != 2 or vectors.shape[1] != dimension:
        raise InvalidInput(
            f"The embedding has {vectors.shape[-1]} dimensions, the index {dimension}: use the index's model."
        )
    if not np.isfinite(vectors).all() or not np.abs(vectors).max(axis=1).all():
        raise InvalidInput("The embedding is not a usable vector (not a number, or zero): check the model.")
