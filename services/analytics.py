"""Retrieval statistics from the stored runs, as pandas frames: what the Analytics page plots and lists.

Scores that were not computed stay missing: they are in no bin and in no median, and every result says how
many they are.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from sqlalchemy import ColumnElement, Select, case, exists, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from domain.errors import NotAllowed
from domain.events import RunState
from domain.users import User
from services import runs as stored
from services.installation import Installation
from services.run_filters import Filters, Outcome
from services.tables import CandidateRow, CitationRow, CollectionRow, RunRow, UserRow, now

BINS = 10
"""Bins of a score in [0, 1]: tenths, closed below; the last one holds 1.0 too."""

MAX_HOURLY = timedelta(days=2)
Score = ColumnElement[Any] | InstrumentedAttribute[Any]


@dataclass(frozen=True, slots=True)
class Distribution:
    """How often a score fell into each tenth.

    ``frame`` has a row for each bin with its bounds ``from`` and ``to`` and a column of counts for each
    group; ``medians`` are those of the groups, ``None`` without values; ``without`` counts what has no score.
    """

    frame: pd.DataFrame
    median: float | None
    medians: dict[str, float | None]
    without: int

    @property
    def total(self) -> int:
        """How many values there are."""
        return int(self.frame.drop(columns=["from", "to"]).to_numpy().sum())


@dataclass(frozen=True, slots=True)
class Timeline:
    """Runs by their outcome over time.

    ``frame`` has a row for each day or hour with its start (``time``, without zone, as a clock in the
    filters' zone shows it) and a column of counts for each outcome. ``unit`` is ``day`` or ``hour``.
    """

    frame: pd.DataFrame
    unit: str


@dataclass(frozen=True, slots=True)
class Summary:
    """The numbers on top; medians over ``runs`` that are done and have the value."""

    runs: int
    answered: int
    abstained: int
    failed: int
    stopped: int
    unfinished: int
    median_confidence: float | None
    without_confidence: int
    median_search_ms: float | None
    without_search_ms: int

    @property
    def done(self) -> int:
        """How many runs came to an end of their own."""
        return self.answered + self.abstained


def collections(installation: Installation, user: User) -> dict[str, str]:
    """The names of all collections by id, whoever owns them. Raises ``NotAllowed``."""
    query = (
        select(CollectionRow.id, CollectionRow.name, UserRow.name)
        .join(UserRow, UserRow.id == CollectionRow.owner_id)
        .where(CollectionRow.temporary.is_(False))
        .order_by(CollectionRow.name, UserRow.name)
    )
    with _reading(installation, user) as session:
        rows = session.execute(query).all()
    names = [name for _, name, _ in rows]
    return {id_: name if names.count(name) == 1 else f"{name} ({owner})" for id_, name, owner in rows}


def summary(installation: Installation, user: User, filters: Filters) -> Summary:
    """The numbers of the period. Raises ``NotAllowed``."""
    done = RunRow.state == RunState.DONE
    outcome = _outcome().label("outcome")
    by_outcome = select(outcome, func.count()).where(*_where(filters)).group_by("outcome")
    with _reading(installation, user) as session:
        counts = dict(session.execute(by_outcome).all())
        finished = [*_where(filters), done]
        search_ms = RunRow.timings[("search", "total")].as_float()
        return Summary(
            runs=sum(counts.values()),
            **{name.value: counts.get(name, 0) for name in Outcome},
            median_confidence=_median(session, select(RunRow.confidence).where(*finished), RunRow.confidence),
            without_confidence=_count(session, *finished, RunRow.confidence.is_(None)),
            median_search_ms=_median(session, select(search_ms).where(*finished), search_ms),
            without_search_ms=_count(session, *finished, search_ms.is_(None)),
        )


def confidence_distribution(installation: Installation, user: User, filters: Filters) -> Distribution:
    """Confidence of the runs that are done, by whether they answered or abstained. Raises ``NotAllowed``."""
    query = select(RunRow.confidence).where(*_where(filters), RunRow.state == RunState.DONE)
    groups = (Outcome.ANSWERED, Outcome.ABSTAINED)
    with _reading(installation, user) as session:
        return _distribution(session, query, RunRow.confidence, _outcome(), groups)


def relevance_distribution(installation: Installation, user: User, filters: Filters) -> Distribution:
    """Relevance of the passages that were evidence, by whether the answer cites them.

    Raises ``NotAllowed``.
    """
    query = (
        select(CandidateRow.relevance)
        .join(RunRow, RunRow.id == CandidateRow.run_id)
        .where(*_where(filters), CandidateRow.rank.is_not(None))
    )
    group = case((_is_cited(), "cited"), else_="not cited")
    with _reading(installation, user) as session:
        return _distribution(session, query, CandidateRow.relevance, group, ("cited", "not cited"))


def runs_over_time(installation: Installation, user: User, filters: Filters) -> Timeline:
    """Runs by outcome for each day of the period, or each hour of a short one. Raises ``NotAllowed``.

    Days and hours without runs are there with zeros, from the filters' ``since`` (else the first run) to
    ``until`` or the present (else the last run).
    """
    zone = ZoneInfo(filters.zone)
    with _reading(installation, user) as session:
        rows = session.execute(select(RunRow.created_at, _outcome()).where(*_where(filters))).all()
    times = [created.astimezone(zone).replace(tzinfo=None) for created, _ in rows]
    start, end = _extent(filters, times, zone)
    unit = "hour" if end - start <= MAX_HOURLY else "day"
    buckets = pd.date_range(_floor(start, unit), _floor(end, unit), freq="h" if unit == "hour" else "D")
    counts = pd.DataFrame({"time": [_floor(t, unit) for t in times], "outcome": [o for _, o in rows]})
    frame = pd.crosstab(counts["time"], counts["outcome"]) if rows else pd.DataFrame()
    frame = frame.reindex(index=buckets, columns=[o.value for o in Outcome], fill_value=0).astype(int)
    return Timeline(frame.rename_axis(index="time", columns=None).reset_index(), unit)


def runs(installation: Installation, user: User, filters: Filters, limit: int | None = None) -> pd.DataFrame:
    """The runs, the latest first: one row each.

    Args:
        installation: where they are.
        user: who reads them.
        filters: which ones.
        limit: at most so many; all when ``None``.

    Returns:
        ``id``, ``created_at`` (in the filters' zone), ``user``, ``collection`` (missing when deleted),
        ``question``, ``model``, ``state``, ``outcome``, ``confidence``, ``support``, ``abstained``,
        ``error``, ``total_ms`` (from question to the end, of runs that are done), ``search_ms``,
        ``passages`` (evidence) and ``cited`` (passages that the answer cites).

    Raises:
        NotAllowed: the user does not read statistics.

    """
    passages = _per_run(func.count(), CandidateRow.run_id, CandidateRow.rank.is_not(None))
    cited = _per_run(func.count(CitationRow.chunk_id.distinct()), CitationRow.run_id)
    query = (
        select(RunRow, UserRow.name, CollectionRow.name, _outcome(), passages, cited)
        .join(UserRow, UserRow.id == RunRow.user_id)
        .outerjoin(CollectionRow, CollectionRow.id == RunRow.collection_id)
        .where(*_where(filters))
        .order_by(RunRow.created_at.desc(), RunRow.id)
        .limit(limit)
    )
    zone = ZoneInfo(filters.zone)
    with _reading(installation, user) as session:
        records = [_record(*row, zone=zone) for row in session.execute(query)]
    frame = pd.DataFrame.from_records(records, columns=_COLUMNS)
    numbers = dict.fromkeys(("confidence", "support", "total_ms", "search_ms"), "Float64")
    frame = frame.astype({**numbers, "passages": "Int64", "cited": "Int64", "abstained": "boolean"})
    frame["created_at"] = pd.to_datetime(frame["created_at"], utc=True).dt.tz_convert(filters.zone)
    return frame


def bucket(filters: Filters, start: datetime, unit: str) -> Filters:
    """The filters, for one day or hour of a timeline only; ``start`` is the bucket's ``time``."""
    zone = ZoneInfo(filters.zone)
    end = start + (timedelta(hours=1) if unit == "hour" else timedelta(days=1))
    since, until = start.replace(tzinfo=zone), end.replace(tzinfo=zone)
    return replace(
        filters,
        since=since if filters.since is None else max(since, filters.since),
        until=until if filters.until is None else min(until, filters.until),
    )


_COLUMNS = [
    "id", "created_at", "user", "collection", "question", "model", "state", "outcome", "confidence",
    "support", "abstained", "error", "total_ms", "search_ms", "passages", "cited",
]  # fmt: skip


def _reading(installation: Installation, user: User) -> Any:
    """A reading transaction for someone who may read statistics; dead runs are marked first."""
    if not user.reads_statistics:
        msg = "Statistics are for analysts and admins. Ask an admin if you need them."
        raise NotAllowed(msg)
    stored.reap(installation)
    return installation.database.read()


def _outcome() -> ColumnElement[str]:
    return case(
        ((RunRow.state == RunState.DONE) & RunRow.abstained.is_(True), Outcome.ABSTAINED.value),
        (RunRow.state == RunState.DONE, Outcome.ANSWERED.value),
        (RunRow.state == RunState.FAILED, Outcome.FAILED.value),
        (RunRow.state == RunState.STOPPED, Outcome.STOPPED.value),
        else_=Outcome.UNFINISHED.value,
    )


def _where(filters: Filters) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if filters.since is not None:
        conditions.append(RunRow.created_at >= filters.since.astimezone(UTC))
    if filters.until is not None:
        conditions.append(RunRow.created_at < filters.until.astimezone(UTC))
    if filters.collection_id is not None:
        conditions.append(RunRow.collection_id == filters.collection_id)
    if filters.outcome is not None:
        conditions.append(_outcome() == filters.outcome)
    if filters.confidence is not None:
        conditions += [RunRow.state == RunState.DONE, _bin(RunRow.confidence) == filters.confidence]
    if filters.relevance is not None:
        evidence = [
            CandidateRow.run_id == RunRow.id,
            CandidateRow.rank.is_not(None),
            _bin(CandidateRow.relevance) == filters.relevance,
        ]
        if filters.cited is not None:
            evidence.append(_is_cited() if filters.cited else ~_is_cited())
        conditions.append(exists().where(*evidence))
    return conditions


def _is_cited() -> ColumnElement[bool]:
    return exists().where(
        CitationRow.run_id == CandidateRow.run_id, CitationRow.chunk_id == CandidateRow.chunk_id
    )


def _bin(score: Score) -> ColumnElement[int]:
    """The bin of a score, missing for a missing one; by comparisons, as databases cast and floor unlike."""
    edges = [(score >= number / BINS, number) for number in range(BINS - 1, 0, -1)]
    return case((score.is_(None), None), *edges, else_=0)


def _distribution(
    session: Session, query: Select[Any], score: Score, group: ColumnElement[str], groups: tuple[str, ...]
) -> Distribution:
    # One pass over the rows: sorting and counting here is quicker than four queries that find them again.
    rows = session.execute(query.with_only_columns(score, group)).all()
    found = pd.DataFrame([tuple(row) for row in rows], columns=["score", "group"])
    found["score"] = found["score"].astype(float)
    scored = found.dropna(subset="score")
    edges = [number / BINS for number in range(1, BINS)]
    bins = pd.Series(np.digitize(scored["score"], edges), index=scored.index)
    counts = scored.groupby([bins, "group"]).size().to_dict()
    by_group = scored.groupby("group")["score"].median().to_dict()
    frame = pd.DataFrame(
        {
            "from": [number / BINS for number in range(BINS)],
            "to": [(number + 1) / BINS for number in range(BINS)],
            **{str(name): [counts.get((number, name), 0) for number in range(BINS)] for name in groups},
        }
    )
    return Distribution(
        frame=frame,
        median=float(scored["score"].median()) if len(scored) else None,
        medians={str(name): float(by_group[name]) if name in by_group else None for name in groups},
        without=len(found) - len(scored),
    )


def _median(session: Session, query: Select[Any], score: Score) -> float | None:
    """The median of the values that are there: the middle one, or the mean of the middle two."""
    values = query.with_only_columns(score).where(score.is_not(None)).order_by(score)
    count = session.scalar(select(func.count()).select_from(values.order_by(None).subquery())) or 0
    if not count:
        return None
    middle = session.scalars(values.offset((count - 1) // 2).limit(2 - count % 2)).all()
    return float(sum(middle) / len(middle))


def _count(session: Session, *where: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(RunRow).where(*where)) or 0


def _per_run(count: Any, run_id: InstrumentedAttribute[str], *where: ColumnElement[bool]) -> Any:
    return select(count).where(run_id == RunRow.id, *where).correlate(RunRow).scalar_subquery()


def _record(
    row: RunRow, user: str, collection: str | None, outcome: str, passages: int, cited: int, *, zone: ZoneInfo
) -> dict[str, Any]:
    done = row.state == RunState.DONE and row.finished_at is not None
    total = (row.finished_at - row.created_at).total_seconds() * 1000 if done and row.finished_at else None
    return {
        "id": row.id,
        "created_at": row.created_at.astimezone(zone),
        "user": user,
        "collection": collection,
        "question": row.question,
        "model": row.model,
        "state": row.state,
        "outcome": outcome,
        "confidence": row.confidence,
        "support": row.support,
        "abstained": row.abstained,
        "error": row.error,
        "total_ms": total,
        "search_ms": row.timings.get("search", {}).get("total"),
        "passages": passages,
        "cited": cited,
    }


def _extent(filters: Filters, times: list[datetime], zone: ZoneInfo) -> tuple[datetime, datetime]:
    """From when to when a timeline goes, as a clock in ``zone`` shows it."""
    present = now().astimezone(zone).replace(tzinfo=None)
    start, end = min(times, default=present), max(times, default=present)
    if filters.since is not None:
        start = filters.since.astimezone(zone).replace(tzinfo=None)
        last = filters.until or now()
        end = min(last.astimezone(zone).replace(tzinfo=None) - timedelta(microseconds=1), max(present, end))
    return start, max(start, end)


def _floor(moment: datetime, unit: str) -> datetime:
    moment = moment.replace(minute=0, second=0, microsecond=0)
    return moment if unit == "hour" else moment.replace(hour=0)
