"""News of runs within this process, so that whoever follows one need not ask the database all the time."""

from __future__ import annotations

import threading


class Signals:
    """Wakes those who wait for a run's next event; safe to share between threads.

    Runs of another process give no signals here: whoever waits also looks for himself now and then.
    """

    def __init__(self) -> None:
        """Know of no run yet."""
        self._lock = threading.Lock()
        self._waiting: dict[str, list[threading.Event]] = {}
        self._stopped: set[str] = set()

    def notify(self, run_id: str) -> None:
        """Something new stands in the database for this run."""
        with self._lock:
            waiting = self._waiting.pop(run_id, [])
        for event in waiting:
            event.set()

    def expect(self, run_id: str) -> threading.Event:
        """An event that the next news of the run sets. Ask before looking: nothing is missed in between."""
        event = threading.Event()
        with self._lock:
            self._waiting.setdefault(run_id, []).append(event)
        return event

    def give_up(self, run_id: str, event: threading.Event) -> None:
        """Wait no longer with this event."""
        with self._lock:
            waiting = self._waiting.get(run_id, [])
            if event in waiting:
                waiting.remove(event)
            if not waiting:
                self._waiting.pop(run_id, None)

    def stop(self, run_id: str) -> None:
        """The person asked the run to stop."""
        with self._lock:
            self._stopped.add(run_id)

    def is_stopped(self, run_id: str) -> bool:
        """Whether the run was asked to stop by this process."""
        return run_id in self._stopped

    def forget(self, run_id: str) -> None:
        """The run has ended."""
        with self._lock:
            self._stopped.discard(run_id)
