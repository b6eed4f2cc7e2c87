"""Collections: sets of documents with one embedding and one owner."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, bindparam, func, or_, select
from sqlalchemy import delete as sql_delete
from sqlalchemy.exc import IntegrityError

from domain.config import DEFAULT_EMBEDDING, IndexConfig
from domain.documents import DocumentStatus
from domain.errors import Conflict, InvalidInput, NotAllowed, NotFound
from domain.models import ModelConfig, ModelKind
from domain.users import Role, User
from pipelines import build
from services import files, models
from services.installation import Installation
from services.tables import CollectionRow, DocumentRow, IndexVersionRow, SettingRow, UserRow, new_id

DEFAULT_NAME = "Documents"
DEFAULT_CREATED = "default_collection"
MAX_NAME_LENGTH = 120
MAX_DESCRIPTION_LENGTH = 500


@dataclass(frozen=True, slots=True)
class Collection:
    """A collection as the acting user sees it."""

    id: str
    name: str
    shared: bool
    may_write: bool
    documents_ready: int
    fusion_weight: float | None
    search_pipeline: str | None
    answer_pipeline: str | None
    index_version_id: str
    ingestion_pipeline: str
    index: IndexConfig


def create(
    installation: Installation,
    user: User,
    name: str,
    *,
    description: str = "",
    shared: bool = False,
    embedding: str | None = None,
    language: str = "en",
    temporary: bool = False,
    cached: bool = False,
) -> Collection:
    """Make a collection that belongs to ``user``, with its first index version.

    ``embedding`` is the id or the name of an active one, ``None`` for the default. ``language`` (ISO 639-1)
    chooses the analyzer of the keyword search. A ``temporary`` collection is listed nowhere; ``cached``
    remembers its embeddings for the next measurement. Raises ``InvalidInput`` for an unusable name,
    description or embedding, ``ModelUnavailable`` for an embedding that does not answer, and ``Conflict``
    when the user has a collection of that name.
    """
    name = " ".join(name.split())
    if not name or len(name) > MAX_NAME_LENGTH:
        msg = f"A collection needs a name of 1 to {MAX_NAME_LENGTH} characters."
        raise InvalidInput(msg)
    embedding, dimension = _embedding(installation, embedding)
    row = CollectionRow(id=new_id(), name=name, owner_id=user.id, shared=shared, temporary=temporary)
    version = IndexVersionRow(
        id=new_id(), collection_id=row.id, embedding=embedding, dimension=dimension, language=language
    )
    version.ingestion_pipeline = build.ingestion_yaml(index_config(version), cached=cached)
    row.description = clean_description(description)
    try:
        with installation.database.session() as session:
            session.add(row)
            session.flush()
            session.add(version)
    except IntegrityError as error:
        msg = f"You have a collection named “{name}” already. Choose another name."
        raise Conflict(msg) from error
    return get(installation, user, row.id)


def _embedding(installation: Installation, wanted: str | None) -> tuple[str, int]:
    """The id of an active embedding and the length of its vectors, asked for if no test has told it yet."""
    found = models.find(installation, ModelKind.EMBEDDING, wanted)
    known = found.capabilities.get("dimension")
    if isinstance(known, int) and known > 0:
        return found.id, known
    return found.id, build.embedding_dimension(found.id, embedding_model(installation, found.id))


def embedding_model(installation: Installation, embedding: str) -> ModelConfig | None:
    """How to reach the embedding of an index, be it retired; ``None`` for the built-in one.

    Raises ``NotFound`` when it was deleted, and ``ModelRefused`` when its key cannot be read.
    """
    return None if embedding in build.EMBEDDING_DIMENSIONS else models.config(installation, embedding)


def create_default(installation: Installation) -> None:
    """Make the first collection, shared with everybody, once in the life of an installation."""
    with installation.database.read() as session:
        if session.get(SettingRow, DEFAULT_CREATED) is not None:
            return
        owner = session.scalars(select(UserRow).order_by(UserRow.created_at)).first()
    if owner is None:
        return
    # Another process may be starting too; one of the two finds what the other has made.
    with suppress(Conflict):
        user = User(owner.id, owner.name, Role(owner.role))
        create(installation, user, DEFAULT_NAME, shared=True, embedding=DEFAULT_EMBEDDING)
    with installation.database.session() as session:
        session.merge(SettingRow(key=DEFAULT_CREATED, value="yes"))


def readable(installation: Installation, user: User) -> list[Collection]:
    """The collections that ``user`` may read, by name."""
    query = _collections().where(CollectionRow.temporary.is_(False))
    if not user.is_admin:
        query = query.where(or_(CollectionRow.owner_id == user.id, CollectionRow.shared.is_(True)))
    with installation.database.read() as session:
        rows = session.execute(query.order_by(CollectionRow.name, CollectionRow.id))
        return [_view(user, *row) for row in rows]


def get(installation: Installation, user: User, collection_id: str) -> Collection:
    """One collection. Raises ``NotFound`` when there is none that ``user`` may read."""
    with installation.database.read() as session:
        row = session.execute(_ONE, {"collection_id": collection_id}).one_or_none()
    if row is None or not _may_read(row[0], user):
        msg = "There is no such collection, or it is not shared with you."
        raise NotFound(msg)
    return _view(user, *row)


def by_name(installation: Installation, user: User, name: str) -> Collection:
    """The collection of that name, the user's own first. Raises ``NotFound``."""
    matches = [c for c in readable(installation, user) if c.name == name]
    if not matches:
        msg = f"There is no collection named “{name}” that you may read."
        raise NotFound(msg)
    return next((c for c in matches if c.may_write), matches[0])


def for_writing(installation: Installation, user: User, collection_id: str) -> Collection:
    """One collection to add documents to. Raises ``NotFound`` or ``NotAllowed``."""
    collection = get(installation, user, collection_id)
    if not collection.may_write:
        msg = "You may read this collection but not add to it. Ask its owner."
        raise NotAllowed(msg)
    return collection


def clean_description(text: str) -> str:
    """A description as it is stored: one line. Raises ``InvalidInput`` for one that is too long."""
    text = " ".join(text.split())
    if len(text) > MAX_DESCRIPTION_LENGTH:
        msg = f"A description has at most {MAX_DESCRIPTION_LENGTH} characters; this one has {len(text):,}."
        raise InvalidInput(msg)
    return text


def discard(installation: Installation, user: User, collection_id: str) -> None:
    """Remove a temporary collection with everything in it. Raises ``NotAllowed`` and ``NotFound``."""
    get(installation, user, collection_id)
    with installation.database.read() as session:
        row = session.get_one(CollectionRow, collection_id)
    if not row.temporary or not (user.is_admin or row.owner_id == user.id):
        msg = "Only a temporary collection is removed with its documents in it, and only by its owner."
        raise NotAllowed(msg)
    remove(installation, collection_id)


def discard_abandoned(installation: Installation, before: datetime) -> None:
    """Remove the temporary collections that a killed measurement left, if older than ``before``."""
    with installation.database.read() as session:
        ids = session.scalars(
            select(CollectionRow.id).where(CollectionRow.temporary, CollectionRow.created_at < before)
        ).all()
    for collection_id in ids:
        remove(installation, collection_id)


def remove(installation: Installation, collection_id: str) -> None:
    """Remove a collection's index, documents and originals; whoever calls it has checked who may.

    Killed in between, it can be called again. Raises ``StoreUnavailable``.
    """
    with installation.database.read() as session:
        versions = session.scalars(select(IndexVersionRow).filter_by(collection_id=collection_id)).all()
    for version in versions:
        build.drop_index(index_config(version), installation.runtime)
    with files.changing(installation.settings):
        with installation.database.session() as session:
            mine = set(session.scalars(select(DocumentRow.sha256).filter_by(collection_id=collection_id)))
            for table in (DocumentRow, IndexVersionRow):
                session.execute(sql_delete(table).where(table.collection_id == collection_id))
            session.execute(sql_delete(CollectionRow).where(CollectionRow.id == collection_id))
            kept = set(session.scalars(select(DocumentRow.sha256).where(DocumentRow.sha256.in_(mine))))
        for sha256 in mine - kept:
            files.remove(installation.settings, sha256)


def _may_read(row: CollectionRow, user: User) -> bool:
    return user.is_admin or row.shared or row.owner_id == user.id


def index_config(version: IndexVersionRow) -> IndexConfig:
    """The configuration object of a stored index version."""
    return IndexConfig(
        name=f"v_{version.id}",
        embedding=version.embedding,
        dimension=version.dimension,
        language=version.language,
    )


def _collections() -> Select[CollectionRow, IndexVersionRow, int | None]:
    ready = (
        select(func.count())
        .where(DocumentRow.collection_id == CollectionRow.id, DocumentRow.status == DocumentStatus.READY)
        .correlate(CollectionRow)
        .scalar_subquery()
    )
    return select(CollectionRow, IndexVersionRow, ready).join(
        IndexVersionRow,
        (IndexVersionRow.collection_id == CollectionRow.id) & (IndexVersionRow.state == "live"),
    )


# Made once: every question asks it, and making a statement takes longer than running it.
_ONE = _collections().where(CollectionRow.id == bindparam("collection_id"))


def _view(user: User, row: CollectionRow, version: IndexVersionRow, ready: int | None) -> Collection:
    return Collection(
        id=row.id,
        name=row.name,
        shared=row.shared,
        may_write=_may_read(row, user),
        documents_ready=ready or 0,
        fusion_weight=row.fusion_weight,
        search_pipeline=row.search_pipeline,
        answer_pipeline=row.answer_pipeline,
        index_version_id=version.id,
        ingestion_pipeline=version.ingestion_pipeline,
        index=index_config(version),
    )
