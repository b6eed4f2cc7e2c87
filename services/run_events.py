"""The events of one run as it is executed: written in order, pieces of text together, and announced."""

from __future__ import annotations

import time

from sqlalchemy.orm import Session

from domain.errors import Cancelled
from domain.events import Event, Token
from services import runs
from services.installation import Installation
from services.tables import RunRow

WRITE_EVERY_S = 0.12
"""Pieces of an answer within this time are written as one event: each costs a transaction."""

LOOK_EVERY_S = 1.0


class RunEvents:
    """Writes a run's events; only its executing thread may use it.

    ``written`` is the answer's text so far, ``first_text_at`` when its first piece came (``perf_counter``).
    """

    def __init__(self, installation: Installation, run_id: str) -> None:
        self._installation = installation
        self._run_id = run_id
        self._waiting = ""
        self._last_write = self._last_look = 0.0
        self.written = ""
        self.first_text_at: float | None = None

    def text(self, piece: str) -> None:
        """Add a piece of the answer: the first one at once, others together with what follows soon."""
        if self.first_text_at is None:
            self.first_text_at = time.perf_counter()
        self.written += piece
        self._waiting += piece
        if time.monotonic() - self._last_write >= WRITE_EVERY_S:
            self.flush()

    def flush(self) -> None:
        """Write the text that waits."""
        if not self._waiting:
            return
        text, self._waiting = self._waiting, ""
        with self._installation.database.session() as session:
            runs.append(session, self._run_id, Token(text))
        self._last_write = time.monotonic()
        self.announce()

    def check(self) -> None:
        """Write what waits for long, and raise ``Cancelled`` if the run was asked to stop."""
        if time.monotonic() - self._last_write >= WRITE_EVERY_S:
            self.flush()
        if self._installation.signals.is_stopped(self._run_id) or self._stopped_elsewhere():
            msg = "The answer was stopped."
            raise Cancelled(msg)

    def _stopped_elsewhere(self) -> bool:
        """Whether another process asked the run to stop; looked up now and then."""
        if time.monotonic() - self._last_look < LOOK_EVERY_S:
            return False
        self._last_look = time.monotonic()
        with self._installation.database.read() as session:
            return session.get_one(RunRow, self._run_id).stop_requested

    def add(self, session: Session, *events: Event) -> None:
        """Add events within the caller's transaction; ``announce`` them when it is over."""
        runs.append(session, self._run_id, *events)

    def announce(self) -> None:
        """Tell those who follow the run that there is news."""
        self._installation.signals.notify(self._run_id)
