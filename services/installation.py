"""One installation in this process: its settings, database, secrets, engine and background threads."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path

from domain.config import Runtime
from domain.errors import InvalidInput
from pipelines.engine import Engine, ensure
from pipelines.llama import LocalServer
from services.database import Database, disk_errors
from services.heartbeat import RunHeartbeat
from services.settings import Settings
from services.signals import Signals

MIN_SECRET_LENGTH = 32
RUN_THREADS = 32
"""Answers at the same time: most of them wait for a provider."""


class Installation:
    """What services need; one object for all sessions and threads of a process."""

    def __init__(self, settings: Settings) -> None:
        """Use ``settings``; ``services.setup.open_installation`` makes the folders and tables first."""
        self.settings = settings
        self.database = Database(settings.sql_url)
        self.local_llm = LocalServer(settings.local_llm, settings.logs)
        self._engine: Engine | None = None
        self._lock = threading.Lock()

    @cached_property
    def secret(self) -> bytes:
        """The installation's secret: from the environment, else made once and kept in the data folder.

        Raises ``InvalidInput`` for one that could be guessed.
        """
        given = self.settings.secret_key
        text = given.get_secret_value() if given is not None else _kept_secret(self.settings.data_dir)
        if len(text) < MIN_SECRET_LENGTH or len(set(text)) < 8:
            msg = (
                f"The secret key is too weak. Set EVIDENTIA_SECRET_KEY to at least {MIN_SECRET_LENGTH} "
                "random characters, or leave it out and the app makes one."
            )
            raise InvalidInput(msg)
        return text.encode()

    @cached_property
    def cookie_key(self) -> str:
        """The key that signs sign-in cookies, derived from the secret."""
        return hmac.new(self.secret, b"sign-in cookie", hashlib.sha256).hexdigest()

    @property
    def runtime(self) -> Runtime:
        """Where pipelines find Milvus and the weights; starts or joins the embedded engine at first use.

        Raises ``StoreUnavailable`` when it does not answer.
        """
        settings = self.settings
        return Runtime(
            milvus_uri=settings.milvus_uri or self._embedded_engine().uri,
            milvus_token=settings.milvus_token.get_secret_value(),
            models_dir=settings.models,
            cache_dir=settings.cache,
        )

    def _embedded_engine(self) -> Engine:
        with self._lock:
            if self._engine is None:
                self._engine = ensure(self.settings.data_dir)
            return self._engine

    @cached_property
    def executor(self) -> ThreadPoolExecutor:
        """The threads in which questions are answered."""
        return ThreadPoolExecutor(RUN_THREADS, thread_name_prefix="run")

    @cached_property
    def signals(self) -> Signals:
        """News of the runs that this process executes."""
        return Signals()

    @cached_property
    def run_heartbeat(self) -> RunHeartbeat:
        """Keeps the runs that this process executes from being taken for dead."""
        return RunHeartbeat(self.database)

    def close(self) -> None:
        """Wait for running answers, then let go of the local model, the engine and the database."""
        if "executor" in self.__dict__:
            self.executor.shutdown(wait=True, cancel_futures=True)
        if "run_heartbeat" in self.__dict__:
            self.run_heartbeat.close()
        self.local_llm.close()
        with self._lock:
            if self._engine is not None:
                self._engine.close()
                self._engine = None
        self.database.close()


def _kept_secret(data_dir: Path) -> str:
    path = data_dir / "secret_key"
    try:
        with disk_errors():
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w") as file:
                file.write(secrets.token_hex(32))
    except FileExistsError:
        pass
    return path.read_text().strip()
