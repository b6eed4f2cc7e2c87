"""Statistics: every number of a frame is what SQL says about the stored runs."""

import sqlite3
import statistics
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest

from domain.errors import NotAllowed
from domain.events import RunState
from domain.users import Role, User
from services import analytics, analytics_scores, analytics_time, collections, model_seeding, runs
from services.installation import Installation
from services.run_filters import Filters, Outcome
from services.settings import Settings
from services.tables import Base, RunRow, now
from tests import made_runs
from tests.made_runs import NOON

ALL = Filters()


def _opened(folder):
    settings = Settings(KH_APP_DATA_DIR=folder, _env_file=None)
    settings.user_data.mkdir(parents=True)
    installation = Installation(settings)
    Base.metadata.create_all(installation.database.engine)
    model_seeding.seed(installation)
    return installation


@pytest.fixture(scope="module")
def installation(tmp_path_factory):
    """One with runs of every kind, for tests that only read."""
    installation = _opened(tmp_path_factory.mktemp("data"))
    yield installation
    installation.close()


@pytest.fixture(scope="module")
def analyst(installation):
    return made_runs.person(installation, "ana", Role.ANALYST)


@pytest.fixture(scope="module")
def member(installation):
    return made_runs.person(installation, "mem", Role.MEMBER)


@pytest.fixture(scope="module", autouse=True)
def collection(installation, member):
    return made_runs.some(installation, member)


@dataclass
class Fresh:
    """An empty installation with its people."""

    installation: Installation
    analyst: User
    member: User

    def collection(self):
        collection = collections.create(self.installation, self.member, "One")
        return collection, made_runs.document(self.installation, self.member, collection)


@pytest.fixture
def fresh(tmp_path):
    installation = _opened(tmp_path)
    analyst = made_runs.person(installation, "ana", Role.ANALYST)
    yield Fresh(installation, analyst, made_runs.person(installation, "mem", Role.MEMBER))
    installation.close()


@pytest.fixture
def sql(installation):
    """Ask the database file itself, without our tables' code."""

    def ask(query):
        connection = sqlite3.connect(installation.settings.user_data / "sql.db")
        try:
            return connection.execute(query).fetchall()
        finally:
            connection.close()

    return ask


EVERY = [
    analytics.summary,
    analytics.runs,
    analytics_time.runs_over_time,
    analytics_scores.confidence_distribution,
    analytics_scores.relevance_distribution,
]


@pytest.mark.parametrize("function", EVERY)
def test_members_are_refused(installation, member, function):
    with pytest.raises(NotAllowed, match="analysts and admins"):
        function(installation, member, ALL)


def test_members_do_not_learn_the_names_of_collections(installation, member):
    with pytest.raises(NotAllowed):
        analytics.collections(installation, member)


@pytest.mark.parametrize("function", EVERY)
def test_an_empty_installation_gives_empty_frames(fresh, function):
    function(fresh.installation, fresh.analyst, ALL)


def test_nothing_to_summarise_is_missing_not_zero(fresh):
    found = analytics.summary(fresh.installation, fresh.analyst, ALL)
    assert (found.runs, found.median_confidence, found.median_search_ms) == (0, None, None)


def test_summary_counts_as_sql_does(installation, analyst, sql):
    found = analytics.summary(installation, analyst, ALL)
    states = dict(sql("select state, count(*) from run group by state"))
    assert found.runs == sum(states.values())
    assert found.done == states["done"]
    assert (found.failed, found.stopped, found.unfinished) == (
        states["failed"],
        states["stopped"],
        states["running"],
    )
    assert found.abstained == sql("select count(*) from run where abstained = 1")[0][0]
    assert found.answered == sql("select count(*) from run where abstained = 0")[0][0]
    confidences = [c for (c,) in sql("select confidence from run where state = 'done'")]
    assert found.median_confidence == statistics.median(c for c in confidences if c is not None)
    assert found.without_confidence == confidences.count(None) == 2
    query = "select json_extract(timings, '$.search.total') from run where state = 'done'"
    times = [ms for (ms,) in sql(query)]
    assert found.median_search_ms == statistics.median(t for t in times if t is not None)
    assert found.without_search_ms == times.count(None) == 1


def test_confidence_bins_hold_what_sql_finds_between_their_bounds(installation, analyst, sql):
    found = analytics_scores.confidence_distribution(installation, analyst, ALL)
    assert len(found.frame) == 10
    for row in found.frame.itertuples():
        low, high = row[1], row[2] if row[2] < 1 else 1.01
        for abstained, count in ((0, row.answered), (1, row.abstained)):
            query = (
                "select count(*) from run where state = 'done' "
                f"and confidence >= {low} and confidence < {high} and abstained = {abstained}"
            )
            assert sql(query) == [(count,)]
    assert found.total == sql("select count(confidence) from run where state = 'done'")[0][0] == 6
    assert found.without == 2


def test_bounds_belong_to_the_bin_above_and_one_to_the_last(installation, analyst):
    frame = analytics_scores.confidence_distribution(installation, analyst, ALL).frame.set_index("from")
    assert frame.loc[0.7, "answered"] == 1
    assert frame.loc[0.8, "answered"] == 1
    assert frame.loc[0.9, "answered"] == 2
    assert frame.loc[0.0, "abstained"] == 1


def test_relevance_counts_evidence_by_whether_it_is_cited(installation, analyst, sql):
    found = analytics_scores.relevance_distribution(installation, analyst, ALL)
    evidence = """select relevance, exists (select 1 from citation where citation.run_id = candidate.run_id
        and citation.chunk_id = candidate.chunk_id) from candidate where rank is not null"""
    rows = sql(evidence)
    for row in found.frame.rename(columns={"not cited": "not_cited"}).itertuples():
        low, high = row[1], row[2] if row[2] < 1 else 1.01
        inside = [cited for relevance, cited in rows if relevance is not None and low <= relevance < high]
        assert (row.cited, row.not_cited) == (inside.count(1), inside.count(0))
    assert found.without == [r for r, _ in rows].count(None) == 1
    assert found.total + found.without == len(rows)
    for name, flag in (("cited", 1), ("not cited", 0)):
        values = [r for r, cited in rows if cited == flag and r is not None]
        assert found.medians[name] == statistics.median(values)


def test_a_passage_cited_twice_counts_once(fresh):
    installation, analyst = fresh.installation, fresh.analyst
    collection, chunks = fresh.collection()
    run_id = made_runs.run(installation, fresh.member, collection, chunks, cited=1)
    with installation.database.session() as session:
        row = session.get_one(RunRow, run_id)
        again = runs.Answer("…", abstained=False, citations=_twice(chunks))
        session.query(runs.CitationRow).delete()
        runs.store_answer(session, row, again, made_runs.YAML, {})
    assert analytics_scores.relevance_distribution(installation, analyst, ALL).frame["cited"].sum() == 1
    assert analytics.runs(installation, analyst, ALL)["cited"].tolist() == [1]


def _twice(chunks):
    first = chunks[0]
    cite = runs.Citation
    return (
        cite(1, first.id, first.document_id, 1, 0, 7, "Passage"),
        cite(1, first.id, first.document_id, 1, 10, 14, "says"),
    )


def test_runs_of_each_day_are_those_of_sql_and_empty_days_are_there(installation, analyst, sql):
    filters = Filters.days(date(2026, 3, 5), date(2026, 3, 11))
    found = analytics_time.runs_over_time(installation, analyst, filters)
    assert found.unit == "day"
    assert [str(t.date()) for t in found.frame["time"]] == [f"2026-03-{d:02}" for d in range(5, 12)]
    states = {"failed": "failed", "stopped": "stopped", "unfinished": "running"}
    for row in found.frame.to_dict("records"):
        day = f"from run where date(created_at) = '{row['time'].date()}'"
        for outcome, state in states.items():
            assert sql(f"select count(*) {day} and state = '{state}'") == [(row[outcome],)]
        assert sql(f"select count(*) {day} and abstained") == [(row["abstained"],)]
        assert sql(f"select count(*) {day} and not abstained") == [(row["answered"],)]


def test_a_short_period_is_counted_by_the_hour(installation, analyst, sql):
    filters = Filters(since=NOON - timedelta(hours=1), until=NOON + timedelta(hours=12))
    found = analytics_time.runs_over_time(installation, analyst, filters)
    assert found.unit == "hour"
    assert len(found.frame) == 13
    for row in found.frame.to_dict("records"):
        hour = row["time"].strftime("%Y-%m-%d %H")
        query = f"select count(*) from run where strftime('%Y-%m-%d %H', created_at) = '{hour}'"
        assert sql(query) == [(sum(row[outcome] for outcome in Outcome),)]


def test_days_are_those_of_the_person_who_looks(fresh):
    installation, analyst = fresh.installation, fresh.analyst
    collection, chunks = fresh.collection()
    late = datetime(2026, 3, 10, 23, 30, tzinfo=UTC)
    made_runs.run(installation, fresh.member, collection, chunks, at=late)
    filters = Filters.days(date(2026, 3, 9), date(2026, 3, 12), "Asia/Tokyo")
    frame = analytics_time.runs_over_time(installation, analyst, filters).frame.set_index("time")
    assert frame.loc["2026-03-11", "answered"] == 1
    assert frame["answered"].sum() == 1
    listed = analytics.runs(installation, analyst, filters)
    assert str(listed["created_at"][0]) == "2026-03-11 08:30:00+09:00"


def test_the_list_says_what_is_stored_of_each_run(installation, analyst, sql):
    frame = analytics.runs(installation, analyst, ALL)
    query = """select run.id, user.name, collection.name, question, state, confidence, support, error,
        (select count(*) from candidate where run_id = run.id and rank is not null),
        (select count(distinct chunk_id) from citation where run_id = run.id)
        from run join user on user.id = user_id join collection on collection.id = collection_id"""
    expected = {row[0]: row[1:] for row in sql(query)}
    assert len(frame) == len(expected) == 11
    columns = [
        "user",
        "collection",
        "question",
        "state",
        "confidence",
        "support",
        "error",
        "passages",
        "cited",
    ]
    for row in frame.astype(object).where(frame.notna(), None).to_dict("records"):
        assert tuple(row[c] for c in columns) == expected[row["id"]]
    assert list(frame["created_at"]) == sorted(frame["created_at"], reverse=True)


def test_what_was_not_computed_stays_missing(installation, analyst):
    frame = analytics.runs(installation, analyst, ALL).set_index("outcome")
    assert frame.loc["failed", ["confidence", "support", "total_ms", "search_ms"]].isna().all()
    assert frame.loc["stopped", "search_ms"] == 31.0
    assert frame.loc["answered", "total_ms"].eq(2000).all()
    assert frame.loc["answered", "confidence"].isna().sum() == 1


def test_the_list_may_be_limited_to_the_latest(installation, analyst):
    everything = analytics.runs(installation, analyst, ALL)
    assert list(analytics.runs(installation, analyst, ALL, limit=3)["id"]) == list(everything["id"][:3])


@pytest.mark.parametrize(
    "change",
    [
        {"outcome": Outcome.ANSWERED},
        {"outcome": Outcome.UNFINISHED},
        {"confidence": 9},
        {"confidence": 0},
        {"relevance": 9},
        {"since": NOON + timedelta(hours=2)},
        {"until": NOON},
    ],
)
def test_a_filter_lets_through_what_it_says(installation, analyst, change):
    frame = analytics.runs(installation, analyst, Filters(**change))
    assert 0 < len(frame) < 11
    if "outcome" in change:
        assert set(frame["outcome"]) == {change["outcome"]}
    if "confidence" in change:
        bins = analytics_scores.confidence_distribution(installation, analyst, ALL).frame
        assert len(frame) == bins.loc[change["confidence"], ["answered", "abstained"]].sum()
    if "since" in change:
        assert (frame["created_at"] >= change["since"]).all()
    if "until" in change:
        assert (frame["created_at"] < change["until"]).all()


def test_a_bar_of_the_timeline_opens_the_runs_that_it_counts(installation, analyst):
    filters = Filters.days(date(2026, 3, 8), date(2026, 3, 11))
    found = analytics_time.runs_over_time(installation, analyst, filters)
    for row in found.frame.to_dict("records"):
        only = analytics_time.bucket(filters, row["time"].to_pydatetime(), found.unit)
        assert len(analytics.runs(installation, analyst, only)) == sum(row[o] for o in Outcome)


def test_another_collection_is_left_out(fresh):
    installation, analyst = fresh.installation, fresh.analyst
    one, chunks = fresh.collection()
    made_runs.run(installation, fresh.member, one, chunks)
    other = collections.create(installation, fresh.member, "Other")
    run_id = made_runs.run(
        installation, fresh.member, other, made_runs.document(installation, fresh.member, other)
    )
    filters = Filters(collection_id=other.id)
    assert list(analytics.runs(installation, analyst, filters)["id"]) == [run_id]
    assert analytics.summary(installation, analyst, filters).runs == 1


def test_collections_of_the_same_name_are_told_apart_by_owner(fresh):
    collections.create(fresh.installation, fresh.member, "Twice")
    collections.create(fresh.installation, fresh.analyst, "Twice")
    collections.create(fresh.installation, fresh.member, "Hidden", temporary=True)
    names = analytics.collections(fresh.installation, fresh.analyst).values()
    assert list(names) == ["Twice (ana)", "Twice (mem)"]


def test_a_run_whose_process_died_counts_as_failed(fresh):
    collection, chunks = fresh.collection()
    made_runs.run(fresh.installation, fresh.member, collection, chunks, state=RunState.RUNNING)
    assert analytics.summary(fresh.installation, fresh.analyst, ALL).unfinished == 1
    with fresh.installation.database.session() as session:
        session.query(RunRow).one().heartbeat_at = now() - timedelta(minutes=5)
    found = analytics.summary(fresh.installation, fresh.analyst, ALL)
    assert (found.unfinished, found.failed) == (0, 1)
