"""A conversation's messages, light enough to be read anew whenever its page is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from domain.events import RunState
from domain.evidence import Claim
from domain.users import User
from services import conversations, runs
from services.installation import Installation
from services.tables import CandidateRow, CitationRow, RunRow


@dataclass(frozen=True, slots=True)
class Message:
    """A question with its answer, without the evidence: ``runs.get`` has that.

    ``notes`` are sentences about how it came about; ``partial``: it broke off. ``feedback`` is 1 or -1.
    ``numbers`` are the citation numbers of the answer, ``passages`` of ``candidates`` became evidence, and
    ``search_ms`` is how long the search took; ``None`` before it is over.
    """

    run_id: str
    question: str
    question_used: str | None
    model: str
    state: RunState
    answer: str | None
    abstained: bool | None
    confidence: float | None
    claims: tuple[Claim, ...]
    numbers: tuple[int, ...]
    documents_searched: int | None
    candidates: int
    passages: int
    search_ms: float | None
    error: str | None
    partial: bool
    notes: tuple[str, ...]
    feedback: int | None
    feedback_reason: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Messages:
    """The latest messages of a conversation, oldest first, and how many came before them."""

    latest: tuple[Message, ...]
    earlier: int

    @property
    def is_running(self) -> bool:
        """Whether one of the latest is still being answered."""
        return any(not message.state.is_final for message in self.latest)


def of_conversation(
    installation: Installation, user: User, conversation_id: str, limit: int = 20
) -> Messages:
    """The latest ``limit`` messages of one of the user's conversations. Raises ``NotFound``."""
    runs.reap(installation)
    with installation.database.read() as session:
        conversations.mine(session, user, conversation_id)
        mine = (RunRow.conversation_id == conversation_id) & RunRow.superseded_by.is_(None)
        rows = session.scalars(
            select(RunRow).where(mine).order_by(RunRow.created_at.desc(), RunRow.id.desc()).limit(limit)
        ).all()
        total = session.scalar(select(func.count()).select_from(RunRow).where(mine)) or 0
        ids = [row.id for row in rows]
        counts, numbers = _counts(session, ids), _numbers(session, ids)
    latest = tuple(_message(row, counts.get(row.id, (0, 0)), numbers.get(row.id, ())) for row in rows[::-1])
    return Messages(latest, total - len(latest))


def is_running(installation: Installation, user: User, conversation_id: str) -> bool:
    """Whether a question of one of the user's conversations is still being answered. Raises ``NotFound``."""
    running = exists().where(
        RunRow.conversation_id == conversation_id,
        RunRow.state.in_([RunState.QUEUED, RunState.RUNNING]),
    )
    with installation.database.read() as session:
        conversations.mine(session, user, conversation_id)
        return bool(session.scalar(select(running)))


def _counts(session: Session, ids: list[str]) -> dict[str, tuple[int, int]]:
    rows = session.execute(
        select(CandidateRow.run_id, func.count(), func.count(CandidateRow.rank))
        .where(CandidateRow.run_id.in_(ids))
        .group_by(CandidateRow.run_id)
    )
    return {run_id: (weighed, used) for run_id, weighed, used in rows}


def _numbers(session: Session, ids: list[str]) -> dict[str, tuple[int, ...]]:
    rows = session.execute(
        select(CitationRow.run_id, CitationRow.number)
        .where(CitationRow.run_id.in_(ids))
        .order_by(CitationRow.run_id, CitationRow.position)
    )
    found: dict[str, tuple[int, ...]] = {}
    for run_id, number in rows:
        found[run_id] = tuple(dict.fromkeys((*found.get(run_id, ()), number)))
    return found


def _message(row: RunRow, counts: tuple[int, int], numbers: tuple[int, ...]) -> Message:
    timings: dict[str, Any] = row.timings.get("search", {})
    return Message(
        run_id=row.id,
        question=row.question,
        question_used=row.question_used,
        model=row.model,
        state=RunState(row.state),
        answer=row.answer,
        abstained=row.abstained,
        confidence=row.confidence,
        claims=runs.claims_of(row),
        numbers=numbers,
        documents_searched=row.documents_searched,
        candidates=counts[0],
        passages=counts[1],
        search_ms=timings.get("total"),
        error=row.error,
        partial=row.partial,
        notes=tuple(row.notes),
        feedback=row.feedback,
        feedback_reason=row.feedback_reason,
        created_at=row.created_at,
    )
