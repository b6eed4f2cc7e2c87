"""Collections whose embedding is a registered model: uploaded, searched, answered, and what goes wrong."""

from __future__ import annotations

import io
import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from domain.config import SearchConfig
from domain.documents import DocumentStatus
from domain.errors import InvalidInput, ModelBusy, ModelUnavailable
from domain.models import ModelKind
from domain.progress import Progress
from services import chat, collections, documents, evaluation, ingestion, jobs, models, runs, search, users
from services.model_drafts import Draft
from services.tables import JobRow, now
from tests import scripted as server_of
from tests.scripted import EMBEDDINGS, Scripted, fail, sends

WHALES = "The blue whale is the largest animal known. An adult blue whale weighs up to 190 tonnes."
BRIDGES = "The Firth bridge was opened in 1890 and is 2467 metres long."
WEIGHT = "How much does an adult blue whale weigh?"


@pytest.fixture(scope="module")
def installation(shared_installation):
    return shared_installation


@pytest.fixture(scope="module")
def admin(installation):
    return users.operator(installation)


@pytest.fixture
def server():
    with Scripted(dimension=64) as started:
        yield started


@pytest.fixture
def model(installation, admin, server, request):
    parameters = {"base_url": server.base_url, "model": "scripted", "timeout": 1}
    name = request.node.name[:60]
    return models.add(installation, admin, Draft(ModelKind.EMBEDDING, name, "openai", parameters, "sk-1"))


@pytest.fixture
def collection(installation, admin, model, request):
    return collections.create(installation, admin, request.node.name[:100], embedding=model.id)


def add(installation, admin, collection, name="sea.txt", text=f"{WHALES}\n\n{BRIDGES}"):
    return documents.upload(installation, admin, collection.id, name, io.BytesIO(text.encode())).document.id


def work(installation):
    """Do the next job of the queue, were it waiting for its time."""
    with installation.database.session() as session:
        for row in session.scalars(select(JobRow).where(JobRow.state == jobs.JobState.QUEUED)):
            row.run_after = now()
    job = jobs.claim(installation, "w:1")
    ingestion.work(installation, job, stopping=Progress())
    with installation.database.read() as session:
        return session.get_one(JobRow, job.id)


def test_a_document_is_embedded_and_found_by_a_provider(installation, admin, collection, model, server):
    assert (collection.index.embedding, collection.index.dimension) == (model.id, 64)
    document = add(installation, admin, collection)
    assert work(installation).state == jobs.JobState.DONE
    assert documents.get(installation, admin, document).status is DocumentStatus.READY
    found = search.search(installation, admin, collection.id, WEIGHT)
    assert "190 tonnes" in found.evidence[0].text
    scores = found.evidence[0].scores
    assert scores.similarity is not None
    assert (scores.relevance, scores.rerank) == (None, None)
    assert server.asked(EMBEDDINGS)[-1]["input"] == [WEIGHT]
    assert "sk-1" not in found.pipeline
    assert server.url not in found.pipeline


def test_an_answer_from_such_a_collection_claims_no_confidence(installation, admin, collection):
    add(installation, admin, collection)
    work(installation)
    run_id = chat.ask(installation, admin, collection.id, WEIGHT, model=models.EXTRACTIVE)
    for _ in chat.follow(installation, admin, run_id):
        pass
    run = runs.get(installation, admin, run_id)
    assert run.confidence is None
    assert all(card.scores.relevance is None for card in run.evidence)


def test_a_provider_that_is_down_lets_the_job_wait_and_the_search_say_so(
    installation, admin, collection, model, server
):
    document = add(installation, admin, collection)
    server.on(EMBEDDINGS, server_of.BROKEN)
    job = work(installation)
    assert (job.state, job.error) == (
        jobs.JobState.QUEUED,
        f"The server of “{model.name}” failed (error 500): try again in a moment.",
    )
    server.on(EMBEDDINGS)
    assert work(installation).state == jobs.JobState.DONE
    assert documents.get(installation, admin, document).status is DocumentStatus.READY
    server.on(EMBEDDINGS, server_of.WRONG_KEY)
    with pytest.raises(ModelUnavailable, match="refused the key"):
        search.search(installation, admin, collection.id, WEIGHT)


def test_a_busy_provider_is_waited_for_as_long_as_it_asks(installation, admin, collection, server):
    add(installation, admin, collection)
    busy = fail(429, "Slow down.", {"Retry-After": "0.1"})
    server.on(EMBEDDINGS, busy, busy, _vectors)
    assert work(installation).state == jobs.JobState.DONE
    server.on(EMBEDDINGS, fail(429, "Come back tomorrow.", {"Retry-After": "900"}))
    with pytest.raises(ModelBusy, match="900 seconds"):
        search.search(installation, admin, collection.id, WEIGHT)
    add(installation, admin, collection, "other.txt", BRIDGES)
    assert work(installation).run_after - now() > timedelta(seconds=800)
    server.on(EMBEDDINGS)
    work(installation)


def test_vectors_of_another_length_are_refused(installation, admin, collection, server):
    add(installation, admin, collection)
    work(installation)
    server.dimension = 32
    with pytest.raises(InvalidInput, match="32 dimensions, the index 64"):
        search.search(installation, admin, collection.id, WEIGHT)
    add(installation, admin, collection, "other.txt", BRIDGES)
    assert work(installation).state == jobs.JobState.FAILED


def test_a_retired_embedding_serves_its_collections_but_no_new_one(installation, admin, collection, model):
    add(installation, admin, collection)
    work(installation)
    assert models.delete(installation, admin, model.id) is False
    assert search.search(installation, admin, collection.id, WEIGHT).evidence
    with pytest.raises(InvalidInput, match="no active model"):
        collections.create(installation, admin, "Another", embedding=model.id)


def test_an_index_is_rebuilt_through_the_provider(installation, admin, collection):
    add(installation, admin, collection)
    work(installation)
    assert ingestion.rebuild(installation, admin, collection.id, Progress()) > 0
    assert search.search(installation, admin, collection.id, WEIGHT).evidence


def test_an_embedding_is_chosen_by_its_name_and_must_answer(installation, admin, model, server):
    made = collections.create(installation, admin, "By name", embedding=model.name.upper())
    assert made.index.embedding == model.id
    server.on(EMBEDDINGS, server_of.WRONG_KEY)
    with pytest.raises(ModelUnavailable, match="refused the key"):
        collections.create(installation, admin, "Refused", embedding=model.id)
    with pytest.raises(InvalidInput, match="word2vec"):
        collections.create(installation, admin, "Unknown", embedding="word2vec")


def test_retrieval_is_measured_with_a_registered_embedding(installation, admin, model, tmp_path):
    corpus = [{"id": "1", "text": WHALES}, {"id": "2", "text": "Tea."}]
    (tmp_path / "corpus.jsonl").write_text("\n".join(map(json.dumps, corpus)))
    (tmp_path / "queries.jsonl").write_text(json.dumps({"id": "q", "text": WEIGHT}))
    (tmp_path / "qrels.tsv").write_text("q\t1\t1\n")
    measured = evaluation.retrieval(installation, admin, tmp_path, embedding=model.name)
    assert measured["metrics"]["dense"]["hit@1"] == 1.0
    assert measured["embed_per_s"] > 0


def test_the_weight_that_a_person_set_goes_before_that_of_the_collection(installation, admin, collection):
    add(installation, admin, collection)
    work(installation)

    def fused(weight):
        config = SearchConfig(weight=weight)
        best = search.search(installation, admin, collection.id, WEIGHT, config=config).evidence[0].scores
        return best.fused, best

    fitted, scores = fused(None)
    assert fitted == pytest.approx(0.75 * scores.similarity + 0.25 * scores.keyword)
    assert fused(0.0)[0] == pytest.approx(scores.keyword)
    assert fused(1.0)[0] == pytest.approx(scores.similarity)


def _vectors(request):
    rows = [server_of.vector_of(text, 64) for text in request.body["input"]]
    return sends({"data": [{"index": i, "embedding": row} for i, row in enumerate(rows)]})
