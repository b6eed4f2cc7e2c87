"""The document store on a real engine: what it finds, what it refuses, what survives a kill."""

from __future__ import annotations

import os
import shutil
import signal
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from haystack import Document, Pipeline
from haystack.document_stores.errors import DuplicateDocumentError
from haystack.document_stores.types import DuplicatePolicy
from haystack.testing.document_store import CountDocumentsTest, DeleteDocumentsTest, WriteDocumentsTest

from domain.config import IndexConfig, Runtime
from domain.documents import Chunk
from domain.errors import InvalidInput, NotFound, StoreUnavailable
from domain.evidence import Scope
from domain.progress import Progress
from pipelines.engine import Engine, ensure
from pipelines.store import connection as connection_module
from pipelines.store.connection import connection
from pipelines.store.milvus import MilvusDocumentStore
from pipelines.store.retrievers import ChunkWriter, DenseRetriever, KeywordRetriever

DIMENSION = 8
EVERYTHING = Scope()


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with ensure(tmp_path_factory.mktemp("store")) as opened:
        yield opened


@pytest.fixture
def runtime(engine: Engine) -> Runtime:
    return Runtime(milvus_uri=engine.uri, models_dir=Path())


@pytest.fixture
def store(runtime: Runtime) -> Iterator[MilvusDocumentStore]:
    made = make(runtime)
    yield made
    made.drop()


def make(runtime: Runtime, language: str = "en", dimension: int = DIMENSION) -> MilvusDocumentStore:
    name = f"t_{uuid.uuid4().hex}"
    made = MilvusDocumentStore(IndexConfig(name=name, dimension=dimension, language=language), runtime)
    made.create()
    return made


def chunk(document: str, ordinal: int, text: str, context: str = "", page: int = 1) -> Chunk:
    return Chunk(f"{abs(hash(document))}:{ordinal}", document, ordinal, text, context, page)


def vectors(count: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(count, DIMENSION)).astype(np.float32)


def three(store: MilvusDocumentStore) -> np.ndarray:
    """Three passages of two documents; returns their vectors."""
    made = vectors(3)
    passages = [
        chunk("animals", 0, "The cats were sleeping on the warm roof.", "Animals › Cats", page=4),
        chunk("animals", 1, "A dog guards the house."),
        chunk("money", 0, "Revenue grew by twelve percent.", "Report › Results"),
    ]
    assert store.write(passages, made) == 3
    return made


# What is found


def test_dense_search_gives_the_raw_cosine_and_the_passage_without_its_context(
    store: MilvusDocumentStore,
) -> None:
    rows = three(store)
    query = vectors(1, seed=9)[0]
    hits = store.search_dense(query, 10, EVERYTHING)
    unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    expected = unit @ (query / np.linalg.norm(query))
    assert [hit.score for hit in hits] == pytest.approx(sorted(expected, reverse=True), abs=1e-5)
    best = store.search_dense(rows[0], 1, EVERYTHING)[0]
    assert best.score == pytest.approx(1.0, abs=1e-5)
    assert best.text == "The cats were sleeping on the warm roof."
    assert (best.context, best.page, best.ordinal, best.document_id) == ("Animals › Cats", 4, 0, "animals")


def test_keyword_search_stems_ignores_stop_words_and_reads_the_context_too(
    store: MilvusDocumentStore,
) -> None:
    three(store)
    assert [hit.text for hit in store.search_keyword("cat sleeps", 10, EVERYTHING)] == [
        "The cats were sleeping on the warm roof."
    ]
    assert store.search_keyword("the", 10, EVERYTHING) == []
    assert store.search_keyword("elephants", 10, EVERYTHING) == []
    by_context = store.search_keyword("results", 10, EVERYTHING)
    assert [hit.document_id for hit in by_context] == ["money"]
    assert all(hit.score > 0 for hit in by_context)


@pytest.mark.parametrize(
    ("language", "text", "question"),
    [
        ("fr", "Les élèves mangeaient des pommes.", "eleve pomme"),
        ("de", "Die Häuser der Städte wurden größer.", "Haus Stadt"),
        ("es", "Los niños comían manzanas.", "nino manzana"),
        ("it", "I bambini mangiavano le mele.", "bambino mela"),
        ("pt", "As crianças comeram maçãs.", "criança"),
        ("zh", "我爱北京天安门广场", "天安门"),
        ("pl", "Zażółć gęślą jaźń.", "jaźń"),
    ],
)
def test_keywords_are_found_in_other_languages(
    runtime: Runtime, language: str, text: str, question: str
) -> None:
    store = make(runtime, language)
    store.write([chunk("d", 0, text), chunk("d", 1, "42")], vectors(2))
    assert [hit.text for hit in store.search_keyword(question, 5, EVERYTHING)] == [text]
    store.drop()


def test_a_scope_holds_in_both_legs(store: MilvusDocumentStore) -> None:
    rows = three(store)
    for scope, documents in (
        (Scope(include=frozenset({"money"})), {"money"}),
        (Scope(include=frozenset({"money", "unknown"})), {"money"}),
        (Scope(exclude=frozenset({"money"})), {"animals"}),
        (EVERYTHING, {"animals", "money"}),
    ):
        assert {hit.document_id for hit in store.search_dense(rows[0], 10, scope)} == documents
        found = store.search_keyword("cat dog revenue", 10, scope)
        assert {hit.document_id for hit in found} == documents


def test_an_empty_scope_asks_nobody() -> None:
    nowhere = MilvusDocumentStore(IndexConfig("x", dimension=DIMENSION), Runtime("unix:/nonexistent", Path()))
    nothing = Scope(include=frozenset())
    assert nowhere.search_dense(vectors(1)[0], 10, nothing) == []
    assert nowhere.search_keyword("cat", 10, nothing) == []
    assert nowhere.search_dense(vectors(1)[0], 0, EVERYTHING) == []


def test_a_scope_of_thousands_of_documents(store: MilvusDocumentStore) -> None:
    rows = three(store)
    many = frozenset(f"document-{number:032d}" for number in range(3000))
    assert len(store.search_dense(rows[0], 10, Scope(include=many | {"money"}))) == 1
    assert len(store.search_dense(rows[0], 10, Scope(exclude=many | {"money"}))) == 2


@pytest.mark.parametrize(
    "document",
    ['say "hi"', "it's", "back\\slash", '\\"', 'x" or id != "', "x'] or id not in ['", "%_{}", "ü"],
)
def test_a_document_id_is_never_read_as_an_expression(store: MilvusDocumentStore, document: str) -> None:
    three(store)
    rows = vectors(1, seed=3)
    store.write([chunk(document, 0, "quoted")], rows)
    only = store.search_dense(rows[0], 10, Scope(include=frozenset({document})))
    assert [hit.document_id for hit in only] == [document]
    assert len(store.search_dense(rows[0], 10, Scope(exclude=frozenset({document})))) == 3
    assert len(store.ids_of(document)) == 1
    store.delete_document(document)
    assert store.ids_of(document) == []
    assert store.count() == 3


@pytest.mark.parametrize(
    "question", ["", "   ", "?!…", "\x00", "\ud800", "a\"b'c\\", "word " * 4000, "x" * 20_000]
)
def test_odd_questions_find_nothing_and_break_nothing(store: MilvusDocumentStore, question: str) -> None:
    three(store)
    assert store.search_keyword(question, 10, EVERYTHING) == []
    assert len(store.search_keyword("cat", 10, EVERYTHING)) == 1


def test_a_long_question_finds_what_its_words_name(store: MilvusDocumentStore) -> None:
    three(store)
    assert len(store.search_keyword("cat " + "word " * 3990, 10, EVERYTHING)) == 1


def test_an_empty_index_finds_nothing(store: MilvusDocumentStore) -> None:
    assert store.search_keyword("cat", 10, EVERYTHING) == []
    assert store.search_dense(vectors(1)[0], 10, EVERYTHING) == []
    assert store.count() == 0


# What is written


def test_writing_again_replaces_rows(store: MilvusDocumentStore) -> None:
    three(store)
    three(store)
    assert store.count() == 3
    assert len(store.search_keyword("cat", 10, EVERYTHING)) == 1


def test_rows_are_written_in_batches_and_reported(store: MilvusDocumentStore) -> None:
    count = 1203
    reports: list[tuple[str, int, int]] = []
    passages = [chunk("long", number, f"sentence number {number}") for number in range(count)]
    store.write(passages, vectors(count), Progress(lambda *report: reports.append(report)))
    assert reports == [("write", done, count) for done in (0, 500, 1000, 1203)]
    assert store.count() == count
    assert store.ids_of("long") == [one.id for one in passages]
    assert len(store.filter_documents()) == count


@pytest.mark.slow
def test_large_texts_travel_in_smaller_batches(store: MilvusDocumentStore) -> None:
    text = ("wörter " * 8_000)[:60_000]
    store.write([chunk("large", number, text) for number in range(260)], vectors(260))
    assert store.count() == 260


def test_a_deleted_document_is_not_found(store: MilvusDocumentStore) -> None:
    rows = three(store)
    store.delete_document("animals")
    store.delete_document("animals")
    assert {hit.document_id for hit in store.search_dense(rows[0], 10, EVERYTHING)} == {"money"}
    assert store.search_keyword("cat", 10, EVERYTHING) == []
    assert store.count() == 1


@pytest.mark.parametrize(
    ("passage", "row", "sentence"),
    [
        (chunk("d", 0, "é" * 40_000), np.ones(DIMENSION), "65,535 bytes"),
        (chunk("d", 0, "a" * 65_000, "c" * 600), np.ones(DIMENSION), "65,535 bytes"),
        (chunk("d", 0, "broken \ud800"), np.ones(DIMENSION), "UTF-8"),
        (chunk("d", 0, "text"), np.full(DIMENSION, np.nan), "not a usable vector"),
        (chunk("d", 0, "text"), np.full(DIMENSION, np.inf), "not a usable vector"),
        (chunk("d", 0, "text"), np.zeros(DIMENSION), "not a usable vector"),
        (chunk("d", 0, "text"), np.ones(DIMENSION + 1), "9 dimensions, the index 8"),
        (Chunk('a"b', "d", 0, "text", "", 1), np.ones(DIMENSION), "no passage id"),
        (Chunk("a" * 129, "d", 0, "text", "", 1), np.ones(DIMENSION), "no passage id"),
        (Chunk("a", "", 0, "text", "", 1), np.ones(DIMENSION), "document's id"),
        (Chunk("a", "d\n", 0, "text", "", 1), np.ones(DIMENSION), "document's id"),
    ],
)
def test_unusable_rows_are_refused_before_anything_is_written(
    store: MilvusDocumentStore, passage: Chunk, row: np.ndarray, sentence: str
) -> None:
    good = chunk("good", 0, "fine")
    rows = np.stack([np.ones(len(row)), row]).astype(np.float32)
    with pytest.raises(InvalidInput, match=sentence):
        store.write([good, passage], rows)
    assert store.count() == 0


def test_counts_that_differ_and_ids_given_twice_are_refused(store: MilvusDocumentStore) -> None:
    with pytest.raises(InvalidInput, match="1 passages but 2 vectors"):
        store.write([chunk("d", 0, "text")], vectors(2))
    with pytest.raises(InvalidInput, match="same id"):
        store.write([chunk("d", 0, "one"), chunk("d", 0, "two")], vectors(2))
    assert store.write([], vectors(0)) == 0


@pytest.mark.parametrize("query", [np.full(DIMENSION, np.nan), np.zeros(DIMENSION), np.ones(3)])
def test_an_unusable_query_vector_is_refused(store: MilvusDocumentStore, query: np.ndarray) -> None:
    with pytest.raises(InvalidInput):
        store.search_dense(query, 10, EVERYTHING)


# The index


def test_a_missing_index_is_named(runtime: Runtime) -> None:
    store = MilvusDocumentStore(IndexConfig(f"t_{uuid.uuid4().hex}", dimension=DIMENSION), runtime)
    assert not store.exists()
    with pytest.raises(NotFound, match="index its documents again"):
        store.search_keyword("cat", 10, EVERYTHING)
    with pytest.raises(NotFound):
        store.write([chunk("d", 0, "text")], vectors(1))
    store.delete_document("d")
    store.drop()


def test_creating_twice_keeps_the_rows(store: MilvusDocumentStore) -> None:
    three(store)
    store.create()
    store.flush()
    assert store.exists()
    assert store.count() == 3


def test_an_index_of_another_dimension_is_refused(store: MilvusDocumentStore, runtime: Runtime) -> None:
    other = MilvusDocumentStore(IndexConfig(store.index.name, dimension=16), runtime)
    with pytest.raises(StoreUnavailable, match="8 dimensions instead of 16"):
        other.create()


def test_an_index_with_another_metric_is_refused(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr("pipelines.store.schema.DENSE_INDEX", {"index_type": "FLAT", "metric_type": "L2"})
        wrong = make(runtime)
    with pytest.raises(StoreUnavailable, match="is not FLAT with COSINE"):
        wrong.create()
    wrong.drop()


@pytest.mark.parametrize("name", ["", "a-b", "1a", 'a"b', "a" * 256, "ä"])
def test_an_impossible_index_name_is_refused(name: str) -> None:
    with pytest.raises(InvalidInput):
        MilvusDocumentStore(IndexConfig(name))


def test_few_collections_stay_loaded(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection_module, "LOADED_LIMIT", 2)
    stores = [make(runtime) for _ in range(4)]
    for one in stores:
        three(one)
    assert connection(runtime).loaded == tuple(one.index.name for one in stores[2:])
    assert len(stores[0].search_keyword("cat", 5, EVERYTHING)) == 1
    assert connection(runtime).loaded == (stores[3].index.name, stores[0].index.name)
    for one in stores:
        one.drop()


def test_a_store_without_a_runtime_says_so() -> None:
    with pytest.raises(RuntimeError, match="bind"):
        MilvusDocumentStore(IndexConfig("unbound")).count()


# Bad luck


def test_an_engine_that_never_answers_ends_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection_module, "RETRY_SECONDS", 0.5)
    store = MilvusDocumentStore(
        IndexConfig("x", dimension=DIMENSION), Runtime(f"unix:{tmp_path}/no.sock", Path())
    )
    with pytest.raises(StoreUnavailable, match="does not answer"):
        store.search_keyword("cat", 10, EVERYTHING)


def test_a_search_outlives_the_engine(store: MilvusDocumentStore, engine: Engine) -> None:
    rows = three(store)
    for _ in range(2):
        os.kill(engine.pid or 0, signal.SIGKILL)
        assert len(store.search_dense(rows[0], 10, EVERYTHING)) == 3
        assert len(store.search_keyword("cat", 10, EVERYTHING)) == 1
        engine.check()


def test_acknowledged_rows_survive_kills_while_writing(store: MilvusDocumentStore, engine: Engine) -> None:
    count = 2500
    passages = [chunk("d", number, f"sentence number {number}") for number in range(count)]
    killed: list[int] = []

    def kill_at(stage: str, done: int, total: int) -> None:
        if done in (500, 1500):
            killed.append(done)
            threading.Timer(0.05, os.kill, (engine.pid, signal.SIGKILL)).start()

    store.write(passages, vectors(count), Progress(kill_at))
    assert killed == [500, 1500]
    assert store.count() == count
    assert store.ids_of("d") == [one.id for one in passages]


def test_many_threads_search_while_the_engine_is_killed(store: MilvusDocumentStore, engine: Engine) -> None:
    rows = three(store)
    ends = time.monotonic() + 3
    failures: list[BaseException] = []
    done: list[int] = []

    def work() -> None:
        while time.monotonic() < ends:
            try:
                found = len(store.search_dense(rows[0], 10, EVERYTHING))
                found += len(store.search_keyword("cat", 10, EVERYTHING))
            except StoreUnavailable as error:
                failures.append(error)
            else:
                done.append(found)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    time.sleep(0.5)
    os.kill(engine.pid or 0, signal.SIGKILL)
    for thread in threads:
        thread.join()
    assert failures == []
    assert set(done) == {4}


def test_a_copied_data_folder_holds_the_rows(tmp_path: Path) -> None:
    with ensure(tmp_path / "first") as first:
        store = make(Runtime(first.uri, Path()))
        three(store)
    shutil.copytree(tmp_path / "first", tmp_path / "second")
    with ensure(tmp_path / "second") as second:
        store.bind(Runtime(second.uri, Path()))
        assert store.count() == 3
        assert len(store.search_keyword("cat", 10, EVERYTHING)) == 1


@pytest.mark.slow
def test_rows_survive_kills_at_any_moment(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    with ensure(tmp_path) as engine:
        store = make(Runtime(engine.uri, Path()))
        for turn in range(8):
            passages = [chunk(f"d{turn}", number, f"turn {turn} number {number}") for number in range(1000)]
            timer = threading.Timer(float(rng.uniform(0, 0.6)), os.kill, (engine.pid, signal.SIGKILL))
            timer.start()
            store.write(passages, vectors(1000, turn))
            timer.join()
            assert store.count() == 1000 * (turn + 1)


# Haystack


def test_a_pipeline_of_the_components_survives_its_yaml(runtime: Runtime) -> None:
    index = IndexConfig(f"t_{uuid.uuid4().hex}", dimension=DIMENSION)
    pipeline = Pipeline()
    pipeline.add_component("write", ChunkWriter(index, runtime))
    pipeline.add_component("dense", DenseRetriever(index, runtime))
    pipeline.add_component("keyword", KeywordRetriever(index, runtime))
    text = pipeline.dumps()
    assert runtime.milvus_uri not in text
    loaded = Pipeline.loads(text, allowed_modules=["pipelines.*"])
    assert loaded.dumps() == text
    for name in ("write", "dense", "keyword"):
        loaded.get_component(name).bind(runtime)
    passages = [chunk("d", 0, "The cat sleeps."), chunk("d", 1, "A dog barks.")]
    rows = vectors(2)
    for expected in (2, 1):  # the second time the document has become shorter
        answer = loaded.run(
            {
                "write": {"chunks": passages[:expected], "vectors": rows[:expected]},
                "dense": {"vector": rows[0], "scope": Scope(include=frozenset()), "limit": 5},
                "keyword": {"question": "", "scope": EVERYTHING, "limit": 5},
            }
        )
        assert answer["write"]["written"] == expected
    found = Pipeline.loads(text, allowed_modules=["pipelines.*"])
    found.remove_component("write")
    for name in ("dense", "keyword"):
        found.get_component(name).bind(runtime)
    answer = found.run(
        {
            "dense": {"vector": rows[0].tolist(), "scope": EVERYTHING, "limit": 5},
            "keyword": {"question": "cats", "scope": EVERYTHING, "limit": 5},
        }
    )
    assert [hit.chunk_id for hit in answer["dense"]["hits"]] == [passages[0].id]
    assert [hit.chunk_id for hit in answer["keyword"]["hits"]] == [passages[0].id]
    store = MilvusDocumentStore(index, runtime)
    store.drop()


class Embedded(MilvusDocumentStore):
    """The store as Haystack's own tests use it: their documents come without an embedding, ours never do."""

    def write_documents(
        self, documents: list[Document], policy: DuplicatePolicy = DuplicatePolicy.NONE
    ) -> int:
        for one in documents:
            if isinstance(one, Document) and one.embedding is None:
                object.__setattr__(one, "embedding", [1.0] * DIMENSION)
        return super().write_documents(documents, policy)


class TestHaystackProtocol(CountDocumentsTest, DeleteDocumentsTest, WriteDocumentsTest):
    """Haystack's base tests.

    ``FilterDocumentsTest`` is left out: it filters by fields of its own (number, name, date), which an
    index of passages does not have; unit tests compare every operator over our fields with Haystack's
    reference implementation instead, and the test below runs such filters on the engine.
    """

    @pytest.fixture
    def document_store(self, runtime: Runtime) -> Iterator[MilvusDocumentStore]:
        made = Embedded(IndexConfig(f"t_{uuid.uuid4().hex}", dimension=DIMENSION), runtime)
        made.create()
        yield made
        made.drop()

    @staticmethod
    def assert_documents_are_equal(received: list[Document], expected: list[Document]) -> None:
        """Metadata that every passage has is filled in, and embeddings stay in the store."""
        assert [(one.id, one.content) for one in received] == [(one.id, one.content) for one in expected]

    def test_write_documents(self, document_store: MilvusDocumentStore) -> None:
        documents = [Document(content="one"), Document(content="two")]
        assert document_store.write_documents(documents) == 2
        assert document_store.count_documents() == 2
        with pytest.raises(DuplicateDocumentError):
            document_store.write_documents(documents[:1])


def test_a_document_without_an_embedding_is_refused(store: MilvusDocumentStore) -> None:
    with pytest.raises(ValueError, match="needs an embedding"):
        store.write_documents([Document(content="text")])


def test_haystack_filters_run_on_the_engine(store: MilvusDocumentStore) -> None:
    three(store)

    def found(filters: dict[str, object]) -> list[tuple[str, int]]:
        return sorted(
            (one.meta["document_id"], one.meta["ordinal"]) for one in store.filter_documents(filters)
        )

    animals = {"field": "meta.document_id", "operator": "==", "value": "animals"}
    later = {"field": "meta.ordinal", "operator": ">", "value": 0}
    assert found(animals) == [("animals", 0), ("animals", 1)]
    assert found({"operator": "NOT", "conditions": [animals]}) == [("money", 0)]
    assert found({"operator": "AND", "conditions": [animals, later]}) == [("animals", 1)]
    assert found({"operator": "NOT", "conditions": [animals, later]}) == [("animals", 0), ("money", 0)]
    assert found({"operator": "OR", "conditions": [later, {**animals, "operator": "!="}]}) == [
        ("animals", 1),
        ("money", 0),
    ]
    assert found({"field": "meta.page", "operator": "in", "value": [4]}) == [("animals", 0)]
    assert found({"field": "meta.page", "operator": "in", "value": []}) == []
    assert len(found({"field": "meta.page", "operator": "not in", "value": []})) == 3
    assert found({"field": "meta.context", "operator": "==", "value": "Report › Results"}) == [("money", 0)]
    assert len(found({"field": "meta.page", "operator": "!=", "value": None})) == 3
