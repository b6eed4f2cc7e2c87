"""Fitted models as data: what is shipped in ``parameters/``, how it is read, and how it is fitted.

Everything here is numpy: what ships at run time and what fits it are the same few formulas.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from domain.config import DEFAULT_EMBEDDING
from pipelines.features import PARAMETERS
from pipelines.metrics import risk_coverage

Array = npt.NDArray[np.float64]

FILES = {DEFAULT_EMBEDDING: "minilm.json"}
"""The parameters file of each embedding that has one; scores for any other embedding are n/a."""


def sigmoid(values: npt.ArrayLike) -> Array:
    """1 / (1 + e^−x), without overflow."""
    half: Array = np.tanh(0.5 * np.asarray(values, dtype=np.float64))
    return 0.5 * (1 + half)


@dataclass(frozen=True, slots=True)
class Logistic:
    """A logistic model over named features, with an optional monotone map of its probability.

    ``weights`` belong to raw features (any scaling is folded in); ``knots`` are (score, probability)
    points, rising in both, between which the calibrated probability is interpolated.
    """

    features: tuple[str, ...]
    weights: tuple[float, ...]
    bias: float
    knots: tuple[tuple[float, float], ...] = ()

    def score(self, rows: npt.ArrayLike) -> Array:
        """The model's own probability, before ``knots``. ``rows`` has shape (n, features); returns (n,)."""
        linear: Array = np.asarray(rows, dtype=np.float64) @ np.array(self.weights) + self.bias
        return sigmoid(linear)

    def probability(self, rows: npt.ArrayLike) -> Array:
        """The calibrated probability. ``rows`` has shape (n, features); returns (n,)."""
        return self.calibrate(self.score(rows))

    def calibrate(self, scores: npt.ArrayLike) -> Array:
        """Map the model's own probabilities, shape (n,), to calibrated ones."""
        values = np.asarray(scores, dtype=np.float64)
        if not self.knots:
            return values
        points = np.array(self.knots)
        mapped: Array = np.interp(values, points[:, 0], points[:, 1])
        return mapped

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """Read what ``to_dict`` wrote."""
        knots = tuple((float(score), float(value)) for score, value in data.get("knots", ()))
        return cls(tuple(data["features"]), tuple(map(float, data["weights"])), float(data["bias"]), knots)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready values."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Parameters:
    """All that was fitted for one embedding.

    ``version`` is kept with every run; ``threshold`` is the confidence below which an answer abstains;
    ``weight`` is the fitted share of similarity in the fused score.
    """

    version: str
    embedding: str
    weight: float
    threshold: float
    relevance: Logistic
    sentence: Logistic
    confidence: Logistic
    sources: tuple[str, ...] = field(default=())

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """Read what ``to_dict`` wrote."""
        return cls(
            version=str(data["version"]),
            embedding=str(data["embedding"]),
            weight=float(data["weight"]),
            threshold=float(data["threshold"]),
            relevance=Logistic.from_dict(data["relevance"]),
            sentence=Logistic.from_dict(data["sentence"]),
            confidence=Logistic.from_dict(data["confidence"]),
            sources=tuple(data.get("sources", ())),
        )

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready values."""
        return asdict(self)


@cache
def parameters(embedding: str) -> Parameters | None:
    """The shipped parameters for an embedding, or ``None`` when nothing was fitted for it."""
    name = FILES.get(embedding)
    if name is None:
        return None
    return Parameters.from_dict(json.loads((PARAMETERS / name).read_text(encoding="utf-8")))


def fit_logistic(
    features: Sequence[str],
    rows: npt.ArrayLike,
    labels: npt.ArrayLike,
    weights: npt.ArrayLike | None = None,
    ridge: float = 1.0,
) -> Logistic:
    """Fit a logistic model with a ridge penalty by Newton's method (iteratively reweighted least squares).

    Args:
        features: names of the columns.
        rows: shape (n, len(features)); columns are standardised inside, and the scaling folded back.
        labels: shape (n,), 0 or 1.
        weights: shape (n,), how much each row counts; all the same when left out.
        ridge: strength of the penalty on standardised weights; the bias is free.

    Returns:
        The model, without ``knots``.

    """
    matrix, truth = np.asarray(rows, dtype=np.float64), np.asarray(labels, dtype=np.float64)
    counts = np.ones(len(truth)) if weights is None else np.asarray(weights, dtype=np.float64)
    mean, scale = matrix.mean(0), matrix.std(0)
    scale = np.where(scale < 1e-9, 1.0, scale)
    design = np.column_stack([np.ones(len(truth)), (matrix - mean) / scale])
    penalty = np.diag([0.0] + [ridge] * matrix.shape[1]) + 1e-9 * np.eye(matrix.shape[1] + 1)
    beta = np.zeros(design.shape[1])
    for _ in range(50):
        expected = sigmoid(design @ beta)
        curvature = counts * np.maximum(expected * (1 - expected), 1e-6)
        gradient = design.T @ (counts * (truth - expected)) - penalty @ beta
        step = np.linalg.solve(design.T @ (design * curvature[:, None]) + penalty, gradient)
        beta += np.clip(step, -5, 5)
        if np.abs(step).max() < 1e-8:
            break
    folded = beta[1:] / scale
    bias = float(beta[0] - folded @ mean)
    return Logistic(tuple(features), tuple(float(value) for value in folded), bias)


def isotonic(
    scores: npt.ArrayLike, labels: npt.ArrayLike, minimum: int = 50
) -> tuple[tuple[float, float], ...]:
    """Fit a rising step map by pooling adjacent violators (Ayer et al., 1955) and return it as knots.

    Args:
        scores: shape (n,).
        labels: shape (n,), 0 or 1.
        minimum: the fewest labels behind a knot; small blocks are what overfits.

    Returns:
        (mean score, smoothed share of positives) of each block, rising in both.

    """
    order = np.argsort(np.asarray(scores, dtype=np.float64), kind="stable")
    values, truth = np.asarray(scores, dtype=np.float64)[order], np.asarray(labels, dtype=np.float64)[order]
    pieces = max(1, len(values) // minimum)
    blocks: list[list[float]] = []
    for part_values, part_truth in zip(
        np.array_split(values, pieces), np.array_split(truth, pieces), strict=True
    ):
        blocks.append([float(part_values.sum()), float(part_truth.sum()), float(len(part_values))])
        while len(blocks) > 1 and blocks[-2][1] / blocks[-2][2] >= blocks[-1][1] / blocks[-1][2]:
            last = blocks.pop()
            blocks[-1] = [left + right for left, right in zip(blocks[-1], last, strict=True)]
    return tuple((total / count, (right + 0.5) / (count + 1)) for total, right, count in blocks)


def fold_of(group: str, folds: int) -> int:
    """The fold of a group, from its name alone, so that every stage puts it into the same one."""
    return int.from_bytes(_digest(group)[:4], "big") % folds


def _digest(text: str) -> bytes:

    return hashlib.sha256(text.encode()).digest()


def choose_threshold(labels: npt.ArrayLike, confidences: npt.ArrayLike, cost: float) -> float:
    """The confidence below which abstaining is worth more than answering.

    Args:
        labels: shape (n,), 1 where the answer is right.
        confidences: shape (n,), out of fold.
        cost: what a wrong answer takes away, a right one being worth 1 and an abstention 0.

    Returns:
        The point of the risk–coverage curve with the largest benefit, coverage · (1 − risk − cost · risk).

    """
    thresholds, covered, risks = risk_coverage(labels, confidences)
    return float(thresholds[np.argmax(covered * (1 - risks - cost * risks))])
