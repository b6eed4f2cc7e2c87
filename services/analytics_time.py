"""What changes over time: runs, thumbs and scores for each day, or for each hour of a short period."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
from sqlalchemy import Executable, case, select

from domain.users import User
from services import feedback
from services.analytics_scores import cited_passages
from services.analytics_sql import DONE, outcome, reading, where
from services.installation import Installation
from services.run_filters import Feedback, Filters, Outcome
from services.tables import CandidateRow, RunRow, now

MAX_HOURLY = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Timeline:
    """A row for each day or hour.

    ``frame`` has its start (``time``, without zone, as a clock in the filters' zone shows it) and the columns
    that the function names. ``unit`` is ``day`` or ``hour``.
    """

    frame: pd.DataFrame
    unit: str


def runs_over_time(installation: Installation, user: User, filters: Filters) -> Timeline:
    """Runs by outcome for each day of the period, or each hour of a short one. Raises ``NotAllowed``.

    Days and hours without runs are there with zeros, from the filters' ``since`` (else the first run) to
    ``until`` or the present (else the last run).
    """
    query = select(RunRow.created_at, outcome()).where(*where(filters))
    return _counts(_rows(installation, user, query), filters, [o.value for o in Outcome])


def feedback_over_time(installation: Installation, user: User, filters: Filters) -> Timeline:
    """Answers that were found ``good`` and ``bad``, by when they were asked for. Raises ``NotAllowed``."""
    rated = case((RunRow.feedback == feedback.GOOD, Feedback.GOOD.value), else_=Feedback.BAD.value)
    query = select(RunRow.created_at, rated).where(*where(filters), RunRow.feedback.is_not(None))
    return _counts(_rows(installation, user, query), filters, [Feedback.GOOD.value, Feedback.BAD.value])


def confidence_over_time(installation: Installation, user: User, filters: Filters) -> Timeline:
    """Confidence of the runs that are done, for each day or hour. Raises ``NotAllowed``.

    Columns: ``count`` of the values, their ``median``, and the quartiles ``lower`` and ``upper``; missing
    where there is no value.
    """
    query = select(RunRow.created_at, RunRow.confidence).where(
        *where(filters), DONE, RunRow.confidence.is_not(None)
    )
    return _quartiles(_rows(installation, user, query), filters)


def relevance_over_time(installation: Installation, user: User, filters: Filters) -> Timeline:
    """Relevance of the passages that answers cite, as ``confidence_over_time``. Raises ``NotAllowed``."""
    query = cited_passages(RunRow.created_at, CandidateRow.relevance, filters=filters)
    query = query.where(CandidateRow.relevance.is_not(None))
    return _quartiles(_rows(installation, user, query), filters)


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


def _rows(installation: Installation, user: User, query: Executable) -> list[tuple[datetime, Any]]:
    with reading(installation, user) as session:
        return [(moment, value) for moment, value in session.execute(query)]


def _counts(rows: list[tuple[datetime, Any]], filters: Filters, groups: list[str]) -> Timeline:
    starts, buckets, unit = _buckets(rows, filters)
    counts = pd.DataFrame({"time": starts, "group": [group for _, group in rows]})
    frame = pd.crosstab(counts["time"], counts["group"]) if rows else pd.DataFrame()
    frame = frame.reindex(index=buckets, columns=groups, fill_value=0).astype(int)
    return Timeline(frame.rename_axis(index="time", columns=None).reset_index(), unit)


def _quartiles(rows: list[tuple[datetime, Any]], filters: Filters) -> Timeline:
    starts, buckets, unit = _buckets(rows, filters)
    values = pd.Series([float(value) for _, value in rows], index=pd.DatetimeIndex(starts), dtype=float)
    grouped = values.groupby(level=0)
    frame = pd.DataFrame(
        {
            "count": grouped.size().reindex(buckets, fill_value=0).astype(int),
            "lower": grouped.quantile(0.25).reindex(buckets),
            "median": grouped.median().reindex(buckets),
            "upper": grouped.quantile(0.75).reindex(buckets),
        },
        index=buckets,
    )
    return Timeline(frame.rename_axis(index="time").reset_index(), unit)


def _buckets(
    rows: list[tuple[datetime, Any]], filters: Filters
) -> tuple[list[datetime], pd.DatetimeIndex, str]:
    """The bucket of each row, all buckets of the period, and whether they are days or hours."""
    zone = ZoneInfo(filters.zone)
    times = [moment.astimezone(zone).replace(tzinfo=None) for moment, _ in rows]
    start, end = _extent(filters, times, zone)
    unit = "hour" if end - start <= MAX_HOURLY else "day"
    buckets = pd.date_range(_floor(start, unit), _floor(end, unit), freq="h" if unit == "hour" else "D")
    return [_floor(time, unit) for time in times], buckets, unit


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
