"""The queue of long work: a table with leases, so that killed work is found again and done exactly once."""

from __future__ import annotations

import logging
import secrets
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from domain.errors import Cancelled
from services.installation import Installation
from services.tables import JobRow, now

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=30)
HEARTBEAT_S = 5.0
MAX_ATTEMPTS = 4
RETRY_BASE_S = 3.0


class JobKind(StrEnum):
    """What a job does with its document."""

    INGEST = "ingest"
    DELETE = "delete"


class JobState(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Job:
    """A claimed job, as its worker sees it."""

    id: str
    kind: JobKind
    document_id: str
    user_id: str
    attempt: int
    owner: str


class LeaseLost(Exception):
    """The job belongs to another worker by now; whatever this one still does must not count."""


def enqueue(session: Session, kind: JobKind, document_id: str, user_id: str) -> None:
    """Add a job within the caller's transaction, so that a document and its job appear together."""
    session.add(JobRow(kind=kind, document_id=document_id, user_id=user_id))


def worker_name() -> str:
    """A name for this worker's leases: the machine, then what tells its workers apart."""
    return f"{socket.gethostname()[:40]}:{secrets.token_hex(6)}"


def release_machine(installation: Installation, owner: str) -> int:
    """Requeue what dead workers of this machine left running; call it as the machine's only worker."""
    machine = owner.rsplit(":", 1)[0]
    with installation.database.session() as session:
        rows = session.scalars(
            select(JobRow).where(
                JobRow.state == JobState.RUNNING,
                JobRow.lease_owner.startswith(f"{machine}:", autoescape=True),
            )
        ).all()
        for row in rows:
            _release(row)
        return len(rows)


def claim(installation: Installation, owner: str) -> Job | None:
    """Take the next job: fair between users, and again those whose worker has stopped renewing its lease.

    A job that took its worker down ``MAX_ATTEMPTS`` times is failed instead.
    """
    moment = now()
    last_started = (
        select(JobRow.user_id, func.max(JobRow.started_at).label("at")).group_by(JobRow.user_id).subquery()
    )
    waiting = or_(
        (JobRow.state == JobState.QUEUED) & (JobRow.run_after <= moment),
        (JobRow.state == JobState.RUNNING) & (JobRow.lease_until < moment),
    )
    query = (
        select(JobRow)
        .join(last_started, last_started.c.user_id == JobRow.user_id)
        .where(waiting)
        .order_by(last_started.c.at.asc().nulls_first(), JobRow.created_at, JobRow.id)
        .limit(1)
        .with_for_update(skip_locked=True, of=JobRow)
    )
    with installation.database.session() as session:
        row = session.scalars(query).first()
        if row is None:
            return None
        row.state = JobState.RUNNING
        row.attempts += 1
        row.lease_owner = owner
        row.lease_until = moment + LEASE
        row.started_at = moment
        return Job(row.id, JobKind(row.kind), row.document_id, row.user_id, row.attempts, owner)


@contextmanager
def leased(installation: Installation, job: Job) -> Iterator[None]:
    """Keep the lease of a running job while the block lasts, however long one step of it takes."""
    over = threading.Event()

    def renew() -> None:
        while not over.wait(HEARTBEAT_S):
            try:
                with installation.database.session() as session:
                    session.execute(_mine(job).values(lease_until=now() + LEASE))
            except Exception:
                # A missed heartbeat costs nothing while the lease lasts; the next one tries again.
                logger.warning("could not renew the lease of job %s", job.id, exc_info=True)

    thread = threading.Thread(target=renew, name=f"lease-{job.id[:6]}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def report(installation: Installation, job: Job, stage: str, done: int, total: int) -> None:
    """Store how far a job is. Raises ``Cancelled`` when a person asked for it, ``LeaseLost``."""
    with installation.database.session() as session:
        changed = session.execute(
            _mine(job)
            .values(stage=stage, done=done, total=total, lease_until=now() + LEASE)
            .returning(JobRow.cancel_requested)
        ).one_or_none()
    if changed is None:
        raise LeaseLost(job.id)
    if changed.cancel_requested:
        msg = "The job was cancelled."
        raise Cancelled(msg)


def finish(session: Session, job: Job, timings: dict[str, Any]) -> None:
    """Mark a job as done within the transaction that stores its result. Raises ``LeaseLost``."""
    values = {"state": JobState.DONE, "finished_at": now(), "timings": timings, "lease_until": None}
    if session.execute(_mine(job).values(values).returning(JobRow.id)).one_or_none() is None:
        raise LeaseLost(job.id)


def retry_later(session: Session, job: Job, reason: str, at_least_s: float = 0.0) -> bool:
    """Put a job back after a passing failure, waiting longer each time and never less than ``at_least_s``.

    ``False`` when it was the last try. A removal is tried for ever: what was deleted must go.
    """
    if job.attempt >= MAX_ATTEMPTS and job.kind is not JobKind.DELETE:
        return False
    wait = timedelta(seconds=max(RETRY_BASE_S * 2 ** min(job.attempt - 1, MAX_ATTEMPTS), at_least_s))
    session.execute(
        _mine(job).values(state=JobState.QUEUED, error=reason, run_after=now() + wait, lease_until=None)
    )
    return True


def fail(session: Session, job: Job, reason: str) -> None:
    """End a job that cannot succeed."""
    session.execute(
        _mine(job).values(state=JobState.FAILED, error=reason, finished_at=now(), lease_until=None)
    )


def give_back(installation: Installation, job: Job) -> None:
    """Return a job whose worker is asked to stop; the attempt does not count."""
    with installation.database.session() as session:
        row = session.get(JobRow, job.id)
        if row is not None and row.lease_owner == job.owner:
            _release(row)
            row.attempts -= 1


def _release(row: JobRow) -> None:
    row.state = JobState.QUEUED
    row.lease_owner = None
    row.lease_until = None


def _mine(job: Job) -> Any:
    return update(JobRow).where(
        JobRow.id == job.id, JobRow.lease_owner == job.owner, JobRow.state == JobState.RUNNING
    )
