"""Scores from elsewhere, put back into the order of what was asked."""

from __future__ import annotations

import math
from typing import Any

from domain.models import ModelConfig
from pipelines.providers import words


def scores_in_order(model: ModelConfig, rows: Any, count: int, name: str) -> list[float]:
    """The score under ``name`` of each of ``count`` texts, in [0, 1], from rows that come best first.

    Raises ``ModelUnavailable`` when one is missing or no number.
    """
    if not isinstance(rows, list):
        raise words.no_api(model)
    try:
        found = {int(row["index"]): float(row[name]) for row in rows}
        scores = [found[place] for place in range(count)]
    except (KeyError, TypeError, ValueError) as error:
        raise words.garbled(model) from error
    if not all(math.isfinite(score) for score in scores):
        raise words.garbled(model)
    return [min(max(score, 0.0), 1.0) for score in scores]
