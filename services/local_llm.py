"""The local language model of the installation: started at the first question, stopped when idle."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from domain.errors import InvalidInput
from domain.models import ModelConfig
from domain.users import User
from pipelines import llama
from pipelines.llama import Order, Status
from pipelines.providers.llama_cpp import CONTEXT, DEFAULT_CONTEXT, MODEL, THREADS, LlamaCpp
from services import users
from services.installation import Installation

SUFFIX = ".gguf"
ANSWER_TIMEOUT_S = 600
"""A long prompt is read for minutes on few cores before the first word comes."""


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A GGUF file below the models folder: its path from there, and its size in bytes."""

    path: str
    size: int


def reachable(installation: Installation, config: ModelConfig) -> ModelConfig:
    """How pipelines reach the model of ``config`` now.

    A local one is started if it does not run, which may take a minute, and is then reached as what it
    serves: the OpenAI API at a port of this machine. Every other model is what it was. Raises
    ``InvalidInput`` for a file that may not be used, ``ModelUnavailable`` and ``ModelBusy``.
    """
    if config.provider != LlamaCpp.key:
        return config
    order = _order(installation, config)
    found = installation.local_llm.ensure(order)
    return ModelConfig(
        id=config.id,
        kind=config.kind,
        name=config.name,
        provider="openai",
        parameters=(
            ("base_url", found.base_url),
            ("model", found.model),
            ("context", order.context),
            ("timeout", ANSWER_TIMEOUT_S),
        ),
        secret=found.key,
    )


def must_start(installation: Installation, config: ModelConfig) -> bool:
    """Whether ``reachable`` will have to start the model's server, so that a person is told to wait."""
    if config.provider != LlamaCpp.key:
        return False
    return not installation.local_llm.serves(_order(installation, config))


def status(installation: Installation) -> Status:
    """Whether the server runs, and with which file."""
    return installation.local_llm.status()


def stop(installation: Installation, user: User) -> None:
    """End the server, also in the middle of an answer; the next question starts it again."""
    require_admin(installation, user)
    installation.local_llm.stop()


def free_memory() -> int | None:
    """The bytes of memory that a model can have now; ``None`` where the system does not say."""
    return llama.free_memory()


def files(installation: Installation) -> list[ModelFile]:
    """The GGUF files below the models folder, by path."""
    folder = installation.settings.models
    found = sorted(path for path in folder.rglob(f"*{SUFFIX}") if path.is_file())
    return [ModelFile(path.relative_to(folder).as_posix(), path.stat().st_size) for path in found]


def require_admin(installation: Installation, user: User) -> None:
    """Raise ``NotAllowed`` for anyone but an admin."""
    with installation.database.read() as session:
        users.require_admin(session, user, "the local models")


def _order(installation: Installation, config: ModelConfig) -> Order:
    return Order(
        file=_file(installation.settings.models, config.text(MODEL)),
        context=int(config.number(CONTEXT, DEFAULT_CONTEXT)),
        threads=int(config.number(THREADS, 0)),
        idle_s=installation.settings.local_llm_idle_minutes * 60,
    )


def _file(folder: Path, given: str) -> Path:
    """The file that a model's parameters name. Raises ``InvalidInput`` for one outside of ``folder``."""
    root = folder.resolve()
    file = (root / given).resolve()
    if not given or not file.is_relative_to(root) or file.suffix.lower() != SUFFIX:
        msg = f"“{given}” cannot be used as a local model: name a {SUFFIX} file below the models folder."
        raise InvalidInput(msg)
    return file
