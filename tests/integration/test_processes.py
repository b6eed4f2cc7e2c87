"""The processes of a data folder: one engine, one worker, no orphans, nothing lost, whoever is killed."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import func, select

from domain.documents import DocumentStatus
from pipelines import build
from services import collections, documents, users
from services.processes import Processes
from services.search import search
from services.tables import ChunkRow
from tests.conftest import MODELS
from tests.pdfs import pdf

ROOT = Path(__file__).resolve().parents[2]
SENTENCE = "Sentence {} of document {} says that lamp number {} burns for {} hours in winter nights. "


def processes_of(data: Path) -> dict[str, list[int]]:
    """The engine and worker processes of a data folder, by their command lines."""
    found: dict[str, list[int]] = {"engine": [], "worker": []}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            where = (entry / "cwd").readlink()
        except OSError:
            continue  # it has ended, or is a zombie
        if where.is_relative_to(data) and "/milvus" in command:
            found["engine"].append(int(entry.name))
        elif " worker " in command and str(data) in command:
            found["worker"].append(int(entry.name))
    return found


def wait_until(condition, what, timeout=40):
    end = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < end, what
        time.sleep(0.1)


def stays(condition, seconds):
    """Whether it holds all the time; a worker that finds another at work lives for a moment."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if not condition():
            return False
        time.sleep(0.1)
    return True


def start_app(data: Path) -> subprocess.Popen[bytes]:
    """A process that supervises as the web app does."""
    code = (
        "import sys, time; from services.setup import open_installation; "
        "from services.processes import Processes; from services.settings import settings_for; "
        "from pathlib import Path; i = open_installation(settings_for(Path(sys.argv[1]))); "
        "p = Processes(i); print('up', flush=True); time.sleep(600)"
    )
    env = {**os.environ, "EVIDENTIA_MODELS_DIR": str(MODELS)}
    app = subprocess.Popen([sys.executable, "-c", code, str(data)], cwd=ROOT, env=env, stdout=subprocess.PIPE)
    assert app.stdout.readline() == b"up\n"
    return app


def both_run(data):
    found = processes_of(data)
    return len(found["engine"]) == 1 and len(found["worker"]) == 1


@pytest.fixture
def apps(settings):
    started = []

    def start():
        started.append(start_app(settings.data_dir))
        return started[-1]

    yield start
    for app in started:
        app.kill()
        app.wait()
        app.stdout.close()
    wait_until(lambda: processes_of(settings.data_dir) == {"engine": [], "worker": []}, "orphans", 20)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_no_process_outlives_the_app(apps, settings, number):
    app = apps()
    wait_until(lambda: both_run(settings.data_dir), "the engine and the worker start")
    app.send_signal(number)
    app.wait(30)
    wait_until(lambda: processes_of(settings.data_dir) == {"engine": [], "worker": []}, "orphans", 20)


def test_a_killed_worker_and_a_killed_engine_come_back(apps, settings):
    apps()
    wait_until(lambda: both_run(settings.data_dir), "the engine and the worker start")
    for name in ("worker", "engine"):
        killed = processes_of(settings.data_dir)[name][0]
        os.kill(killed, signal.SIGKILL)
        wait_until(
            lambda name=name, killed=killed: (
                both_run(settings.data_dir) and processes_of(settings.data_dir)[name] != [killed]
            ),
            f"a new {name}",
        )


def test_two_apps_share_one_engine_and_one_worker_and_the_second_takes_over(apps, settings):
    first = apps()
    wait_until(lambda: both_run(settings.data_dir), "the engine and the worker start")
    apps()
    wait_until(lambda: stays(lambda: both_run(settings.data_dir), 2), "one engine and one worker stay")
    first.kill()
    first.wait()
    wait_until(lambda: stays(lambda: both_run(settings.data_dir), 2), "the second app takes over")


def put(installation, user, count, sentences):
    collection = collections.create(installation, user, "Lamps")
    for number in range(count):
        text = "".join(SENTENCE.format(i, number, i * 7, i % 12) for i in range(sentences))
        documents.upload(installation, user, collection.id, f"{number}.pdf", io.BytesIO(pdf([text])))
    return collection


def expect_each_once(installation, user, collection, count):
    listed = documents.listing(installation, user, collection.id)
    assert [d.status for d in listed] == [DocumentStatus.READY] * count, [d.error for d in listed]
    with installation.database.read() as session:
        rows = session.scalar(select(func.count()).select_from(ChunkRow))
    assert sum(d.chunks for d in listed) == rows
    assert build.count(collection.index, installation.runtime) == rows
    found = search(installation, user, collection.id, "How long does lamp number 7 burn?")
    assert len({e.chunk_id for e in found.candidates}) == len(found.candidates)


def kill_while_ingesting(installation, kills, count, sentences, pause):
    user = users.operator(installation)
    collection = put(installation, user, count, sentences)
    supervisor = Processes(installation)
    try:
        for number in range(kills):
            wait_until(lambda: supervisor.worker_pid is not None, "a worker")
            time.sleep(pause(number))
            pid = supervisor.worker_pid
            if pid is not None:
                os.kill(pid, signal.SIGKILL)
                wait_until(lambda pid=pid: supervisor.worker_pid not in (pid,), "its end")
        wait_until(
            lambda: all(d.is_settled for d in documents.listing(installation, user, collection.id)),
            "all documents settle",
            300,
        )
    finally:
        supervisor.close()
    expect_each_once(installation, user, collection, count)


def test_a_worker_killed_twice_while_ingesting_loses_and_doubles_nothing(installation):
    kill_while_ingesting(installation, kills=2, count=3, sentences=40, pause=lambda n: 2.0 + n)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_worker_killed_many_times_while_ingesting_loses_and_doubles_nothing(installation):
    kill_while_ingesting(installation, kills=12, count=12, sentences=80, pause=lambda n: 1.5 + n % 5)


def test_the_engine_killed_while_searching_and_writing(installation):
    user = users.operator(installation)
    collection = put(installation, user, 2, 40)
    supervisor = Processes(installation)
    try:
        wait_until(lambda: processes_of(installation.settings.data_dir)["engine"], "the engine")
        for _ in range(2):
            time.sleep(1.5)
            for pid in processes_of(installation.settings.data_dir)["engine"]:
                os.kill(pid, signal.SIGKILL)
        wait_until(
            lambda: all(d.is_settled for d in documents.listing(installation, user, collection.id)),
            "all documents settle",
            100,
        )
        for pid in processes_of(installation.settings.data_dir)["engine"]:
            os.kill(pid, signal.SIGKILL)
        expect_each_once(installation, user, collection, 2)
    finally:
        supervisor.close()
