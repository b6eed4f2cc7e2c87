"""What is part of the program and needs neither key nor network."""

from __future__ import annotations

from typing import ClassVar

from domain.models import ModelKind
from pipelines.providers.base import Provider


class BuiltIn(Provider):
    """Extractive, the MiniLM embedding, and the learned order of passages.

    They run inside the pipelines that they belong to, not through the calls of a provider.
    """

    key: ClassVar[str] = "built-in"
    title: ClassVar[str] = "Built-in"
    kinds: ClassVar[frozenset[ModelKind]] = frozenset(ModelKind)
    removable: ClassVar[bool] = False
