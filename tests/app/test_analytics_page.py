"""The Analytics page: who sees it, that its numbers are those of the database, and one run opened."""

import base64
import json
import re
import sqlite3
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from components import analytics_sections, charts
from components.texts_analytics import Analytics
from domain.users import Role
from services import analytics, feedback, setup, sign_in, users
from services.run_filters import Filters, Outcome
from services.settings import Settings
from services.tables import RunRow, new_id, now
from tests import made_runs

ROOT = Path(__file__).resolve().parents[2]
PAGE = str(ROOT / "pages" / "analytics.py")
ALL = {"period": "all"}


def opened(folder: Path):
    return setup.open_installation(Settings(KH_APP_DATA_DIR=folder, _env_file=None), "test")


@pytest.fixture(scope="module")
def seeded(tmp_path_factory):
    """An installation with runs of every kind, for tests that only read."""
    installation = opened(tmp_path_factory.mktemp("seeded"))
    made_runs.some(installation, users.operator(installation))
    yield installation
    installation.close()


@pytest.fixture
def installation(seeded, monkeypatch):
    monkeypatch.setattr(setup, "current", lambda: seeded)
    return seeded


@pytest.fixture
def empty(tmp_path, monkeypatch):
    """An installation without runs."""
    installation = opened(tmp_path)
    monkeypatch.setattr(setup, "current", lambda: installation)
    yield installation
    installation.close()


@pytest.fixture
def sql(installation):
    def ask(query):
        connection = sqlite3.connect(installation.settings.user_data / "sql.db")
        try:
            return connection.execute(query).fetchall()
        finally:
            connection.close()

    return ask


def page(installation, role=Role.ANALYST, **query) -> AppTest:
    """The page as a user of ``role`` sees it, who has signed in before."""
    user = made_runs.person(installation, new_id(), role)
    app = AppTest.from_file(PAGE, default_timeout=30)
    app.session_state["evidentia_grant"] = sign_in.renew(installation, user)
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def metrics(app):
    return {metric.label: metric.value for metric in app.metric}


def figures(app):
    return [json.loads(chart.proto.spec) for chart in app.get("plotly_chart")]


def everything(app):
    found = [
        e.value
        for kind in ("markdown", "caption", "error", "info", "warning", "subheader")
        for e in app.get(kind)
    ]
    return " | ".join(map(str, found))


def numbers(values):
    """A trace's values, which plotly may send packed."""
    if isinstance(values, dict):
        return np.frombuffer(base64.b64decode(values["bdata"]), values["dtype"]).tolist()
    return values


def test_members_are_refused(installation):
    app = page(installation, Role.MEMBER)
    assert "analysts and admins" in app.error[0].value
    assert not app.metric
    assert not app.get("plotly_chart")


def test_members_are_refused_a_run_by_its_address(installation, sql):
    run_id = sql("select id from run limit 1")[0][0]
    app = page(installation, Role.MEMBER, run=run_id)
    assert "analysts and admins" in app.error[0].value
    assert "When does the gate open" not in everything(app)


def test_an_empty_page_says_what_it_is_for_and_leads_to_the_chat(empty):
    app = page(empty)
    assert "No questions yet" in everything(app)
    assert [b.label for b in app.main.button] == ["Ask the first question"]
    assert not app.get("plotly_chart")


def test_the_numbers_are_those_of_the_database(installation, sql):
    app = page(installation, **ALL)
    states = dict(sql("select state, count(*) from run group by state"))
    shown = metrics(app)
    assert shown["Questions"] == str(sum(states.values()))
    assert shown["Failed"] == str(states["failed"])
    assert shown["Abstained"] == str(sql("select count(*) from run where abstained = 1")[0][0])
    assert shown["Answered"] == str(sql("select count(*) from run where abstained = 0")[0][0])
    assert shown["Median confidence"] == "0.75"
    assert shown["Median search"] == "20 ms"


def test_every_bar_is_what_the_database_counts(installation, sql):
    over_time, by_model = figures(page(installation, **ALL))
    total = sum(sum(numbers(trace["y"])) for trace in over_time["data"])
    assert total == sql("select count(*) from run")[0][0]
    shares = {trace["name"]: numbers(trace["x"]) for trace in by_model["data"]}
    assert shares["Failed"] == [pytest.approx(sql("select 100.0 * avg(state = 'failed') from run")[0][0])]
    confidence = figures(page(installation, **ALL, view="answers"))[0]
    by_name = {trace["name"]: numbers(trace["y"]) for trace in confidence["data"]}
    for number in range(10):
        bounds = f"confidence >= {number / 10} and confidence < {(number + 1) / 10 if number < 9 else 1.1}"
        for name, abstained in (("Answered", 0), ("Abstained", 1)):
            query = f"select count(*) from run where state = 'done' and abstained = {abstained} and {bounds}"
            assert by_name[name][number] == sql(query)[0][0]
    relevance = figures(page(installation, **ALL, view="retrieval"))[0]
    passages = sum(sum(numbers(trace["y"])) for trace in relevance["data"])
    assert passages == sql("select count(relevance) from candidate where rank is not null")[0][0]


def test_colours_follow_the_theme_and_mean_the_same_in_every_chart(installation):
    found = []
    for chart in [*figures(page(installation, **ALL)), *figures(page(installation, **ALL, view="answers"))]:
        found += [(trace["name"], trace["marker"]["color"]) for trace in chart["data"]]
    outcomes = {(name, colour) for name, colour in found if name in Analytics.OUTCOMES.values()}
    assert len(outcomes) == len(dict(outcomes)) == len(set(dict(outcomes).values())) == 5


def test_what_has_no_score_is_said(installation):
    assert "2 of 8 finished runs have no confidence" in everything(page(installation, **ALL, view="answers"))


TABLES = {
    "overview": [
        ["time", "answered", "abstained", "failed", "stopped", "unfinished"],
        ["model", "runs", "answered", "abstained", "failed", "stopped", "unfinished"],
    ],
    "answers": [
        ["from", "to", "answered", "abstained"],
        ["time", "count", "lower", "median", "upper"],
        ["question", "confidence", "outcome", "created_at"],
    ],
    "retrieval": [
        ["from", "to", "cited", "not cited"],
        ["time", "count", "lower", "median", "upper"],
        ["similarity", "keyword", "relevance", "document", "page", "run_id"],
    ],
    "documents": [["document_id", "document", "collection", "evidence", "cited"]],
    "speed": [["stage", "runs", "p50", "p95"]],
}


@pytest.mark.parametrize("view", TABLES)
def test_each_chart_has_its_table_and_its_file(installation, view):
    app = page(installation, **ALL, view=view)
    tables = [list(frame.value.columns) for frame in app.dataframe[:-1]]
    assert tables == TABLES[view]
    buttons = app.get("download_button")
    assert len(buttons) == len(tables)
    assert all(".csv" in button.proto.url for button in buttons)
    assert len(app.dataframe[-1].value) == 11, "the list of runs stands below every section"
    assert bool(app.metric) is (view == "overview")


def test_a_file_has_the_numbers_and_runs_no_formula():
    table = pd.DataFrame({"question": ["=1+1", "Why?"], "confidence": [0.5, None]})
    assert charts.csv(table).decode().splitlines() == ["question,confidence", "'=1+1,0.5", "Why?,"]


def test_a_row_of_a_table_lists_its_runs(installation, sql):
    app = page(installation, **ALL, view="speed")
    stages = list(app.dataframe[0].value["stage"])
    about = analytics_sections.Counted(installation, users.operator(installation), Filters(), None)
    chart = analytics_sections.CHARTS["speed"](about)[0]
    pick = chart.rows[stages.index("search.total")]
    assert pick.words == "Search as a whole"
    app.session_state[charts._CHOSEN] = ("latency table", pick)
    app.run()
    timed = "json_extract(timings, '$.search.total') is not null"
    query = f"select count(*) from run where state = 'done' and {timed}"
    assert len(app.dataframe[-1].value) == sql(query)[0][0] == 7
    assert "Listed below: Search as a whole" in everything(app)


def test_nothing_rated_and_nothing_counted_is_said_without_a_chart(installation):
    assert "Nobody has rated an answer yet" in everything(page(installation, **ALL))
    assert "No answer has counted tokens" in everything(page(installation, **ALL, view="answers"))


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ({"rated": "good"}, 1),
        ({"rated": "none"}, 2),
        ({"answered_by": "Writer"}, 1),
        ({"asked_by": "ada"}, 1),
        ({"searched": "New"}, 3),
        ({"answered_by": "No such model"}, 3),
    ],
)
def test_the_address_filters(empty, query, number):
    admin = users.operator(empty)
    ada = made_runs.person(empty, "ada", Role.MEMBER)
    collection = made_runs.collections.create(empty, admin, "New", shared=True)
    chunks = made_runs.document(empty, admin, collection)
    asked = [made_runs.run(empty, user, collection, chunks) for user in (admin, admin, ada)]
    feedback.give(empty, admin, asked[0], feedback.GOOD)
    with empty.database.session() as session:
        session.get_one(RunRow, asked[1]).model = "Writer"
    ids = {"ada": ada.id, "New": collection.id}
    app = page(empty, **ALL, **{name: ids.get(value, value) for name, value in query.items()})
    assert metrics(app)["Questions"] == str(number)
    assert len(app.dataframe[-1].value) == number


def test_a_run_that_was_answered_again_counts_and_says_so(empty):
    admin = users.operator(empty)
    collection = made_runs.collections.create(empty, admin, "New")
    chunks = made_runs.document(empty, admin, collection)
    first, second = (made_runs.run(empty, admin, collection, chunks) for _ in range(2))
    with empty.database.session() as session:
        session.get_one(RunRow, first).superseded_by = second
    app = page(empty, **ALL)
    assert metrics(app)["Questions"] == "2"
    assert sorted(app.dataframe[-1].value["again"].fillna("")) == ["", "answered again"]
    assert "another run took this one" in everything(page(empty, run=first))


def test_a_document_that_no_question_found_is_listed(empty):
    admin = users.operator(empty)
    first, second = (made_runs.collections.create(empty, admin, name) for name in ("One", "Two"))
    made_runs.run(empty, admin, first, made_runs.document(empty, admin, first))
    made_runs.document(empty, admin, second)
    app = page(empty, **ALL, view="documents")
    assert "Never evidence\\: 1 of 2 ready documents" in everything(app)
    never = next(f.value for f in app.dataframe if list(f.value.columns)[-1] == "ready_at")
    assert list(never["collection"]) == ["Two"]
    assert "Every document was evidence" in everything(
        page(empty, **ALL, view="documents", searched=first.id)
    )


def test_a_click_on_the_least_confident_question_opens_its_run(installation, sql):
    app = page(installation, **ALL, view="answers")
    table = next(f for f in app.dataframe if f.value.columns[0] == "question")
    app.session_state[table.key] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    app.run()
    least = sql("select id from run where confidence is not null order by confidence limit 1")[0][0]
    assert least in app.query_params["run"]


def test_a_period_without_questions_offers_to_show_all(installation):
    app = page(installation)
    assert "No questions here" in everything(app)
    next(b for b in app.button if b.label == "Show all").click().run()
    assert metrics(app)["Questions"] == "11"


def test_runs_of_today_are_in_the_default_period(empty):
    admin = users.operator(empty)
    collection = made_runs.collections.create(empty, admin, "New")
    made_runs.run(empty, admin, collection, made_runs.document(empty, admin, collection), at=now())
    assert metrics(page(empty))["Questions"] == "1"


def test_the_list_has_every_run_and_nothing_computed_from_nothing(installation, sql):
    frame = page(installation, **ALL).dataframe[-1].value
    assert len(frame) == sql("select count(*) from run")[0][0]
    assert frame.loc[frame["outcome"] == "Failed", "confidence"].isna().all()


def test_a_click_on_a_row_opens_the_run(installation, sql):
    app = page(installation, **ALL)
    app.session_state[app.dataframe[-1].key] = {
        "selection": {"rows": [], "columns": [], "cells": [(0, "question")]}
    }
    app.run()
    latest = sql("select id, question from run order by created_at desc")[0]
    assert latest[0] in app.query_params["run"]
    assert latest[1].rstrip("?") in app.subheader[0].value
    assert not app.metric


def test_a_run_opens_by_its_address_and_leads_back(installation, sql):
    run_id = sql("select id from run where confidence = 0.8")[0][0]
    app = page(installation, run=run_id, **ALL)
    shown = everything(app)
    assert "Question 2" in app.subheader[0].value
    assert "It opens at nine" in shown
    assert "Search took 20 ms, the answer 3.0 ms" in shown
    assert "6 candidates" in shown
    html = " ".join(str(e.proto.body) for e in app.get("html"))
    assert "80%" in html
    assert html.count("handbook.md") == 2
    assert [code.value for code in app.code] == [made_runs.YAML.strip()] * 2
    next(b for b in app.button if b.label == "All runs").click().run()
    assert "run" not in app.query_params
    assert app.metric


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        ("failed", "The document store does not answer"),
        ("stopped", "stopped this run before it had an answer"),
        ("running", "still in progress"),
    ],
)
def test_a_run_without_an_answer_says_why(installation, sql, state, sentence):
    run_id = sql(f"select id from run where state = '{state}'")[0][0]
    shown = re.sub(r"[\\\u2060]", "", everything(page(installation, run=run_id)))
    assert sentence in shown


def test_an_unknown_run_is_one_sentence(installation):
    app = page(installation, run="nonsense")
    assert [error.value.replace("\\", "") for error in app.error] == ["There is no such run any more."]


def test_a_question_is_shown_as_text(empty):
    admin = users.operator(empty)
    collection = made_runs.collections.create(empty, admin, "New")
    question = "![x](http://evil.example/x.png) :red[now] <b>bold</b>"
    run_id = made_runs.run(empty, admin, collection, [], question=question)
    shown = page(empty, run=run_id).subheader[0].value
    assert "![x](" not in shown
    assert ":red[" not in shown


def test_an_opened_run_says_everything_that_is_known_of_it(empty):
    admin = users.operator(empty)
    collection = made_runs.collections.create(empty, admin, "New")
    run_id = made_runs.run(empty, admin, collection, made_runs.document(empty, admin, collection))
    feedback.give(empty, admin, run_id, feedback.BAD, "The *wrong* page.")
    claims = [
        {"text": "It opens at nine.", "citations": [1], "supported": True},
        {"text": "It is green.", "citations": [], "supported": False},
    ]
    with empty.database.session() as session:
        row = session.get_one(RunRow, run_id)
        row.model, row.fallback_from, row.partial = "Writer", "Broken", True
        row.notes = ["Broken refuses the key."]
        row.prompt_tokens, row.answer_tokens, row.certainty = 1234, 56, 0.81
        row.question_used, row.claims = "When does the gate of the yard open?", claims
    app = page(empty, run=run_id)
    said = re.sub(r"[\\\u2060]", "", everything(app))
    for words in (
        "Writer answered instead of Broken",
        "Broken refuses the key.",
        "Only a part of the answer came",
        "1,234 tokens sent to the model, 56 written",
        "certainty: 0.81",
        "found this answer bad. “The *wrong* page.”",
        "1 of 2 statements supported",
        "It is green.",
        "Searched as: When does the gate of the yard open?",
    ):
        assert words in said, words
    candidates = app.dataframe[-1].value
    assert len(candidates) == 6
    assert list(candidates["rank"].dropna()) == [1, 2]
    assert candidates["cited"].sum() == 1
    assert "rerank" not in candidates


def test_what_was_chosen_in_a_chart_is_listed_until_all_are_wanted(installation, sql):
    app = page(installation, **ALL, view="answers")
    only = Filters(confidence=9, outcome=Outcome.ANSWERED)
    app.session_state[charts._CHOSEN] = ("confidence", charts.Pick("*Answered*, [x](y)", only))
    app.run()
    assert len(app.dataframe[-1].value) == sql("select count(*) from run where confidence >= 0.9")[0][0] == 2
    assert "[x](" not in everything(app)
    next(b for b in app.button if b.label == "Show all").click().run()
    assert len(app.dataframe[-1].value) == 11


@pytest.mark.parametrize("section", analytics_sections.CHARTS)
def test_every_bar_of_every_chart_lists_as_many_runs_as_it_counts(installation, section):
    admin = users.operator(installation)
    about = analytics_sections.Counted(
        installation, admin, Filters(), analytics.summary(installation, admin, Filters())
    )
    for chart in analytics_sections.CHARTS[section](about):
        for trace, picks in zip(chart.figure.data if chart.figure else (), chart.picks, strict=True):
            numbers_of = trace.x if trace.orientation == "h" else trace.y
            for number, pick in zip(numbers_of, picks, strict=True):
                listed = analytics.runs(installation, admin, pick.filters)
                assert pick.words
                if trace.type == "bar" and trace.base is None:
                    assert bool(len(listed)) == bool(number)
                if chart.name in ("time", "confidence", "documents"):
                    assert len(listed) == number
