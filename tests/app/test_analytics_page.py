"""The Analytics page: who sees it, that its numbers are those of the database, and one run opened."""

import base64
import json
import re
import sqlite3
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from components import charts, statistics
from domain.events import RunState
from domain.users import Role
from services import analytics, setup, sign_in, users
from services.run_filters import Filters
from services.settings import Settings
from services.tables import new_id, now
from tests import made_runs

ROOT = Path(__file__).resolve().parents[2]
PAGE = str(ROOT / "pages" / "analytics.py")
ALL = {"period": "All time"}


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
    over_time, confidence, relevance = figures(page(installation, **ALL))
    by_name = {trace["name"]: numbers(trace["y"]) for trace in confidence["data"]}
    for number in range(10):
        bounds = f"confidence >= {number / 10} and confidence < {(number + 1) / 10 if number < 9 else 1.1}"
        for name, abstained in (("Answered", 0), ("Abstained", 1)):
            query = f"select count(*) from run where state = 'done' and abstained = {abstained} and {bounds}"
            assert by_name[name][number] == sql(query)[0][0]
    total = sum(sum(numbers(trace["y"])) for trace in over_time["data"])
    assert total == sql("select count(*) from run")[0][0]
    passages = sum(sum(numbers(trace["y"])) for trace in relevance["data"])
    assert passages == sql("select count(relevance) from candidate where rank is not null")[0][0]


def test_colours_follow_the_theme_and_mean_the_same_in_every_chart(installation):
    over_time, confidence, _ = figures(page(installation, **ALL))
    first = {trace["name"]: trace["marker"]["color"] for trace in over_time["data"]}
    second = {trace["name"]: trace["marker"]["color"] for trace in confidence["data"]}
    assert len(set(first.values())) == len(first) == 5
    assert second == {name: first[name] for name in second}


def test_what_has_no_score_is_said(installation):
    assert "2 of 8 finished runs have no confidence" in everything(page(installation, **ALL))


def test_each_chart_has_its_table(installation, sql):
    app = page(installation, **ALL)
    tables = [frame.value for frame in app.dataframe if "from" in frame.value.columns]
    assert [list(table.columns) for table in tables] == [
        ["from", "to", "answered", "abstained"],
        ["from", "to", "cited", "not cited"],
    ]
    assert tables[0]["answered"].sum() == sql("select count(confidence) from run where not abstained")[0][0]
    assert len(app.get("download_button")) == 3


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


def test_a_clicked_bar_lists_only_its_runs_until_all_are_wanted(installation, sql):
    app = page(installation, **ALL)
    app.session_state[charts._CHOSEN] = charts.Bar("confidence", "answered", 0.95)
    app.run()
    assert len(app.dataframe[-1].value) == sql("select count(*) from run where confidence >= 0.9")[0][0] == 2
    next(b for b in app.button if b.label == "Show all").click().run()
    assert len(app.dataframe[-1].value) == 11


@pytest.mark.parametrize("name", ["time", "confidence", "relevance"])
def test_every_bar_of_every_chart_lists_as_many_runs_as_it_counts(installation, name):
    admin = users.operator(installation)
    filters = Filters()
    time = analytics.runs_over_time(installation, admin, filters)
    frame = {
        "time": time.frame,
        "confidence": analytics.confidence_distribution(installation, admin, filters).frame,
        "relevance": analytics.relevance_distribution(installation, admin, filters).frame,
    }[name]
    for group in [c for c in frame.columns if c not in ("time", "from", "to")]:
        places = frame["time"] if name == "time" else frame["from"] + 0.05
        for place, number in zip(places, frame[group], strict=True):
            only, words = statistics.narrowed(filters, charts.Bar(name, group, place), time.unit)
            listed = analytics.runs(installation, admin, only)
            assert words
            assert bool(len(listed)) == bool(number)
            assert name == "relevance" or len(listed) == number
            assert listed["state"].ne(RunState.QUEUED).all()
