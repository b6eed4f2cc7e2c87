"""The database: engine, sessions and migrations."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from filelock import FileLock
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

from domain.errors import DiskFull, Unavailable

ROOT = Path(__file__).resolve().parent.parent
BUSY_TIMEOUT_S = 30.0
_DISK_FULL = ("database or disk is full", "disk i/o error")


class Database:
    """One database of one installation; threads and processes may share it."""

    def __init__(self, url: str) -> None:
        """Prepare a connection pool for ``url``; nothing is opened yet."""
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        options: dict[str, Any] = {"pool_pre_ping": not self.is_sqlite}
        if self.is_sqlite:
            options["connect_args"] = {"timeout": BUSY_TIMEOUT_S}
        self.engine: Engine = create_engine(url, **options)
        self._writers = sessionmaker(
            self.engine.execution_options(begin="BEGIN IMMEDIATE"), expire_on_commit=False
        )
        self._readers = sessionmaker(self.engine.execution_options(begin="BEGIN"), expire_on_commit=False)
        if self.is_sqlite:
            event.listen(self.engine, "connect", _configure_sqlite)
            event.listen(self.engine, "begin", _begin_sqlite)

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A transaction that writes: committed at the end of the block, rolled back when it raises.

        Raises ``DiskFull`` when there is no space to write and ``Unavailable`` when the database does not
        answer.
        """
        with self._transaction(self._writers) as session:
            yield session

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A transaction that only reads; it never waits for writers. Raises as ``session`` does."""
        with self._transaction(self._readers) as session:
            yield session

    @contextmanager
    def _transaction(self, sessions: sessionmaker[Session]) -> Iterator[Session]:
        try:
            with sessions.begin() as session:
                yield session
        except OperationalError as error:
            if any(sign in str(error.orig).lower() for sign in _DISK_FULL):
                raise disk_full() from error
            msg = "The database does not answer. Try again in a moment; if it stays so, run manage.py doctor."
            raise Unavailable(msg) from error

    def migrate(self, lock: Path) -> None:
        """Bring the tables up to date; processes that start together wait for one another at ``lock``."""
        with FileLock(lock, timeout=120):
            if self.revision() != self.head():
                with self.engine.begin() as connection:
                    config = alembic_config()
                    config.attributes["connection"] = connection
                    command.upgrade(config, "head")

    def revision(self) -> str | None:
        """The migration that the database is at, or ``None`` before the first."""
        with self.engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()

    def head(self) -> str | None:
        """The newest migration that the program brings along."""
        return ScriptDirectory.from_config(alembic_config()).get_current_head()

    def close(self) -> None:
        """Close all pooled connections."""
        self.engine.dispose()


def disk_full() -> DiskFull:
    """The error for a full disk, with its one sentence."""
    return DiskFull("The disk that holds the data folder is full. Free some space, then try again.")


@contextmanager
def disk_errors() -> Iterator[None]:
    """Turn the operating system's "no space left" into ``DiskFull``."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise disk_full() from error
        raise


def alembic_config() -> Config:
    """Where the migrations are; the connection is put into its attributes."""
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    return config


def _begin_sqlite(connection: Connection) -> None:
    # A deferred transaction that reads first and writes later fails at once, without waiting, when another
    # process has written in between; taking the write lock at the start waits instead.
    connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))


def _configure_sqlite(connection: Any, _record: object) -> None:
    # The driver's own BEGIN would come too late, and not before reads or changes of tables.
    connection.isolation_level = None
    # Without these SQLite ignores foreign keys, blocks readers while writing and keeps deleted text.
    cursor = connection.cursor()
    for pragma in ("foreign_keys=ON", "journal_mode=WAL", "synchronous=NORMAL", "secure_delete=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
