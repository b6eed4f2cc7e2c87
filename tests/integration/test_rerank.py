"""A registered reranker: the order it gives, and a search that goes on without it."""

from __future__ import annotations

import io

import pytest

from domain.config import SearchConfig
from domain.events import Noted
from domain.models import ModelKind
from domain.progress import Progress
from services import chat, collections, documents, ingestion, jobs, models, runs, search, users
from services.model_drafts import Draft
from services.tables import ModelRow
from tests import scripted as server_of
from tests.scripted import TEI, Scripted, sends

QUESTION = "Who painted the bridge?"
PASSAGES = [
    "The bridge was painted red by hand every summer.",
    "Painters of the bridge slept in huts on the bank.",
    "Who painted the bridge was never written down.",
    "The bridge carries two tracks over the water.",
]
NOTE = "The reranker “Rank” did not answer; the passages are in their own order."


@pytest.fixture(scope="module")
def installation(shared_installation):
    return shared_installation


@pytest.fixture(scope="module")
def admin(installation):
    return users.operator(installation)


@pytest.fixture(scope="module")
def collection(installation, admin):
    made = collections.create(installation, admin, "Bridges")
    for number, text in enumerate(PASSAGES):
        documents.upload(installation, admin, made.id, f"{number}.txt", io.BytesIO(text.encode()))
        ingestion.work(installation, jobs.claim(installation, "w:1"), stopping=Progress())
    return made


@pytest.fixture
def server(installation, admin):
    with Scripted() as started:
        parameters = {"base_url": started.url, "timeout": 1}
        model = models.add(installation, admin, Draft(ModelKind.RERANKER, "Rank", "tei", parameters))
        models.set_default(installation, admin, model.id)
        yield started
        models.delete(installation, admin, model.id)


def found(installation, admin, collection, passages=6):
    config = SearchConfig(passages=passages)
    return search.search(installation, admin, collection.id, QUESTION, config=config)


def upside_down(request):
    """Scores that put the last passage first."""
    return sends([{"index": i, "score": (i + 1) / 10} for i in range(len(request.body["texts"]))])


def test_passages_come_in_the_order_of_the_reranker(installation, admin, collection, server):
    server.on(TEI, server_of.NO_API)
    own = found(installation, admin, collection).evidence
    server.on(TEI, upside_down)
    result = found(installation, admin, collection)
    assert [e.chunk_id for e in result.evidence] == [e.chunk_id for e in reversed(own)]
    assert [e.rank for e in result.evidence] == [1, 2, 3, 4]
    assert [e.scores.rerank for e in result.evidence] == [0.4, 0.3, 0.2, 0.1]
    relevance = {e.chunk_id: e.scores.relevance for e in own}
    assert {e.chunk_id: e.scores.relevance for e in result.evidence} == relevance
    assert result.notes == ()
    assert "reranker" in result.timings_ms


def test_what_is_kept_is_chosen_among_all_that_was_scored(installation, admin, collection, server):
    server.on(TEI, upside_down)
    (best,) = found(installation, admin, collection, passages=1).evidence
    assert best.scores.rerank == 0.4
    asked = server.asked(TEI)[-1]
    assert asked["query"] == QUESTION
    assert len(asked["texts"]) == 4


@pytest.mark.parametrize(
    "reply", [server_of.BROKEN, server_of.WRONG_KEY, server_of.HANGS, server_of.NO_API, sends([])]
)
def test_a_reranker_that_does_not_answer_costs_a_note_and_a_line_in_the_log(
    installation, admin, collection, server, reply, caplog
):
    server.on(TEI, reply)
    result = found(installation, admin, collection)
    assert len(result.evidence) == 4
    assert result.notes == (NOTE,)
    assert "Rank" in caplog.text
    probabilities = [e.scores.relevance for e in result.evidence]
    assert probabilities == sorted(probabilities, reverse=True)


def test_a_run_keeps_the_note_and_tells_it(installation, admin, collection, server):
    server.on(TEI, server_of.BROKEN)
    run_id = chat.ask(installation, admin, collection.id, QUESTION, model=models.EXTRACTIVE)
    events = list(chat.follow(installation, admin, run_id))
    assert Noted(NOTE) in events
    assert NOTE in runs.get(installation, admin, run_id).notes


def test_a_reranker_whose_key_cannot_be_read_is_done_without(installation, admin, collection, server):
    with installation.database.session() as session:
        session.query(ModelRow).filter_by(name="Rank").one().secret = "of another installation"
    assert found(installation, admin, collection).notes == (NOTE,)


def test_the_built_in_order_asks_nobody(installation, admin, collection, server):
    models.set_default(installation, admin, models.BUILT_IN[ModelKind.RERANKER])
    result = found(installation, admin, collection)
    assert not server.requests
    assert "reranker" not in result.pipeline
