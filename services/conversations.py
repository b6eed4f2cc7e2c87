"""Conversations: whose they are, what they are called, and where their questions are searched."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete as sql_delete
from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from domain.errors import InvalidInput, NotFound
from domain.users import User
from services.installation import Installation
from services.tables import ConversationRow, RunRow, now

TITLE_LENGTH = 80


@dataclass(frozen=True, slots=True)
class Conversation:
    """A chat of the acting user.

    ``document_ids`` are its chosen files, ``None`` for all; ``model_id`` and ``passages`` what its last
    question was asked with.
    """

    id: str
    title: str
    collection_id: str | None
    document_ids: tuple[str, ...] | None
    model_id: str | None
    passages: int | None
    updated_at: datetime


def listing(installation: Installation, user: User, text: str = "") -> list[Conversation]:
    """The user's conversations, the latest first; with ``text``, those whose title or questions hold it."""
    query = select(ConversationRow).where(
        ConversationRow.user_id == user.id, ConversationRow.deleted_at.is_(None)
    )
    text = text.strip()
    if text:
        asked = exists().where(
            RunRow.conversation_id == ConversationRow.id, RunRow.question.icontains(text, autoescape=True)
        )
        query = query.where(or_(ConversationRow.title.icontains(text, autoescape=True), asked))
    with installation.database.read() as session:
        return [_view(row) for row in session.scalars(query.order_by(ConversationRow.updated_at.desc()))]


def get(installation: Installation, user: User, conversation_id: str) -> Conversation:
    """One conversation. Raises ``NotFound`` when it is not the user's, or deleted."""
    with installation.database.read() as session:
        return _view(mine(session, user, conversation_id))


def rename(installation: Installation, user: User, conversation_id: str, title: str) -> None:
    """Give a conversation another title. Raises ``NotFound`` and ``InvalidInput``."""
    title = " ".join(title.split())
    if not title:
        msg = "A conversation needs a title. Type one."
        raise InvalidInput(msg)
    with installation.database.session() as session:
        mine(session, user, conversation_id).title = shortened(title)


def delete(installation: Installation, user: User, conversation_id: str) -> None:
    """Hide a conversation; ``restore`` brings it back until it is purged. Raises ``NotFound``."""
    with installation.database.session() as session:
        mine(session, user, conversation_id).deleted_at = now()


def restore(installation: Installation, user: User, conversation_id: str) -> None:
    """Bring a deleted conversation back. Raises ``NotFound``."""
    with installation.database.session() as session:
        mine(session, user, conversation_id, deleted=True).deleted_at = None


def purge(installation: Installation, before: datetime) -> None:
    """Remove for good what was deleted before ``before``; its runs stay for the statistics."""
    with installation.database.session() as session:
        session.execute(sql_delete(ConversationRow).where(ConversationRow.deleted_at < before))


def mine(session: Session, user: User, conversation_id: str, *, deleted: bool = False) -> ConversationRow:
    """The row of a conversation of the user's. Raises ``NotFound``."""
    row = session.get(ConversationRow, conversation_id)
    if row is None or row.user_id != user.id or (row.deleted_at is not None) is not deleted:
        msg = "There is no such conversation."
        raise NotFound(msg)
    return row


def shortened(title: str) -> str:
    """A title of a length that can be listed."""
    title = " ".join(title.split())
    return title if len(title) <= TITLE_LENGTH else title[: TITLE_LENGTH - 1] + "…"


def _view(row: ConversationRow) -> Conversation:
    chosen = None if row.document_ids is None else tuple(row.document_ids)
    return Conversation(
        row.id, row.title, row.collection_id, chosen, row.model_id, row.passages, row.updated_at
    )
