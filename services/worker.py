"""The worker: takes jobs from the queue one after the other until it is told to stop."""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from datetime import timedelta

from filelock import FileLock, Timeout
from sqlalchemy import select

from domain.progress import Progress
from services import collection_changes, collections, conversations, files, ingestion, jobs, logs
from services.installation import Installation
from services.tables import DocumentRow, now

logger = logging.getLogger(__name__)

ALREADY_RUNNING = 75
IDLE_S = 0.3
STOP_WITHIN_S = 8.0
REMOVE_AGAIN_S = 10.0
LEFTOVER_AGE_S = 3600.0
ABANDONED_AGE = timedelta(days=1)


def main(installation: Installation, *, supervised: bool) -> int:
    """Run as this data folder's only worker; gives the process's exit status.

    ``supervised``: end when standard input closes, which happens when the process that started this one
    ends, however it ends.
    """
    stop = threading.Event()
    lock = _lock(installation)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return ALREADY_RUNNING
    with lock:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        if supervised:
            threading.Thread(target=_watch_parent, args=(stop,), daemon=True).start()
        run(installation, stop)
    return 0


def worker_runs(installation: Installation) -> bool:
    """Whether this data folder has a worker now."""
    try:
        with _lock(installation).acquire(timeout=0):
            return False
    except Timeout:
        return True


def _lock(installation: Installation) -> FileLock:
    return FileLock(installation.settings.data_dir / "worker.lock")


def run(installation: Installation, stop: threading.Event) -> None:
    """Work until ``stop`` is set; the job at hand then goes back to the queue."""
    owner = jobs.worker_name()
    released = jobs.release_machine(installation, owner)
    if released:
        logger.warning("requeued %d jobs that a stopped worker had left", released)
    _sweep(installation)
    stopping = Progress(lambda *_: _raise_if(stop))
    remove_at = 0.0
    while not stop.is_set():
        try:
            # What was deleted goes before anything new is read; what cannot go now is no hindrance.
            if time.monotonic() >= remove_at and not collection_changes.remove_deleted(installation):
                remove_at = time.monotonic() + REMOVE_AGAIN_S
            job = jobs.claim(installation, owner)
        except Exception:
            # The database may be locked or its disk full for a while; the queue is still there afterwards.
            logger.exception("could not look for work")
            stop.wait(2.0)
            continue
        if job is None:
            stop.wait(IDLE_S)
            continue
        with logs.request(job.id[:8]):
            _work(installation, job, stopping)


def _work(installation: Installation, job: jobs.Job, stopping: Progress) -> None:
    started = time.monotonic()
    try:
        ingestion.work(installation, job, stopping=stopping)
        logger.info("%s of document %s: %.1f s", job.kind, job.document_id, time.monotonic() - started)
    except ingestion.Stopping:
        jobs.give_back(installation, job)
    except jobs.LeaseLost:
        logger.warning("job %s was taken over by another worker", job.id)
    except Exception:
        # The job could not even be marked, for instance on a full disk; its lease ends and it is tried again.
        logger.exception("job %s could not be finished", job.id)
        time.sleep(1.0)


def _raise_if(stop: threading.Event) -> None:
    if stop.is_set():
        raise ingestion.Stopping


def _sweep(installation: Installation) -> None:
    with files.changing(installation.settings):
        with installation.database.read() as session:
            known = set(session.scalars(select(DocumentRow.sha256)))
        files.sweep(installation.settings, known, older_than=time.time() - LEFTOVER_AGE_S)
    collections.discard_abandoned(installation, before=now() - ABANDONED_AGE)
    conversations.purge(installation, before=now() - ABANDONED_AGE)


def _watch_parent(stop: threading.Event) -> None:
    # Not through sys.stdin, whose lock would be held when the interpreter ends.
    while os.read(0, 4096):
        pass
    stop.set()
    # What does not notice in time, such as native code, must not outlive the app; its job has a lease.
    timer = threading.Timer(STOP_WITHIN_S, _end_now)
    timer.daemon = True
    timer.start()


def _end_now() -> None:
    os._exit(1)
