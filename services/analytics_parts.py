"""Statistics by what took part in the runs: models, steps of the pipelines, documents."""

from __future__ import annotations

from typing import Any

import pandas as pd
from sqlalchemy import Executable, exists, func, or_, select

from domain.documents import DocumentStatus
from domain.users import User
from services.analytics_sql import DONE, outcome, reading, where
from services.installation import Installation
from services.run_filters import Filters, Outcome
from services.tables import CandidateRow, CitationRow, CollectionRow, DocumentRow, RunRow

PARTS = ("rewrite", "search", "answer")
"""The parts of a run in the order in which they happen."""


def outcomes_by_model(installation: Installation, user: User, filters: Filters) -> pd.DataFrame:
    """How many runs of each model ended how, the most used model first. Raises ``NotAllowed``.

    Columns: ``model``, ``runs``, and one for each outcome.
    """
    query = select(RunRow.model, outcome().label("outcome")).where(*where(filters))
    counts = select(*(c := query.subquery().c), func.count()).group_by(*c)
    with reading(installation, user) as session:
        found = pd.DataFrame([tuple(row) for row in session.execute(counts)], columns=["model", "o", "n"])
    frame = found.pivot_table(index="model", columns="o", values="n", aggfunc="sum", fill_value=0)
    frame = frame.reindex(columns=[o.value for o in Outcome], fill_value=0).astype(int)
    frame.insert(0, "runs", frame.sum(axis=1))
    frame = frame.rename_axis(index="model", columns=None).reset_index()
    return frame.sort_values(["runs", "model"], ascending=[False, True], ignore_index=True)


def tokens_by_model(installation: Installation, user: User, filters: Filters) -> pd.DataFrame:
    """Tokens that each model was sent and wrote, of finished runs that know them. Raises ``NotAllowed``.

    Columns: ``model``, ``runs`` (with tokens), ``prompt`` and ``answer`` (sums).
    """
    prompt, answer = RunRow.prompt_tokens, RunRow.answer_tokens
    total = func.coalesce(func.sum(prompt), 0), func.coalesce(func.sum(answer), 0)
    query = (
        select(RunRow.model, func.count(), *total)
        .where(*where(filters), DONE, or_(prompt.is_not(None), answer.is_not(None)))
        .group_by(RunRow.model)
        .order_by((total[0] + total[1]).desc(), RunRow.model)
    )
    return _frame(installation, user, query, ["model", "runs", "prompt", "answer"])


def latency(installation: Installation, user: User, filters: Filters) -> pd.DataFrame:
    """What each step took in the runs that are done, in the order of the steps. Raises ``NotAllowed``.

    Columns: ``stage`` (as ``search.dense``), ``runs`` that have it, and the percentiles ``p50`` and ``p95``
    in milliseconds.
    """
    query = select(RunRow.timings).where(*where(filters), DONE).order_by(RunRow.created_at)
    took: dict[str, list[float]] = {}
    with reading(installation, user) as session:
        for timings in session.scalars(query):
            for part, stages in timings.items():
                for stage, ms in stages.items():
                    took.setdefault(f"{part}.{stage}", []).append(float(ms))
    rows = [(stage, len(ms), *pd.Series(ms).quantile([0.5, 0.95])) for stage, ms in took.items()]
    rows.sort(key=lambda row: _place(row[0].partition(".")[0]))
    return pd.DataFrame(rows, columns=["stage", "runs", "p50", "p95"])


def documents_retrieved(installation: Installation, user: User, filters: Filters) -> pd.DataFrame:
    """In how many runs each document was evidence and was cited, the most retrieved first.

    Columns: ``document_id``, ``document`` (missing when deleted), ``collection``, ``evidence`` and ``cited``.
    Raises ``NotAllowed``.
    """
    # Counted here: the database would read the candidates in the order of documents for it, and that takes
    # five times as long.
    evidence = (
        select(CandidateRow.document_id, CandidateRow.run_id)
        .join(RunRow, RunRow.id == CandidateRow.run_id)
        .where(*where(filters), CandidateRow.rank.is_not(None))
    )
    cited = (
        select(CitationRow.document_id, CitationRow.run_id)
        .join(RunRow, RunRow.id == CitationRow.run_id)
        .where(*where(filters))
    )
    names = (
        select(DocumentRow.id, DocumentRow.name, CollectionRow.name)
        .join(CollectionRow, CollectionRow.id == DocumentRow.collection_id)
        .where(DocumentRow.status != DocumentStatus.DELETING)
    )
    columns = ["document_id", "document", "collection"]
    found = pd.DataFrame(
        {
            "evidence": _runs_by_document(_frame(installation, user, evidence, ["document_id", "run_id"])),
            "cited": _runs_by_document(_frame(installation, user, cited, ["document_id", "run_id"])),
        }
    )
    found = found.fillna(0).astype(int).rename_axis("document_id").reset_index()
    found = found.merge(_frame(installation, user, names, columns), how="left", on="document_id")
    found = found.sort_values(["evidence", "cited", "document_id"], ascending=[False, False, True])
    return found[[*columns, "evidence", "cited"]].reset_index(drop=True)


def _runs_by_document(pairs: pd.DataFrame) -> pd.Series[int]:
    return pairs.drop_duplicates().groupby("document_id").size()


def documents_never_retrieved(installation: Installation, user: User, filters: Filters) -> pd.DataFrame:
    """The ready documents that no run has as evidence, by name. Raises ``NotAllowed``.

    Of the chosen collection, else of all; without those that became ready after the period. Columns:
    ``document``, ``collection``, ``passages`` and ``ready_at`` (in the filters' zone).
    """
    seen = (
        exists()
        .where(
            CandidateRow.document_id == DocumentRow.id,
            CandidateRow.rank.is_not(None),
            CandidateRow.run_id == RunRow.id,
            *where(filters),
        )
        .correlate(DocumentRow)
    )
    query = (
        select(DocumentRow.name, CollectionRow.name, DocumentRow.chunks, DocumentRow.ready_at)
        .join(CollectionRow, CollectionRow.id == DocumentRow.collection_id)
        .where(*_could_be_found(filters), ~seen)
        .order_by(DocumentRow.name, CollectionRow.name, DocumentRow.id)
    )
    frame = _frame(installation, user, query, ["document", "collection", "passages", "ready_at"])
    frame["ready_at"] = pd.to_datetime(frame["ready_at"], utc=True).dt.tz_convert(filters.zone)
    return frame


def documents_ready(installation: Installation, user: User, filters: Filters) -> int:
    """How many documents the runs could have found. Raises ``NotAllowed``."""
    query = (
        select(func.count())
        .select_from(DocumentRow)
        .join(CollectionRow, CollectionRow.id == DocumentRow.collection_id)
        .where(*_could_be_found(filters))
    )
    with reading(installation, user) as session:
        return session.scalar(query) or 0


def _could_be_found(filters: Filters) -> list[Any]:
    conditions: list[Any] = [
        DocumentRow.status == DocumentStatus.READY,
        CollectionRow.temporary.is_(False),
    ]
    if filters.collection_id is not None:
        conditions.append(DocumentRow.collection_id == filters.collection_id)
    if filters.until is not None:
        conditions.append(or_(DocumentRow.ready_at.is_(None), DocumentRow.ready_at < filters.until))
    return conditions


def _place(part: str) -> int:
    return PARTS.index(part) if part in PARTS else len(PARTS)


def _frame(installation: Installation, user: User, query: Executable, columns: list[str]) -> pd.DataFrame:
    with reading(installation, user) as session:
        return pd.DataFrame([tuple(row) for row in session.execute(query)], columns=columns)
