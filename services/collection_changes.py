"""Changing and removing collections: what is in one, its name, description and sharing, and its end."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from sqlalchemy import Select, exists, func, select, update
from sqlalchemy.exc import IntegrityError

from domain.documents import DocumentStatus
from domain.errors import Conflict, InvalidInput, NotAllowed
from domain.models import ModelKind
from domain.users import User
from pipelines.store.schema import LANGUAGES
from services import collections, models
from services.installation import Installation
from services.jobs import JobState
from services.tables import CollectionRow, DocumentRow, IndexVersionRow, JobRow, ModelRow, UserRow, now

logger = logging.getLogger(__name__)

# A collection without a live index version is found by nobody: with this mark it is gone for people, and
# stays marked, whoever is killed, until a worker has removed the last of it.
_GOING = "deleting"


@dataclass(frozen=True, slots=True)
class Details:
    """A collection with what is in it; ``embedding`` is the name of the model that it is indexed with."""

    id: str
    name: str
    description: str
    shared: bool
    owner: str
    embedding: str
    language: str
    documents: int
    passages: int
    size: int
    may_change: bool


def languages() -> tuple[str, ...]:
    """The languages (ISO 639-1) whose word forms the keyword search knows; all others it takes literally."""
    return LANGUAGES


def embeddings(installation: Installation, user: User) -> dict[str, str]:
    """The names by id of the embeddings that a new collection may have, the default first."""
    return {model.id: model.name for model in models.usable(installation, user, ModelKind.EMBEDDING)}


def details(installation: Installation, user: User, collection_id: str) -> Details:
    """One collection with what is in it. Raises ``NotFound``."""
    collection = collections.get(installation, user, collection_id)
    with installation.database.read() as session:
        row = session.get_one(CollectionRow, collection_id)
        owner = session.get_one(UserRow, row.owner_id)
        model = session.get(ModelRow, collection.index.embedding)
        count, passages, size = session.execute(
            select(func.count(), func.sum(DocumentRow.chunks), func.sum(DocumentRow.size)).where(
                DocumentRow.collection_id == collection_id, DocumentRow.status != DocumentStatus.DELETING
            )
        ).one()
    return Details(
        id=row.id,
        name=row.name,
        description=row.description,
        shared=row.shared,
        owner=owner.name,
        embedding=model.name if model is not None else collection.index.embedding,
        language=collection.index.language,
        documents=count,
        passages=int(passages or 0),
        size=int(size or 0),
        may_change=user.is_admin or row.owner_id == user.id,
    )


def change(
    installation: Installation, user: User, collection_id: str, *, name: str, description: str, shared: bool
) -> None:
    """Give a collection another name, description, or circle of readers.

    Raises ``NotFound``, ``NotAllowed``, ``InvalidInput`` for an unusable name or description, and
    ``Conflict`` when its owner has another collection of that name.
    """
    _require_change(installation, user, collection_id)
    name = " ".join(name.split())
    if not name or len(name) > collections.MAX_NAME_LENGTH:
        msg = f"A collection needs a name of 1 to {collections.MAX_NAME_LENGTH} characters."
        raise InvalidInput(msg)
    description = collections.clean_description(description)
    try:
        with installation.database.session() as session:
            row = session.get_one(CollectionRow, collection_id)
            row.name, row.description, row.shared = name, description, shared
    except IntegrityError as error:
        msg = f"Its owner has a collection named “{name}” already. Choose another name."
        raise Conflict(msg) from error


def delete(installation: Installation, user: User, collection_id: str, typed_name: str = "") -> None:
    """Take a collection away from everybody at once; a worker then removes all that is stored of it.

    One that holds documents asks for its name. Raises ``NotFound``, ``NotAllowed`` and ``InvalidInput``.
    """
    found = _require_change(installation, user, collection_id)
    if found.documents and typed_name.strip() != found.name:
        msg = f"Type the collection's name, “{found.name}”, to delete it with everything in it."
        raise InvalidInput(msg)
    with installation.database.session() as session:
        row = session.get_one(CollectionRow, collection_id)
        # Its owner may want the name again before the worker has come to it.
        row.name, row.shared = f"deleted {row.id}", False
        session.execute(
            update(IndexVersionRow).where(IndexVersionRow.collection_id == collection_id).values(state=_GOING)
        )
        mine = select(DocumentRow.id).where(DocumentRow.collection_id == collection_id)
        session.execute(update(JobRow).where(JobRow.document_id.in_(mine)).values(cancel_requested=True))
        session.execute(
            update(JobRow)
            .where(JobRow.document_id.in_(mine), JobRow.state == JobState.QUEUED)
            .values(state=JobState.CANCELLED)
        )
        session.execute(
            update(DocumentRow)
            .where(DocumentRow.collection_id == collection_id)
            .values(status=DocumentStatus.DELETING)
        )


def remove_deleted(installation: Installation) -> bool:
    """Remove what is stored of deleted collections; for a worker, which calls it again and again.

    One whose document is still at work waits for that. ``False`` when something could not be removed now.
    """
    with installation.database.read() as session:
        going = session.scalars(_going()).all()
    done = True
    for collection_id in going:
        try:
            collections.remove(installation, collection_id)
        except Exception:
            # The engine may be away or the disk full: the mark stays, and the next round begins anew.
            logger.warning("could not remove collection %s yet", collection_id, exc_info=True)
            done = False
        else:
            logger.info("removed collection %s with all its documents", collection_id)
    return done


def _going() -> Select[str]:
    marked = exists().where(
        IndexVersionRow.collection_id == CollectionRow.id, IndexVersionRow.state == _GOING
    )
    at_work = exists().where(
        JobRow.document_id == DocumentRow.id,
        DocumentRow.collection_id == CollectionRow.id,
        JobRow.state == JobState.RUNNING,
        JobRow.lease_until > now(),
    )
    return select(CollectionRow.id).where(marked, ~at_work)


def _require_change(installation: Installation, user: User, collection_id: str) -> Details:
    found = details(installation, user, collection_id)
    if not found.may_change:
        msg = f"Only the owner of “{found.name}” or an admin may change or delete it."
        raise NotAllowed(msg)
    return found
