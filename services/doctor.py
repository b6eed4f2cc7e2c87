"""What is wrong with an installation, and how to mend it; nothing is changed and nothing is created."""

from __future__ import annotations

import os
import shutil
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import TypedDict

from filelock import FileLock, Timeout
from packaging.requirements import Requirement
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from domain.config import IndexConfig, Runtime
from domain.documents import DocumentStatus
from domain.errors import EvidentiaError, NotFound
from pipelines import build, weights
from pipelines.catalogue import CATALOGUE
from pipelines.engine import ensure
from pipelines.providers.llama_cpp import MODEL, LlamaCpp
from pipelines.store.milvus import MilvusDocumentStore
from pipelines.weights import WEIGHTS
from services.collections import index_config
from services.database import ROOT, Database
from services.jobs import JobState
from services.settings import Settings
from services.tables import ChunkRow, CollectionRow, DocumentRow, IndexVersionRow, JobRow, ModelRow, now

OLDEST_PYTHON = (3, 11)
LEAST_FREE_BYTES = 1_000_000_000
ENGINE_TIMEOUT_S = 20.0
STUCK_AFTER = timedelta(minutes=2)
RUNNING = "running"
NOT_YET = "nothing yet; the first start of the app makes it"
START = "Start the app: it brings the database up to date."


class Check(TypedDict):
    """One thing that was looked at: ``found`` says what is there, ``mend`` what to do, "" if it is well."""

    name: str
    ok: bool
    found: str
    mend: str


def examine(settings: Settings) -> list[Check]:
    """Look at everything that the app needs, in the order in which it is needed.

    Starts the embedded engine, or joins the one that runs, for as long as it looks. What cannot be looked at
    is a finding too; nothing is raised.
    """
    checks = [_try("Python", _python), _try("Libraries", partial(_libraries, ROOT / "requirements.txt"))]
    checks += [_try(f"Weights of {name}", partial(_weights, name, settings.models)) for name in WEIGHTS]
    checks.append(_try("Data folder", partial(_folder, settings.data_dir)))
    checks.append(_try("Free disk", partial(_disk, settings.data_dir)))
    database = Database(settings.sql_url)
    try:
        checks.append(_try("Database", partial(_database, settings, database)))
        usable = checks[-1]["ok"] and _has_database(settings)
        if usable:
            checks += _local_models(settings, database)
        checks += _engine(settings, database if usable else None)
        running = _try("Worker", partial(_worker, settings.data_dir))
        checks.append(running)
        if usable:
            checks.append(_try("Jobs", partial(_jobs, database, working=running["found"] == RUNNING)))
    finally:
        database.close()
    return checks


def _fine(name: str, found: str) -> Check:
    return {"name": name, "ok": True, "found": found, "mend": ""}


def _wrong(name: str, found: str, mend: str) -> Check:
    return {"name": name, "ok": False, "found": found, "mend": mend}


def _try(name: str, look: Callable[[], tuple[str, str]]) -> Check:
    """The finding of ``look``, which gives what it found and how to mend it ("" when it is fine)."""
    try:
        found, mend = look()
    except EvidentiaError as error:
        return _wrong(name, *_split(str(error)))
    except (OSError, SQLAlchemyError, ValueError) as error:
        return _wrong(name, _unseen(error), "Mend what it names, then run manage.py doctor again.")
    return {"name": name, "ok": not mend, "found": found, "mend": mend}


def _split(sentence: str) -> tuple[str, str]:
    """What happened, and what to do about it, of an error's text."""
    for mark in (": ", ". "):
        happened, found, what = sentence.partition(mark)
        if found:
            return happened, what[:1].upper() + what[1:]
    return sentence, "Try again, then see the logs."


def _unseen(error: Exception) -> str:
    cause = getattr(error, "orig", None) or error
    first_line = str(cause).strip().partition("\n")[0]
    return f"cannot be examined: {first_line or type(cause).__name__}"


def _python() -> tuple[str, str]:
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info >= OLDEST_PYTHON:
        return version, ""
    return version, f"Install Python {'.'.join(map(str, OLDEST_PYTHON))} or newer, then run “make install”."


def _libraries(path: Path) -> tuple[str, str]:
    lines = (line.partition("#")[0].strip() for line in path.read_text(encoding="utf-8").splitlines())
    needed = [Requirement(line) for line in lines if line and not line.startswith("-")]
    needed = [one for one in needed if one.marker is None or one.marker.evaluate()]
    problems = [problem for one in needed if (problem := _library(one))]
    if problems:
        return "; ".join(problems), "Run “make install”."
    return f"{len(needed)} libraries, all of the versions that are needed", ""


def _library(needed: Requirement) -> str:
    try:
        version = metadata.version(needed.name)
    except metadata.PackageNotFoundError:
        return f"{needed.name} is missing"
    if needed.specifier.contains(version, prereleases=True):
        return ""
    return f"{needed.name} is {version}, needed is {needed.specifier}"


def _weights(model: str, folder: Path) -> tuple[str, str]:
    absent = {file.name for file in weights.missing(model, folder)}
    here = {file.name for file in WEIGHTS[model] if (folder / model / file.name).exists()}
    damaged = sorted(absent & here | set(weights.damaged(model, folder)))
    if damaged:
        paths = ", ".join(str(folder / model / name) for name in damaged)
        return f"damaged: {', '.join(damaged)}", f"Delete {paths}, then run “manage.py fetch-weights”."
    if absent:
        return f"missing: {', '.join(sorted(absent))}", "Run “manage.py fetch-weights”."
    return "complete, and as published", ""


def _local_models(settings: Settings, database: Database) -> list[Check]:
    with database.read() as session:
        rows = session.scalars(select(ModelRow).where(ModelRow.provider == LlamaCpp.key)).all()
        named = {row.name: str(row.parameters.get(MODEL, "")) for row in rows}
    return [
        _try(f"Local model {name}", partial(_local_model, settings.models, path))
        for name, path in named.items()
    ]


def _local_model(folder: Path, path: str) -> tuple[str, str]:
    again = "Delete the model in Resources, then download it again."
    if not (folder / path).is_file():
        return f"{path} is missing", again
    published = next((model.file for model in CATALOGUE.values() if model.path == path), None)
    if published is not None and not weights.is_as_published(published, folder / path):
        return f"{path} is damaged", again
    return "there" if published is None else "complete, and as published", ""


def _folder(data_dir: Path) -> tuple[str, str]:
    if not data_dir.exists():
        return f"{data_dir}: {NOT_YET}", ""
    if not data_dir.is_dir():
        return f"{data_dir} is not a folder", "Name another folder in KH_APP_DATA_DIR."
    if not os.access(data_dir, os.R_OK | os.W_OK | os.X_OK):
        return f"{data_dir} may not be written to", "Run as the user whom the folder belongs to."
    mode = stat.S_IMODE(data_dir.stat().st_mode)
    if sys.platform != "win32" and mode & 0o077:
        return f"{data_dir} is open to other users ({mode:04o})", f"Run “chmod 700 {data_dir}”."
    return f"{data_dir}, for its owner only", ""


def _disk(data_dir: Path) -> tuple[str, str]:
    there = next(folder for folder in (data_dir, *data_dir.parents) if folder.is_dir())
    free = shutil.disk_usage(there).free
    found = f"{free / 1e9:.1f} GB"
    if free < LEAST_FREE_BYTES:
        return found, f"Free some space: with less than {LEAST_FREE_BYTES / 1e9:.0f} GB uploads soon fail."
    return found, ""


def _has_database(settings: Settings) -> bool:
    # Connecting to an SQLite file that is not there would create it.
    return bool(settings.database_url) or (settings.user_data / "sql.db").is_file()


def _database(settings: Settings, database: Database) -> tuple[str, str]:
    if not _has_database(settings):
        return NOT_YET, ""
    revision, head = database.revision(), database.head()
    if revision != head:
        mend = f"{START} If a newer version of the app has made it, use that version."
        return f"at revision {revision or 'none'}, while this version of the app needs {head}", mend
    if database.is_sqlite:
        with database.engine.connect() as connection:
            verdict = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
        if verdict != "ok":
            return f"damaged: {verdict}", "Bring back a copy of the data folder from before the damage."
    return f"answers, at revision {revision}", ""


def _engine(settings: Settings, database: Database | None) -> Iterator[Check]:
    """Findings about the engine and, where there is a database, about the index of each collection."""
    if not settings.milvus_uri and not settings.data_dir.is_dir():
        yield _fine("Engine", NOT_YET)
        return
    try:
        with _runtime(settings) as runtime:
            MilvusDocumentStore(IndexConfig("v_doctor"), runtime).exists()
            yield _fine("Engine", f"answers at {runtime.milvus_uri}")
            if database is not None:
                for collection, version, chunks, unready in _indexes(database):
                    look = partial(_index, collection, version, chunks, unready, runtime)
                    yield _try(f"Index of “{collection}”", look)
    except EvidentiaError as error:
        yield _wrong("Engine", *_split(str(error)))
    except (OSError, ValueError) as error:
        yield _wrong("Engine", _unseen(error), "See milvus.log in the data folder.")


@contextmanager
def _runtime(settings: Settings) -> Iterator[Runtime]:
    token = settings.milvus_token.get_secret_value()
    if settings.milvus_uri:
        yield Runtime(milvus_uri=settings.milvus_uri, milvus_token=token, models_dir=settings.models)
        return
    with ensure(settings.data_dir, timeout=ENGINE_TIMEOUT_S) as engine:
        yield Runtime(milvus_uri=engine.uri, models_dir=settings.models)


def _indexes(database: Database) -> list[tuple[str, IndexConfig, int, int]]:
    """Each collection's name, index, passages that must be there, and documents that are not ready."""
    with database.read() as session:
        rows = session.execute(
            select(CollectionRow, IndexVersionRow)
            .join(IndexVersionRow, IndexVersionRow.collection_id == CollectionRow.id)
            .where(CollectionRow.temporary.is_(False), IndexVersionRow.state == "live")
            .order_by(CollectionRow.name, CollectionRow.id)
        ).all()
        return [
            (one.name, index_config(version), _passages(session, version), _unready(session, one))
            for one, version in rows
        ]


def _passages(session: Session, version: IndexVersionRow) -> int:
    query = (
        select(func.count())
        .select_from(ChunkRow)
        .join(DocumentRow, DocumentRow.id == ChunkRow.document_id)
        .where(ChunkRow.index_version_id == version.id, DocumentRow.status == DocumentStatus.READY)
    )
    return session.scalar(query) or 0


def _unready(session: Session, collection: CollectionRow) -> int:
    query = (
        select(func.count())
        .select_from(DocumentRow)
        .where(DocumentRow.collection_id == collection.id, DocumentRow.status != DocumentStatus.READY)
    )
    return session.scalar(query) or 0


def _index(
    collection: str, index: IndexConfig, chunks: int, unready: int, runtime: Runtime
) -> tuple[str, str]:
    try:
        rows = build.count(index, runtime)
    except NotFound:
        rows = 0
    if rows == chunks:
        return f"{rows:,} passages, as in the database", ""
    found = f"{rows:,} passages, while the database has {chunks:,}"
    if rows > chunks and unready:
        # They were written before their document was ready, and no search returns them.
        return f"{found}; the others belong to documents that are not ready", ""
    return found, f"Run “manage.py rebuild --collection '{collection}'”."


def _worker(data_dir: Path) -> tuple[str, str]:
    path = data_dir / "worker.lock"
    idle = "not running; it starts with the app"
    if not path.exists():
        return idle, ""
    lock = FileLock(path)
    try:
        lock.acquire(blocking=False)
    except Timeout:
        return RUNNING, ""
    lock.release()
    return idle, ""


def _jobs(database: Database, *, working: bool) -> tuple[str, str]:
    with database.read() as session:
        counts = dict(session.execute(select(JobRow.state, func.count()).group_by(JobRow.state)).all())
        late = now() - STUCK_AFTER
        stuck_where = (JobRow.state == JobState.RUNNING, JobRow.lease_until < late)
        waiting_where = (JobRow.state == JobState.QUEUED, JobRow.run_after < late)
        stuck = session.scalar(select(func.count()).select_from(JobRow).where(*stuck_where)) or 0
        waiting = session.scalar(select(func.count()).select_from(JobRow).where(*waiting_where)) or 0
    open_jobs = counts.get(JobState.QUEUED, 0) + counts.get(JobState.RUNNING, 0)
    failed = counts.get(JobState.FAILED, 0)
    found = f"{open_jobs} open, {failed} failed"
    if stuck and working:
        return f"{found}; {stuck} do not move although the worker runs", "Restart the app."
    if (waiting or stuck) and not working:
        return f"{found}; they go on when the app starts", ""
    if failed:
        return f"{found}; the File Index says why, and each can be tried again there", ""
    return found, ""
