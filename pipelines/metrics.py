"""Measures of ranking, of probabilities and of abstention, with numpy alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def ndcg_at(ranked: Sequence[str], gains: Mapping[str, float], k: int = 10) -> float:
    """Normalised discounted cumulative gain of the first ``k`` (Järvelin and Kekäläinen, 2002).

    Gains are linear.

    Args:
        ranked: ids, best first; an id counts at its first place only.
        gains: graded relevance by id; what is missing counts 0.
        k: how many places count.

    Returns:
        A number in [0, 1]; 0.0 when nothing has a positive gain.

    """
    unique = list(dict.fromkeys(ranked))[:k]
    gained = sum(gains.get(key, 0.0) / np.log2(place + 2) for place, key in enumerate(unique))
    ideal = sorted((gain for gain in gains.values() if gain > 0), reverse=True)[:k]
    best = sum(gain / np.log2(place + 2) for place, gain in enumerate(ideal))
    return float(gained / best) if best > 0 else 0.0


def hit_at(ranked: Sequence[str], relevant: Iterable[str], k: int) -> float:
    """1.0 if one of the first ``k`` is relevant, else 0.0."""
    return float(not set(relevant).isdisjoint(ranked[:k]))


def recall_at(ranked: Sequence[str], relevant: Iterable[str], k: int = 10) -> float:
    """Share of what is relevant that stands among the first ``k``; 0.0 when nothing is relevant."""
    wanted = set(relevant)
    return len(wanted & set(ranked[:k])) / len(wanted) if wanted else 0.0


def mrr_at(ranked: Sequence[str], relevant: Iterable[str], k: int = 10) -> float:
    """One over the place of the first relevant id among the first ``k``, else 0.0."""
    wanted = set(relevant)
    return next((1.0 / place for place, key in enumerate(ranked[:k], 1) if key in wanted), 0.0)


def auroc(labels: npt.ArrayLike, scores: npt.ArrayLike) -> float:
    """Area under the ROC curve: how often a positive scores above a negative, ties counting half.

    Args:
        labels: shape (n,), 0 or 1.
        scores: shape (n,).

    Returns:
        A number in [0, 1], ``nan`` when one class is empty.

    """
    truth, values = np.asarray(labels, dtype=bool), np.asarray(scores, dtype=float)
    positives, negatives = int(truth.sum()), int((~truth).sum())
    if positives == 0 or negatives == 0:
        return float("nan")
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    return float((ranks[truth].sum() - positives * (positives + 1) / 2) / (positives * negatives))


def brier(labels: npt.ArrayLike, probabilities: npt.ArrayLike) -> float:
    """Mean squared difference of probability and outcome (Brier, 1950); 0 is perfect."""
    return float(np.mean((np.asarray(probabilities, dtype=float) - np.asarray(labels, dtype=float)) ** 2))


@dataclass(frozen=True, slots=True)
class Bin:
    """A bar of the reliability diagram: ``low`` and ``high`` are the 95 % Wilson interval of ``accuracy``."""

    start: float
    end: float
    count: int
    confidence: float
    accuracy: float
    low: float
    high: float


def _bin_of(probabilities: Array, bins: int) -> npt.NDArray[np.int64]:
    return np.clip((probabilities * bins).astype(np.int64), 0, bins - 1)


def wilson(successes: float, n: int, z: float = 1.96) -> tuple[float, float]:
    """Wilson's score interval of a share (Wilson, 1927); (0, 1) for n = 0."""
    if n == 0:
        return 0.0, 1.0
    share = successes / n
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * np.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return float(max(0.0, centre - half)), float(min(1.0, centre + half))


def reliability(labels: npt.ArrayLike, probabilities: npt.ArrayLike, bins: int = 10) -> list[Bin]:
    """The bars of a reliability diagram over ``bins`` equal slices of [0, 1]; empty slices are left out."""
    truth, values = np.asarray(labels, dtype=float), np.asarray(probabilities, dtype=float)
    slots = _bin_of(values, bins)
    bars = []
    for slot in np.unique(slots):
        inside = slots == slot
        count = int(inside.sum())
        low, high = wilson(float(truth[inside].sum()), count)
        bars.append(
            Bin(
                float(slot) / bins,
                (float(slot) + 1) / bins,
                count,
                float(values[inside].mean()),
                float(truth[inside].mean()),
                low,
                high,
            )
        )
    return bars


def ece(labels: npt.ArrayLike, probabilities: npt.ArrayLike, bins: int = 10) -> float:
    """Expected calibration error: Σ (|B_m|/n)·|acc(B_m) − conf(B_m)| (Naeini et al., 2015).

    Over ``bins`` equal slices of [0, 1]; ``nan`` for no labels.
    """
    truth, values = np.asarray(labels, dtype=float), np.asarray(probabilities, dtype=float)
    if truth.size == 0:
        return float("nan")
    slots = _bin_of(values, bins)
    gaps = np.bincount(slots, weights=truth - values, minlength=bins)
    return float(np.abs(gaps).sum() / truth.size)


def perfect_ece(probabilities: npt.ArrayLike, bins: int = 10, rounds: int = 200, seed: int = 0) -> float:
    """The calibration error that chance alone would show, were these probabilities perfectly calibrated.

    Labels are drawn from the probabilities ``rounds`` times; the mean error is returned.
    """
    values = np.asarray(probabilities, dtype=float)
    generator = np.random.default_rng(seed)
    errors = [ece(generator.random(values.size) < values, values, bins) for _ in range(rounds)]
    return float(np.mean(errors))


def bootstrap(
    measure: Callable[[npt.NDArray[np.int64]], float],
    groups: Sequence[str] | npt.NDArray[np.str_],
    rounds: int = 1000,
    seed: int = 0,
) -> tuple[float, float]:
    """The 95 % percentile interval of a measure when whole groups are drawn again with replacement.

    Args:
        measure: takes row numbers, shape (m,), and returns the figure for these rows; ``nan`` is left out.
        groups: the group of each row (say the article of a question), shape (n,).
        rounds: how often to draw.
        seed: makes the draws repeatable.

    Returns:
        The 2.5th and the 97.5th percentile.

    """
    labels = np.asarray(groups)
    members = [np.flatnonzero(labels == name) for name in np.unique(labels)]
    generator = np.random.default_rng(seed)
    figures = []
    for _ in range(rounds):
        drawn = generator.integers(0, len(members), len(members))
        figures.append(measure(np.concatenate([members[index] for index in drawn])))
    known = [figure for figure in figures if not np.isnan(figure)]
    if not known:
        return float("nan"), float("nan")
    low, high = np.percentile(known, [2.5, 97.5])
    return float(low), float(high)


def risk_coverage(labels: npt.ArrayLike, confidences: npt.ArrayLike) -> tuple[Array, Array, Array]:
    """What it costs to answer more: the risk–coverage curve (El-Yaniv and Wiener, 2010).

    Args:
        labels: shape (n,), 1 where the answer is right.
        confidences: shape (n,).

    Returns:
        ``thresholds`` (distinct confidences, falling), ``coverage`` (share answered at that threshold
        or above) and ``risk`` (share of these that is wrong), each of shape (m,).

    """
    truth, values = np.asarray(labels, dtype=float), np.asarray(confidences, dtype=float)
    order = np.argsort(-values, kind="stable")
    truth, values = truth[order], values[order]
    last = (
        np.flatnonzero(np.append(values[1:] != values[:-1], True)) if values.size else np.array([], dtype=int)
    )
    answered = (last + 1).astype(float)
    return values[last], answered / max(values.size, 1), 1 - np.cumsum(truth)[last] / answered


_ARTICLES = re.compile(r"\b(?:a|an|the)\b")
_NOT_WORD = re.compile(r"[^\w\s]|_")


def normalised(text: str) -> str:
    """Text as SQuAD compares it: lower case, without punctuation, articles and double spaces."""
    return " ".join(_ARTICLES.sub(" ", _NOT_WORD.sub(" ", text.casefold())).split())


def contains_answer(text: str, answers: Iterable[str]) -> bool:
    """Whether ``text`` holds one of ``answers`` as whole words, both normalised."""
    padded = f" {normalised(text)} "
    return any(f" {wanted} " in padded for wanted in map(normalised, answers) if wanted)
