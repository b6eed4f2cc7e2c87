"""Downloads: seen by everybody, broken off and gone on with, checked, registered; without a network."""

import hashlib
import shutil
import threading
import time

import pytest

from domain.errors import Cancelled, Conflict, DiskFull, ModelUnavailable, NotAllowed
from domain.models import ModelKind
from pipelines import catalogue, weights
from pipelines.catalogue import CatalogueModel
from pipelines.weights import WeightFile
from services import downloads, models
from services.settings import Settings
from services.setup import open_installation

CONTENT = bytes(range(256)) * 40
BLOCK = 1024
KEY = "Tiny-1M"


class Scripted:
    """A source that goes on where a file ends, one block at a time; ``fails_at`` breaks it off."""

    def __init__(self, content=CONTENT, fails_at=None):
        self.content, self.fails_at = content, fails_at
        self.begun_at = []
        self.may_go_on = threading.Event()
        self.may_go_on.set()
        self.holds_at = None

    name = "scripted"

    def fetch(self, partial, size, tell):
        held = partial.stat().st_size if partial.exists() else 0
        self.begun_at.append(held)
        with partial.open("ab") as file:
            for start in range(held, len(self.content), BLOCK):
                if self.fails_at is not None and start >= self.fails_at:
                    raise ConnectionError("it broke off")
                file.write(self.content[start : start + BLOCK])
                file.flush()
                tell(file.tell())
                while self.holds_at is not None and start >= self.holds_at and not self.may_go_on.is_set():
                    time.sleep(0.01)
                    tell(file.tell())


@pytest.fixture
def settings(tmp_path):
    """A data folder with weights of its own."""
    folder = tmp_path / "data"
    return Settings(_env_file=None, KH_APP_DATA_DIR=folder, EVIDENTIA_MODELS_DIR=tmp_path / "models")


@pytest.fixture
def offer(monkeypatch):
    """Puts a small model with these sources into the catalogue."""

    def put(*sources, **changes):
        file = WeightFile("tiny.gguf", len(CONTENT), hashlib.sha256(CONTENT).hexdigest(), sources)
        given = {
            "key": KEY,
            "licence": "MIT",
            "file": file,
            "context": 512,
            "memory": 10**6,
        }
        model = CatalogueModel(**given | changes)
        monkeypatch.setitem(catalogue.CATALOGUE, KEY, model)
        return model

    return put


@pytest.fixture
def held():
    """A source that stops in the middle until it is told to go on."""
    source = Scripted()
    source.holds_at = len(CONTENT) // 2
    source.may_go_on.clear()
    yield source
    source.may_go_on.set()


def state(installation, admin):
    return downloads.get(installation, admin, KEY)


def wait_for(installation, admin, wanted):
    end = time.monotonic() + 10
    while state(installation, admin).state != wanted:
        assert time.monotonic() < end, state(installation, admin)
        time.sleep(0.01)
    return state(installation, admin)


def language_models(installation, admin):
    return {m.name: m for m in models.usable(installation, admin, ModelKind.LLM)}


def test_a_downloaded_model_is_checked_registered_and_the_default(installation, admin, offer):
    model = offer(Scripted())
    assert state(installation, admin).state == "absent"
    seen = []
    downloads.fetch(installation, admin, KEY, seen.append)
    assert (installation.settings.models / model.path).read_bytes() == CONTENT
    assert [s.state for s in seen][-1] == "checking"
    done = state(installation, admin)
    assert (done.state, done.registered, done.fraction) == ("ready", True, 1.0)
    registered = language_models(installation, admin)[KEY]
    assert registered.is_default
    assert registered.origin == "catalogue"
    assert models.config(installation, registered.id).text("model") == f"{KEY}/tiny.gguf"


def test_what_is_there_is_not_fetched_or_registered_twice(installation, admin, offer):
    source = Scripted()
    offer(source)
    downloads.fetch(installation, admin, KEY)
    downloads.fetch(installation, admin, KEY)
    assert len(source.begun_at) == 1
    assert len(language_models(installation, admin)) == 2


def test_another_default_stays(installation, admin, offer):
    offer(Scripted(), for_tests=True)
    downloads.fetch(installation, admin, KEY)
    assert language_models(installation, admin)["Extractive"].is_default


def test_everybody_sees_a_download_that_runs_and_it_is_fetched_once(installation, admin, offer, held):
    offer(held)
    downloads.start(installation, admin, KEY)
    downloads.start(installation, admin, KEY)
    other = open_installation(installation.settings, "test")
    try:
        seen = wait_for(other, admin, "running")
        assert seen.is_open
        with pytest.raises(Conflict, match="being downloaded already"):
            downloads.fetch(other, admin, KEY)
        with pytest.raises(Conflict, match="cancel that first"):
            downloads.discard(other, admin, KEY)
    finally:
        other.close()
    held.may_go_on.set()
    wait_for(installation, admin, "ready")
    assert held.begun_at == [0]


def test_a_cancelled_download_keeps_what_has_come_and_goes_on_there(installation, admin, offer, held):
    offer(held)
    downloads.start(installation, admin, KEY)
    wait_for(installation, admin, "running")
    other = open_installation(installation.settings, "test")
    downloads.cancel(other, admin, KEY)
    other.close()
    paused = wait_for(installation, admin, "paused")
    assert 0 < paused.done < len(CONTENT)
    assert paused.error is None
    held.may_go_on.set()
    downloads.start(installation, admin, KEY)
    wait_for(installation, admin, "ready")
    assert held.begun_at == [0, paused.done]


def test_a_foreground_download_says_that_it_was_cancelled(installation, admin, offer):
    offer(Scripted())

    def cancel_it(_):
        downloads.cancel(installation, admin, KEY)

    with pytest.raises(Cancelled, match="what has come is kept"):
        downloads.fetch(installation, admin, KEY, cancel_it)


def test_a_download_of_a_process_that_died_waits_to_be_gone_on_with(installation, admin, offer):
    source = Scripted()
    model = offer(source)
    target = installation.settings.models / model.path
    target.parent.mkdir(parents=True)
    weights.partial_of(target).write_bytes(CONTENT[: 3 * BLOCK])
    (target.parent / downloads.STATE).write_text('{"stage": "download", "done": 3072, "speed": 1.0}')
    assert state(installation, admin) == downloads.Download(model, "paused", 3 * BLOCK)
    downloads.fetch(installation, admin, KEY)
    assert source.begun_at == [3 * BLOCK]


def test_the_next_source_goes_on_where_one_breaks_off(installation, admin, offer):
    first, second = Scripted(fails_at=4 * BLOCK), Scripted()
    offer(first, second)
    downloads.fetch(installation, admin, KEY)
    assert second.begun_at == [4 * BLOCK]
    assert state(installation, admin).state == "ready"


def test_a_file_with_another_checksum_is_deleted_and_not_registered(installation, admin, offer):
    model = offer(Scripted(content=CONTENT[:-1] + b"!"))
    downloads.start(installation, admin, KEY)
    end = time.monotonic() + 10
    while (seen := state(installation, admin)).error is None:
        assert time.monotonic() < end
        time.sleep(0.01)
    assert seen.state == "absent"
    assert "SHA-256 differs, so it was deleted. Try again" in seen.error
    assert not weights.partial_of(installation.settings.models / model.path).exists()
    assert KEY not in language_models(installation, admin)


def test_when_no_source_answers_the_sentence_names_the_way_on(installation, admin, offer):
    offer(Scripted(fails_at=2 * BLOCK))
    with pytest.raises(ModelUnavailable, match=r"none of its sources answers.*EVIDENTIA_WEIGHTS_DIR"):
        downloads.fetch(installation, admin, KEY)
    assert state(installation, admin).done == 2 * BLOCK


def test_a_folder_with_the_file_comes_before_the_network(installation, admin, offer, tmp_path):
    source = Scripted()
    offer(source)
    (tmp_path / "given").mkdir()
    (tmp_path / "given" / "tiny.gguf").write_bytes(CONTENT)
    installation.settings.weights_dir = tmp_path / "given"
    downloads.fetch(installation, admin, KEY)
    assert source.begun_at == []


def test_a_disk_without_room_is_said_before_anything_is_fetched(installation, admin, offer, monkeypatch):
    source = Scripted()
    offer(source)
    usage = shutil.disk_usage("/")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=2 * BLOCK))
    with pytest.raises(DiskFull, match=r"no room for tiny\.gguf.*Free some space"):
        downloads.start(installation, admin, KEY)
    assert source.begun_at == []
    assert state(installation, admin).state == "absent"


def test_a_deleted_model_is_gone_from_disk_and_registry(installation, admin, offer):
    model = offer(Scripted())
    downloads.fetch(installation, admin, KEY)
    downloads.discard(installation, admin, KEY)
    assert state(installation, admin).state == "absent"
    assert not (installation.settings.models / model.path).exists()
    assert list(language_models(installation, admin)) == ["Extractive"]
    assert language_models(installation, admin)["Extractive"].is_default


def test_only_admins_may_do_any_of_it(installation, member, offer):
    offer(Scripted())
    for act in (downloads.get, downloads.start, downloads.fetch, downloads.cancel, downloads.discard):
        with pytest.raises(NotAllowed):
            act(installation, member, KEY)
    with pytest.raises(NotAllowed):
        downloads.listing(installation, member)
