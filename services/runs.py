"""Runs: one question answered, its events, and everything kept of it."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, insert, select
from sqlalchemy.orm import Session

from domain.errors import NotFound
from domain.events import Event, Failed, RunState, event_from
from domain.evidence import Answer, Citation, Claim, Evidence
from domain.models import ChatReply
from domain.users import User
from services.installation import Installation
from services.run_evidence import EvidenceCard, cards, citation
from services.search import Found
from services.tables import (
    CandidateRow,
    CitationRow,
    ConversationRow,
    EventRow,
    PipelineRow,
    RunRow,
    UserRow,
    now,
)

STALE = timedelta(seconds=60)
INTERRUPTED = "The app stopped while it was answering. Ask again."


@dataclass(frozen=True, slots=True)
class Run:
    """A run as shown: the question, the answer and what it rests on."""

    id: str
    conversation_id: str | None
    user: str
    collection_id: str | None
    question: str
    question_used: str | None
    model: str
    state: RunState
    answer: str | None
    abstained: bool | None
    support: float | None
    confidence: float | None
    confidence_parts: dict[str, float | None]
    calibration: str | None
    documents_searched: int | None
    candidates: int
    timings_ms: dict[str, float]
    error: str | None
    partial: bool
    notes: tuple[str, ...]
    fallback_from: str | None
    prompt_tokens: int | None
    answer_tokens: int | None
    certainty: float | None
    feedback: int | None
    feedback_reason: str | None
    superseded_by: str | None
    claims: tuple[Claim, ...]
    created_at: datetime
    evidence: tuple[EvidenceCard, ...]
    citations: tuple[Citation, ...]
    search_pipeline: str | None
    answer_pipeline: str | None


def create(
    session: Session,
    user: User,
    conversation: ConversationRow,
    question: str,
    model: str,
    passages: int,
    *,
    model_id: str | None = None,
    options: dict[str, Any] | None = None,
) -> RunRow:
    """Add a queued run for a question asked in a conversation.

    ``options`` are the preferences that it is answered with.
    """
    row = RunRow(
        conversation_id=conversation.id,
        user_id=user.id,
        collection_id=conversation.collection_id,
        document_ids=conversation.document_ids,
        question=question,
        model=model,
        model_id=model_id,
        passages=passages,
        options=options or {},
        state=RunState.QUEUED,
    )
    session.add(row)
    session.flush()
    return row


def append(session: Session, run_id: str, *events: Event) -> None:
    """Add events after the ones that the run has; only its executing thread may call this."""
    last = session.scalar(select(func.max(EventRow.seq)).where(EventRow.run_id == run_id)) or 0
    session.add_all(
        EventRow(run_id=run_id, seq=seq, kind=event.kind, payload=event.payload())
        for seq, event in enumerate(events, last + 1)
    )


def events(
    installation: Installation, user: User, run_id: str, after: int = 0
) -> tuple[list[tuple[int, Event]], RunState]:
    """A run's events with a seq greater than ``after``, and its state. Raises ``NotFound``."""
    with installation.database.read() as session:
        found = session.execute(_STATE, {"run_id": run_id}).one_or_none()
        if found is None or found.user_id != user.id:
            raise _no_such_run()
        rows = session.execute(_EVENTS, {"run_id": run_id, "after": after}).all()
    state = RunState(found.state)
    if not rows and not state.is_final and run_id in reap(installation):
        return events(installation, user, run_id, after)
    return [(row.seq, event_from(row.kind, row.payload)) for row in rows], state


def stop(installation: Installation, user: User, run_id: str) -> None:
    """Ask a run to stop; it does so at its next step. Raises ``NotFound``."""
    with installation.database.session() as session:
        row = readable(session, user, run_id)
        row.stop_requested = True
        goes_on = not RunState(row.state).is_final
    if goes_on:
        installation.signals.stop(run_id)


def store_search(session: Session, row: RunRow, found: Found) -> None:
    """Keep what was searched and every candidate with its scores."""
    row.question_used = found.question
    row.documents_searched = found.documents_searched
    row.search_pipeline = _keep_pipeline(session, found.pipeline)
    row.timings = {**(row.timings or {}), "search": found.timings_ms}
    row.notes = [*(row.notes or []), *found.notes]
    ranks = {e.chunk_id: e.rank for e in found.evidence}
    if found.candidates:
        session.execute(insert(CandidateRow), [_candidate(row.id, c, ranks) for c in found.candidates])


def store_answer(session: Session, row: RunRow, answer: Answer, yaml: str, timings: dict[str, float]) -> None:
    """Keep the answer with its citations, support and confidence."""
    row.answer = answer.text
    row.abstained = answer.abstained
    row.support = answer.support
    row.confidence = answer.confidence.value
    row.confidence_parts = {part.name: part.value for part in answer.confidence.parts}
    row.confidence_features = dict(answer.confidence.features)
    row.calibration = answer.confidence.calibration
    row.claims = [asdict(claim) for claim in answer.claims]
    row.answer_pipeline = _keep_pipeline(session, yaml)
    row.timings = {**row.timings, "answer": timings}
    session.add_all(
        CitationRow(
            run_id=row.id,
            position=position,
            number=c.number,
            chunk_id=c.chunk_id,
            document_id=c.document_id,
            page=c.page,
            start=c.start,
            end=c.end,
        )
        for position, c in enumerate(answer.citations)
    )


def store_reply(row: RunRow, reply: ChatReply | None) -> None:
    """Keep what a language model reported of its answer, and whether it came whole."""
    if reply is None:
        return
    row.prompt_tokens, row.answer_tokens = reply.prompt_tokens, reply.answer_tokens
    row.certainty = reply.certainty
    if reply.problem is not None:
        row.partial = True
        row.notes = [*row.notes, reply.problem]


def get(installation: Installation, user: User, run_id: str) -> Run:
    """One run with its evidence; its asker and those who read statistics may. Raises ``NotFound``."""
    with installation.database.read() as session:
        row = readable(session, user, run_id, statistics=True)
        return _view(session, row)


def reap(installation: Installation) -> list[str]:
    """Mark as failed the runs whose process has stopped renewing their heartbeat; gives their ids."""
    stale = (RunRow.state.in_([RunState.QUEUED, RunState.RUNNING])) & (RunRow.heartbeat_at < now() - STALE)
    with installation.database.read() as session:
        ids = list(session.scalars(select(RunRow.id).where(stale)))
    for run_id in ids:
        fail(installation, run_id, INTERRUPTED)
    return ids


def fail(installation: Installation, run_id: str, message: str, written: str = "") -> None:
    """End a run with the sentence that its person reads; nothing happens to one that has ended.

    What was ``written`` of the answer until then is kept, and marked as incomplete.
    """
    with installation.database.session() as session:
        row = session.get(RunRow, run_id)
        if row is None or RunState(row.state).is_final:
            return
        row.state, row.error, row.finished_at = RunState.FAILED, message, now()
        if written:
            row.answer, row.partial = written, True
        append(session, run_id, Failed(message))
    installation.signals.notify(run_id)


def readable(session: Session, user: User, run_id: str, *, statistics: bool = False) -> RunRow:
    """The row of a run that is the user's, or that reading statistics shows. Raises ``NotFound``."""
    row = session.get(RunRow, run_id)
    if row is None or not (row.user_id == user.id or (statistics and user.reads_statistics)):
        raise _no_such_run()
    return row


def _no_such_run() -> NotFound:
    return NotFound("There is no such run, or it is not yours.")


# Made once, and of columns: whoever follows a run asks them many times a second.
_STATE = select(RunRow.state, RunRow.user_id).where(RunRow.id == bindparam("run_id"))
_EVENTS = (
    select(EventRow.seq, EventRow.kind, EventRow.payload)
    .where(EventRow.run_id == bindparam("run_id"), EventRow.seq > bindparam("after"))
    .order_by(EventRow.seq)
)


def _keep_pipeline(session: Session, yaml: str) -> str:
    digest = hashlib.sha256(yaml.encode()).hexdigest()
    if session.get(PipelineRow, digest) is None:
        session.add(PipelineRow(sha256=digest, yaml=yaml))
        session.flush()
    return digest


def _candidate(run_id: str, candidate: Evidence, ranks: dict[str, int]) -> dict[str, Any]:
    return {
        "run_id": run_id,
        "chunk_id": candidate.chunk_id,
        "document_id": candidate.document_id,
        "page": candidate.page,
        "rank": ranks.get(candidate.chunk_id),
        **asdict(candidate.scores),
    }


def _view(session: Session, row: RunRow) -> Run:
    cited = list(session.scalars(select(CitationRow).filter_by(run_id=row.id).order_by(CitationRow.position)))
    evidence = cards(session, row.id, row.question_used or row.question, cited)
    texts = {card.chunk_id: card.text for card in evidence}
    yaml = {p.sha256: p.yaml for p in session.scalars(_pipelines(row))}
    weighed = session.scalar(select(func.count()).where(CandidateRow.run_id == row.id))
    return Run(
        id=row.id,
        conversation_id=row.conversation_id,
        user=session.scalars(select(UserRow.name).filter_by(id=row.user_id)).one(),
        collection_id=row.collection_id,
        question=row.question,
        question_used=row.question_used,
        model=row.model,
        state=RunState(row.state),
        answer=row.answer,
        abstained=row.abstained,
        support=row.support,
        confidence=row.confidence,
        confidence_parts=row.confidence_parts,
        calibration=row.calibration,
        documents_searched=row.documents_searched,
        candidates=weighed or 0,
        timings_ms=_flat_timings(row.timings),
        error=row.error,
        partial=row.partial,
        notes=tuple(row.notes),
        fallback_from=row.fallback_from,
        prompt_tokens=row.prompt_tokens,
        answer_tokens=row.answer_tokens,
        certainty=row.certainty,
        feedback=row.feedback,
        feedback_reason=row.feedback_reason,
        superseded_by=row.superseded_by,
        claims=claims_of(row),
        created_at=row.created_at,
        evidence=evidence,
        citations=tuple(citation(c, texts.get(c.chunk_id)) for c in cited),
        search_pipeline=yaml.get(row.search_pipeline or ""),
        answer_pipeline=yaml.get(row.answer_pipeline or ""),
    )


def claims_of(row: RunRow) -> tuple[Claim, ...]:
    """The claims of a run's answer."""
    return tuple(
        Claim(c["text"], tuple(c["citations"]), c["supported"], c.get("weak", False)) for c in row.claims
    )


def _pipelines(row: RunRow) -> Any:
    return select(PipelineRow).where(PipelineRow.sha256.in_([row.search_pipeline, row.answer_pipeline]))


def _flat_timings(timings: dict[str, dict[str, float]]) -> dict[str, float]:
    return {f"{part}.{stage}": ms for part, stages in timings.items() for stage, ms in stages.items()}
