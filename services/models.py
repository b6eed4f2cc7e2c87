"""The registry of models: language models, embeddings and rerankers, and how each is reached."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from domain.models import ModelConfig, ModelKind
from domain.users import User
from services.installation import Installation

EXTRACTIVE = "extractive"
"""The id of the answerer without a language model; always there, never removable."""


@dataclass(frozen=True, slots=True)
class Model:
    """A registered model as shown: everything but its secret, of which only ``has_secret`` is told."""

    id: str
    kind: ModelKind
    name: str
    provider: str
    active: bool
    is_default: bool
    is_fallback: bool
    retired: bool
    origin: str
    version: int
    has_secret: bool = False
    parameters: dict[str, Any] = field(default_factory=dict)
    capabilities: dict[str, Any] = field(default_factory=dict)
    tested_at: datetime | None = None


def usable(installation: Installation, user: User, kind: ModelKind) -> list[Model]:
    """The active models of a kind that anyone signed in may choose, the default first."""
    raise NotImplementedError


def find(installation: Installation, kind: ModelKind, wanted: str | None) -> Model:
    """The active model with this id or name; the default for ``None``. Raises ``InvalidInput``."""
    raise NotImplementedError


def fallback(installation: Installation, kind: ModelKind) -> Model | None:
    """The active model that takes over when another does not answer, if one is set."""
    raise NotImplementedError


def config(installation: Installation, model_id: str) -> ModelConfig:
    """How to reach a model, with its secret in plain text: for pipelines only. Raises ``NotFound``."""
    raise NotImplementedError
