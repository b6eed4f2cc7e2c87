"""Scores of answers and passages: how they are distributed, and how two of them go together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import Executable, Select, case, select

from domain.users import User
from services.analytics_sql import BINS, DONE, is_cited, is_document_of, outcome, reading, where
from services.installation import Installation
from services.run_filters import Filters, Outcome
from services.tables import CandidateRow, CitationRow, DocumentRow, RunRow

MAX_POINTS = 2000
"""At most so many points are given of a scatter: more are one blot, and slow to draw."""


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
class Pairs:
    """Passages with two scores each.

    ``frame`` has ``similarity``, ``keyword``, ``relevance`` (which may be missing), ``document`` (missing
    when deleted), ``page`` and ``run_id``: all ``total`` of them or, where they are too many, every so
    manieth by time. ``without`` counts the passages that lack one of the two; the medians are of all.
    """

    frame: pd.DataFrame
    total: int
    without: int
    median_similarity: float | None
    median_keyword: float | None


def confidence_distribution(installation: Installation, user: User, filters: Filters) -> Distribution:
    """Confidence of the runs that are done, by whether they answered or abstained. Raises ``NotAllowed``."""
    query = select(RunRow.confidence, outcome()).where(*where(filters), DONE)
    return _distribution(installation, user, query, (Outcome.ANSWERED, Outcome.ABSTAINED))


def relevance_distribution(installation: Installation, user: User, filters: Filters) -> Distribution:
    """Relevance of the passages that were evidence, by whether the answer cites them.

    Raises ``NotAllowed``.
    """
    query = (
        select(CandidateRow.relevance, case((is_cited(), "cited"), else_="not cited"))
        .join(RunRow, RunRow.id == CandidateRow.run_id)
        .where(*where(filters), CandidateRow.rank.is_not(None))
    )
    return _distribution(installation, user, query, ("cited", "not cited"))


def similarity_and_keyword(installation: Installation, user: User, filters: Filters) -> Pairs:
    """How similarity and keyword score go together in the passages that answers cite.

    Raises ``NotAllowed``.
    """
    columns = {
        "similarity": CandidateRow.similarity,
        "keyword": CandidateRow.keyword,
        "relevance": CandidateRow.relevance,
        "document": DocumentRow.name,
        "page": CandidateRow.page,
        "run_id": CandidateRow.run_id,
    }
    query = (
        cited_passages(*columns.values(), filters=filters)
        .outerjoin(DocumentRow, is_document_of(CandidateRow.document_id))
        .order_by(RunRow.created_at, RunRow.id, CandidateRow.rank)
    )
    with reading(installation, user) as session:
        found = pd.DataFrame([tuple(row) for row in session.execute(query)], columns=list(columns))
    scores = ["similarity", "keyword", "relevance"]
    found[scores] = found[scores].astype(float)
    both = found.dropna(subset=["similarity", "keyword"])
    places = np.linspace(0, len(both) - 1, min(len(both), MAX_POINTS)).astype(int)
    return Pairs(
        frame=both.iloc[places].reset_index(drop=True),
        total=len(both),
        without=len(found) - len(both),
        median_similarity=float(both["similarity"].median()) if len(both) else None,
        median_keyword=float(both["keyword"].median()) if len(both) else None,
    )


def cited_passages(*columns: Any, filters: Filters) -> Select[Any]:
    """A query of the candidates that answers cite, each once however often it is cited."""
    # From the few citations to their candidates, not through all candidates.
    cited = select(CitationRow.run_id, CitationRow.chunk_id).distinct().subquery()
    return (
        select(*columns)
        .select_from(cited)
        .join(
            CandidateRow,
            (CandidateRow.run_id == cited.c.run_id) & (CandidateRow.chunk_id == cited.c.chunk_id),
        )
        .join(RunRow, RunRow.id == CandidateRow.run_id)
        .where(*where(filters), CandidateRow.rank.is_not(None))
    )


def _distribution(
    installation: Installation, user: User, query: Executable, groups: tuple[str, ...]
) -> Distribution:
    # One pass over the rows: sorting and counting here is quicker than four queries that find them again.
    with reading(installation, user) as session:
        found = pd.DataFrame([tuple(row) for row in session.execute(query)], columns=["score", "group"])
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
