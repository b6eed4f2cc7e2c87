"""The catalogue of local models on Resources, and its offer on Chat's first screen."""

from __future__ import annotations

import hashlib
import threading
import time

import pytest
from streamlit.testing.v1 import AppTest

from components.texts_catalogue import Catalogue, FirstModel
from domain.models import ModelKind
from pipelines import catalogue
from pipelines.catalogue import CatalogueModel
from pipelines.weights import WeightFile
from services import downloads, local_llm, models, setup, sign_in, users
from services.settings import Settings
from services.tables import UserRow
from tests.app.conftest import button, shown

KEY = "Tiny-1M"
CONTENT = b"weights " * 4096


class Held:
    """A source that gives half of the file, and the rest when it may; ``broken`` gives nothing."""

    name = "held"

    def __init__(self):
        self.may_go_on = threading.Event()
        self.broken = False

    def fetch(self, partial, size, tell):
        if self.broken:
            raise ConnectionError("nobody there")
        partial.write_bytes(CONTENT[: size // 2])
        while not self.may_go_on.is_set():
            tell(size // 2)
            time.sleep(0.01)
        partial.write_bytes(CONTENT)
        tell(size)


@pytest.fixture
def settings(tmp_path):
    return Settings(
        _env_file=None, KH_APP_DATA_DIR=tmp_path / "data", EVIDENTIA_MODELS_DIR=tmp_path / "models"
    )


@pytest.fixture
def source(monkeypatch, installation):
    found = Held()
    file = WeightFile("tiny.gguf", len(CONTENT), hashlib.sha256(CONTENT).hexdigest(), (found,))
    tiny = CatalogueModel(key=KEY, licence="MIT", file=file, context=512, memory=10**6)
    for key in list(catalogue.CATALOGUE):
        monkeypatch.delitem(catalogue.CATALOGUE, key)
    monkeypatch.setitem(catalogue.CATALOGUE, KEY, tiny)
    monkeypatch.setattr(setup, "current", lambda: installation)
    yield found
    found.may_go_on.set()
    wait_for(lambda: not any(t.name.startswith("download") for t in threading.enumerate()))


@pytest.fixture
def boss(installation, admin):
    """The admin, with a password of their own."""
    with installation.database.session() as session:
        row = session.get_one(UserRow, admin.id)
        row.must_change_password = False
        return users.as_user(row)


def wait_for(condition):
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def resources(installation, user):
    """The catalogue as it stands on Resources."""

    def script():
        from components import catalogue, session

        catalogue.catalogue(session.require())

    return drawn(installation, user, script)


def offer(installation, user):
    """Chat's first screen, as far as it is about models: within a fragment of that page."""

    def script():
        import streamlit as st

        from components import catalogue, session

        user = session.require()
        st.fragment(lambda: catalogue.first_model(user))()

    return drawn(installation, user, script)


def drawn(installation, user, script) -> AppTest:
    app = AppTest.from_function(script, default_timeout=30)
    app.session_state["evidentia_grant"] = sign_in.renew(installation, user)
    app.run()
    assert not app.exception
    return app


def progress(app):
    """The texts of the progress bars."""
    return [bar.proto.text for bar in app.get("progress")]


def test_a_model_is_shown_with_its_facts_downloaded_and_used(source, installation, boss):
    app = resources(installation, boss)
    text = shown(app)
    for fact in ("33 kB", "1.0 MB", "MIT", hashlib.sha256(CONTENT).hexdigest()):
        assert fact in text
    button(app, Catalogue.DOWNLOAD).click().run()
    assert not app.exception
    wait_for(lambda: downloads.get(installation, boss, KEY).done)
    # Whoever comes or comes back sees it too.
    app = resources(installation, boss)
    assert any("16 kB of 33 kB" in words for words in progress(app)), progress(app)
    assert Catalogue.DOWNLOAD not in [b.label for b in app.button]
    source.may_go_on.set()
    wait_for(lambda: downloads.get(installation, boss, KEY).registered)
    app = resources(installation, boss)
    assert Catalogue.READY in shown(app)
    assert models.find(installation, ModelKind.LLM, None).name == KEY


def test_a_download_is_cancelled_gone_on_with_and_thrown_away(source, installation, boss):
    app = resources(installation, boss)
    button(app, Catalogue.DOWNLOAD).click().run()
    wait_for(lambda: downloads.get(installation, boss, KEY).done)
    app = resources(installation, boss)
    button(app, Catalogue.CANCEL).click().run()
    wait_for(lambda: downloads.get(installation, boss, KEY).state == "paused")
    app = resources(installation, boss)
    assert "16 kB of 33 kB have come." in progress(app)
    assert [b.label for b in app.button if b.label == Catalogue.RESUME]
    button(app, Catalogue.DISCARD).click().run()
    assert downloads.get(installation, boss, KEY).state == "absent"
    assert not app.exception


def test_a_download_that_fails_says_why_and_can_be_tried_again(source, installation, boss):
    source.broken = True
    button(resources(installation, boss), Catalogue.DOWNLOAD).click().run()
    wait_for(lambda: downloads.get(installation, boss, KEY).error)
    app = resources(installation, boss)
    assert "none of its sources answers" in shown(app).replace("\\", "")
    source.broken = False
    source.may_go_on.set()
    button(app, Catalogue.RETRY).click().run()
    wait_for(lambda: downloads.get(installation, boss, KEY).registered)


def test_deleting_a_model_names_what_will_be_gone_and_asks_first(source, installation, boss):
    source.may_go_on.set()
    downloads.fetch(installation, boss, KEY)
    app = resources(installation, boss)
    next(b for b in app.button if b.key == f"catalogue_delete_{KEY}").click().run()
    assert Catalogue.DELETE_MODEL in shown(app)
    assert downloads.get(installation, boss, KEY).state == "ready"
    button(app, Catalogue.DELETE_CONFIRM.format(name=KEY)).click().run()
    assert downloads.get(installation, boss, KEY).state == "absent"
    assert models.find(installation, ModelKind.LLM, None).id == models.EXTRACTIVE


def test_a_machine_with_little_memory_is_told_before(source, installation, boss, monkeypatch):
    monkeypatch.setattr(local_llm, "free_memory", lambda: 500_000)
    assert "Close other programs" in shown(resources(installation, boss))


def test_an_admin_without_a_model_is_offered_one_and_sees_it_come(source, installation, boss):
    app = offer(installation, boss)
    assert FirstModel.TITLE in shown(app)
    assert button(app, FirstModel.CONNECT)
    button(app, FirstModel.DOWNLOAD.format(name=KEY, size="33 kB")).click().run()
    wait_for(lambda: downloads.get(installation, boss, KEY).done)
    assert any("16 kB of 33 kB" in words for words in progress(offer(installation, boss)))
    source.may_go_on.set()
    wait_for(lambda: downloads.get(installation, boss, KEY).registered)
    assert FirstModel.TITLE not in shown(offer(installation, boss))


def test_members_are_offered_nothing(source, installation, member):
    assert FirstModel.TITLE not in shown(offer(installation, member))
