"""Moving house: a copy of the data folder at another path is the same installation."""

from __future__ import annotations

import io
import os
import shutil
import threading
import time
from pathlib import Path

import pytest

from domain.events import RunState
from domain.preferences import Preferences
from domain.users import Role
from services import (
    chat,
    collections,
    conversations,
    documents,
    messages,
    preferences,
    runs,
    sign_in,
    users,
    worker,
)
from services.installation import Installation
from services.search import search
from services.settings import Settings
from services.setup import open_installation
from tests.conftest import MODELS
from tests.pdfs import pdf

LAMPS = "Lamp number {0} burns for {0} hours in winter nights and stands in room {0} of the tower. "
QUESTION = "How long does lamp number 7 burn?"
PASSWORD = "correct horse battery"


def opened(data_dir: Path) -> Installation:
    return open_installation(
        Settings(_env_file=None, KH_APP_DATA_DIR=data_dir, EVIDENTIA_MODELS_DIR=MODELS), "test"
    )


def wait_for(condition, what: str, timeout: float = 60.0) -> None:
    end = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < end, what
        time.sleep(0.05)


@pytest.fixture(scope="module")
def before(tmp_path_factory):
    """An installation that people have worked with, closed as a server closes it; what it held."""
    installation = opened(tmp_path_factory.mktemp("before") / "data")
    admin = users.operator(installation)
    password = users.add(installation, admin, "mary", Role.ANALYST)
    mary = sign_in.sign_in(installation, "mary", password)[0]
    users.change_password(installation, mary, password, PASSWORD)
    mary = users.operator(installation, "mary")
    preferences.save_defaults(installation, admin, passages=4)
    preferences.save(installation, mary, history=2, theme="dark")
    collection = collections.create(installation, mary, "Lamps")
    text = "".join(LAMPS.format(number) for number in range(30))
    documents.upload(installation, mary, collection.id, "lamps.pdf", io.BytesIO(pdf([text])))
    stop = threading.Event()
    reading = threading.Thread(target=worker.run, args=(installation, stop))
    reading.start()
    wait_for(lambda: all(d.is_settled for d in documents.listing(installation, mary, collection.id)), "read")
    run_id = chat.ask(installation, mary, collection.id, QUESTION)
    wait_for(lambda: runs.get(installation, mary, run_id).state is RunState.DONE, "answered")
    stop.set()
    reading.join()
    held = state(installation, mary, collection.id)
    installation.close()
    return installation.settings.data_dir, collection.id, held


def state(installation: Installation, user, collection_id: str) -> dict[str, object]:
    """All that must be the same after moving."""
    accounts = users.listing(installation, users.operator(installation))
    talks = conversations.listing(installation, user)
    found = search(installation, user, collection_id, QUESTION)
    return {
        "accounts": [(a.id, a.name, a.role, a.active) for a in accounts],
        "documents": documents.listing(installation, user, collection_id),
        "conversations": talks,
        "answers": [messages.of_conversation(installation, user, talk.id, 10) for talk in talks],
        "preferences": preferences.of(installation, user),
        "search": [(e.chunk_id, e.text, e.scores) for e in found.evidence],
    }


def moved_to(data_dir: Path, target: Path) -> Path:
    shutil.copytree(data_dir, target, symlinks=True)
    return target


def test_the_copy_holds_the_same_people_documents_conversations_preferences_and_results(before, tmp_path):
    data_dir, collection_id, held = before
    again = opened(moved_to(data_dir, tmp_path / "elsewhere" / "data"))
    try:
        mary, grant = sign_in.sign_in(again, "mary", PASSWORD)
        assert sign_in.resume(again, grant) == mary
        found = state(again, mary, collection_id)
        assert found["search"]
        assert found == held
        assert found["preferences"] == Preferences(passages=4, history=2, theme="dark")
        document = found["documents"][0]
        assert documents.original(again, mary, document.id).read_bytes().startswith(b"%PDF")
    finally:
        again.close()


def test_new_questions_are_answered_at_the_new_place(before, tmp_path):
    data_dir, collection_id, _ = before
    again = opened(moved_to(data_dir, tmp_path / "data"))
    try:
        mary = users.operator(again, "mary")
        run_id = chat.ask(again, mary, collection_id, "Where does lamp number 9 stand?")
        wait_for(lambda: runs.get(again, mary, run_id).state.is_final, "answered")
        assert runs.get(again, mary, run_id).state is RunState.DONE
    finally:
        again.close()


def test_everything_lies_in_the_folder_and_milvus_under_user_data(before):
    data_dir, _, _ = before
    vectors = data_dir / "user_data" / "vectorstore"
    assert any(path.is_file() for path in vectors.rglob("*"))
    assert (data_dir / "user_data" / "sql.db").is_file()
    assert any((data_dir / "user_data" / "files").rglob("*"))
    assert not [path for path in data_dir.rglob("*") if path.is_symlink()]
    for path in data_dir.rglob("*"):
        if path.is_file() and path.suffix != ".log":
            assert os.fsencode(data_dir) not in path.read_bytes(), f"{path} names the place where it lies"
