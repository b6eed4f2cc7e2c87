"""Asking: conversations, and the background execution of runs."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.config import SearchConfig
from domain.errors import EvidentiaError, InvalidInput, NotFound
from domain.events import Cited, Done, Event, RunState, Scored, Searched, Token
from domain.evidence import Answer
from domain.users import Role, User
from pipelines import build
from services import collections, logs, runs
from services.installation import Installation
from services.search import check_question, search
from services.tables import ConversationRow, RunRow, UserRow, now

logger = logging.getLogger(__name__)

EXTRACTIVE = "Extractive"
POLL_S = 0.05
TITLE_LENGTH = 80


@dataclass(frozen=True, slots=True)
class Conversation:
    """A chat of the acting user; ``document_ids`` are its chosen files, ``None`` for all."""

    id: str
    title: str
    collection_id: str | None
    document_ids: tuple[str, ...] | None
    updated_at: datetime


def conversations(installation: Installation, user: User) -> list[Conversation]:
    """The user's conversations, the latest first."""
    with installation.database.read() as session:
        rows = session.scalars(
            select(ConversationRow).filter_by(user_id=user.id).order_by(ConversationRow.updated_at.desc())
        )
        return [_conversation(row) for row in rows]


def conversation(installation: Installation, user: User, conversation_id: str) -> Conversation:
    """One conversation. Raises ``NotFound`` when it is not the user's."""
    with installation.database.read() as session:
        row = session.get(ConversationRow, conversation_id)
        if row is None or row.user_id != user.id:
            msg = "There is no such conversation."
            raise NotFound(msg)
        return _conversation(row)


def ask(
    installation: Installation,
    user: User,
    collection_id: str,
    question: str,
    *,
    conversation_id: str | None = None,
    document_ids: list[str] | None = None,
    model: str = EXTRACTIVE,
    passages: int = SearchConfig().passages,
) -> str:
    """Start answering a question in the background; gives the id of its run.

    A new conversation is made when none is named; it keeps the chosen collection and files. Raises
    ``InvalidInput`` for an unusable question or model, and ``NotFound``.
    """
    question = check_question(question)
    if model != EXTRACTIVE:
        msg = f"There is no active model named “{model}”. Use “{EXTRACTIVE}”."
        raise InvalidInput(msg)
    collections.get(installation, user, collection_id)
    with installation.database.session() as session:
        row = session.get(ConversationRow, conversation_id) if conversation_id else None
        if conversation_id and (row is None or row.user_id != user.id):
            msg = "There is no such conversation."
            raise NotFound(msg)
        if row is None:
            title = question if len(question) <= TITLE_LENGTH else question[: TITLE_LENGTH - 1] + "…"
            row = ConversationRow(user_id=user.id, title=" ".join(title.split()))
            session.add(row)
        row.collection_id = collection_id
        row.document_ids = document_ids
        row.updated_at = now()
        session.flush()
        run_id = runs.create(session, user, row, question, model, passages).id
    installation.run_heartbeat.add(run_id)
    installation.executor.submit(_execute, installation, run_id)
    return run_id


def follow(installation: Installation, user: User, run_id: str, after: int = 0) -> Iterator[Event]:
    """A run's events from seq ``after`` on, waiting for new ones until it has ended. Raises ``NotFound``."""
    while True:
        new, state = runs.events(installation, user, run_id, after)
        for seq, event in new:
            after = seq
            yield event
        if state.is_final and not new:
            return
        if not new:
            time.sleep(POLL_S)


def _conversation(row: ConversationRow) -> Conversation:
    chosen = None if row.document_ids is None else tuple(row.document_ids)
    return Conversation(row.id, row.title, row.collection_id, chosen, row.updated_at)


def _execute(installation: Installation, run_id: str) -> None:
    with logs.request(run_id[:8]):
        try:
            _answer(installation, run_id)
        except EvidentiaError as error:
            logger.warning("run %s failed: %s", run_id, error, exc_info=True)
            runs.fail(installation, run_id, str(error))
        except Exception:
            logger.exception("run %s failed unexpectedly", run_id)
            reference = logs.request_id()
            runs.fail(
                installation,
                run_id,
                f"Something unexpected went wrong. Ask again; the log has it under {reference}.",
            )
        finally:
            installation.run_heartbeat.discard(run_id)


def _answer(installation: Installation, run_id: str) -> None:
    with installation.database.session() as session:
        row = session.get_one(RunRow, run_id)
        if _stopped(session, row):
            return
        row.state = RunState.RUNNING
        asker = session.get_one(UserRow, row.user_id)
        user = User(asker.id, asker.name, Role(asker.role))
    if row.collection_id is None:
        msg = "The collection of this question was deleted. Choose another one."
        raise NotFound(msg)
    found = search(
        installation,
        user,
        row.collection_id,
        row.question,
        document_ids=row.document_ids,
        config=SearchConfig(passages=row.passages),
    )
    with installation.database.session() as session:
        row = session.get_one(RunRow, run_id)
        runs.store_search(session, row, found)
        runs.append(
            session,
            run_id,
            Searched(
                found.documents_searched,
                len(found.candidates),
                len(found.evidence),
                found.timings_ms["total"],
            ),
        )
        if _stopped(session, row):
            return
    collection = collections.get(installation, user, row.collection_id or "")
    yaml = collection.answer_pipeline or build.answer_yaml(collection.index)
    result = build.answer(yaml, installation.runtime, found.question, found.evidence)
    with installation.database.session() as session:
        row = session.get_one(RunRow, run_id)
        runs.store_answer(session, row, result.answer, yaml, result.timings_ms)
        _end(row, RunState.DONE)
        runs.append(session, run_id, *_answer_events(result.answer))


def _stopped(session: Session, row: RunRow) -> bool:
    if row.stop_requested:
        _end(row, RunState.STOPPED)
        runs.append(session, row.id, Done(stopped=True))
    return row.stop_requested


def _end(row: RunRow, state: RunState) -> None:
    row.state = state
    row.finished_at = now()


def _answer_events(answer: Answer) -> list[Event]:
    return [
        Token(answer.text),
        Cited(tuple(dict.fromkeys(c.number for c in answer.citations))),
        Scored(answer.confidence.value, answer.support, answer.abstained),
        Done(),
    ]
