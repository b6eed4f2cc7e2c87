"""What a worker does with a job: read a document into an index, or remove every trace of one.

Each can be killed at any moment and started anew: the index is overwritten under the same chunk ids, and the
document, its chunks and the job change together in one transaction at the end.
"""

from __future__ import annotations

import logging
import time
from dataclasses import asdict
from typing import Any

from sqlalchemy import delete, func, select

from domain.documents import Chunk, DocumentStatus, ParsedDocument, Rectangle, Span
from domain.errors import Cancelled, EvidentiaError, Unavailable, UnreadableDocument
from domain.progress import Progress
from domain.users import User
from pipelines import build
from services import collections, files, jobs
from services.installation import Installation
from services.jobs import Job, JobKind
from services.tables import ChunkRow, DocumentRow, IndexVersionRow, now

logger = logging.getLogger(__name__)

REPORT_EVERY_S = 0.3


class Stopping(Exception):
    """The worker is asked to stop; its job goes back to the queue."""


def work(installation: Installation, job: Job, *, stopping: Progress) -> None:
    """Do one claimed job to its end, whatever that is; only ``Stopping`` and ``LeaseLost`` come out.

    ``stopping`` is called along the way and raises ``Stopping`` when the worker shall end.
    """
    try:
        with jobs.leased(installation, job):
            if job.kind is JobKind.INGEST:
                _ingest(installation, job, stopping)
            else:
                _delete(installation, job)
    except (Stopping, jobs.LeaseLost):
        raise
    except Cancelled:
        _withdraw(installation, job)
    except UnreadableDocument as error:
        _give_up(installation, job, str(error))
    except Unavailable as error:
        logger.warning("job %s must wait: %s", job.id, error, exc_info=True)
        _try_again(installation, job, str(error), getattr(error, "retry_after", None) or 0.0)
    except EvidentiaError as error:
        logger.warning("job %s failed: %s", job.id, error, exc_info=True)
        _give_up(installation, job, str(error))
    except Exception:
        logger.exception("job %s failed unexpectedly", job.id)
        _try_again(
            installation, job, f"Something unexpected went wrong (the log has it under job {job.id[:8]})."
        )


def _ingest(installation: Installation, job: Job, stopping: Progress) -> None:
    if job.attempt > jobs.MAX_ATTEMPTS:
        msg = "Reading this document stopped the worker several times. It may be damaged; try a fresh copy."
        raise UnreadableDocument(msg)
    with installation.database.session() as session:
        row = session.get(DocumentRow, job.document_id)
        if row is None or row.status == DocumentStatus.DELETING:
            jobs.finish(session, job, {})
            return
        files.ensure_space(installation.settings, row.size)
        row.status = DocumentStatus.RUNNING
        version = session.scalars(
            select(IndexVersionRow).filter_by(collection_id=row.collection_id, state="live")
        ).one()
    result = build.ingest(
        version.ingestion_pipeline,
        installation.runtime,
        path=files.path_of(installation.settings, row.sha256),
        name=row.name,
        document_id=row.id,
        index=collections.index_config(version).name,
        progress=_progress(installation, job, stopping),
        embedding=collections.embedding_model(installation, version.embedding),
    )
    if not result.chunks:
        msg = f"“{row.name}” holds no text that could be read."
        raise UnreadableDocument(msg)
    _store(installation, job, version.id, result.document, result.chunks, result.timings_ms)


def _store(
    installation: Installation,
    job: Job,
    version_id: str,
    document: ParsedDocument,
    chunks: list[Chunk],
    timings: dict[str, float],
) -> None:
    with installation.database.session() as session:
        row = session.get_one(DocumentRow, job.document_id)
        if row.status == DocumentStatus.DELETING:
            jobs.finish(session, job, timings)
            return
        session.execute(
            delete(ChunkRow).where(
                ChunkRow.document_id == job.document_id, ChunkRow.index_version_id == version_id
            )
        )
        session.execute(ChunkRow.__table__.insert(), [chunk_values(chunk, version_id) for chunk in chunks])  # type: ignore[attr-defined]
        row.status = DocumentStatus.READY
        row.error = None
        row.media_type = document.media_type
        row.title = document.title
        row.pages = len(document.pages)
        row.chunks = len(chunks)
        row.details = dict(document.metadata)
        row.warnings = list(document.warnings)
        row.ready_at = now()
        jobs.finish(session, job, timings)


def chunk_values(chunk: Chunk, version_id: str) -> dict[str, object]:
    """The row of a chunk in an index version."""
    return {
        "id": chunk.id,
        "document_id": chunk.document_id,
        "index_version_id": version_id,
        "ordinal": chunk.ordinal,
        "text": chunk.text,
        "context": chunk.context,
        "page": chunk.page,
        "page_label": chunk.page_label,
        "spans": [
            [s.start, s.end, s.page, *(round(edge, 5) for edge in asdict(s.rectangle).values())]
            for s in chunk.spans
        ],
    }


def spans_of(stored: list[Any]) -> tuple[Span, ...]:
    """The spans of a chunk from how they are stored."""
    return tuple(Span(start, end, page, Rectangle(*box)) for start, end, page, *box in stored)


def _progress(installation: Installation, job: Job, stopping: Progress) -> Progress:
    last_stage, last_moment = "", 0.0

    def report(stage: str, done: int, total: int) -> None:
        nonlocal last_stage, last_moment
        stopping(stage, done, total)
        moment = time.monotonic()
        if stage != last_stage or moment - last_moment >= REPORT_EVERY_S:
            last_stage, last_moment = stage, moment
            jobs.report(installation, job, stage, done, total)

    return Progress(report)


def _delete(installation: Installation, job: Job) -> None:
    with installation.database.read() as session:
        row = session.get(DocumentRow, job.document_id)
        if row is None:
            return
        versions = session.scalars(select(IndexVersionRow).filter_by(collection_id=row.collection_id)).all()
    for version in versions:
        build.remove_document(collections.index_config(version), installation.runtime, row.id)
    with files.changing(installation.settings):
        with installation.database.session() as session:
            session.execute(delete(DocumentRow).where(DocumentRow.id == row.id))
            others = session.scalar(
                select(func.count()).select_from(DocumentRow).where(DocumentRow.sha256 == row.sha256)
            )
        if not others:
            files.remove(installation.settings, row.sha256)


def _withdraw(installation: Installation, job: Job) -> None:
    with installation.database.session() as session:
        jobs.fail(session, job, "Cancelled.")
        row = session.get(DocumentRow, job.document_id)
        if row is not None and row.status == DocumentStatus.RUNNING:
            row.status, row.error = DocumentStatus.FAILED, "Cancelled."


def _give_up(installation: Installation, job: Job, reason: str) -> None:
    with installation.database.session() as session:
        jobs.fail(session, job, reason)
        row = session.get(DocumentRow, job.document_id)
        if row is not None and row.status != DocumentStatus.DELETING:
            row.status, row.error = DocumentStatus.FAILED, reason


def _try_again(installation: Installation, job: Job, reason: str, at_least_s: float = 0.0) -> None:
    with installation.database.session() as session:
        waits = jobs.retry_later(session, job, reason, at_least_s)
        row = session.get(DocumentRow, job.document_id)
        if waits and row is not None and row.status == DocumentStatus.RUNNING:
            row.status = DocumentStatus.QUEUED
    if not waits:
        _give_up(installation, job, reason)


def rebuild(installation: Installation, user: User, collection_id: str, progress: Progress) -> int:
    """Write a collection's index anew from the chunks in the database; gives how many were written.

    For a lost or damaged vector store. Raises ``NotFound``, ``NotAllowed``, ``StoreUnavailable`` and
    ``ModelUnavailable``.
    """
    collection = collections.for_writing(installation, user, collection_id)
    embedding = collections.embedding_model(installation, collection.index.embedding)
    build.drop_index(collection.index, installation.runtime)
    with installation.database.read() as session:
        rows = session.scalars(
            select(ChunkRow)
            .join(DocumentRow, DocumentRow.id == ChunkRow.document_id)
            .where(
                DocumentRow.collection_id == collection_id,
                DocumentRow.status == DocumentStatus.READY,
                ChunkRow.index_version_id == collection.index_version_id,
            )
            .order_by(ChunkRow.document_id, ChunkRow.ordinal)
        ).all()
    by_document: dict[str, list[Chunk]] = {}
    for row in rows:
        by_document.setdefault(row.document_id, []).append(
            Chunk(row.id, row.document_id, row.ordinal, row.text, row.context, row.page, row.page_label)
        )
    written = 0
    for chunks in by_document.values():
        build.write(collection.index, installation.runtime, chunks, Progress(), embedding)
        written += len(chunks)
        progress("write", written, len(rows))
    return written
