"""Every number and chart of Analytics equals plain SQL, over runs that were made through the chat service."""

import sqlite3
import time

import pytest

from components import analytics_sections
from domain.events import RunState
from domain.models import ModelKind
from domain.users import Role
from services import (
    analytics,
    analytics_parts,
    analytics_scores,
    analytics_time,
    chat,
    collections,
    feedback,
    models,
    runs,
    users,
)
from services.model_drafts import Draft
from services.run_filters import Feedback, Filters, Outcome
from tests import made_runs
from tests.integration.conftest import add, settle
from tests.scripted import CHAT, WRONG_KEY, Scripted, says

TEXTS = {
    "whales.txt": "The blue whale eats krill. An adult blue whale weighs up to 190 tonnes.",
    "bridges.txt": "The Firth bridge was opened in 1890 and is 2467 metres long. It is painted all the time.",
    "harbour.md": "# Harbour\n\nThe harbour of Sund is nine metres deep. Ships need a pilot.",
    "tea.txt": "Tea and biscuits are served in the afternoon.",
}
QUESTIONS = [
    "How much does an adult blue whale weigh?",
    "When was the Firth bridge opened?",
    "How deep is the harbour of Sund?",
]
ALL = Filters()


@pytest.fixture(scope="module")
def installation(working):
    return working


@pytest.fixture(scope="module")
def admin(installation):
    return users.operator(installation)


@pytest.fixture(scope="module")
def analyst(installation):
    return made_runs.person(installation, "ana", Role.ANALYST)


@pytest.fixture(scope="module")
def member(installation):
    return made_runs.person(installation, "mem", Role.MEMBER)


@pytest.fixture(scope="module", autouse=True)
def asked(installation, admin, member):
    """Runs of every kind: answered, abstained, stopped, failed and answered again; models, people, thumbs."""
    filled = collections.create(installation, admin, "Filled", shared=True)
    small = collections.create(installation, admin, "Small", shared=True)
    for collection, name in [(filled, name) for name in TEXTS] + [(small, "tea.txt")]:
        _add(installation, admin, collection, name)
    with Scripted() as server, Scripted() as broken:
        server.on(
            CHAT, says("It is so [1]."), says("It weighs 190 tonnes [1], they say [2]."), says("Yes [1].")
        )
        broken.on(CHAT, WRONG_KEY)
        _register(installation, admin, "Writer", server)
        _register(installation, admin, "Broken", broken)
        extractive = [_ask(installation, admin, filled, question) for question in QUESTIONS]
        written = [_ask(installation, member, filled, question, "Writer") for question in QUESTIONS]
        _ask(installation, member, filled, "Who won the football match on Sunday?")
        _ask(installation, member, small, "How much does a blue whale weigh?")
        _ask(installation, admin, filled, QUESTIONS[0], "Broken")
        _stopped(installation, admin, filled)
        feedback.give(installation, admin, extractive[0], feedback.GOOD)
        feedback.give(installation, member, written[0], feedback.BAD, "No.")
        feedback.give(installation, member, written[1], feedback.GOOD)
        _wait(installation, admin, chat.again(installation, admin, extractive[1]))
    return filled


def _add(installation, user, collection, name):
    settle(installation, user, add(installation, user, collection, name, TEXTS[name]))


def _register(installation, admin, name, server):
    values = {"base_url": f"{server.url}/v1", "model": "scripted", "timeout": 5}
    models.add(installation, admin, Draft(ModelKind.LLM, name, "openai", values, secret="sk-test-0123456789"))


def _ask(installation, user, collection, question, model=None):
    return _wait(installation, user, chat.ask(installation, user, collection.id, question, model=model))


def _wait(installation, user, run_id):
    list(chat.follow(installation, user, run_id))
    return run_id


def _stopped(installation, user, collection):
    """A run that is stopped after its search, while a slow model writes."""
    with Scripted() as slow:
        slow.on(CHAT, says(*["Slowly. "] * 40, delay=0.1))
        _register(installation, user, "Slow", slow)
        run_id = chat.ask(installation, user, collection.id, QUESTIONS[2], model="Slow")
        time.sleep(0.5)
        runs.stop(installation, user, run_id)
        _wait(installation, user, run_id)


@pytest.fixture(scope="module")
def sql(installation):
    """Ask the database file itself, without our tables' code."""
    connection = sqlite3.connect(installation.settings.user_data / "sql.db")
    yield lambda query: connection.execute(query).fetchall()
    connection.close()


OUTCOME = """case when state = 'done' and abstained then 'abstained' when state = 'done' then 'answered'
    when state in ('failed', 'stopped') then state else 'unfinished' end"""
CITED = """exists (select 1 from citation where citation.run_id = candidate.run_id
    and citation.chunk_id = candidate.chunk_id)"""


def percentile(values, share):
    """SQL for a percentile of ``values``, a query of one column x, interpolated between neighbours."""
    return f"""with v as ({values}), o as (select x, row_number() over (order by x) - 1 n,
        (count(*) over () - 1) * {share} at from v)
        select sum(x * max(0.0, 1 - abs(n - at))) from o"""


def rows(frame):
    return [
        tuple(None if value != value else value for value in row) for row in frame.itertuples(index=False)
    ]


def test_the_chat_has_left_runs_of_every_kind(sql):
    found = dict(sql(f"select {OUTCOME}, count(*) from run group by 1"))
    assert set(found) == {"answered", "abstained", "failed", "stopped"}
    assert sql("select count(*) from run where superseded_by is not null") == [(1,)]
    assert sql("select count(distinct model), count(distinct user_id) from run") == [(4, 2)]
    assert sql("select count(*) from run where prompt_tokens > 0")[0][0] == 3


def test_every_number_on_top(installation, analyst, sql):
    found = analytics.summary(installation, analyst, ALL)
    ended = dict(sql(f"select {OUTCOME}, count(*) from run group by 1"))
    assert [(getattr(found, outcome)) for outcome in Outcome] == [ended.get(o, 0) for o in Outcome]
    assert found.runs == sql("select count(*) from run")[0][0]
    confidence = "select confidence x from run where state = 'done' and confidence is not null"
    assert found.median_confidence == pytest.approx(sql(percentile(confidence, 0.5))[0][0])
    search = "select json_extract(timings, '$.search.total') x from run where state = 'done'"
    assert found.median_search_ms == pytest.approx(sql(percentile(search, 0.5))[0][0])
    missing = "select count(*) from run where state = 'done' and confidence is null"
    assert found.without_confidence == sql(missing)[0][0]


def test_runs_over_time(installation, analyst, sql):
    found = analytics_time.runs_over_time(installation, analyst, ALL)
    assert found.unit == "hour"
    for row in found.frame.to_dict("records"):
        hour = f"from run where strftime('%Y-%m-%d %H', created_at) = '{row['time']:%Y-%m-%d %H}'"
        expected = dict(sql(f"select {OUTCOME}, count(*) {hour} group by 1"))
        assert {o: row[o] for o in Outcome} == {o: expected.get(o, 0) for o in Outcome}
    assert found.frame[list(Outcome)].to_numpy().sum() == sql("select count(*) from run")[0][0]


def test_thumbs_over_time(installation, analyst, sql):
    found = analytics_time.feedback_over_time(installation, analyst, ALL)
    for row in found.frame.to_dict("records"):
        hour = f"from run where strftime('%Y-%m-%d %H', created_at) = '{row['time']:%Y-%m-%d %H}'"
        assert sql(f"select sum(feedback = 1), sum(feedback = -1) {hour}") == [(row["good"], row["bad"])]
    assert (found.frame["good"].sum(), found.frame["bad"].sum()) == (2, 1)


def test_outcomes_by_model(installation, analyst, sql):
    columns = ", ".join(f"sum({OUTCOME} = '{outcome}')" for outcome in Outcome)
    expected = sql(f"select model, count(*) n, {columns} from run group by model order by n desc, model")
    assert rows(analytics_parts.outcomes_by_model(installation, analyst, ALL)) == expected


def test_tokens_by_model(installation, analyst, sql):
    found = analytics_parts.tokens_by_model(installation, analyst, ALL)
    expected = sql("""select model, count(*), sum(prompt_tokens), sum(answer_tokens) from run
        where state = 'done' and prompt_tokens is not null group by model""")
    assert rows(found) == expected
    assert list(found["model"]) == ["Writer"]


def _bins(sql, frame, score, source, groups):
    for row in frame.to_dict("records"):
        top = row["to"] if row["to"] < 1 else 1.01
        for group, condition in groups.items():
            query = f"{source} and {score} >= {row['from']} and {score} < {top} and {condition}"
            assert sql(f"select count(*) {query}") == [(row[group],)]


def test_the_distribution_of_confidence(installation, analyst, sql):
    found = analytics_scores.confidence_distribution(installation, analyst, ALL)
    source = "from run where state = 'done'"
    _bins(sql, found.frame, "confidence", source, {"answered": "not abstained", "abstained": "abstained"})
    values = f"select confidence x {source} and confidence is not null"
    assert found.median == pytest.approx(sql(percentile(values, 0.5))[0][0])
    assert found.without == sql(f"select count(*) {source} and confidence is null")[0][0]


def test_the_distribution_of_relevance(installation, analyst, sql):
    found = analytics_scores.relevance_distribution(installation, analyst, ALL)
    source = "from candidate where rank is not null"
    _bins(sql, found.frame, "relevance", source, {"cited": CITED, "not cited": f"not {CITED}"})
    for group, condition in {"cited": CITED, "not cited": f"not {CITED}"}.items():
        values = f"select relevance x {source} and relevance is not null and {condition}"
        assert found.medians[group] == pytest.approx(sql(percentile(values, 0.5))[0][0])
    assert found.total == sql(f"select count(relevance) {source}")[0][0] > 0


def _spread(sql, frame, score, source):
    for row in frame.to_dict("records"):
        hour = f"strftime('%Y-%m-%d %H', created_at) = '{row['time']:%Y-%m-%d %H}'"
        values = f"select {score} x {source} and {score} is not null and {hour}"
        assert row["count"] == sql(f"select count(*) from ({values})")[0][0]
        for column, share in {"lower": 0.25, "median": 0.5, "upper": 0.75}.items():
            expected = sql(percentile(values, share))[0][0]
            assert row[column] == pytest.approx(expected if row["count"] else float("nan"), nan_ok=True)
    assert frame["count"].sum() == sql(f"select count({score}) {source}")[0][0] > 0


def test_confidence_over_time(installation, analyst, sql):
    found = analytics_time.confidence_over_time(installation, analyst, ALL)
    _spread(sql, found.frame, "confidence", "from run where state = 'done'")


def test_relevance_of_cited_passages_over_time(installation, analyst, sql):
    found = analytics_time.relevance_over_time(installation, analyst, ALL)
    source = f"from candidate join run on run.id = run_id where rank is not null and {CITED}"
    _spread(sql, found.frame, "relevance", source)


def test_similarity_against_keyword_of_cited_passages(installation, analyst, sql):
    found = analytics_scores.similarity_and_keyword(installation, analyst, ALL)
    source = f"from candidate join document on document.id = document_id where rank is not null and {CITED}"
    both = f"{source} and similarity is not null and keyword is not null"
    expected = sql(f"select similarity, keyword, relevance, name, candidate.page, run_id {both}")
    assert sorted(rows(found.frame)) == sorted(expected)
    assert (found.total, found.total + found.without) == (len(expected), len(sql(f"select 1 {source}")))
    for name in ("similarity", "keyword"):
        median = sql(percentile(f"select {name} x {both}", 0.5))[0][0]
        assert getattr(found, f"median_{name}") == pytest.approx(median)


def test_latency_of_every_step(installation, analyst, sql):
    found = analytics_parts.latency(installation, analyst, ALL).set_index("stage")
    steps = "from run, json_tree(timings) where state = 'done' and json_tree.type in ('real', 'integer')"
    step = """replace(substr(fullkey, 3), '"', '')"""
    names = {path for (path,) in sql(f"select distinct {step} {steps}")}
    assert set(found.index) == names
    assert {"search.dense", "answer.extractive", "answer.generator", "answer.first_token"} <= names
    for name, row in found.iterrows():
        values = f"select json_tree.value x {steps} and {step} = '{name}'"
        assert row["runs"] == sql(f"select count(*) from ({values})")[0][0]
        for column, share in {"p50": 0.5, "p95": 0.95}.items():
            assert row[column] == pytest.approx(sql(percentile(values, share))[0][0])


def test_most_retrieved_documents(installation, analyst, sql):
    expected = sql("""select document.id, document.name, collection.name, count(distinct run_id) n,
        (select count(distinct run_id) from citation where document_id = document.id) c
        from candidate join document on document.id = document_id
        join collection on collection.id = collection_id where rank is not null
        group by document.id order by n desc, c desc, document.id""")
    assert rows(analytics_parts.documents_retrieved(installation, analyst, ALL)) == expected


def test_never_retrieved_documents(installation, analyst, asked, sql):
    ready = f"status = 'ready' and collection_id = '{asked.id}'"
    for user_id in {row[0] for row in sql("select distinct user_id from run")}:
        filters = Filters(collection_id=asked.id, user_id=user_id)
        found = analytics_parts.documents_never_retrieved(installation, analyst, filters)
        expected = sql(f"""select name, chunks from document where {ready} and id not in (select document_id
            from candidate join run on run.id = run_id where rank is not null and user_id = '{user_id}'
            and collection_id = '{asked.id}') order by name""")
        assert rows(found[["document", "passages"]]) == expected
        assert analytics_parts.documents_ready(installation, analyst, filters) == len(
            sql(f"select 1 from document where {ready}")
        )


def test_the_least_confident_questions(installation, analyst, sql):
    found = analytics.runs(installation, analyst, ALL, limit=3, least_confident=True)
    expected = sql("""select id, question, confidence from run where state = 'done' and confidence is not null
        order by confidence, created_at desc, id limit 3""")
    assert rows(found[["id", "question", "confidence"]]) == expected


def test_the_list_of_runs(installation, analyst, sql):
    found = analytics.runs(installation, analyst, ALL)
    expected = sql(f"""select run.id, user.name, collection.name, question, model, {OUTCOME},
        case feedback when 1 then 'good' when -1 then 'bad' end, superseded_by is not null,
        (select count(*) from candidate where run_id = run.id and rank is not null),
        (select count(distinct chunk_id) from citation where run_id = run.id)
        from run join user on user.id = user_id join collection on collection.id = collection_id
        order by run.created_at desc, run.id""")
    columns = [
        "id",
        "user",
        "collection",
        "question",
        "model",
        "outcome",
        "feedback",
        "again",
        "passages",
        "cited",
    ]
    assert rows(found[columns]) == expected


def test_the_candidates_of_a_run(installation, analyst, sql):
    run_id = sql("select id from run where model = 'Writer' limit 1")[0][0]
    found = analytics.candidates(installation, analyst, run_id)
    expected = sql(f"""select candidate.rank, rank() over (order by fused desc), name, candidate.page,
        relevance, fused, similarity, keyword, {CITED}
        from candidate join document on document.id = document_id
        where run_id = '{run_id}' order by candidate.rank is null, candidate.rank, fused desc""")
    columns = [
        "rank",
        "fused_rank",
        "document",
        "page",
        "relevance",
        "fused",
        "similarity",
        "keyword",
        "cited",
    ]
    shown = found[columns].astype(object).where(found[columns].notna(), None)
    assert [tuple(row) for row in shown.itertuples(index=False)] == expected
    assert len(found) == runs.get(installation, analyst, run_id).candidates


FILTERS = {
    "model": "model = 'Writer'",
    "person": "user_id = (select id from user where name = 'mem')",
    "good": "feedback = 1",
    "bad": "feedback = -1",
    "unrated": "feedback is null",
    "collection": "collection_id = (select id from collection where name = 'Small')",
}


@pytest.mark.parametrize("name", FILTERS)
def test_each_filter_lets_through_what_sql_does(installation, analyst, member, sql, name):
    small = sql("select id from collection where name = 'Small'")[0][0]
    filters = {
        "model": Filters(model="Writer"),
        "person": Filters(user_id=member.id),
        "good": Filters(feedback=Feedback.GOOD),
        "bad": Filters(feedback=Feedback.BAD),
        "unrated": Filters(feedback=Feedback.NONE),
        "collection": Filters(collection_id=small),
    }[name]
    expected = {row[0] for row in sql(f"select id from run where {FILTERS[name]}")}
    assert set(analytics.runs(installation, analyst, filters)["id"]) == expected
    assert analytics.summary(installation, analyst, filters).runs == len(expected)
    assert 0 < len(expected) < sql("select count(*) from run")[0][0]


@pytest.mark.parametrize("section", analytics_sections.CHARTS)
def test_every_bar_point_and_row_leads_to_its_runs_and_each_run_opens(installation, analyst, section):
    summary = analytics.summary(installation, analyst, ALL)
    about = analytics_sections.Counted(installation, analyst, ALL, summary)
    for chart in analytics_sections.CHARTS[section](about):
        assert chart.figure is not None
        assert len(chart.rows) == len(chart.table)
        assert len(chart.picks) == len(chart.figure.data)
        for trace, picks in zip(chart.figure.data, chart.picks, strict=True):
            lying = trace.orientation == "h"
            sizes = trace.x if lying else trace.y
            assert len(picks) == len(sizes)
            for size, pick in zip(sizes, picks, strict=True):
                listed = analytics.runs(installation, analyst, pick.filters)
                assert pick.words
                if trace.type == "bar" and size == size and trace.base is None:
                    assert bool(len(listed)) == bool(size)
                if chart.name in ("time", "feedback", "confidence", "documents"):
                    assert len(listed) == size
                for run_id in listed["id"][:1]:
                    assert runs.get(installation, analyst, run_id).state in RunState
