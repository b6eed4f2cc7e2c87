"""The tables. SQL owns users, documents, chunks, jobs and runs; Milvus is rebuilt from here."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    Boolean,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


def new_id() -> str:
    """A new random identifier: 32 hexadecimal characters."""
    return uuid.uuid4().hex


def now() -> datetime:
    """The present moment in UTC."""
    return datetime.now(UTC)


class UtcDateTime(TypeDecorator[datetime]):
    """A point in time, UTC on both sides; SQLite keeps no time zone by itself."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Store in UTC without zone. Raises ``ValueError`` for a time without a zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            msg = "a stored time needs a time zone"
            raise ValueError(msg)
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Give UTC back."""
        return None if value is None else value.replace(tzinfo=UTC)


class Base(DeclarativeBase):
    """Base of all tables."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UtcDateTime,
        dict[str, Any]: JSON,
        list[Any]: JSON,
        str: String(255),
    }


class SettingRow(Base):
    """One value of the installation, such as whether the first admin was created."""

    __tablename__ = "setting"
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[str] = mapped_column(Text)


class UserRow(Base):
    """A person who may sign in."""

    __tablename__ = "user"
    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(32), unique=True)
    password_hash: Mapped[str]
    role: Mapped[str] = mapped_column(String(16))
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    must_change_password: Mapped[bool] = mapped_column(Boolean, default=False)
    sessions_valid_after: Mapped[datetime] = mapped_column(default=now)
    failed_sign_ins: Mapped[int] = mapped_column(Integer, default=0)
    locked_until: Mapped[datetime | None]
    last_seen_at: Mapped[datetime | None]
    preferences: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime] = mapped_column(default=now)


class ModelRow(Base):
    """A language model, an embedding or a reranker as registered, and how to reach it.

    ``secret`` is encrypted. ``retired`` ones are offered nowhere but still serve the collections that were
    indexed with them. ``origin`` says where the row came from; ``version`` grows with every change, so that
    two people who edit one row do not overwrite each other.
    """

    __tablename__ = "model"
    __table_args__ = (UniqueConstraint("kind", "name"),)
    id: Mapped[str] = mapped_column(String(64), primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(String(16))
    name: Mapped[str] = mapped_column(String(120))
    provider: Mapped[str] = mapped_column(String(32))
    parameters: Mapped[dict[str, Any]] = mapped_column(default=dict)
    secret: Mapped[str | None] = mapped_column(Text)
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    is_default: Mapped[bool] = mapped_column(Boolean, default=False)
    is_fallback: Mapped[bool] = mapped_column(Boolean, default=False)
    retired: Mapped[bool] = mapped_column(Boolean, default=False)
    origin: Mapped[str] = mapped_column(String(120))
    capabilities: Mapped[dict[str, Any]] = mapped_column(default=dict)
    tested_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(Integer, default=1)
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now)


class CollectionRow(Base):
    """A set of documents with one embedding and one owner; shared ones are read by everybody."""

    __tablename__ = "collection"
    __table_args__ = (UniqueConstraint("owner_id", "name"),)
    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(120))
    description: Mapped[str] = mapped_column(Text, default="")
    owner_id: Mapped[str] = mapped_column(ForeignKey("user.id"), index=True)
    shared: Mapped[bool] = mapped_column(Boolean, default=False)
    temporary: Mapped[bool] = mapped_column(Boolean, default=False)
    fusion_weight: Mapped[float | None]
    search_pipeline: Mapped[str | None] = mapped_column(Text)
    answer_pipeline: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(default=now)


class IndexVersionRow(Base):
    """One way a collection was indexed; exactly one version of a collection is live."""

    __tablename__ = "index_version"
    __table_args__ = (UniqueConstraint("collection_id", "number"),)
    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    collection_id: Mapped[str] = mapped_column(ForeignKey("collection.id"), index=True)
    number: Mapped[int] = mapped_column(Integer, default=1)
    state: Mapped[str] = mapped_column(String(16), default="live")
    embedding: Mapped[str]
    dimension: Mapped[int] = mapped_column(Integer)
    language: Mapped[str] = mapped_column(String(8), default="en")
    ingestion_pipeline: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(default=now)


class DocumentRow(Base):
    """An uploaded file. It is found only while its status is ``ready``."""

    __tablename__ = "document"
    __table_args__ = (
        UniqueConstraint("collection_id", "sha256"),
        Index("ix_document_collection_id_status", "collection_id", "status"),
    )
    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    collection_id: Mapped[str] = mapped_column(ForeignKey("collection.id"))
    owner_id: Mapped[str] = mapped_column(ForeignKey("user.id"))
    name: Mapped[str]
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    size: Mapped[int] = mapped_column(Integer)
    status: Mapped[str] = mapped_column(String(16))
    media_type: Mapped[str | None] = mapped_column(String(80))
    title: Mapped[str | None] = mapped_column(Text)
    pages: Mapped[int | None] = mapped_column(Integer)
    chunks: Mapped[int | None] = mapped_column(Integer)
    details: Mapped[dict[str, Any]] = mapped_column("metadata", default=dict)
    warnings: Mapped[list[Any]] = mapped_column(default=list)
    error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(default=now)
    ready_at: Mapped[datetime | None]


class ChunkRow(Base):
    """A passage with its page and the rectangles of its lines."""

    __tablename__ = "chunk"
    __table_args__ = (UniqueConstraint("document_id", "index_version_id", "ordinal"),)
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    document_id: Mapped[str] = mapped_column(ForeignKey("document.id", ondelete="CASCADE"))
    index_version_id: Mapped[str] = mapped_column(ForeignKey("index_version.id", ondelete="CASCADE"))
    ordinal: Mapped[int] = mapped_column(Integer)
    text: Mapped[str] = mapped_column(Text)
    context: Mapped[str] = mapped_column(Text)
    page: Mapped[int] = mapped_column(Integer)
    page_label: Mapped[str | None] = mapped_column(String(40))
    spans: Mapped[list[Any]] = mapped_column(default=list)


class JobRow(Base):
    """One piece of long work. The table is the queue."""

    __tablename__ = "job"
    __table_args__ = (Index("ix_job_state_run_after", "state", "run_after"),)
    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(String(16))
    document_id: Mapped[str] = mapped_column(ForeignKey("document.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("user.id"))
    state: Mapped[str] = mapped_column(String(16), default="queued")
    stage: Mapped[str | None] = mapped_column(String(24))
    done: Mapped[int] = mapped_column(Integer, default=0)
    total: Mapped[int] = mapped_column(Integer, default=0)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    lease_owner: Mapped[str | None] = mapped_column(String(64))
    lease_until: Mapped[datetime | None]
    run_after: Mapped[datetime] = mapped_column(default=now)
    cancel_requested: Mapped[bool] = mapped_column(Boolean, default=False)
    error: Mapped[str | None] = mapped_column(Text)
    timings: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime] = mapped_column(default=now)
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


class ConversationRow(Base):
    """A chat of one user."""

    __tablename__ = "conversation"
    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    user_id: Mapped[str] = mapped_column(ForeignKey("user.id"), index=True)
    collection_id: Mapped[str | None] = mapped_column(ForeignKey("collection.id", ondelete="SET NULL"))
    title: Mapped[str] = mapped_column(String(120), default="")
    document_ids: Mapped[list[Any] | None] = mapped_column(JSON)
    model_id: Mapped[str | None] = mapped_column(String(64))
    passages: Mapped[int | None] = mapped_column(Integer)
    deleted_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now)


class PipelineRow(Base):
    """The YAML of a pipeline that ran, kept once however often it ran."""

    __tablename__ = "pipeline"
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    yaml: Mapped[str] = mapped_column(Text)


class RunRow(Base):
    """One question answered: everything that analytics, the lab and calibration read.

    ``model`` is the name of the one that answered, ``fallback_from`` of the one that could not.
    ``partial``: the stream broke off; ``notes`` are sentences for the person. ``superseded_by`` is the run
    that answered the same question anew. ``feedback`` is 1 (good) or -1 (bad).
    """

    __tablename__ = "run"
    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    conversation_id: Mapped[str | None] = mapped_column(
        ForeignKey("conversation.id", ondelete="SET NULL"), index=True
    )
    user_id: Mapped[str] = mapped_column(ForeignKey("user.id"), index=True)
    collection_id: Mapped[str | None] = mapped_column(ForeignKey("collection.id", ondelete="SET NULL"))
    document_ids: Mapped[list[Any] | None] = mapped_column(JSON)
    question: Mapped[str] = mapped_column(Text)
    question_used: Mapped[str | None] = mapped_column(Text)
    model: Mapped[str] = mapped_column(String(120))
    model_id: Mapped[str | None] = mapped_column(String(64))
    fallback_from: Mapped[str | None] = mapped_column(String(120))
    passages: Mapped[int] = mapped_column(Integer)
    options: Mapped[dict[str, Any]] = mapped_column(default=dict)
    state: Mapped[str] = mapped_column(String(16), index=True)
    stop_requested: Mapped[bool] = mapped_column(Boolean, default=False)
    heartbeat_at: Mapped[datetime] = mapped_column(default=now)
    search_pipeline: Mapped[str | None] = mapped_column(ForeignKey("pipeline.sha256"))
    answer_pipeline: Mapped[str | None] = mapped_column(ForeignKey("pipeline.sha256"))
    answer: Mapped[str | None] = mapped_column(Text)
    abstained: Mapped[bool | None]
    partial: Mapped[bool] = mapped_column(Boolean, default=False)
    notes: Mapped[list[Any]] = mapped_column(default=list)
    superseded_by: Mapped[str | None] = mapped_column(String(32))
    prompt_tokens: Mapped[int | None] = mapped_column(Integer)
    answer_tokens: Mapped[int | None] = mapped_column(Integer)
    certainty: Mapped[float | None] = mapped_column(Float)
    feedback: Mapped[int | None] = mapped_column(Integer)
    feedback_reason: Mapped[str | None] = mapped_column(Text)
    feedback_at: Mapped[datetime | None]
    support: Mapped[float | None] = mapped_column(Float)
    confidence: Mapped[float | None] = mapped_column(Float)
    confidence_parts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    confidence_features: Mapped[dict[str, Any]] = mapped_column(default=dict)
    calibration: Mapped[str | None] = mapped_column(String(80))
    claims: Mapped[list[Any]] = mapped_column(default=list)
    timings: Mapped[dict[str, Any]] = mapped_column(default=dict)
    documents_searched: Mapped[int | None] = mapped_column(Integer)
    error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(default=now, index=True)
    finished_at: Mapped[datetime | None]


class CandidateRow(Base):
    """A chunk that a run considered, with its scores and ranks; ids only, the text stays with the chunk.

    ``rank`` is its place in the evidence, from 1, or ``None`` when it did not get there. No foreign key to
    the chunk: a run outlives the documents it read.
    """

    __tablename__ = "candidate"
    run_id: Mapped[str] = mapped_column(ForeignKey("run.id", ondelete="CASCADE"), primary_key=True)
    chunk_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    document_id: Mapped[str] = mapped_column(String(32), index=True)
    page: Mapped[int] = mapped_column(Integer)
    rank: Mapped[int | None] = mapped_column(Integer)
    similarity: Mapped[float | None]
    keyword: Mapped[float | None]
    fused: Mapped[float | None]
    rerank: Mapped[float | None]
    relevance: Mapped[float | None]
    similarity_rank: Mapped[int | None] = mapped_column(Integer)
    keyword_rank: Mapped[int | None] = mapped_column(Integer)


class CitationRow(Base):
    """A span of a chunk that a run's answer cites: characters ``start`` to ``end`` of the chunk's text."""

    __tablename__ = "citation"
    run_id: Mapped[str] = mapped_column(ForeignKey("run.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(Integer, primary_key=True)
    number: Mapped[int] = mapped_column(Integer)
    chunk_id: Mapped[str] = mapped_column(String(64))
    document_id: Mapped[str] = mapped_column(String(32), index=True)
    page: Mapped[int] = mapped_column(Integer)
    start: Mapped[int] = mapped_column(Integer)
    end: Mapped[int] = mapped_column(Integer)


class EventRow(Base):
    """An event of a run; ``seq`` counts from 1 without gaps."""

    __tablename__ = "event"
    run_id: Mapped[str] = mapped_column(ForeignKey("run.id", ondelete="CASCADE"), primary_key=True)
    seq: Mapped[int] = mapped_column(Integer, primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    payload: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(default=now)
