"""A provider without a network, for tests of everything that registers and tries models."""

from __future__ import annotations

import numpy as np
import pytest

from domain.errors import ModelRefused
from domain.models import ChatReply, ModelKind
from pipelines import providers
from pipelines.providers.base import Parameter, Provider

KEY = "sk-plain-and-very-secret-0123456789"
"""A key that must turn up nowhere; a provider that gets another one refuses it."""


class Fake(Provider):
    """Speaks like a provider of everything; ``answers`` of a class that a test derives are what it says."""

    key = "fake"
    title = "Fake"
    kinds = frozenset(ModelKind)
    needs_key = "optional"

    def parameters(self, kind):
        return (
            Parameter("base_url", "url", required=True, default="https://models.example/v1"),
            Parameter("model", required=True),
            Parameter("context", "integer", minimum=512, maximum=1_000_000),
            Parameter("temperature", "number", minimum=0, maximum=2),
            Parameter("effort", "choice", choices=("low", "high")),
        )

    def offered(self, model):
        self._check(model)
        return ["small", "large"]

    def chat(self, model, request, on_text):
        self._check(model)
        on_text("Hello.")
        characters = sum(len(message.content) for message in request.messages)
        return ChatReply("Hello.", prompt_tokens=characters // 4, answer_tokens=2, certainty=0.9)

    def embed(self, model, texts, *, is_query):
        self._check(model)
        size = 8 if model.text("model") == "small" else 16
        return np.ones((len(texts), size), dtype=np.float32) / np.sqrt(size)

    def rerank(self, model, question, texts):
        self._check(model)
        words = set(question.lower().split())
        return [len(words & set(text.lower().split())) / len(words) for text in texts]

    def _check(self, model):
        if model.secret not in ("", KEY):
            raise ModelRefused("Fake refuses the key. Enter the one that it gave you.")


class Keyed(Fake):
    """A provider that needs a key."""

    key = "keyed"
    title = "Keyed"
    needs_key = "required"


class Keyless(Fake):
    """A provider that takes no key."""

    key = "keyless"
    title = "Keyless"
    needs_key = "no"


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Fake:
    """The app with these providers beside its own."""
    for made in (Fake(), Keyed(), Keyless()):
        monkeypatch.setitem(providers.PROVIDERS, made.key, made)
    return providers.PROVIDERS["fake"]
