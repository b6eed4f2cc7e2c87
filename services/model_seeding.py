"""What the registry of models begins with: the program's own, and those of the environment."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from pydantic import SecretStr
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from domain.errors import InvalidInput
from domain.models import ModelKind
from services import secrets
from services.installation import Installation
from services.model_drafts import Draft, checked, title
from services.models import BUILT_IN
from services.settings import ModelSeeds
from services.tables import ModelRow, SettingRow, new_id
from services.users import FIRST_ADMIN

MODELS_SEEDED = "models_seeded"
ORIGIN = "built-in"
BUILT_IN_NAMES = {
    ModelKind.LLM: "Extractive",
    ModelKind.EMBEDDING: "all-MiniLM-L6-v2",
    ModelKind.RERANKER: "Learned order",
}
OPENAI_URL = "https://api.openai.com/v1"
GOOGLE_URL = "https://generativelanguage.googleapis.com/v1beta/openai/"
MISTRAL_URL = "https://api.mistral.ai/v1"
OLLAMA_URL = "http://localhost:11434"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Seed:
    variable: str
    kind: ModelKind
    provider: str
    model: str
    parameters: dict[str, str]
    secret: str = ""


def seed(installation: Installation) -> None:
    """Put the first rows into the registry, once in the life of an installation; before its first admin.

    One that had been started before it had a registry gets what is built in; only a new one also gets
    what the environment names. The first language model of those becomes the default.
    """
    # Two processes may start together; on a server both may get this far, and one finds the other's rows.
    with suppress(IntegrityError), installation.database.session() as session:
        if session.get(SettingRow, MODELS_SEEDED) is not None:
            return
        is_new = session.get(SettingRow, FIRST_ADMIN) is None
        session.add(SettingRow(key=MODELS_SEEDED, value="yes"))
        for kind, model_id in BUILT_IN.items():
            session.add(
                ModelRow(
                    id=model_id,
                    kind=kind,
                    name=BUILT_IN_NAMES[kind],
                    provider="built-in",
                    is_default=True,
                    origin=ORIGIN,
                )
            )
        if is_new:
            _seed_from_environment(installation, session)


def _seed_from_environment(installation: Installation, session: Session) -> None:
    names = {(kind, name.lower()) for kind, name in BUILT_IN_NAMES.items()}
    has_llm = False
    for found in _seeds(installation.settings):
        name = found.model
        if (found.kind, name.lower()) in names:
            name = f"{found.model} ({title(found.provider)})"
        try:
            draft = checked(Draft(found.kind, name, found.provider, found.parameters, found.secret))
        except InvalidInput as error:
            # A typing error in .env must not keep the app from starting; the admin can add the model.
            _log.warning("%s names a model that cannot be used: %s", found.variable, error)
            continue
        names.add((found.kind, name.lower()))
        row = ModelRow(
            id=new_id(),
            kind=draft.kind,
            name=draft.name,
            provider=draft.provider,
            parameters=dict(draft.parameters),
            secret=secrets.encrypt(installation, draft.secret) if draft.secret else None,
            origin=f"environment: {found.variable}",
        )
        if draft.kind is ModelKind.LLM and not has_llm:
            session.get_one(ModelRow, BUILT_IN[ModelKind.LLM]).is_default = False
            row.is_default = has_llm = True
        session.add(row)


def _seeds(settings: ModelSeeds) -> Iterator[_Seed]:
    yield from _openai(settings)
    yield from _azure(settings)
    yield from _compatible(
        "GOOGLE_API_KEY", settings.google_api_key, GOOGLE_URL, "gemini-2.5-flash", "gemini-embedding-001"
    )
    yield from _compatible(
        "MISTRAL_API_KEY", settings.mistral_api_key, MISTRAL_URL, "mistral-small-latest", "mistral-embed"
    )
    yield from _ollama(settings)
    key = _given(settings.cohere_api_key)
    if key:
        model = "rerank-v3.5"
        yield _Seed("COHERE_API_KEY", ModelKind.RERANKER, "cohere", model, {"model": model}, key)


def _openai(settings: ModelSeeds) -> Iterator[_Seed]:
    base, key = _given(settings.openai_api_base), _given(settings.openai_api_key)
    chat, embedding = _given(settings.openai_chat_model), _given(settings.openai_embeddings_model)
    if key and (not base or base.startswith(OPENAI_URL)):
        chat, embedding = chat or "gpt-4o-mini", embedding or "text-embedding-3-large"
    if key or base:
        variable = "OPENAI_API_KEY" if key else "OPENAI_API_BASE"
        yield from _compatible(variable, SecretStr(key), base or OPENAI_URL, chat, embedding)


def _compatible(variable: str, key: SecretStr, base: str, chat: str, embedding: str) -> Iterator[_Seed]:
    secret = _given(key)
    if not secret and variable != "OPENAI_API_BASE":
        return
    for kind, model in ((ModelKind.LLM, chat), (ModelKind.EMBEDDING, embedding)):
        if model:
            yield _Seed(variable, kind, "openai", model, {"base_url": base, "model": model}, secret)


def _azure(settings: ModelSeeds) -> Iterator[_Seed]:
    endpoint, key = _given(settings.azure_openai_endpoint), _given(settings.azure_openai_api_key)
    version = _given(settings.openai_api_version)
    deployments = (
        (ModelKind.LLM, _given(settings.azure_openai_chat_deployment)),
        (ModelKind.EMBEDDING, _given(settings.azure_openai_embeddings_deployment)),
    )
    for kind, deployment in deployments:
        if endpoint and key and deployment:
            parameters = {"endpoint": endpoint, "deployment": deployment}
            if version:
                parameters["api_version"] = version
            yield _Seed("AZURE_OPENAI_API_KEY", kind, "azure", deployment, parameters, key)


def _ollama(settings: ModelSeeds) -> Iterator[_Seed]:
    # kotaemon names the address of the OpenAI-compatible part; Ollama's own calls are beside it.
    base = _given(settings.kh_ollama_url).rstrip("/").removesuffix("/v1") or OLLAMA_URL
    models = (
        ("LOCAL_MODEL", ModelKind.LLM, _given(settings.local_model)),
        ("LOCAL_MODEL_EMBEDDINGS", ModelKind.EMBEDDING, _given(settings.local_model_embeddings)),
    )
    for variable, kind, model in models:
        if model:
            yield _Seed(variable, kind, "ollama", model, {"base_url": base, "model": model})


def _given(value: str | SecretStr) -> str:
    text = (value.get_secret_value() if isinstance(value, SecretStr) else value).strip()
    # kotaemon's example file holds "<YOUR_OPENAI_KEY>" and its like.
    return "" if text.startswith("<") else text
