"""The local language model before its server: which file it may be, and what is said when it cannot start."""

import pytest

from domain.errors import InvalidInput, ModelUnavailable, NotAllowed
from domain.models import ModelConfig, ModelKind
from pipelines import llama
from services import local_llm
from services.settings import Settings


def config(provider="llama.cpp", **parameters):
    return ModelConfig("m", ModelKind.LLM, "Local", provider, tuple(parameters.items()))


@pytest.fixture
def settings(tmp_path):
    """A data folder with weights of its own."""
    return Settings(
        _env_file=None, KH_APP_DATA_DIR=tmp_path / "data", EVIDENTIA_MODELS_DIR=tmp_path / "models"
    )


@pytest.fixture
def file(settings):
    """A file that looks like a model."""
    path = settings.models / "Some" / "some.gguf"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"GGUF" * 250)
    return path


def test_every_other_model_is_reached_as_it_is(installation):
    other = config("openai", base_url="https://models.example/v1", model="large")
    assert local_llm.reachable(installation, other) is other
    assert not local_llm.must_start(installation, other)


@pytest.mark.parametrize(
    "given", ["", "../secret.gguf", "/etc/passwd", "Some/notes.txt", "Some/../../x.gguf"]
)
def test_only_files_below_the_models_folder_may_be_models(installation, file, given):
    with pytest.raises(InvalidInput, match="below the models folder"):
        local_llm.reachable(installation, config(model=given))


def test_a_link_out_of_the_models_folder_is_refused(installation, file, tmp_path):
    (tmp_path / "outside.gguf").write_bytes(b"GGUF")
    (file.parent / "link.gguf").symlink_to(tmp_path / "outside.gguf")
    with pytest.raises(InvalidInput):
        local_llm.reachable(installation, config(model="Some/link.gguf"))


def test_a_missing_file_is_said_with_what_to_do(installation):
    with pytest.raises(ModelUnavailable, match="other is not there: an admin can download it in Resources"):
        local_llm.reachable(installation, config(model="Some/other.gguf"))


def test_too_little_memory_is_said_before_the_server_starts(installation, file, monkeypatch):
    monkeypatch.setattr(llama, "free_memory", lambda: 100_000_000)
    monkeypatch.setattr(llama.subprocess, "Popen", lambda *_, **__: pytest.fail("it was started"))
    with pytest.raises(ModelUnavailable, match=r"needs about 0\.5 GB of memory, and 0\.1 GB are free"):
        local_llm.reachable(installation, config(model="Some/some.gguf"))


def test_the_files_that_may_be_models_are_listed(installation, file):
    assert local_llm.files(installation) == [local_llm.ModelFile("Some/some.gguf", 1000)]


def test_nothing_runs_before_the_first_question(installation, file):
    assert local_llm.status(installation).state == "stopped"
    assert local_llm.must_start(installation, config(model="Some/some.gguf"))


def test_only_admins_may_stop_it(installation, admin, member):
    local_llm.stop(installation, admin)
    with pytest.raises(NotAllowed):
        local_llm.stop(installation, member)
