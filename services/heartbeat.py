"""The heartbeat of runs: how other processes know that a run is still being executed."""

from __future__ import annotations

import logging
import threading

from sqlalchemy import update

from domain.errors import EvidentiaError
from services.database import Database
from services.tables import RunRow, now

logger = logging.getLogger(__name__)

EVERY_S = 10.0


class RunHeartbeat:
    """Renews the heartbeat of the runs that this process executes, from a thread of its own."""

    def __init__(self, database: Database) -> None:
        """Start with no runs; the thread begins with the first one."""
        self._database = database
        self._runs: set[str] = set()
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def add(self, run_id: str) -> None:
        """Keep this run alive until it is discarded."""
        with self._lock:
            self._runs.add(run_id)
            if self._thread is None:
                self._thread = threading.Thread(target=self._beat, name="run-heartbeat", daemon=True)
                self._thread.start()

    def discard(self, run_id: str) -> None:
        """The run has ended."""
        with self._lock:
            self._runs.discard(run_id)

    def close(self) -> None:
        """End the thread."""
        self._over.set()
        if self._thread is not None:
            self._thread.join()

    def _beat(self) -> None:
        while not self._over.wait(EVERY_S):
            with self._lock:
                active = list(self._runs)
            if not active:
                continue
            try:
                with self._database.session() as session:
                    session.execute(update(RunRow).where(RunRow.id.in_(active)).values(heartbeat_at=now()))
            except EvidentiaError:
                # One missed beat of six; the next one comes in time.
                logger.warning("could not renew the runs' heartbeat", exc_info=True)
