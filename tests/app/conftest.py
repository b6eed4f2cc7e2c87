"""The pages over a real installation: engine and worker are started once for all tests that need them."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from components import answer
from domain.users import Role, User
from services import collections, documents, setup, sign_in, worker
from services.installation import Installation
from services.settings import Settings
from services.setup import open_installation
from tests import made_runs
from tests.conftest import MODELS

HOME = str(Path(__file__).resolve().parents[2] / "Home.py")
_names = count(1)


@pytest.fixture(scope="session")
def _reading(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    folder = tmp_path_factory.mktemp("reading")
    opened = open_installation(
        Settings(_env_file=None, KH_APP_DATA_DIR=folder / "data", EVIDENTIA_MODELS_DIR=MODELS), "test"
    )
    stop = threading.Event()
    thread = threading.Thread(target=worker.run, args=(opened, stop))
    thread.start()
    yield opened
    stop.set()
    thread.join()
    opened.close()


@pytest.fixture
def reading(_reading: Installation, monkeypatch: pytest.MonkeyPatch) -> Installation:
    """An installation with a worker that reads what is uploaded; the pages use it."""
    monkeypatch.setattr(setup, "current", lambda: _reading)
    # Each AppTest has a register of components of its own.
    for made in (answer._component, answer._scroll):
        made.cache_clear()
    return _reading


@pytest.fixture
def mary(reading: Installation) -> User:
    """A member whom nobody has seen before."""
    return made_runs.person(reading, f"mary{next(_names)}", Role.MEMBER)


@pytest.fixture
def collection(reading: Installation, mary: User) -> collections.Collection:
    """An empty collection of Mary's own."""
    return collections.create(reading, mary, f"Collection {mary.name}")


def opened(installation: Installation, user: User, page: str = "", **query: str) -> AppTest:
    """The app as ``user`` sees it in a new browser tab, at ``page``."""
    answer._component.cache_clear()
    answer._scroll.cache_clear()
    app = AppTest.from_file(HOME, default_timeout=60)
    app.session_state["evidentia_grant"] = sign_in.renew(installation, user)
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    if page:
        app.switch_page(f"pages/{page}.py").run()
    assert not app.exception
    return app


def add(installation: Installation, user: User, collection: collections.Collection, name: str, data: bytes):
    """Upload a file and wait until it was read; gives the document."""
    uploaded = documents.upload(installation, user, collection.id, name, io.BytesIO(data)).document
    end = time.monotonic() + 60
    while time.monotonic() < end:
        document = documents.get(installation, user, uploaded.id)
        if document.is_settled:
            return document
        time.sleep(0.05)
    return pytest.fail(f"not settled: {document}")


def button(app: AppTest, label: str):
    """The first button with this label."""
    found = [b for b in app.button if b.label == label]
    assert found, f"no button “{label}” among {[b.label for b in app.button]}"
    return found[0]


def shown(app: AppTest) -> str:
    """Everything that the page says, Markdown and HTML as they were given to the browser."""
    kinds = ("title", "text", "markdown", "caption", "html", "error", "warning", "info", "success")
    return "\n".join(str(getattr(e, "value", "")) for kind in kinds for e in app.get(kind))
