"""The doctor says what is wrong and how to mend it, whatever is broken, and leaves everything as it is."""

import sqlite3
from collections import namedtuple
from contextlib import contextmanager
from datetime import timedelta
from types import SimpleNamespace

import pytest
from filelock import FileLock

from domain.documents import DocumentStatus
from domain.errors import NotFound, StoreUnavailable
from pipelines import weights
from pipelines.catalogue import CatalogueModel
from services import collections, doctor, downloads, users
from services.settings import Settings
from services.setup import open_installation
from services.tables import DocumentRow, JobRow, now
from tests import made_runs

Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def engine(monkeypatch):
    """An engine that answers; its indexes have as many rows as ``rows`` says, by the index's name."""
    rows: dict[str, int] = {}

    @contextmanager
    def ensure(data_dir, timeout):
        yield SimpleNamespace(uri="unix:/somewhere/milvus.sock")

    def count(index, runtime):
        if index.name not in rows:
            raise NotFound("There is no such index.")
        return rows[index.name]

    monkeypatch.setattr(doctor, "ensure", ensure)
    monkeypatch.setattr(doctor.MilvusDocumentStore, "exists", lambda self: False)
    monkeypatch.setattr(doctor.build, "count", count)
    return rows


@pytest.fixture(autouse=True)
def small_weights(monkeypatch, tmp_path):
    """Weights of a few bytes, and a folder that has them."""
    content = b"weights"
    digest = weights.hashlib.sha256(content).hexdigest()
    file = weights.WeightFile("model.onnx", len(content), digest, ())
    monkeypatch.setitem(weights.WEIGHTS, "all-MiniLM-L6-v2", (file,))
    folder = tmp_path / "models" / "all-MiniLM-L6-v2"
    folder.mkdir(parents=True)
    (folder / "model.onnx").write_bytes(content)
    return folder / "model.onnx"


@pytest.fixture
def settings(tmp_path):
    return Settings(
        _env_file=None, KH_APP_DATA_DIR=tmp_path / "data", EVIDENTIA_MODELS_DIR=tmp_path / "models"
    )


@pytest.fixture
def installation(settings):
    opened = open_installation(settings, "test")
    yield opened
    opened.close()


@pytest.fixture
def collection(installation):
    return collections.readable(installation, users.operator(installation))[0]


def look(settings):
    return {check["name"]: check for check in doctor.examine(settings)}


def problems(settings):
    return {name: check for name, check in look(settings).items() if not check["ok"]}


def test_all_is_well(installation, settings, engine):
    found = look(settings)
    assert [name for name, check in found.items() if not check["ok"]] == []
    assert all(check["mend"] == "" for check in found.values())
    assert list(found) == [
        "Python",
        "Libraries",
        "Weights of all-MiniLM-L6-v2",
        "Data folder",
        "Free disk",
        "Database",
        "Engine",
        "Index of “Documents”",
        "Worker",
        "Jobs",
    ]


def test_before_the_first_start_nothing_is_wrong_and_nothing_is_made(settings, monkeypatch):
    monkeypatch.setattr(doctor, "ensure", lambda *a, **k: pytest.fail("the engine was started"))
    found = look(settings)
    assert all(check["ok"] for check in found.values())
    assert "nothing yet" in found["Data folder"]["found"]
    assert not settings.data_dir.exists()


def test_a_library_out_of_range_is_named(tmp_path):
    (tmp_path / "requirements.txt").write_text(
        "# what is needed\npytest>=1,<2  # old\nno-such-library>=1\nnot-here; platform_system == 'Plan9'\n"
    )
    found, mend = doctor._libraries(tmp_path / "requirements.txt")
    assert found.startswith("pytest is ")
    assert found.endswith("needed is <2,>=1; no-such-library is missing")
    assert "make install" in mend


def test_missing_weights(settings, small_weights):
    small_weights.unlink()
    check = problems(settings)["Weights of all-MiniLM-L6-v2"]
    assert check["found"] == "missing: model.onnx"
    assert "fetch-weights" in check["mend"]


@pytest.mark.parametrize("content", [b"weighty", b"short"])
def test_damaged_weights(settings, small_weights, content):
    small_weights.write_bytes(content)
    check = problems(settings)["Weights of all-MiniLM-L6-v2"]
    assert check["found"] == "damaged: model.onnx"
    assert str(small_weights) in check["mend"]


def test_a_data_folder_that_others_may_read(installation, settings, engine):
    settings.data_dir.chmod(0o755)
    check = problems(settings)["Data folder"]
    assert "0755" in check["found"]
    assert check["mend"] == f"Run “chmod 700 {settings.data_dir}”."


def test_a_data_folder_that_is_a_file(settings):
    settings.data_dir.write_text("")
    assert "is not a folder" in problems(settings)["Data folder"]["found"]


def test_a_disk_that_is_nearly_full(settings, monkeypatch):
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda path: Usage(10**12, 10**12, 4 * 10**8))
    check = problems(settings)["Free disk"]
    assert check["found"] == "0.4 GB"
    assert check["mend"].startswith("Free some space")


def test_a_database_of_another_revision(installation, settings, engine):
    with sqlite3.connect(settings.user_data / "sql.db") as connection:
        connection.execute("update alembic_version set version_num = '9999'")
    connection.close()
    found = look(settings)
    assert "at revision 9999" in found["Database"]["found"]
    assert "Jobs" not in found


def test_a_file_that_is_no_database(settings, engine):
    settings.user_data.mkdir(parents=True, mode=0o700)
    settings.data_dir.chmod(0o700)
    (settings.user_data / "sql.db").write_text("this is no database" * 1000)
    assert list(problems(settings)) == ["Database"]


def test_a_database_server_that_does_not_answer(tmp_path, engine):
    url = f"sqlite:///{tmp_path / 'no' / 'such' / 'folder' / 'sql.db'}"
    check = problems(Settings(_env_file=None, KH_APP_DATA_DIR=tmp_path / "data", DATABASE_URL=url))[
        "Database"
    ]
    assert "unable to open database file" in check["found"]


def test_an_engine_that_does_not_answer(installation, settings, monkeypatch):
    def ensure(data_dir, timeout):
        raise StoreUnavailable("The engine did not start: see milvus.log, and check the free space.")

    monkeypatch.setattr(doctor, "ensure", ensure)
    assert problems(settings) == {
        "Engine": {
            "name": "Engine",
            "ok": False,
            "found": "The engine did not start",
            "mend": "See milvus.log, and check the free space.",
        }
    }


def test_an_index_that_lost_rows(installation, settings, collection, engine):
    made_runs.document(installation, users.operator(installation), collection, passages=6)
    engine[collection.index.name] = 4
    check = problems(settings)["Index of “Documents”"]
    assert check["found"] == "4 passages, while the database has 6"
    assert check["mend"] == "Run “manage.py rebuild --collection 'Documents'”."
    del engine[collection.index.name]
    assert problems(settings)["Index of “Documents”"]["found"].startswith("0 passages")
    engine[collection.index.name] = 6
    assert problems(settings) == {}


def test_rows_of_a_document_that_is_being_read_are_no_fault(installation, settings, collection, engine):
    engine[collection.index.name] = 5
    assert "Index of “Documents”" in problems(settings)
    with installation.database.session() as session:
        add_document(session, collection, DocumentStatus.RUNNING)
    assert problems(settings) == {}


def add_document(session, collection, status):
    owner = session.query(doctor.CollectionRow).one().owner_id
    row = DocumentRow(
        collection_id=collection.id, owner_id=owner, name="a.txt", sha256="0" * 64, size=1, status=status
    )
    session.add(row)
    session.flush()
    return row


def add_job(installation, collection, **values):
    with installation.database.session() as session:
        row = add_document(session, collection, DocumentStatus.RUNNING)
        session.add(JobRow(kind="ingest", document_id=row.id, user_id=row.owner_id, **values))


def test_whether_the_worker_runs(installation, settings, engine):
    assert look(settings)["Worker"]["found"] == "not running; it starts with the app"
    assert not (settings.data_dir / "worker.lock").exists()
    with FileLock(settings.data_dir / "worker.lock"):
        assert look(settings)["Worker"]["found"] == "running"
    assert look(settings)["Worker"]["ok"]


def test_a_job_that_does_not_move(installation, settings, collection, engine):
    add_job(installation, collection, state="running", lease_until=now() - timedelta(minutes=10))
    assert look(settings)["Jobs"]["found"] == "1 open, 0 failed; they go on when the app starts"
    with FileLock(settings.data_dir / "worker.lock"):
        check = problems(settings)["Jobs"]
    assert check["found"] == "1 open, 0 failed; 1 do not move although the worker runs"
    assert check["mend"] == "Restart the app."


def test_a_failed_job_is_told_but_is_no_fault_of_the_installation(installation, settings, collection, engine):
    add_job(installation, collection, state="failed", error="It holds no text.")
    check = look(settings)["Jobs"]
    assert check["ok"]
    assert "1 failed" in check["found"]
    assert "File Index" in check["found"]


def test_a_local_model_s_file_is_missed_found_and_compared(installation, settings, engine, monkeypatch):
    content = b"a model"
    file = weights.WeightFile("tiny.gguf", len(content), weights.hashlib.sha256(content).hexdigest(), ())
    tiny = CatalogueModel("Tiny", "MIT", file, 512, 10**6)
    monkeypatch.setitem(doctor.CATALOGUE, "Tiny", tiny)
    downloads.register(installation, users.operator(installation), tiny)
    name = "Local model Tiny"
    assert look(settings)[name]["found"] == "Tiny/tiny.gguf is missing"
    assert "download it again" in look(settings)[name]["mend"]
    path = settings.models / tiny.path
    path.parent.mkdir()
    path.write_bytes(content[:-1] + b"!")
    assert look(settings)[name]["found"] == "Tiny/tiny.gguf is damaged"
    path.write_bytes(content)
    assert look(settings)[name]["ok"]
