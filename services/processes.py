"""The processes of a data folder: one Milvus engine and one worker, whoever starts first."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
import time

from domain.errors import EvidentiaError
from services.database import ROOT
from services.installation import Installation
from services.search import warm_up
from services.worker import ALREADY_RUNNING, STOP_WITHIN_S, worker_runs

logger = logging.getLogger(__name__)

RETRY_S = 1.0
MAX_RETRY_S = 15.0
HEALTHY_S = 30.0


class Processes:
    """Supervises the worker, and holds the engine, for as long as it is open.

    Several processes of one data folder may each have one of these: the worker's lock lets one worker run,
    and the others' supervisors stand by until it ends.
    """

    def __init__(self, installation: Installation, *, warm: bool = False) -> None:
        """Start supervising in the background; nothing here waits for the engine.

        ``warm``: also load in the background what the first question needs.
        """
        self._installation = installation
        self._warm = warm
        self._stop = threading.Event()
        self._worker: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._supervise, name="supervisor", daemon=True)
        self._thread.start()

    @property
    def worker_pid(self) -> int | None:
        """The process id of the worker that this supervisor runs, if it is this one that does."""
        worker = self._worker
        return worker.pid if worker is not None and worker.poll() is None else None

    def close(self) -> None:
        """Stop the worker and wait for it."""
        self._stop.set()
        self._thread.join()
        if self._worker is not None:
            _end(self._worker)

    def _supervise(self) -> None:
        threading.Thread(target=self._prepare, name="warm-up", daemon=True).start()
        wait = RETRY_S
        while not self._stop.is_set():
            if worker_runs(self._installation):
                self._stop.wait(RETRY_S)
                continue
            started = time.monotonic()
            self._worker = _start_worker(self._installation)
            while self._worker.poll() is None and not self._stop.wait(0.2):
                pass
            if self._stop.is_set():
                return
            _end(self._worker)
            if self._worker.returncode == ALREADY_RUNNING:
                wait = RETRY_S
            else:
                logger.error("the worker ended with status %s; starting it again", self._worker.returncode)
                wait = RETRY_S if time.monotonic() - started > HEALTHY_S else min(wait * 2, MAX_RETRY_S)
            self._stop.wait(wait)

    def _prepare(self) -> None:
        try:
            _ = self._installation.runtime
            if self._warm:
                warm_up(self._installation)
        except EvidentiaError:
            # The page that needs the engine or the weights says so; both are tried again at every use.
            logger.exception("could not prepare for the first question")


def _start_worker(installation: Installation) -> subprocess.Popen[bytes]:
    settings = installation.settings
    command = [sys.executable, str(ROOT / "manage.py"), "worker", "--supervised"]
    command += ["--data-dir", str(settings.data_dir)]
    # Its standard input is a pipe that closes when this process ends, also when it is killed.
    return subprocess.Popen(  # noqa: S603
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        cwd=ROOT,
        env=os.environ | settings.environment(),
    )


def _end(worker: subprocess.Popen[bytes]) -> None:
    if worker.stdin is not None:
        worker.stdin.close()
    try:
        worker.wait(STOP_WITHIN_S + 2)
    except subprocess.TimeoutExpired:
        worker.kill()
        worker.wait()
