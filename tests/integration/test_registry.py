"""Registered models over real HTTP: what a test learns of them, what it says of faults, and pulls."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import pytest

from domain.errors import InvalidInput, NotAllowed
from domain.models import ModelKind
from services import model_trials, models, pulls
from services.model_drafts import Draft
from tests import scripted as server_of
from tests.scripted import Reply, Scripted, says, sends

KEY = "sk-secret-0123456789"


@pytest.fixture
def server() -> Iterator[Scripted]:
    with Scripted(models=("small", "large")) as made:
        yield made


def draft(server: Scripted, provider: str = "openai", kind: ModelKind = ModelKind.LLM, **more) -> Draft:
    base = server.url if provider in ("ollama", "tei", "cohere") else server.base_url
    given = {"base_url": base, "timeout": 2, **({} if provider == "tei" else {"model": "small"}), **more}
    secret = KEY if provider in ("openai", "cohere") else ""
    return Draft(kind, f"{provider} {kind}", provider, given, secret)


def test_every_kind_is_tested_with_a_real_call(installation, admin, server):
    server.says("Hello", ".", logprobs=[-0.1, -0.2])
    learnt = model_trials.try_out(installation, admin, draft(server)).capabilities
    assert (learnt["logprobs"], learnt["token_counts"]) == (True, True)
    assert 0.15 <= learnt["tokens_per_character"] <= 1.2
    vectors = model_trials.try_out(installation, admin, draft(server, kind=ModelKind.EMBEDDING))
    assert (vectors.error, vectors.capabilities["dimension"]) == ("", 8)
    for provider in ("cohere", "tei"):
        trial = model_trials.try_out(installation, admin, draft(server, provider, ModelKind.RERANKER))
        assert trial.ok, trial.error
    assert model_trials.offered(installation, admin, draft(server, model="")) == ["large", "small"]


@pytest.mark.parametrize(
    ("reply", "sentence"),
    [
        (server_of.WRONG_KEY, "refused the key"),
        (server_of.NO_API, "no model server"),
        (says("Hel", ending="drop"), "broke off"),
        (Reply(()), "answered with nothing"),
        (server_of.HANGS, "did not answer in time"),
    ],
)
def test_faults_are_told_in_words_without_the_key(installation, admin, server, reply, sentence):
    server.on(server_of.CHAT, reply)
    trial = model_trials.try_out(installation, admin, draft(server, timeout=1))
    assert sentence in trial.error
    assert KEY not in trial.error + (installation.settings.logs / "test.log").read_text(encoding="utf-8")


def settled(installation, admin, model_id: str) -> pulls.Pull:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        pull = pulls.get(installation, admin, model_id)
        if pull is not None and not pull.running:
            return pull
        time.sleep(0.02)
    return pytest.fail("still pulling")


def test_ollama_pulls_a_model_which_is_then_tested(installation, admin, server):
    model = models.add(installation, admin, draft(server, "ollama"))
    assert pulls.get(installation, admin, model.id) is None
    pulls.start(installation, admin, model.id)
    pulls.start(installation, admin, model.id)
    assert settled(installation, admin, model.id).error == ""
    assert len(server.asked(server_of.OLLAMA_PULL)) == 1
    assert models.get(installation, admin, model.id).tested_at is not None


def test_a_pull_that_fails_says_why_and_can_be_started_again(installation, admin, server):
    model = models.add(installation, admin, draft(server, "ollama"))
    server.on(server_of.OLLAMA_PULL, sends({"error": "pull model manifest: file does not exist"}))
    pulls.start(installation, admin, model.id)
    assert "could not pull “small”" in settled(installation, admin, model.id).error
    lines = [json.dumps({"status": "success"})]
    server.on(server_of.OLLAMA_PULL, sends("\n".join(lines).encode()))
    pulls.start(installation, admin, model.id)
    assert settled(installation, admin, model.id).error == ""


def test_a_pull_can_be_cancelled(installation, admin, server):
    lines = [json.dumps({"status": "pulling", "completed": n, "total": 10}) for n in range(10)]
    server.on(server_of.OLLAMA_PULL, Reply([line + "\n" for line in lines], wait=0.5, body=None))
    model = models.add(installation, admin, draft(server, "ollama"))
    pulls.start(installation, admin, model.id)
    pulls.cancel(installation, admin, model.id)
    pull = settled(installation, admin, model.id)
    assert (pull.cancelled, models.get(installation, admin, model.id).tested_at) == (True, None)


def test_only_admins_pull_and_only_what_ollama_has(installation, admin, member, server):
    ollama = models.add(installation, admin, draft(server, "ollama"))
    other = models.add(installation, admin, draft(server))
    for act in (pulls.start, pulls.cancel, pulls.get):
        with pytest.raises(NotAllowed):
            act(installation, member, ollama.id)
    with pytest.raises(InvalidInput, match="not a model of Ollama"):
        pulls.start(installation, admin, other.id)
