"""Documents: upload, list, read, retry, delete."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.documents import DocumentStatus, Rectangle, Span
from domain.errors import Conflict, NotAllowed, NotFound, UnreadableDocument
from domain.users import User
from pipelines.boxes import locate
from pipelines.preview import page_text as read_page_text
from pipelines.preview import render_page
from pipelines.readers.detect import refuse_by_name
from services import collections, files
from services.ingestion import spans_of
from services.installation import Installation
from services.jobs import JobKind, JobState, enqueue
from services.tables import ChunkRow, CollectionRow, DocumentRow, IndexVersionRow, JobRow, UserRow, new_id

PASSAGES_AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class Document:
    """A document as listed, with how far its job is (``done`` of ``total`` units of ``stage``)."""

    id: str
    collection_id: str
    name: str
    owner: str
    size: int
    status: DocumentStatus
    media_type: str | None
    title: str | None
    pages: int | None
    chunks: int | None
    warnings: tuple[str, ...]
    error: str | None
    created_at: datetime
    stage: str | None
    done: int
    total: int
    may_delete: bool

    @property
    def is_settled(self) -> bool:
        """Whether no job is going on for it."""
        return self.status in (DocumentStatus.READY, DocumentStatus.FAILED)


@dataclass(frozen=True, slots=True)
class Upload:
    """What became of an upload: ``duplicate`` when the collection held the same content already.

    ``namesake``: another document of the collection, with other content, has the same name.
    """

    document: Document
    duplicate: bool
    namesake: bool = False


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage of a document: its ``number`` counts from 1, ``page`` is where it begins."""

    id: str
    number: int
    text: str
    context: str
    page: int
    page_label: str | None
    spans: tuple[Span, ...]

    def boxes(self, page: int) -> list[Rectangle]:
        """Where it stands on ``page``; nothing for text files, whose pages have no places."""
        return [box for number, box in locate(self.spans, 0, len(self.text)) if number == page]


def upload(installation: Installation, user: User, collection_id: str, name: str, stream: BinaryIO) -> Upload:
    """Store a file and queue it for reading.

    Content that the collection holds already is not added again; if it had failed, it is tried again.
    Raises ``NotFound``, ``NotAllowed``, ``InvalidInput`` (empty, too large), ``UnreadableDocument`` for a
    kind of file that no reader exists for, and ``DiskFull``.
    """
    collections.for_writing(installation, user, collection_id)
    name = files.clean_name(name)
    refuse_by_name(name)
    stored = files.take_in(installation.settings, name, stream)
    try:
        with files.changing(installation.settings), installation.database.session() as session:
            _require_open(session, collection_id)
            existing = session.scalars(
                select(DocumentRow).filter_by(collection_id=collection_id, sha256=stored.sha256)
            ).one_or_none()
            if existing is not None:
                row, duplicate, namesake = existing, True, False
                _reuse(session, row, user)
            else:
                row, duplicate = _new_document(user, collection_id, name, stored), False
                same_name = select(DocumentRow.id).filter_by(collection_id=collection_id, name=name)
                namesake = session.scalars(same_name).first() is not None
                session.add(row)
                session.flush()
                enqueue(session, JobKind.INGEST, row.id, user.id)
            files.keep(installation.settings, stored)
    finally:
        stored.incoming.unlink(missing_ok=True)
    return Upload(get(installation, user, row.id), duplicate, namesake)


def _require_open(session: Session, collection_id: str) -> None:
    # It may have been deleted while the file was coming in.
    live = select(IndexVersionRow.id).filter_by(collection_id=collection_id, state="live")
    if session.scalars(live).first() is None:
        msg = "The collection was deleted meanwhile. Choose another one."
        raise NotFound(msg)


def _new_document(user: User, collection_id: str, name: str, stored: files.StoredFile) -> DocumentRow:
    return DocumentRow(
        id=new_id(),
        collection_id=collection_id,
        owner_id=user.id,
        name=name,
        sha256=stored.sha256,
        size=stored.size,
        status=DocumentStatus.QUEUED,
    )


def _reuse(session: Session, row: DocumentRow, user: User) -> None:
    if row.status == DocumentStatus.DELETING:
        msg = f"“{row.name}” with the same content is being deleted. Upload it again in a moment."
        raise Conflict(msg)
    if row.status == DocumentStatus.FAILED:
        _queue_again(session, row, user)


def _queue_again(session: Session, row: DocumentRow, user: User) -> None:
    row.status = DocumentStatus.QUEUED
    row.error = None
    enqueue(session, JobKind.INGEST, row.id, user.id)


def listing(installation: Installation, user: User, collection_id: str) -> list[Document]:
    """The documents of a collection, newest first. Raises ``NotFound``."""
    collections.get(installation, user, collection_id)
    with installation.database.read() as session:
        rows = session.execute(_documents().where(DocumentRow.collection_id == collection_id)).all()
        return [_view(user, *row) for row in rows]


def ready_names(installation: Installation, user: User, collection_id: str) -> dict[str, str]:
    """Names of a collection's ready documents by id, in the order of the names. Raises ``NotFound``."""
    collections.get(installation, user, collection_id)
    with installation.database.read() as session:
        rows = session.execute(
            select(DocumentRow.id, DocumentRow.name)
            .where(DocumentRow.collection_id == collection_id, DocumentRow.status == DocumentStatus.READY)
            .order_by(func.lower(DocumentRow.name), DocumentRow.id)
        )
        return {row.id: row.name for row in rows}


def unsettled(installation: Installation, user: User, collection_id: str) -> list[Document]:
    """The documents of a collection that a job is waiting or at work for, newest first.

    Raises ``NotFound``.
    """
    collections.get(installation, user, collection_id)
    settled = [DocumentStatus.READY, DocumentStatus.FAILED]
    with installation.database.read() as session:
        rows = session.execute(
            _documents().where(DocumentRow.collection_id == collection_id, DocumentRow.status.not_in(settled))
        ).all()
        return [_view(user, *row) for row in rows]


def get(installation: Installation, user: User, document_id: str) -> Document:
    """One document. Raises ``NotFound`` when there is none that ``user`` may read."""
    with installation.database.read() as session:
        row = session.execute(_documents().where(DocumentRow.id == document_id)).first()
    if row is not None:
        # The same sentence for both: whether there is one that is not theirs is nobody's business.
        with suppress(NotFound):
            collections.get(installation, user, row[0].collection_id)
            return _view(user, *row)
    msg = "There is no such document. It may have been deleted, or it is not shared with you."
    raise NotFound(msg)


def retry(installation: Installation, user: User, document_id: str) -> None:
    """Read a failed document once more. Raises ``NotFound``, ``NotAllowed``, ``Conflict``."""
    _may_change(installation, user, document_id)
    with installation.database.session() as session:
        row = session.get_one(DocumentRow, document_id)
        if row.status != DocumentStatus.FAILED:
            msg = f"“{row.name}” has not failed; there is nothing to try again."
            raise Conflict(msg)
        _queue_again(session, row, user)


def delete(installation: Installation, user: User, document_id: str) -> None:
    """Hide a document from every search at once and queue the removal of all that is stored of it.

    Raises ``NotFound`` and ``NotAllowed``. Deleting twice does no harm.
    """
    _may_change(installation, user, document_id)
    with installation.database.session() as session:
        row = session.get_one(DocumentRow, document_id)
        if row.status == DocumentStatus.DELETING:
            return
        row.status = DocumentStatus.DELETING
        for job in session.scalars(select(JobRow).filter_by(document_id=document_id)):
            job.cancel_requested = True
            if job.state == JobState.QUEUED:
                job.state = JobState.CANCELLED
        enqueue(session, JobKind.DELETE, document_id, user.id)


def original(installation: Installation, user: User, document_id: str) -> Path:
    """Where the uploaded file lies. Raises ``NotFound``."""
    get(installation, user, document_id)
    with installation.database.read() as session:
        sha256 = session.scalars(select(DocumentRow.sha256).filter_by(id=document_id)).one()
    return files.path_of(installation.settings, sha256)


def page_image(
    installation: Installation,
    user: User,
    document_id: str,
    page: int,
    boxes: list[Rectangle],
    width_px: int = 900,
) -> bytes | None:
    """A page as a picture with ``boxes`` marked on it; ``None`` for a document that has no page pictures.

    Raises ``NotFound``.
    """
    path = original(installation, user, document_id)
    try:
        return render_page(path, page, boxes, width_px)
    except (UnreadableDocument, FileNotFoundError):
        return None


def passages(
    installation: Installation,
    user: User,
    document_id: str,
    page: int,
    *,
    first: int = 0,
    limit: int = PASSAGES_AT_ONCE,
) -> tuple[list[Passage], int]:
    """The passages of a page in their order, and how many there are: ``limit`` of them from the ``first`` on.

    They are those that begin on the page, after the one from before that reaches onto it. Raises
    ``NotFound``; a document that is being deleted has none.
    """
    document = get(installation, user, document_id)
    if document.status is DocumentStatus.DELETING:
        return [], 0
    version = collections.get(installation, user, document.collection_id).index_version_id
    mine = select(ChunkRow).filter_by(document_id=document_id, index_version_id=version)
    with installation.database.read() as session:
        before = session.scalars(
            mine.where(ChunkRow.page < page).order_by(ChunkRow.ordinal.desc()).limit(1)
        ).first()
        begun = mine.where(ChunkRow.page == page)
        total = session.scalar(select(func.count()).select_from(begun.subquery())) or 0
        rows = list(session.scalars(begun.order_by(ChunkRow.ordinal).offset(first).limit(limit)))
    found = [_passage(row) for row in rows]
    if before is not None and first == 0 and (reaching := _passage(before)).boxes(page):
        found.insert(0, reaching)
    return found, total


def place_of(installation: Installation, user: User, document_id: str, passage_id: str) -> tuple[int, int]:
    """The page that a passage begins on, and how many begin there before it. Raises ``NotFound``."""
    get(installation, user, document_id)
    with installation.database.read() as session:
        row = session.get(ChunkRow, passage_id)
        if row is None or row.document_id != document_id:
            msg = "There is no such passage any more. The document may have been read anew."
            raise NotFound(msg)
        earlier = select(func.count()).where(
            ChunkRow.document_id == document_id,
            ChunkRow.index_version_id == row.index_version_id,
            ChunkRow.page == row.page,
            ChunkRow.ordinal < row.ordinal,
        )
        return row.page, session.scalar(earlier) or 0


def page_text(installation: Installation, user: User, document_id: str, page: int) -> str | None:
    """The text of a page as it was read; ``None`` for a document that has page pictures, or no file any more.

    Raises ``NotFound``.
    """
    document = get(installation, user, document_id)
    path = original(installation, user, document_id)
    try:
        return read_page_text(path, document.name, page)
    except (UnreadableDocument, FileNotFoundError):
        return None


def _passage(row: ChunkRow) -> Passage:
    return Passage(
        id=row.id,
        number=row.ordinal + 1,
        text=row.text,
        context=row.context,
        page=row.page,
        page_label=row.page_label,
        spans=spans_of(row.spans),
    )


def _may_change(installation: Installation, user: User, document_id: str) -> None:
    document = get(installation, user, document_id)
    if not document.may_delete:
        msg = f"Only the person who added “{document.name}”, the collection's owner or an admin may do this."
        raise NotAllowed(msg)


def _documents() -> Any:
    latest = (
        select(JobRow.id)
        .where(JobRow.document_id == DocumentRow.id)
        .order_by(JobRow.created_at.desc(), JobRow.id)
        .limit(1)
        .correlate(DocumentRow)
        .scalar_subquery()
    )
    return (
        select(DocumentRow, UserRow.name, CollectionRow.owner_id, JobRow)
        .join(UserRow, UserRow.id == DocumentRow.owner_id)
        .join(CollectionRow, CollectionRow.id == DocumentRow.collection_id)
        .outerjoin(JobRow, JobRow.id == latest)
        .order_by(DocumentRow.created_at.desc(), DocumentRow.id)
    )


def _view(user: User, row: DocumentRow, owner: str, collection_owner: str, job: JobRow | None) -> Document:
    return Document(
        id=row.id,
        collection_id=row.collection_id,
        name=row.name,
        owner=owner,
        size=row.size,
        status=DocumentStatus(row.status),
        media_type=row.media_type,
        title=row.title,
        pages=row.pages,
        chunks=row.chunks,
        warnings=tuple(row.warnings),
        error=row.error,
        created_at=row.created_at,
        stage=job.stage if job else None,
        done=job.done if job else 0,
        total=job.total if job else 0,
        may_delete=user.is_admin or user.id in (row.owner_id, collection_owner),
    )
