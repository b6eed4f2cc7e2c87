"""A document and its questions, through the real queue, the real engine and the real embedding."""

from __future__ import annotations

import threading
import time

import pytest
import yaml
from sqlalchemy import func, select

from domain.documents import DocumentStatus
from domain.errors import NotFound
from domain.events import Cited, Done, RunState, Scored, Searched, Token
from services import answering, chat, collections, documents, ingestion, runs, users
from services.search import search
from services.tables import CandidateRow, ChunkRow, CollectionRow, DocumentRow, IndexVersionRow, JobRow
from tests.integration.conftest import add, settle
from tests.pdfs import pdf

WHALES = (
    "The blue whale is the largest animal known to have lived. "
    "An adult blue whale weighs up to 190 tonnes. It feeds almost only on krill."
)
BRIDGES = (
    "The Firth bridge was opened in 1890 and is 2467 metres long. "
    "Its painting was once said to be a task without end."
)
WEIGHT = "How much does an adult blue whale weigh?"


@pytest.fixture(scope="module")
def installation(working):
    return working


@pytest.fixture(scope="module")
def admin(installation):
    return users.operator(installation)


@pytest.fixture
def collection(installation, admin, request):
    return collections.create(installation, admin, request.node.name[:100])


def gone(installation, user, document_id, timeout=30):
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        try:
            documents.get(installation, user, document_id)
        except NotFound:
            return
        time.sleep(0.05)
    pytest.fail("the document was not removed")


def wait_for(condition, timeout=10):
    end = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def answer(installation, user, collection, question, **options):
    run_id = chat.ask(installation, user, collection.id, question, **options)
    events = list(chat.follow(installation, user, run_id))
    return runs.get(installation, user, run_id), events


def test_a_pdf_is_read_asked_and_cited_with_its_page_and_boxes(installation, admin, collection):
    pages = [BRIDGES, WHALES, "The last page speaks of nothing but tea and biscuits in the afternoon."]
    document = settle(installation, admin, add(installation, admin, collection, "sea.pdf", pdf(pages)))
    assert (document.status, document.pages, document.error) == (DocumentStatus.READY, 3, None)
    run, events = answer(installation, admin, collection, WEIGHT)
    assert [type(event) for event in events] == [Searched, Token, Cited, Scored, Done]
    assert run.state is RunState.DONE
    assert "190 tonnes" in run.answer
    cited = run.citations[0]
    assert (cited.page, "190 tonnes" in cited.quote) == (2, True)
    card = next(card for card in run.evidence if cited.number in card.numbers)
    assert card.text[cited.start : cited.end] == cited.quote
    assert card.document_name == "sea.pdf"
    assert card.spans
    assert all(0 <= span.rectangle.left < span.rectangle.right <= 1 for span in card.spans)
    assert 0 < run.confidence < 1
    assert run.support == 1.0
    assert 0 < card.scores.relevance < 1
    picture = documents.page_image(
        installation, admin, document.id, 2, [span.rectangle for span in card.spans]
    )
    assert picture[:4] in (b"\x89PNG", b"\xff\xd8\xff\xe0", b"RIFF")


def test_the_run_keeps_yaml_timings_and_every_candidate_but_no_text(installation, admin, collection):
    settle(installation, admin, add(installation, admin, collection, "sea.txt", WHALES))
    run, _ = answer(installation, admin, collection, WEIGHT)
    assert "pipelines.fusion.WeightedFusion" in run.search_pipeline
    assert "pipelines.confidence.ConfidenceScorer" in run.answer_pipeline
    assert str(installation.settings.data_dir) not in run.search_pipeline + run.answer_pipeline
    assert {"search.embedder", "search.dense", "search.keyword", "search.total"} <= run.timings_ms.keys()
    with installation.database.read() as session:
        candidate = session.scalars(select(CandidateRow).filter_by(run_id=run.id)).first()
    assert candidate.similarity_rank == 1
    assert not any(isinstance(v, str) and "whale" in v for v in vars(candidate).values())


def test_deleting_the_cited_document_takes_its_citation_away(installation, admin, collection):
    whales = add(installation, admin, collection, "whales.txt", f"{WHALES} It sings.")
    settle(installation, admin, whales)
    settle(installation, admin, add(installation, admin, collection, "bridges.txt", BRIDGES))
    before, _ = answer(installation, admin, collection, WEIGHT)
    assert before.citations[0].document_id == whales
    original = documents.original(installation, admin, whales)
    documents.delete(installation, admin, whales)
    after, _ = answer(installation, admin, collection, WEIGHT)
    assert whales not in {card.document_id for card in after.evidence}, "hidden from the first moment"
    assert after.abstained
    gone(installation, admin, whales)
    wait_for(lambda: not original.exists())
    with installation.database.read() as session:
        assert session.scalar(select(func.count()).where(ChunkRow.document_id == whales)) == 0
        assert session.scalar(select(func.count()).where(JobRow.document_id == whales)) == 0
    shown = runs.get(installation, admin, before.id)
    assert shown.answer == before.answer, "the text of given answers stays"
    assert [c.text for c in shown.evidence if c.document_id == whales] == [None]
    assert {c.quote for c in shown.citations if c.document_id == whales} == {""}


def test_only_the_chosen_files_are_searched(installation, admin, collection):
    settle(installation, admin, add(installation, admin, collection, "whales.txt", WHALES))
    bridges = add(installation, admin, collection, "bridges.txt", BRIDGES)
    settle(installation, admin, bridges)
    found = search(installation, admin, collection.id, WEIGHT, document_ids=[bridges])
    assert {e.document_id for e in found.evidence} == {bridges}
    assert found.documents_searched == 1
    assert search(installation, admin, collection.id, WEIGHT, document_ids=[]).evidence == []


def test_a_document_of_another_collection_cannot_be_chosen(installation, admin, collection):
    other = collections.create(installation, admin, "elsewhere")
    secret = add(installation, admin, other, "secret.txt", WHALES)
    settle(installation, admin, secret)
    with pytest.raises(NotFound):
        search(installation, admin, collection.id, WEIGHT, document_ids=[secret])
    assert search(installation, admin, collection.id, WEIGHT).evidence == []


def test_a_question_without_documents_abstains(installation, admin, collection):
    run, events = answer(installation, admin, collection, WEIGHT)
    assert run.abstained
    assert run.evidence == ()
    assert events[-1] == Done()


def test_a_document_that_is_not_ready_is_not_found(installation, admin, collection):
    document = add(installation, admin, collection, "sea.txt", WHALES)
    settle(installation, admin, document)
    with installation.database.session() as session:
        session.get_one(DocumentRow, document).status = DocumentStatus.FAILED
    assert search(installation, admin, collection.id, WEIGHT).evidence == []


def test_an_index_that_was_lost_is_rebuilt_from_the_database(installation, admin, collection):
    from domain.progress import Progress
    from pipelines import build

    settle(installation, admin, add(installation, admin, collection, "sea.txt", WHALES))
    before = search(installation, admin, collection.id, WEIGHT)
    build.drop_index(collection.index, installation.runtime)
    assert ingestion.rebuild(installation, admin, collection.id, Progress()) == 1
    after = search(installation, admin, collection.id, WEIGHT)
    assert [e.chunk_id for e in after.evidence] == [e.chunk_id for e in before.evidence]
    assert after.evidence[0].scores == before.evidence[0].scores


def test_stop_ends_a_run_before_its_next_step(installation, admin, collection, monkeypatch):
    settle(installation, admin, add(installation, admin, collection, "sea.txt", WHALES))
    searching, go_on = threading.Event(), threading.Event()
    real = answering.search

    def slow(*args, **options):
        searching.set()
        go_on.wait(30)
        return real(*args, **options)

    monkeypatch.setattr(answering, "search", slow)
    run_id = chat.ask(installation, admin, collection.id, WEIGHT)
    assert searching.wait(30)
    runs.stop(installation, admin, run_id)
    go_on.set()
    events = list(chat.follow(installation, admin, run_id))
    assert events[-1] == Done(stopped=True)
    assert runs.get(installation, admin, run_id).state is RunState.STOPPED


def test_two_readers_of_one_run_see_the_same_events(installation, admin, collection):
    settle(installation, admin, add(installation, admin, collection, "sea.txt", WHALES))
    run_id = chat.ask(installation, admin, collection.id, WEIGHT)
    seen = [[], []]
    threads = [
        threading.Thread(target=lambda mine=mine: mine.extend(chat.follow(installation, admin, run_id)))
        for mine in seen
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert seen[0] == seen[1] != []
    assert list(chat.follow(installation, admin, run_id, after=3)) == seen[0][3:]


def edited(text, component, **parameters):
    parsed = yaml.safe_load(text)
    parsed["components"][component]["init_parameters"].update(parameters)
    return yaml.safe_dump(parsed)


def test_editing_the_search_yaml_changes_the_result(installation, admin, collection):
    for name, text in {"whales.txt": WHALES, "bridges.txt": BRIDGES}.items():
        settle(installation, admin, add(installation, admin, collection, name, text))
    before = search(installation, admin, collection.id, WEIGHT)
    parsed = yaml.safe_load(before.pipeline)
    parsed["components"]["keyword"]["type"] = "pipelines.store.retrievers.DenseRetriever"
    parsed["connections"] = [c for c in parsed["connections"] if c["sender"] != "keyword.hits"]
    parsed["connections"] += [
        {"sender": "embedder.vector", "receiver": "keyword.vector"},
        {"sender": "keyword.hits", "receiver": "fusion.keyword"},
    ]
    with installation.database.session() as session:
        session.get_one(CollectionRow, collection.id).search_pipeline = yaml.safe_dump(parsed)
    after = search(installation, admin, collection.id, WEIGHT)
    keyword = {e.chunk_id: e.scores.keyword for e in after.candidates}
    assert all(score is not None for score in keyword.values()), "both legs now see every passage"
    assert keyword != {e.chunk_id: e.scores.keyword for e in before.candidates}


def test_editing_the_ingestion_yaml_changes_the_passages(installation, admin, collection):
    long = " ".join([WHALES, BRIDGES] * 4)
    whole = settle(installation, admin, add(installation, admin, collection, "one.txt", long))
    with installation.database.session() as session:
        version = session.scalars(select(IndexVersionRow).filter_by(collection_id=collection.id)).one()
        version.ingestion_pipeline = edited(
            version.ingestion_pipeline, "splitter", target_words=15, max_words=25
        )
    small = settle(installation, admin, add(installation, admin, collection, "two.txt", long + " End."))
    assert small.chunks > whole.chunks


def test_a_pipeline_of_foreign_code_is_refused(installation, admin, collection):
    from domain.errors import InvalidInput

    settle(installation, admin, add(installation, admin, collection, "sea.txt", WHALES))
    parsed = yaml.safe_load(search(installation, admin, collection.id, WEIGHT).pipeline)
    parsed["components"]["fusion"]["type"] = "subprocess.Popen"
    with installation.database.session() as session:
        session.get_one(CollectionRow, collection.id).search_pipeline = yaml.safe_dump(parsed)
    with pytest.raises(InvalidInput, match="YAML cannot be used"):
        search(installation, admin, collection.id, WEIGHT)


BAD = {
    "zero.pdf": (b"%PDF-1.7\n", "damaged"),
    "picture.pdf": (b"\x89PNG\r\n\x1a\n" + b"\x00" * 200, "PNG"),
    "binary.txt": (bytes(range(256)) * 20, "text"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_fails_with_a_sentence_and_can_be_deleted(installation, admin, collection, name):
    content, says = BAD[name]
    document = settle(installation, admin, add(installation, admin, collection, name, content))
    assert document.status is DocumentStatus.FAILED
    assert says.lower() in document.error.lower()
    assert document.error.count("\n") == 0
    documents.delete(installation, admin, document.id)
    gone(installation, admin, document.id)


@pytest.mark.parametrize(
    "question", ["?", "' OR 1=1 --", '"; drop', "日本語の質問", "\\", "% _ [", "a" * 4000]
)
def test_odd_questions_are_answered_or_abstained_never_an_error(installation, admin, collection, question):
    settle(installation, admin, add(installation, admin, collection, "sea.txt", WHALES))
    run, _ = answer(installation, admin, collection, question)
    assert run.state is RunState.DONE
