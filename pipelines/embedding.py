"""Sentence embeddings with ONNX Runtime: one session per weights file, shared by the whole process."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from haystack import component, default_from_dict, default_to_dict
from onnxruntime import InferenceSession, SessionOptions  # type: ignore[attr-defined]
from tokenizers import Tokenizer

from domain.config import DEFAULT_EMBEDDING, Runtime
from domain.documents import Chunk
from domain.errors import ModelUnavailable
from domain.models import ModelConfig
from domain.progress import Progress
from pipelines import remote_embedding

DIMENSION = 384
"""Length of a vector of the built-in model."""

MAX_TOKENS = 256
"""The model was trained on 128 and its authors allow 256 tokens; what is longer is cut off."""

BATCH_SIZE = 4
"""Small batches of similar length keep the activations in the processor's cache: measured fastest."""

Vectors = npt.NDArray[np.float32]


class Encode(Protocol):
    """What turns texts into vectors, and says how far it is."""

    def __call__(self, texts: Sequence[str], *, report: Callable[[int, int], None] | None) -> Vectors:
        """Vectors of ``texts``, in their order."""


_loading = threading.Lock()


class Encoder:
    """Mean-pooled, L2-normalised sentence vectors of one ONNX model. Safe to share between threads."""

    def __init__(self, folder: Path) -> None:
        """Load ``model.onnx`` and ``tokenizer.json`` from ``folder``.

        Raises:
            ModelUnavailable: a file is missing or is not what its name says.

        """
        model, vocabulary = folder / "model.onnx", folder / "tokenizer.json"
        missing = [path.name for path in (model, vocabulary) if not path.is_file()]
        if missing:
            raise ModelUnavailable(
                f"The weights of the embedding “{folder.name}” are missing ({', '.join(missing)}): "
                "run “make install” to fetch them."
            )
        options = SessionOptions()
        options.intra_op_num_threads = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 0
        options.log_severity_level = 3
        # Threads that wait busily for the next call take the cores from the search that follows.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            self._tokenizer = Tokenizer.from_file(str(vocabulary))
            self._session = InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        except Exception as error:
            raise ModelUnavailable(
                f"The weights of the embedding “{folder.name}” are damaged: "
                "delete them and run “make install” to fetch them again."
            ) from error
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(MAX_TOKENS)

    def encode(
        self,
        texts: Sequence[str],
        batch_size: int = BATCH_SIZE,
        report: Callable[[int, int], None] | None = None,
    ) -> Vectors:
        """Embed ``texts``.

        Args:
            texts: any strings; what goes beyond ``MAX_TOKENS`` does not count.
            batch_size: texts per forward pass.
            report: called with (done, total) after each pass; what it raises ends the work.

        Returns:
            Unit vectors of shape (len(texts), DIMENSION), in the order of ``texts``.

        """
        vectors = np.zeros((len(texts), DIMENSION), dtype=np.float32)
        tokens = [encoding.ids for encoding in self._tokenizer.encode_batch(list(texts))]
        order = sorted(range(len(tokens)), key=lambda index: -len(tokens[index]))
        for start in range(0, len(order), batch_size):
            batch = order[start : start + batch_size]
            vectors[batch] = self._forward([tokens[index] for index in batch])
            if report is not None:
                report(start + len(batch), len(order))
        return vectors

    def _forward(self, tokens: list[list[int]]) -> Vectors:
        shape = (len(tokens), max(map(len, tokens)))
        ids = np.zeros(shape, dtype=np.int64)
        mask = np.zeros(shape, dtype=np.int64)
        for row, sequence in enumerate(tokens):
            ids[row, : len(sequence)] = sequence
            mask[row, : len(sequence)] = 1
        feeds = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        hidden = np.asarray(self._session.run(None, feeds)[0], dtype=np.float32)
        pooled = np.einsum("btd,bt->bd", hidden, mask.astype(np.float32)) / mask.sum(1, keepdims=True)
        norms = np.linalg.norm(pooled, axis=1, keepdims=True)
        return np.asarray(pooled / np.maximum(norms, 1e-12), dtype=np.float32)


@lru_cache(maxsize=4)
def _encoder(folder: Path) -> Encoder:
    return Encoder(folder)


def encoder(folder: Path) -> Encoder:
    """The process's encoder for the weights in ``folder``. Raises ``ModelUnavailable``."""
    with _loading:  # lru_cache alone would load the weights twice when two threads ask at once
        return _encoder(folder.resolve())


class VectorCache:
    """Vectors by content, in one SQLite file, so that evaluating the same texts again is quick."""

    def __init__(self, path: Path, model: str) -> None:
        self._path = path
        self._model = model
        path.parent.mkdir(parents=True, exist_ok=True)
        with self._connect() as connection, connection:
            connection.execute("CREATE TABLE IF NOT EXISTS vector (key BLOB PRIMARY KEY, value BLOB)")

    def _connect(self) -> closing[sqlite3.Connection]:
        return closing(sqlite3.connect(self._path, timeout=30))

    def _key(self, text: str) -> bytes:
        return hashlib.sha256(f"{self._model}\0{text}".encode()).digest()

    def get(self, texts: Sequence[str]) -> dict[int, Vectors]:
        """The known vectors by position in ``texts``."""
        found: dict[int, Vectors] = {}
        with self._connect() as connection:
            for index, text in enumerate(texts):
                row = connection.execute(
                    "SELECT value FROM vector WHERE key = ?", (self._key(text),)
                ).fetchone()
                if row is not None:
                    found[index] = np.frombuffer(row[0], dtype=np.float32)
        return found

    def put(self, texts: Sequence[str], vectors: Vectors) -> None:
        """Remember one vector per text."""
        rows = [(self._key(text), vector.tobytes()) for text, vector in zip(texts, vectors, strict=True)]
        with self._connect() as connection, connection:
            connection.executemany("INSERT OR REPLACE INTO vector VALUES (?, ?)", rows)


class Embedding:
    """An embedding in use: the built-in one, or a registered model that each run is handed.

    ``model`` names it; only the built-in one is loaded here. ``cached`` says whether vectors are remembered.
    """

    def __init__(self, model: str, cached: bool) -> None:
        self.model = model
        self.cached = cached
        self._runtime: Runtime | None = None
        self._encoder: Encoder | None = None

    def bind(self, runtime: Runtime) -> None:
        """Say where this process keeps weights and caches. Called before ``warm_up``."""
        self._runtime = runtime
        self._encoder = None

    def warm_up(self) -> None:
        """Load the weights of the built-in model unless the process has them already.

        Raises:
            ModelUnavailable: its weights are missing or damaged.

        """
        if self.model == DEFAULT_EMBEDDING:
            self._loaded()

    def _loaded(self) -> Encoder:
        if self._encoder is not None:
            return self._encoder
        if self.model != DEFAULT_EMBEDDING:
            raise ModelUnavailable(
                f"There is no built-in embedding “{self.model}”: choose “{DEFAULT_EMBEDDING}”."
            )
        if self._runtime is None:
            raise ModelUnavailable("The embedding was not told where its weights are: restart the app.")
        self._encoder = encoder(self._runtime.models_dir / self.model)
        return self._encoder

    def embed(
        self,
        texts: Sequence[str],
        batch_size: int = BATCH_SIZE,
        report: Callable[[int, int], None] | None = None,
        *,
        model: ModelConfig | None = None,
        is_query: bool = False,
    ) -> Vectors:
        """Embed ``texts``, asking the cache first when there is one. Shape (len(texts), dimension).

        ``model`` is the registered one to ask; ``None`` for the built-in.
        """
        # Half of a surrogate pair, as broken documents have it, can be neither tokenized nor hashed.
        texts = [text.encode(errors="replace").decode() for text in texts]
        if model is None:
            encode: Encode = partial(self._loaded().encode, batch_size=batch_size)
        else:
            encode = partial(remote_embedding.embed, model, is_query=is_query)
        if not self.cached or self._runtime is None or self._runtime.cache_dir is None or not texts:
            return encode(texts, report=report)
        key = self.model if model is None else f"{model.provider} {model.id} {model.parameters} {is_query}"
        cache = VectorCache(self._runtime.cache_dir / "embeddings.sqlite", key)
        return _remembered(cache, texts, encode, report)


def _remembered(
    cache: VectorCache,
    texts: Sequence[str],
    encode: Encode,
    report: Callable[[int, int], None] | None,
) -> Vectors:
    """The vectors of ``texts``: what the cache knows, and what is embedded and remembered now."""
    known = cache.get(texts)
    missing = [index for index in range(len(texts)) if index not in known]
    done = len(known)
    for block in _blocks(missing, 256):
        new = [texts[index] for index in block]
        vectors = encode(new, report=None)
        cache.put(new, vectors)
        known.update(zip(block, vectors, strict=True))
        done += len(block)
        if report is not None:
            report(done, len(texts))
    return np.stack([known[index] for index in range(len(texts))])


def _blocks(indices: list[int], size: int) -> Iterator[list[int]]:
    for start in range(0, len(indices), size):
        yield indices[start : start + size]


@component
class TextEmbedder(Embedding):
    """Embeds a question, by the built-in model or a registered one.

    Example::

        embedder = TextEmbedder()
        embedder.bind(runtime)
        embedder.warm_up()
        embedder.run(text="When was the treaty signed?")["vector"]
    """

    def __init__(self, model: str = DEFAULT_EMBEDDING, cached: bool = False) -> None:
        Embedding.__init__(self, model, cached)  # @component remakes the class, which breaks super()

    def to_dict(self) -> dict[str, Any]:
        """The configuration, without anything of this machine."""
        return default_to_dict(self, model=self.model, cached=self.cached)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> TextEmbedder:
        """Rebuild from ``to_dict``."""
        embedder: TextEmbedder = default_from_dict(cls, data)
        return embedder

    @component.output_types(vector=np.ndarray)
    def run(self, text: str, embedding: ModelConfig | None = None) -> dict[str, Any]:
        """Embed ``text``, by the registered model ``embedding`` if there is one.

        Returns:
            ``vector``: unit vector, float32, shape (dimension,). Not a list: Haystack would copy it number
            by number, which takes longer than finding it.

        Raises:
            ModelUnavailable: the weights are missing or damaged, or the model does not answer.

        """
        return {"vector": self.embed([text], model=embedding, is_query=True)[0]}


@component
class ChunkEmbedder(Embedding):
    """Embeds chunks by their ``indexed_text`` (context line and passage) and reports how far it is."""

    def __init__(
        self, model: str = DEFAULT_EMBEDDING, batch_size: int = BATCH_SIZE, cached: bool = False
    ) -> None:
        Embedding.__init__(self, model, cached)  # @component remakes the class, which breaks super()
        self.batch_size = batch_size

    def to_dict(self) -> dict[str, Any]:
        """The configuration, without anything of this machine."""
        return default_to_dict(self, model=self.model, batch_size=self.batch_size, cached=self.cached)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> ChunkEmbedder:
        """Rebuild from ``to_dict``."""
        embedder: ChunkEmbedder = default_from_dict(cls, data)
        return embedder

    @component.output_types(vectors=np.ndarray)
    def run(
        self,
        chunks: Sequence[Chunk],
        progress: Progress | None = None,
        embedding: ModelConfig | None = None,
    ) -> dict[str, Any]:
        """Embed ``chunks``, by the registered model ``embedding`` if there is one.

        Returns:
            ``vectors``: unit vectors, float32, shape (len(chunks), dimension), in the order of ``chunks``.

        Raises:
            ModelUnavailable: the weights are missing or damaged, or the model does not answer.
            Cancelled: ``progress`` said so.

        """

        def report(done: int, total: int) -> None:
            if progress is not None:
                progress("embed", done, total)

        texts = [chunk.indexed_text for chunk in chunks]
        return {"vectors": self.embed(texts, self.batch_size, report, model=embedding)}
