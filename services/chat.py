"""Asking: a question becomes a run, which is answered in the background and can be followed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from sqlalchemy.orm import Session

from domain.errors import Conflict, InvalidInput
from domain.events import Event, RunState
from domain.models import ModelKind
from domain.preferences import Preferences
from domain.users import User
from services import answering, collections, conversations, models, preferences, runs
from services.installation import Installation
from services.search import check_question
from services.tables import ConversationRow, RunRow, now

EXTRACTIVE = "Extractive"
POLL_S = 0.25
"""How often the database is asked for news of a run that another process executes."""


def ask(
    installation: Installation,
    user: User,
    collection_id: str,
    question: str,
    *,
    conversation_id: str | None = None,
    document_ids: list[str] | None = None,
    model: str | None = None,
    passages: int | None = None,
) -> str:
    """Start answering a question in the background; gives the id of its run.

    A new conversation is made when none is named; it keeps the chosen collection, files, model and number of
    passages. ``model`` is the id or name of an active language model; ``None`` for the user's own default,
    as for ``passages``. Raises ``InvalidInput`` for an unusable question or model, and ``NotFound``.
    """
    question = check_question(question)
    wanted = preferences.of(installation, user)
    chosen = _model(installation, model, wanted)
    collections.get(installation, user, collection_id)
    with installation.database.session() as session:
        if conversation_id:
            row = conversations.mine(session, user, conversation_id)
        else:
            row = ConversationRow(user_id=user.id, title=conversations.shortened(question))
            session.add(row)
        row.collection_id = collection_id
        row.document_ids = document_ids
        row.model_id, row.passages = chosen.id, passages
        run = _queue(session, user, row, question, chosen, passages or wanted.passages, wanted)
    return _start(installation, run.id)


def again(installation: Installation, user: User, run_id: str, *, model: str | None = None) -> str:
    """Answer a question of one's own once more, in place of the earlier answer; gives the new run's id.

    It is searched where the conversation searches now. Raises ``NotFound``, ``InvalidInput``, and
    ``Conflict`` while the earlier answer is still being written.
    """
    wanted = preferences.of(installation, user)
    with installation.database.read() as session:
        row = runs.readable(session, user, run_id)
        earlier = (row.conversation_id, row.question, row.passages, row.model_id)
    conversation_id, question, passages, model_id = earlier
    chosen = _model(installation, model or model_id, wanted)
    with installation.database.session() as session:
        row = runs.readable(session, user, run_id)
        if not RunState(row.state).is_final or row.superseded_by is not None:
            msg = "This question is being answered already. Wait for it, or stop it."
            raise Conflict(msg)
        conversation = conversations.mine(session, user, conversation_id or "")
        has_later = _has_later(session, row)
        run = _queue(session, user, conversation, question, chosen, passages, wanted)
        row.superseded_by = run.id
        if has_later:
            # It stands where the earlier answer stood, not below what was asked since.
            run.created_at = row.created_at
    return _start(installation, run.id)


def follow(installation: Installation, user: User, run_id: str, after: int = 0) -> Iterator[Event]:
    """A run's events from seq ``after`` on, waiting for new ones until it has ended. Raises ``NotFound``."""
    for _, event in numbered(installation, user, run_id, after):
        if event is not None:
            yield event


def numbered(
    installation: Installation, user: User, run_id: str, after: int = 0
) -> Iterator[tuple[int, Event | None]]:
    """Like ``follow``, with each event's seq; ``None`` as a sign of life while there is no news.

    Raises ``NotFound``.
    """
    signals = installation.signals
    while True:
        news = signals.expect(run_id)
        try:
            new, state = runs.events(installation, user, run_id, after)
            for seq, event in new:
                after = seq
                yield seq, event
            if state.is_final and not new:
                return
            if not new:
                news.wait(POLL_S)
                yield after, None
        finally:
            signals.give_up(run_id, news)


def _queue(
    session: Session,
    user: User,
    conversation: ConversationRow,
    question: str,
    model: models.Model,
    passages: int,
    wanted: Preferences,
) -> RunRow:
    conversation.updated_at = now()
    session.flush()
    return runs.create(
        session,
        user,
        conversation,
        question,
        model.name,
        passages,
        model_id=model.id,
        options=_options(wanted),
    )


def _model(installation: Installation, asked_for: str | None, wanted: Preferences) -> models.Model:
    """The model that was asked for; else the person's own choice while it is there, else the default."""
    if asked_for is not None:
        return models.find(installation, ModelKind.LLM, asked_for)
    try:
        return models.find(installation, ModelKind.LLM, wanted.model)
    except InvalidInput:
        return models.find(installation, ModelKind.LLM, None)


def _options(wanted: Preferences) -> dict[str, Any]:
    # The rest is of the interface, or kept in columns of its own.
    apart = {"model", "passages", "theme", "interface"}
    return {name: value for name, value in asdict(wanted).items() if name not in apart}


def _has_later(session: Session, row: RunRow) -> bool:
    later = session.query(RunRow.id).filter(
        RunRow.conversation_id == row.conversation_id,
        RunRow.superseded_by.is_(None),
        RunRow.created_at > row.created_at,
    )
    return later.first() is not None


def _start(installation: Installation, run_id: str) -> str:
    installation.run_heartbeat.add(run_id)
    installation.executor.submit(answering.execute, installation, run_id)
    return run_id
