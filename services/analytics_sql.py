"""What all statistics ask the database with: who may read, which runs count, and how they ended."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import UTC
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists
from sqlalchemy.orm import InstrumentedAttribute, Session

from domain.documents import DocumentStatus
from domain.errors import NotAllowed
from domain.events import RunState
from domain.users import User
from services import feedback, runs
from services.installation import Installation
from services.run_filters import Feedback, Filters, Known, Outcome
from services.tables import CandidateRow, CitationRow, DocumentRow, RunRow

BINS = 10
"""Bins of a score in [0, 1]: tenths, closed below; the last one holds 1.0 too."""

DONE = RunRow.state == RunState.DONE
Score = ColumnElement[Any] | InstrumentedAttribute[Any]


def reading(installation: Installation, user: User) -> AbstractContextManager[Session]:
    """A reading transaction for someone who may read statistics; dead runs are marked first.

    Raises ``NotAllowed``.
    """
    check(user)
    runs.reap(installation)
    return installation.database.read()


def check(user: User) -> None:
    """Raise ``NotAllowed`` for someone who may not read statistics."""
    if not user.reads_statistics:
        msg = "Statistics are for analysts and admins. Ask an admin if you need them."
        raise NotAllowed(msg)


def outcome() -> ColumnElement[str]:
    """How a run ended, as a column."""
    return case(
        (DONE & RunRow.abstained.is_(True), Outcome.ABSTAINED.value),
        (DONE, Outcome.ANSWERED.value),
        (RunRow.state == RunState.FAILED, Outcome.FAILED.value),
        (RunRow.state == RunState.STOPPED, Outcome.STOPPED.value),
        else_=Outcome.UNFINISHED.value,
    )


def where(filters: Filters) -> list[ColumnElement[bool]]:
    """The conditions that a run meets to be counted."""
    conditions: list[ColumnElement[bool]] = []
    if filters.since is not None:
        conditions.append(RunRow.created_at >= filters.since.astimezone(UTC))
    if filters.until is not None:
        conditions.append(RunRow.created_at < filters.until.astimezone(UTC))
    if filters.collection_id is not None:
        conditions.append(RunRow.collection_id == filters.collection_id)
    if filters.model is not None:
        conditions.append(RunRow.model == filters.model)
    if filters.user_id is not None:
        conditions.append(RunRow.user_id == filters.user_id)
    if filters.feedback is not None:
        conditions.append(_rated(filters.feedback))
    if filters.run_id is not None:
        conditions.append(RunRow.id == filters.run_id)
    return conditions + _of_the_answer(filters) + _of_the_evidence(filters)


def is_cited() -> ColumnElement[bool]:
    """Whether a candidate is cited by its run's answer."""
    return exists().where(
        CitationRow.run_id == CandidateRow.run_id, CitationRow.chunk_id == CandidateRow.chunk_id
    )


def is_document_of(document_id: Any) -> ColumnElement[bool]:
    """Whether a document has this id and is still there."""
    return and_(DocumentRow.id == document_id, DocumentRow.status != DocumentStatus.DELETING)


def stage_ms(stage: str) -> ColumnElement[Any]:
    """What a step of a run took, in milliseconds; missing for a run without it."""
    part, _, name = stage.partition(".")
    took: ColumnElement[Any] = RunRow.timings[(part, name)].as_float()
    return took


def _rated(value: Feedback) -> ColumnElement[bool]:
    if value is Feedback.NONE:
        return RunRow.feedback.is_(None)
    return RunRow.feedback == (feedback.GOOD if value is Feedback.GOOD else feedback.BAD)


def _of_the_answer(filters: Filters) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if filters.outcome is not None:
        conditions.append(outcome() == filters.outcome)
    if filters.confidence is not None:
        conditions += [DONE, _bin(RunRow.confidence) == filters.confidence]
    if filters.known is Known.CONFIDENCE:
        conditions += [DONE, RunRow.confidence.is_not(None)]
    if filters.known is Known.TOKENS:
        conditions += [DONE, RunRow.prompt_tokens.is_not(None) | RunRow.answer_tokens.is_not(None)]
    if filters.stage is not None:
        took = stage_ms(filters.stage)
        slow = took.is_not(None) if filters.slower_than is None else took >= filters.slower_than
        conditions += [DONE, slow]
    return conditions


def _of_the_evidence(filters: Filters) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    evidence = [CandidateRow.run_id == RunRow.id, CandidateRow.rank.is_not(None)]
    if filters.document_id is not None:
        conditions.append(exists().where(*evidence, CandidateRow.document_id == filters.document_id))
        if filters.cited is not None:
            cites = exists().where(
                CitationRow.run_id == RunRow.id, CitationRow.document_id == filters.document_id
            )
            conditions.append(cites if filters.cited else ~cites)
    elif filters.relevance is not None or filters.cited is not None:
        if filters.relevance is not None:
            evidence.append(_bin(CandidateRow.relevance) == filters.relevance)
        if filters.cited is not None:
            evidence.append(is_cited() if filters.cited else ~is_cited())
        conditions.append(exists().where(*evidence))
    return conditions


def _bin(score: Score) -> ColumnElement[int]:
    """The bin of a score, missing for a missing one; by comparisons, as databases cast and floor unlike."""
    edges = [(score >= number / BINS, number) for number in range(BINS - 1, 0, -1)]
    return case((score.is_(None), None), *edges, else_=0)
