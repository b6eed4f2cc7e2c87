"""The embedding components: what they give, what they refuse, what they remember."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from haystack import Pipeline

from domain.config import DEFAULT_EMBEDDING, Runtime
from domain.documents import Chunk
from domain.errors import Cancelled, ModelUnavailable
from domain.progress import Progress
from pipelines import embedding
from pipelines.embedding import ChunkEmbedder, TextEmbedder
from tests.conftest import MODELS

TEXTS = ["The oil embargo began in October 1973.", "Cats sleep for most of the day.", "Oil prices rose."]


def runtime(models: Path = MODELS, cache: Path | None = None) -> Runtime:
    return Runtime("", models, cache_dir=cache)


def chunk(text: str, context: str = "") -> Chunk:
    return Chunk(text, "document", 0, text, context, 1)


def text_embedder() -> TextEmbedder:
    embedder = TextEmbedder()
    embedder.bind(runtime())
    return embedder


def chunk_embedder(**options: object) -> ChunkEmbedder:
    embedder = ChunkEmbedder(**options)
    embedder.bind(runtime())
    embedder.warm_up()
    return embedder


def test_vectors_are_unit_vectors_that_know_what_is_alike():
    vectors = chunk_embedder().run(chunks=[chunk(text) for text in TEXTS])["vectors"]
    assert vectors.shape == (3, 384)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 1, 1], abs=1e-5)
    question = np.array(text_embedder().run(text="When did the oil embargo start?")["vector"])
    assert (vectors @ question).argmax() == 0
    assert (vectors @ question).argmin() == 1


def test_a_vector_does_not_depend_on_what_is_embedded_beside_it():
    together = chunk_embedder(batch_size=3).run(chunks=[chunk(text) for text in TEXTS])["vectors"]
    alone = [text_embedder().run(text=text)["vector"] for text in TEXTS]
    assert together == pytest.approx(np.array(alone), abs=1e-5)


def test_the_context_line_is_embedded_with_the_passage():
    plain, titled = chunk_embedder().run(chunks=[chunk("It rose."), chunk("It rose.", "Oil price")])[
        "vectors"
    ]
    question = np.array(text_embedder().run(text="oil price")["vector"])
    assert titled @ question > plain @ question


def test_empty_and_endless_texts_have_vectors_too():
    chunks = [chunk(""), chunk("\ud83d\x00"), chunk("word " * 20_000)]
    vectors = chunk_embedder().run(chunks=chunks)["vectors"]
    assert np.isfinite(vectors).all()
    assert chunk_embedder().run(chunks=[])["vectors"].shape == (0, 384)


def test_progress_is_reported_and_can_stop_the_work():
    seen: list[tuple[str, int, int]] = []
    chunks = [chunk(text) for text in TEXTS]
    chunk_embedder(batch_size=2).run(chunks=chunks, progress=Progress(lambda *report: seen.append(report)))
    assert seen == [("embed", 2, 3), ("embed", 3, 3)]

    def stop(*_: object) -> None:
        raise Cancelled("Stopped.")

    with pytest.raises(Cancelled):
        chunk_embedder().run(chunks=chunks, progress=Progress(stop))


def test_the_weights_are_loaded_once_for_a_process():
    assert embedding.encoder(MODELS / DEFAULT_EMBEDDING) is embedding.encoder(MODELS / DEFAULT_EMBEDDING)


def test_remembered_vectors_are_not_computed_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def run() -> np.ndarray:
        embedder = ChunkEmbedder(cached=True)
        embedder.bind(runtime(cache=tmp_path / "cache"))
        return embedder.run(chunks=[chunk(text) for text in TEXTS])["vectors"]

    first = run()

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("computed again")

    monkeypatch.setattr(embedding.Encoder, "encode", refuse)
    assert (run() == first).all()


def test_missing_weights_are_said_with_what_to_do(tmp_path: Path):
    embedder = TextEmbedder()
    embedder.bind(runtime(tmp_path))
    with pytest.raises(ModelUnavailable, match="make install"):
        embedder.warm_up()


def test_damaged_weights_are_said_with_what_to_do(tmp_path: Path):
    folder = tmp_path / DEFAULT_EMBEDDING
    folder.mkdir()
    (folder / "model.onnx").write_bytes(b"not a model")
    (folder / "tokenizer.json").write_text("{}")
    embedder = TextEmbedder()
    embedder.bind(runtime(tmp_path))
    with pytest.raises(ModelUnavailable, match="damaged"):
        embedder.warm_up()


def test_an_unknown_embedding_is_refused():
    embedder = TextEmbedder("word2vec")
    embedder.bind(runtime())
    embedder.warm_up()
    with pytest.raises(ModelUnavailable, match="word2vec"):
        embedder.run(text="Which one?")


def test_yaml_says_what_and_never_where():
    pipeline = Pipeline()
    for name, made in (("text", TextEmbedder(cached=True)), ("chunks", ChunkEmbedder(batch_size=8))):
        made.bind(runtime())
        pipeline.add_component(name, made)
    text = pipeline.dumps()
    assert str(MODELS) not in text
    again = Pipeline.loads(text, allowed_modules=["pipelines.*"])
    assert again.get_component("text").cached is True
    assert again.get_component("chunks").batch_size == 8
