"""Vectors from elsewhere, checked before they may enter an index."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from domain.errors import ModelUnavailable
from domain.models import ModelConfig
from pipelines.providers import words
from pipelines.providers.base import Vectors


def unit_vectors(model: ModelConfig, rows: Sequence[Any]) -> Vectors:
    """``rows`` as float32 of length 1. Raises ``ModelUnavailable`` for what has no direction."""
    try:
        vectors = np.array(rows, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise words.garbled(model) from error
    if vectors.ndim != 2 or not vectors.shape[1]:
        raise words.garbled(model)
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    if not np.isfinite(norms).all() or (norms < 1e-12).any():
        raise ModelUnavailable(f"“{model.name}” gave vectors that are no numbers: check its server.")
    return np.asarray(vectors / norms, dtype=np.float32)
