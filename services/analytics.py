"""Retrieval statistics from the stored runs: the choices and numbers of Analytics, and its list of runs.

What is plotted comes from ``analytics_time``, ``analytics_scores`` and ``analytics_parts``, as pandas frames.
Scores that were not computed stay missing: they are in no bin and in no median, and every result says how
many they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from domain.events import RunState
from domain.users import User
from services import feedback
from services import runs as stored
from services.analytics_sql import DONE, Score, is_cited, is_document_of, outcome, reading, stage_ms, where
from services.installation import Installation
from services.run_filters import Feedback, Filters, Outcome
from services.tables import CandidateRow, CitationRow, CollectionRow, DocumentRow, RunRow, UserRow


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
    with reading(installation, user) as session:
        rows = session.execute(query).all()
    names = [name for _, name, _ in rows]
    return {id_: name if names.count(name) == 1 else f"{name} ({owner})" for id_, name, owner in rows}


def models(installation: Installation, user: User) -> list[str]:
    """The names of all models that have runs. Raises ``NotAllowed``."""
    with reading(installation, user) as session:
        return list(session.scalars(select(RunRow.model).distinct().order_by(RunRow.model)))


def people(installation: Installation, user: User) -> dict[str, str]:
    """The names of everybody who has asked something, by id. Raises ``NotAllowed``."""
    asked = select(RunRow.user_id).distinct()
    query = select(UserRow.id, UserRow.name).where(UserRow.id.in_(asked)).order_by(UserRow.name)
    with reading(installation, user) as session:
        return dict(session.execute(query).all())


def summary(installation: Installation, user: User, filters: Filters) -> Summary:
    """The numbers of the period. Raises ``NotAllowed``."""
    by_outcome = select(outcome().label("outcome"), func.count()).where(*where(filters)).group_by("outcome")
    with reading(installation, user) as session:
        counts = dict(session.execute(by_outcome).all())
        finished = [*where(filters), DONE]
        search_ms = stage_ms("search.total")
        return Summary(
            runs=sum(counts.values()),
            **{name.value: counts.get(name, 0) for name in Outcome},
            median_confidence=_median(session, select(RunRow.confidence).where(*finished), RunRow.confidence),
            without_confidence=_count(session, *finished, RunRow.confidence.is_(None)),
            median_search_ms=_median(session, select(search_ms).where(*finished), search_ms),
            without_search_ms=_count(session, *finished, search_ms.is_(None)),
        )


def runs(
    installation: Installation,
    user: User,
    filters: Filters,
    limit: int | None = None,
    *,
    least_confident: bool = False,
) -> pd.DataFrame:
    """The runs, the latest first: one row each.

    Args:
        installation: where they are.
        user: who reads them.
        filters: which ones.
        limit: at most so many; all when ``None``.
        least_confident: those with the least confidence first instead, finished runs that have one.

    Returns:
        ``id``, ``created_at`` (in the filters' zone), ``user``, ``collection`` (missing when deleted),
        ``question``, ``model``, ``state``, ``outcome``, ``confidence``, ``support``, ``abstained``,
        ``error``, ``total_ms`` (from question to the end, of runs that are done), ``search_ms``,
        ``passages`` (evidence), ``cited`` (passages that the answer cites), ``feedback`` (missing, ``good``
        or ``bad``) and ``again`` (whether the question was answered again, in place of this answer).

    Raises:
        NotAllowed: the user does not read statistics.

    """
    passages = _per_run(func.count(), CandidateRow.run_id, CandidateRow.rank.is_not(None))
    cited = _per_run(func.count(CitationRow.chunk_id.distinct()), CitationRow.run_id)
    query = (
        select(RunRow, UserRow.name, CollectionRow.name, outcome(), passages, cited)
        .join(UserRow, UserRow.id == RunRow.user_id)
        .outerjoin(CollectionRow, CollectionRow.id == RunRow.collection_id)
        .where(*where(filters))
        .limit(limit)
    )
    latest = (RunRow.created_at.desc(), RunRow.id)
    if least_confident:
        query = query.where(DONE, RunRow.confidence.is_not(None)).order_by(RunRow.confidence, *latest)
    else:
        query = query.order_by(*latest)
    zone = ZoneInfo(filters.zone)
    with reading(installation, user) as session:
        records = [_record(*row, zone=zone) for row in session.execute(query)]
    frame = pd.DataFrame.from_records(records, columns=_COLUMNS)
    numbers = dict.fromkeys(("confidence", "support", "total_ms", "search_ms"), "Float64")
    frame = frame.astype({**numbers, "passages": "Int64", "cited": "Int64", "abstained": "boolean"})
    frame["created_at"] = pd.to_datetime(frame["created_at"], utc=True).dt.tz_convert(filters.zone)
    return frame


def candidates(installation: Installation, user: User, run_id: str) -> pd.DataFrame:
    """Every passage that a run weighed, as ranked: the evidence first, then by fused score.

    Columns: ``rank`` (missing for what did not become evidence), ``fused_rank`` (its place before it was
    ranked again), ``document`` (missing when deleted), ``page``, the scores ``relevance``, ``rerank``,
    ``fused``, ``similarity`` and ``keyword``, the places ``similarity_rank`` and ``keyword_rank``, and
    ``cited``. Raises ``NotAllowed`` and ``NotFound``.
    """
    columns = {
        "rank": CandidateRow.rank,
        "document": DocumentRow.name,
        "page": CandidateRow.page,
        **{name: getattr(CandidateRow, name) for name in (*_SCORES, *_PLACES)},
        "cited": is_cited(),
    }
    query = (
        select(*columns.values())
        .outerjoin(DocumentRow, is_document_of(CandidateRow.document_id))
        .where(CandidateRow.run_id == run_id)
        .order_by(
            CandidateRow.rank.is_(None), CandidateRow.rank, CandidateRow.fused.desc(), CandidateRow.chunk_id
        )
    )
    with reading(installation, user) as session:
        stored.readable(session, user, run_id, statistics=True)
        found = pd.DataFrame([tuple(row) for row in session.execute(query)], columns=list(columns))
    found = found.astype(dict.fromkeys(_SCORES, "Float64") | dict.fromkeys(("rank", *_PLACES), "Int64"))
    found.insert(1, "fused_rank", found["fused"].rank(ascending=False, method="min").astype("Int64"))
    return found


_SCORES = ("relevance", "rerank", "fused", "similarity", "keyword")
_PLACES = ("similarity_rank", "keyword_rank")
_FEEDBACK: dict[int | None, str] = {feedback.GOOD: Feedback.GOOD.value, feedback.BAD: Feedback.BAD.value}
_COLUMNS = [
    "id", "created_at", "user", "collection", "question", "model", "state", "outcome", "confidence",
    "support", "abstained", "error", "total_ms", "search_ms", "passages", "cited",
    "feedback", "again",
]  # fmt: skip


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
    row: RunRow, user: str, collection: str | None, ended: str, passages: int, cited: int, *, zone: ZoneInfo
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
        "outcome": ended,
        "confidence": row.confidence,
        "support": row.support,
        "abstained": row.abstained,
        "error": row.error,
        "total_ms": total,
        "search_ms": row.timings.get("search", {}).get("total"),
        "passages": passages,
        "cited": cited,
        "feedback": _FEEDBACK.get(row.feedback),
        "again": row.superseded_by is not None,
    }
